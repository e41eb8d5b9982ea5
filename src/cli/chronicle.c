#include "cli/chronicle.h"

#include "anomaly/status.h"
#include "cli/room.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The metric's name is known by the metric's number. */
enum { BRIEF_SIZE = offsetof(struct episode_event, metric) };

struct chronicle_entry {
  double time;
  double booted; /* NaN: a change of an episode */
  size_t metric;
  unsigned char episode[BRIEF_SIZE];
};

/* What happens at a time; of one time the first of these comes first. */
enum moment_kind { METRIC_CAME, METRIC_CAME_BACK, METRIC_FELL_SILENT, SOMETHING_TOLD };

struct moment {
  double time;
  enum moment_kind kind;
  size_t at; /* host, or entry */
};

struct host_now {
  uint32_t metrics, silent;
};

struct telling {
  const struct chronicle *chronicle;
  const struct chronicle_scene *scene;
  struct incident_feed *feed;
  struct host_now *hosts;
  struct moment *moments;
  size_t count;
};

void chronicle_release(struct chronicle *chronicle) {
  free(chronicle->list);
  *chronicle = (struct chronicle){.list = NULL};
}

static bool note(struct chronicle *chronicle, const struct chronicle_entry *entry) {
  if (chronicle->count == CHRONICLE_MAX) {
    chronicle->full = true;
    return true;
  }
  struct chronicle_entry *const list =
      room_for_one(chronicle->list, chronicle->count, &chronicle->room, sizeof *list);
  if (list == NULL)
    return false;
  chronicle->list = list;
  list[chronicle->count++] = *entry;
  return true;
}

bool chronicle_note_episode(struct chronicle *chronicle, size_t metric,
                            const struct episode_event *episode) {
  struct chronicle_entry entry = {
      .time = episode->verdict.time, .booted = (double)NAN, .metric = metric};
  memcpy(entry.episode, episode, BRIEF_SIZE);
  return note(chronicle, &entry);
}

bool chronicle_note_boot(struct chronicle *chronicle, size_t metric, double time, double booted) {
  const struct chronicle_entry entry = {.time = time, .booted = booted, .metric = metric};
  return note(chronicle, &entry);
}

/* ---- In the order of time ---- */

static void add(struct telling *telling, double time, enum moment_kind kind, size_t at) {
  telling->moments[telling->count++] = (struct moment){.time = time, .kind = kind, .at = at};
}

static bool gather(struct telling *telling) {
  const struct chronicle_scene *const scene = telling->scene;
  const struct roster *const roster = scene->roster;
  const size_t most =
      scene->metric_count + 2 * roster->silence_count + telling->chronicle->count + 1;
  telling->hosts = calloc(roster->host_count + 1, sizeof *telling->hosts);
  telling->moments = calloc(most, sizeof *telling->moments);
  if (telling->hosts == NULL || telling->moments == NULL)
    return false;
  for (size_t i = 0; i < scene->metric_count; i++) {
    const struct chronicle_metric *const metric = scene->metric(scene->context, i);
    if (metric != NULL)
      add(telling, metric->first_time, METRIC_CAME, metric->host);
  }
  for (size_t i = 0; i < roster->silence_count; i++) {
    add(telling, roster->silences[i].from, METRIC_FELL_SILENT, roster->silences[i].host);
    add(telling, roster->silences[i].until, METRIC_CAME_BACK, roster->silences[i].host);
  }
  for (size_t i = 0; i < telling->chronicle->count; i++)
    add(telling, telling->chronicle->list[i].time, SOMETHING_TOLD, i);
  return true;
}

static int by_time(const void *left, const void *right) {
  const struct moment *const one = left;
  const struct moment *const other = right;
  if (one->time != other->time)
    return one->time < other->time ? -1 : 1;
  if (one->kind != other->kind)
    return one->kind < other->kind ? -1 : 1;
  return (one->at > other->at) - (one->at < other->at);
}

/* Between two moments nothing changes but what is due by its delay. */
static void pass_time(const struct telling *telling, double time) {
  struct incident_feed *const feed = telling->feed;
  if (feed->now + telling->scene->delay < time)
    incident_feed_advance(feed, feed->now + telling->scene->delay);
  incident_feed_advance(feed, time);
}

static void tell_entry(const struct telling *telling, const struct chronicle_entry *entry) {
  const struct chronicle_scene *const scene = telling->scene;
  const struct chronicle_metric *const metric = scene->metric(scene->context, entry->metric);
  pass_time(telling, entry->time);
  if (!isnan(entry->booted)) {
    incident_feed_take_boot(telling->feed, metric->name.part[METRIC_HOST], entry->booted);
    return;
  }
  struct episode_event episode;
  memcpy(&episode, entry->episode, BRIEF_SIZE);
  episode.metric = metric->name;
  episode.host_metrics = telling->hosts[metric->host].metrics;
  episode.host_silent = telling->hosts[metric->host].silent;
  incident_feed_take_episode(telling->feed, &episode);
}

static void happen(const struct telling *telling, const struct moment *moment) {
  switch (moment->kind) {
  case METRIC_CAME:
    telling->hosts[moment->at].metrics++;
    break;
  case METRIC_CAME_BACK:
    telling->hosts[moment->at].silent--;
    break;
  case METRIC_FELL_SILENT:
    telling->hosts[moment->at].silent++;
    break;
  case SOMETHING_TOLD:
    tell_entry(telling, &telling->chronicle->list[moment->at]);
    break;
  }
}

int chronicle_tell(const struct chronicle *chronicle, const struct chronicle_scene *scene,
                   struct incident_feed *feed) {
  struct telling telling = {.chronicle = chronicle, .scene = scene, .feed = feed};
  const bool gathered = gather(&telling);
  if (gathered) {
    qsort(telling.moments, telling.count, sizeof *telling.moments, by_time);
    for (size_t i = 0; i < telling.count; i++)
      happen(&telling, &telling.moments[i]);
    pass_time(&telling, scene->until);
  }
  free(telling.hosts);
  free(telling.moments);
  return gathered ? STATUS_OK : STATUS_NO_MEMORY;
}

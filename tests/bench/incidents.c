/*
 * What an administrator is told: the six servers of the Server Machine Dataset,
 * 38 metrics each, and eight services of 19, replayed as hosts of one central
 * collectd at default settings. Counted in the second part, which has labels:
 * notifications by host and week, how many of the labelled events they cover,
 * and how many beginnings are of none.
 *
 * An event is covered where a metric of its host begins to alarm in it (or
 * within three rows of it) while an incident is open that was told.
 */
#include "anomaly/engine.h"
#include "anomaly/status.h"
#include "base/text.h"
#include "bench/data.h"
#include "cli/incident_feed.h"
#include "config/config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOSTS_MAX = 16, SPANS_MAX = 4096, ROWS_AROUND = 3 };

/* From when to when; `until` is infinite while it lasts. */
struct span {
  double from, until;
  uint64_t incident;
};

struct server {
  struct frame frame;
  size_t row; /* to be replayed next */
  double interval;
  struct span told[SPANS_MAX];
  size_t told_count;
  double *alarms; /* times at which a metric began to alarm */
  size_t alarm_count;
};

struct counts {
  uint32_t began, worsened, ended; /* notifications */
  uint32_t unlabelled;             /* of those that began: of no event */
  uint32_t events, covered;
  double weeks; /* of all hosts */
};

static struct bench {
  struct server server[HOSTS_MAX];
  size_t servers;
  struct incident_feed feed;
  struct engine *engine;
  struct counts counts;
} bench;

static bool fail(const char *what) {
  fprintf(stderr, "bench incidents: %s\n", what);
  return false;
}

static struct server *find_server(const char *name) {
  for (size_t i = 0; i < bench.servers; i++)
    if (strcmp(bench.server[i].frame.name, name) == 0)
      return &bench.server[i];
  return NULL;
}

static bool is_measured(const struct server *server, double time) {
  return time >= server->frame.time[server->frame.test_from];
}

/* Whether the server has a labelled row within a few rows of `time`. */
static bool is_labelled(const struct server *server, double time) {
  const struct frame *const frame = &server->frame;
  for (size_t i = 0; i < frame->rows; i++)
    if (frame->label[i] && fabs(frame->time[i] - time) <= ROWS_AROUND * server->interval)
      return true;
  return false;
}

static void note_told(struct server *server, const struct incident_event *event) {
  const struct incident *const incident = &event->incident;
  const bool known =
      server->told_count > 0 && server->told[server->told_count - 1].incident == incident->id;
  if (event->change == INCIDENT_ENDED) {
    if (known)
      server->told[server->told_count - 1].until = incident->last;
  } else if (!known && server->told_count < SPANS_MAX) {
    server->told[server->told_count++] =
        (struct span){.from = incident->start, .until = HUGE_VAL, .incident = incident->id};
  }
}

static void count_told(const struct server *server, const struct incident_event *event) {
  struct counts *const counts = &bench.counts;
  if (!is_measured(server, event->incident.start))
    return;
  counts->ended += event->change == INCIDENT_ENDED;
  counts->worsened += event->change == INCIDENT_WORSENED;
  counts->began += event->change == INCIDENT_BEGAN;
  if (event->change == INCIDENT_BEGAN)
    counts->unlabelled += !is_labelled(server, event->incident.last);
}

static void take_incident(void *context, const struct incident_event *event) {
  (void)context;
  if (!event->told)
    return;
  for (uint32_t i = 0; i < event->incident.hosts && i < INCIDENT_HOSTS; i++) {
    struct server *const server = find_server(event->incident.host[i]);
    if (server == NULL)
      continue;
    note_told(server, event);
    if (i == 0)
      count_told(server, event);
  }
}

static void take_episode(void *context, const struct episode_event *episode) {
  (void)context;
  struct server *const server = find_server(episode->metric.part[METRIC_HOST]);
  if (server != NULL && episode->change == EPISODE_OPENED)
    server->alarms[server->alarm_count++] = episode->seen;
  incident_feed_take_episode(&bench.feed, episode);
}

static bool create(const char *groups) {
  struct config config;
  struct config_error error;
  if (config_load_text(groups, &config, &error) != STATUS_OK)
    return fail(error.message);
  struct engine_settings engine = {
      .options = config.engine, .rules = config.rules, .listener = take_episode};
  if (incident_feed_create(&bench.feed, &config.incidents, take_incident, NULL) != STATUS_OK ||
      engine_create(&bench.engine, &engine) != STATUS_OK)
    return fail("out of memory");
  return true;
}

static bool add_server(const char *path) {
  struct server *const server = &bench.server[bench.servers];
  memset(server, 0, sizeof *server);
  if (!frame_read(path, &server->frame))
    return false;
  bench.servers++;
  if (server->frame.rows < 2)
    return fail("a file has no rows");
  server->interval = server->frame.time[1] - server->frame.time[0];
  server->alarms = calloc(server->frame.rows * server->frame.columns, sizeof(double));
  return server->alarms != NULL || fail("out of memory");
}

static bool load(const char *pattern) {
  struct data_files files = data_find(pattern);
  bool loaded = true;
  for (size_t i = 0; loaded && i < files.count && bench.servers < HOSTS_MAX; i++)
    loaded = add_server(files.path[i]);
  data_files_release(&files);
  return loaded;
}

static void observe_row(struct server *server) {
  const struct frame *const frame = &server->frame;
  for (size_t i = 0; i < frame->columns; i++) {
    const double value = frame->value[server->row * frame->columns + i];
    if (isnan(value))
      continue;
    const struct metric_id id = {{frame->name, "bench", "", "gauge", frame->column[i], "value"}};
    const struct sample sample = sample_gauge(frame->time[server->row], server->interval, value);
    engine_observe(bench.engine, &id, &sample, NULL);
  }
  server->row++;
}

/* The server whose next row is the earliest; NULL at the end. */
static struct server *next_server(void) {
  struct server *next = NULL;
  for (size_t i = 0; i < bench.servers; i++) {
    struct server *const server = &bench.server[i];
    if (server->row < server->frame.rows &&
        (next == NULL || server->frame.time[server->row] < next->frame.time[next->row]))
      next = server;
  }
  return next;
}

static void replay(void) {
  for (struct server *server = next_server(); server != NULL; server = next_server()) {
    incident_feed_advance(&bench.feed, server->frame.time[server->row]);
    observe_row(server);
  }
}

static bool is_covered(const struct server *server, double from, double until) {
  const double around = ROWS_AROUND * server->interval;
  for (size_t i = 0; i < server->alarm_count; i++) {
    const double alarm = server->alarms[i];
    if (alarm < from - around || alarm > until + around)
      continue;
    for (size_t k = 0; k < server->told_count; k++)
      if (alarm >= server->told[k].from && alarm <= server->told[k].until)
        return true;
  }
  return false;
}

static void count_events(const struct server *server) {
  const struct frame *const frame = &server->frame;
  for (size_t i = frame->test_from; i < frame->rows; i++) {
    if (!frame->label[i] || (i > 0 && frame->label[i - 1]))
      continue;
    size_t last = i;
    while (last + 1 < frame->rows && frame->label[last + 1])
      last++;
    bench.counts.events++;
    bench.counts.covered += is_covered(server, frame->time[i], frame->time[last]);
  }
  bench.counts.weeks += (frame->time[frame->rows - 1] - frame->time[frame->test_from]) / 604800;
}

static void print(const char *name) {
  const struct counts *const counts = &bench.counts;
  const double weeks = counts->weeks;
  printf("%-10s %5zu %7.1f %7.2f %7.2f %9.2f %7.2f %11.2f %5u %4u %6.1f %%\n", name, bench.servers,
         weeks, (counts->began + counts->worsened + counts->ended) / weeks, counts->began / weeks,
         counts->worsened / weeks, counts->ended / weeks, counts->unlabelled / weeks,
         counts->events, counts->covered, 100. * counts->covered / counts->events);
}

static void release(void) {
  engine_destroy(bench.engine);
  incident_feed_release(&bench.feed);
  for (size_t i = 0; i < bench.servers; i++) {
    frame_release(&bench.server[i].frame);
    free(bench.server[i].alarms);
  }
  memset(&bench, 0, sizeof bench);
}

/* What the metrics of a host are judged together by. */
static const char alone[] = "rules = (); groups = ();";
static const char together[] =
    "rules = (); groups = ( { name = \"host\"; members = { plugin = \"bench\"; }; } );";

static bool measure(const char *name, const char *pattern, const char *groups) {
  bool measured = load(pattern);
  if (measured && bench.servers == 0)
    printf("%s: the data are not there\n", name);
  else if (measured && (measured = create(groups))) {
    replay();
    for (size_t i = 0; i < bench.servers; i++)
      count_events(&bench.server[i]);
    print(name);
  }
  release();
  return measured;
}

int main(void) {
  puts("By host and week: notifications in all, and incidents begun, worsened, ended, begun for "
       "no event;\nlabelled events, and those covered.\n");
  printf("%-10s %5s %7s %7s %7s %9s %7s %11s %5s %4s %8s\n", "data", "hosts", "weeks", "all",
         "begun", "worsened", "ended", "unlabelled", "event", "told", "covered");
  const bool measured = measure("smd", "smd/*.csv.gz", alone) &&
                        measure("  + group", "smd/*.csv.gz", together) &&
                        measure("services", "services/*.csv.gz", alone) &&
                        measure("  + group", "services/*.csv.gz", together);
  return measured ? EXIT_SUCCESS : EXIT_FAILURE;
}

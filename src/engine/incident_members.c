#include "engine/incident_members.h"

#include "anomaly/rule.h"
#include "engine/causes.h"
#include "engine/describe.h"
#include "engine/trouble.h"

#include <math.h>
#include <string.h>

static const double STRENGTH_MOST = 3;
static const double HABIT_WEIGHT = .2;

static double loudness(const struct episode_event *episode) {
  return fmin(1 + log2(fmax(episode->verdict.ratio / episode->line, 1)), STRENGTH_MOST);
}

/* Members of a group of a host that its evidence comes from. */
static double members_behind(const struct episode_event *episode) {
  return episode->causes.hosts ? 0 : fmin(episode->causes.count, STRENGTH_METRICS);
}

double member_strength(const struct episode_event *episode) {
  if (episode->notify == NOTIFY_NEVER || episode->days >= 2)
    return 0;
  return loudness(episode) + members_behind(episode);
}

static double rank_of(const struct incident *incident, const struct episode_event *episode,
                      double window) {
  const double late = fmax(episode->seen - incident->seen, 0) / window;
  const double rarity = 1 / (1 + HABIT_WEIGHT * fmax(episode->habit - 1, 0));
  return loudness(episode) * rarity * exp(-late);
}

/* Opens a place in the ranking; INCIDENT_MEMBERS where it ranks too low. */
static size_t make_place(struct incident *incident, double rank) {
  size_t at = incident->members;
  while (at > 0 && incident->member[at - 1].rank < rank)
    at--;
  if (at == INCIDENT_MEMBERS)
    return at;
  const size_t last =
      incident->members < INCIDENT_MEMBERS ? incident->members++ : INCIDENT_MEMBERS - 1;
  memmove(&incident->member[at + 1], &incident->member[at],
          (last - at) * sizeof incident->member[0]);
  return at;
}

static void note_verdict(struct incident *incident, const struct verdict *verdict) {
  incident->last = fmax(incident->last, verdict->time);
  if (verdict->severity > incident->severity)
    incident->severity = verdict->severity;
}

static struct incident_member *find_metric(struct incident *incident,
                                           const struct metric_name *metric) {
  for (uint32_t i = 0; i < incident->members; i++)
    if (memcmp(&incident->member[i].episode.metric, metric, sizeof *metric) == 0)
      return &incident->member[i];
  return NULL;
}

/* A group stands for the member that most of its evidence comes from. */
static enum trouble trouble_of_episode(const struct episode_event *episode) {
  const bool of_metrics = episode->causes.count > 0 && !episode->causes.hosts;
  const struct metric_id id =
      of_metrics ? causes_get(&episode->causes, 0, episode->metric.part[METRIC_HOST])
                 : metric_name_id(&episode->metric);
  return trouble_of(&id);
}

static void add_member(struct incident *incident, const struct episode_event *episode,
                       double window) {
  if (incident->metrics++ == 0) {
    incident->start = episode->start;
    incident->seen = incident->last = episode->seen;
  }
  incident->start = fmin(incident->start, episode->start);
  const double rank = rank_of(incident, episode, window);
  const size_t place = make_place(incident, rank);
  if (place < INCIDENT_MEMBERS)
    incident->member[place] = (struct incident_member){.episode = *episode, .rank = rank};
  incident->trouble = trouble_of_episode(&incident->member[0].episode);
}

void incident_add(struct incident *incident, const struct episode_event *episode, double window) {
  struct incident_member *const again = find_metric(incident, &episode->metric);
  if (again != NULL)
    again->episode = *episode;
  else
    add_member(incident, episode, window);
  incident->open++;
  note_verdict(incident, &episode->verdict);
}

void incident_settle(struct incident *incident) { incident->member[0].rank = HUGE_VAL; }

void incident_update(struct incident *incident, const struct episode_event *episode) {
  incident->open -= episode->change == EPISODE_CLOSED && incident->open > 0;
  note_verdict(incident, &episode->verdict);
  for (size_t i = 0; i < incident->members; i++)
    if (incident->member[i].episode.id == episode->id)
      incident->member[i].episode = *episode;
}

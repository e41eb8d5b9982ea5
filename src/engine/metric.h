/*
 * A metric's block: this header, its key, the states of its detectors, and its
 * seats in groups, aligned to SLAB_ALIGNMENT. What a search and an update need first stands
 * first.
 */
#ifndef ANOMALY_ENGINE_METRIC_H
#define ANOMALY_ENGINE_METRIC_H

#include "anomaly/group.h"
#include "anomaly/metric.h"
#include "anomaly/verdict.h"
#include "engine/decision.h"
#include "engine/fitted.h"
#include "engine/hosts.h"
#include "engine/plan.h"
#include "engine/rate.h"
#include "stats/summary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The last verdict, as much of it as is shown later. */
struct last_verdict {
  double time, value; /* time is NaN before the first */
  float ratio, onset, surprise, confidence;
  double expected, lower, upper;
  const char *reason, *leading;
  uint8_t kind, ready, agree;
  bool anomaly;
  uint32_t missing;
};

struct metric {
  const struct plan *plan;
  struct host *host; /* held */
  struct rate rate;  /* its time is the metric's clock: of the last value or gap */
  double first_time;
  double last_seen;  /* engine's own clock */
  double late_since; /* engine's own clock; while `late` */
  struct decision decision;
  struct last_verdict last;
  struct summary summary; /* of all values since first_time */
  float interval;         /* seconds, as the sender says, else between the last two values */
  uint32_t size;          /* of the whole block */
  uint16_t key_length;
  uint16_t states; /* offset of the states in the block */
  bool late;       /* the last value was late */
  bool silent;     /* was said to be silent, and a detector cares */
  bool missed;     /* counts as silent in its host: no value for longer than collectd waits */
  bool warming;    /* no detector can know yet */
  bool is_uptime;  /* seconds since the host was booted */
  bool awaited;    /* restored, and no value since */
  bool trained;    /* learned by somebody else, and no value since */
  bool fit_waits;  /* for the trainer, or is being made by it */
  uint8_t unsaved; /* enum unsaved */
};

/* A metric's place in one group: NULL where there was no room. */
struct group_seat {
  struct group_instance *instance; /* held */
  struct group_member *member;
};

/* What the own metric of a group has besides. */
struct group_own {
  struct group_instance *instance; /* held */
  struct episode_causes causes;    /* of the last row */
  char host[METRIC_PART_SIZE];     /* that differed when its episode opened; of groups over hosts */
};

/* An identity as bytes: the six parts, each with its NUL. */
struct metric_key {
  size_t length;
  char bytes[METRIC_TEXT_SIZE];
};

/* False where a part is METRIC_PART_SIZE or longer. */
bool metric_key_make(struct metric_key *key, const struct metric_id *id);

/* Size of the block of a metric with this plan and key. */
size_t metric_size(const struct plan *plan, const struct metric_key *key);

/* Its seats, plan->seats of them; and what a group's own metric has. Behind the states. */
struct group_seat *metric_seats(const struct metric *metric);
struct group_own *metric_own(const struct metric *metric);

/* Makes a zeroed block a metric of `host` that has seen nothing. */
void metric_init(struct metric *metric, const struct plan *plan, const struct metric_key *key,
                 struct host *host);

/* Forgets what was learned, as if the metric were new; its episode stays. */
void metric_restart(struct metric *metric);

/* Makes it what another of the same identity and plan is, but for its seats. */
void metric_take_learned(struct metric *metric, const struct metric *other);

/* Whether the metric is the one of that identity. */
bool metric_has_key(const struct metric *metric, const struct metric_key *key);

/* The identity's hash, from a key and from a metric. */
uint64_t metric_key_hash(const struct metric_key *key, uint64_t seed);
uint64_t metric_hash(const struct metric *metric, uint64_t seed);

/* The state of detector `which` of the plan. */
void *metric_detector_state(const struct metric *metric, size_t which);

/* Where its fitted block is held, of a detector made from a model; else NULL. */
struct fitted **metric_fitted(const struct metric *metric, size_t which);

/* The name of its model, or its group's, that misses values for a first fit; NULL = none does. */
const char *metric_learning(const struct metric *metric);

/* Gives up all fitted blocks. */
void metric_give_fitted(struct metric *metric);

/* The identity, borrowed from the block; the same from a key's bytes. */
struct metric_id metric_identity(const struct metric *metric);
struct metric_id metric_identity_of(const char *key);

/*
 * Judges and learns a sample whose rate is `value`: finite, and newer than
 * rate.time before it. The band is not shown beyond the sample's bounds. Writes
 * *ret_verdict, with its change; ret_end as decision_advance says.
 */
void metric_observe(struct metric *metric, const struct sample *sample, double value,
                    struct verdict *ret_verdict, enum episode_end *ret_end);

/* A row of a group as the group's own metric takes it. */
struct group_news {
  double time, interval;
  const struct group_finding *finding;
  const struct episode_causes *causes;
};

/* Takes a row of its group, as metric_observe a value. */
void metric_take_row(struct metric *metric, const struct group_news *news,
                     struct verdict *ret_verdict, enum episode_end *ret_end);

/*
 * Judges that nothing has come until `time`. False, and nothing written, where
 * no detector cares for silence.
 */
bool metric_silence(struct metric *metric, double time, struct verdict *ret_verdict,
                    enum episode_end *ret_end);

/* Fills an event from the metric and the verdict that changed its episode. */
void metric_event(const struct metric *metric, const struct verdict *verdict, enum episode_end end,
                  struct episode_event *ret_event);

/* The verdict that `last` was made from, as far as it was kept. */
struct verdict metric_last_verdict(const struct metric *metric);

#endif

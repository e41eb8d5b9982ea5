/*
 * An engine whose states are handed out, and shelves that keep them.
 */
#ifndef ANOMALY_TESTS_STATE_RIG_H
#define ANOMALY_TESTS_STATE_RIG_H

#include "anomaly/engine.h"
#include "anomaly/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When everything begins, and the seconds from value to value. */
#define RIG_BEGIN 1700000000.0
#define RIG_STEP 10.0

enum { EVENTS = 16, STATES = 600 };

/* An engine, and what it told. */
struct rig {
  struct engine *engine;
  struct episode_event events[EVENTS];
  size_t count;
};

/* States that were handed out. */
struct shelf {
  size_t count;
  struct metric_record record[STATES];
  unsigned char *bytes[STATES];
};

/* What watches: detectors by name, and one option of the first. */
struct watch {
  const struct detector *detectors[4];
  const char *option, *setting;
  bool ignore;
  uint64_t memory_limit, hash_seed;
  double expire_after;
};

/* The detectors of the shipped configuration and those to compare; one fake detector. */
struct watch watch_all(void);
struct watch watch_fakes(void);

void rig_start(struct rig *rig, const struct watch *watch);

enum observation_result rig_observe(struct rig *rig, unsigned metric, double time, double value,
                                    struct verdict *ret_verdict);

/* Noise with a spike now and then; and the values `from` .. `to` of it, of some metrics. */
double rig_value(unsigned metric, unsigned at);
void rig_feed(struct rig *rig, unsigned metrics, unsigned from, unsigned to);

/* What is unsaved, to be cleared; how many that is; and states into an engine. */
struct shelf *shelf_fill(struct rig *rig, unsigned unsaved);
void shelf_clear(struct shelf *shelf);
size_t rig_unsaved(struct rig *rig, unsigned unsaved);
struct restore_stats shelf_restore(struct rig *rig, const struct shelf *shelf, double now);
struct restore_stats shelf_restore_as(struct rig *rig, enum learner learner,
                                      const struct shelf *shelf, double now);

void assert_same_states(struct rig *a, struct rig *b);

#endif

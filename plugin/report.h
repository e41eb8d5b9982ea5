/*
 * What the daemon's log is told of the engine: each thing once, when it first
 * holds.
 */
#ifndef ANOMALY_PLUGIN_REPORT_H
#define ANOMALY_PLUGIN_REPORT_H

#include "anomaly/engine.h"
#include "store/store.h"

#include <stdbool.h>

/* All zero at first. Used by one thread at a time. */
struct report {
  unsigned reads; /* with metrics */
  bool said_full, said_watched;
  bool none_known; /* and nothing else has been said since */
  bool some_warming;
  bool said_restored;
  enum store_fault fault; /* as it was told */
  uint64_t store_events;  /* of the store, that were told */
  uint64_t taken_over;    /* metrics, that were told */
  uint64_t crowned;       /* models, likewise */
  uint64_t bad;
  uint64_t refused;
};

/*
 * At start: what is watched, by which configuration. `path` is NULL for what
 * is built in.
 */
void report_start(const char *path);

/* Once per read interval; `now` in seconds since the epoch. */
void report_stats(struct report *report, const struct engine_stats *stats, double now);

/* Once per read interval: what became of the database, each change once. */
void report_store(struct report *report, const struct store_status *status);

#endif

/*
 * Tables through a group detector, row by row, as the daemon's groups go.
 */
#ifndef ANOMALY_TESTS_BENCH_GROUP_REPLAY_H
#define ANOMALY_TESTS_BENCH_GROUP_REPLAY_H

#include "anomaly/group.h"
#include "bench/data.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOBODY UINT32_MAX

/* What came out, one entry for each row of the last frame. All zero at the start. */
struct group_replay {
  size_t room; /* rows */
  double *score;
  bool *alarm;
  uint32_t *first; /* the first column to blame; NOBODY where there is none */
  uint64_t values; /* judged so far */
  double seconds;  /* of CPU that they took */
};

/* Runs a frame through a group of its own at preset options. False where memory runs out. */
bool group_replay_run(struct group_replay *replay, const struct group_detector *detector,
                      const struct frame *frame);
void group_replay_release(struct group_replay *replay);

/* Nanoseconds of CPU per value so far; NaN before the first. */
double group_replay_nanoseconds(const struct group_replay *replay);

#endif

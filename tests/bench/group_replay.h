/*
 * Tables through a group detector or a model, row by row, as the daemon's groups go.
 */
#ifndef ANOMALY_TESTS_BENCH_GROUP_REPLAY_H
#define ANOMALY_TESTS_BENCH_GROUP_REPLAY_H

#include "anomaly/group.h"
#include "anomaly/model.h"
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
  double bytes;    /* that the last group's state has, of a model with its window and block */
};

/* Runs a frame through a group of its own at preset options. False where memory runs out. */
bool group_replay_run(struct group_replay *replay, const struct group_detector *detector,
                      const struct frame *frame);

/* The same by a model at preset options, its fits included in the time. */
bool group_replay_run_model(struct group_replay *replay, const struct model *model,
                            const struct frame *frame);
void group_replay_release(struct group_replay *replay);

/* Nanoseconds of CPU per value so far; NaN before the first. */
double group_replay_nanoseconds(const struct group_replay *replay);

#endif

/*
 * Onsets: where a stretch of unusual records begins, or gets clearly stronger.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_ONSET_H
#define ANOMALY_STATS_ONSET_H

#include "anomaly/detector.h"
#include "stats/clamp.h"

#include <stdbool.h>
#include <stdint.h>

/* Zeroed = nothing seen. */
struct onset {
  float habit;     /* strong onsets of the last weeks: they make novelty count for less */
  float peak;      /* strongest record of the running onset */
  uint32_t record; /* its number */
};

extern const struct state_row onset_rows[];

/*
 * What a habit comes to when `gap` seconds pass; it loses at most the share
 * `most` at a time. One that is all but gone is gone: after a quiet year it
 * would be a denormal, which makes a record twice as dear.
 */
static inline float habit_faded(float habit, uint32_t gap, float most) {
  const float week = 604800.0F, gone = 1e-20F;
  return habit > gone ? habit * (1.0F - float_min((float)gap / week, most)) : 0.0F;
}

/*
 * Takes the strength of one record (both parts >= 0 and finite) and returns
 * that of an onset, 0 where the record is none.
 */
float onset_judge(struct onset *onset, float novel, float sudden, uint32_t number, uint32_t gap);

/* Whether restored fields can be gone on from. */
bool onset_valid(const struct onset *onset);

#endif

/*
 * How rare is a distance of this size, for a column of a group? Counts in the
 * 16 octaves under the largest distance so far, and a Pareto tail fitted to the
 * largest 3 % of them now and then, shrunk to a heavy tail while data are few.
 * A column that hardly ever moves has no such tail: there a move is as rare as
 * moves are.
 *
 * Distances are >= 0 and finite; 0 and denormals are no move, but a row.
 *
 * Source: B. M. Hill, 1975, A simple general approach to inference about the
 * tail of a distribution; the binned, shrunk and ageing form is this project's.
 */
#ifndef ANOMALY_STATS_OCTAVE_TAIL_H
#define ANOMALY_STATS_OCTAVE_TAIL_H

#include "anomaly/detector.h"

#include <float.h>
#include <stdbool.h>
#include <stdint.h>

#define OCTAVE_TAIL_BINS 16
#define OCTAVE_TAIL_KNOWN 60      /* rows before anything is rare */
#define OCTAVE_TAIL_REACH 1e30F   /* no distance is larger */
#define OCTAVE_TAIL_HORIZON 30000 /* a memory is no longer, in rows */

/* Zeroed = no row came. */
struct octave_tail {
  uint16_t count[OCTAVE_TAIL_BINS]; /* [i]: distances i octaves under the largest */
  uint16_t rows;
  uint8_t top;     /* exponent bits of the float in bin 0; 0 = there was no move */
  float threshold; /* where the tail begins; <= 0: minus half of the largest move of a rare mover */
  float decades;   /* surprise at 1, or of a rare mover's move */
  float steepness; /* decades for each octave of distance */
};

extern const struct state_row octave_tail_rows[];

/* Surprise of a distance beyond the threshold. */
float octave_tail_beyond(const struct octave_tail *tail, float distance);

/* Surprise of a distance in decades, >= 0. */
static inline float octave_tail_surprise(const struct octave_tail *tail, float distance) {
  const bool odd = distance > tail->threshold && distance >= FLT_MIN;
  return odd && tail->rows >= OCTAVE_TAIL_KNOWN ? octave_tail_beyond(tail, distance) : 0.0F;
}

/*
 * Counts a distance. After `horizon` rows everything counted weighs half. A wild
 * one moves the largest by no more than an octave.
 */
void octave_tail_insert(struct octave_tail *tail, float distance, uint32_t horizon);

/* Fits the tail anew. */
void octave_tail_refresh(struct octave_tail *tail);

/* A step cut to twice the largest distance so far; as it is where there was none. */
float octave_tail_limit(const struct octave_tail *tail, float step);

/* Whether restored fields can be gone on from. */
bool octave_tail_valid(const struct octave_tail *tail);

#endif

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
#include "stats/clamp.h"

#include <float.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

/* Fits the tail anew. */
void octave_tail_refresh(struct octave_tail *tail);

/* The exponent bits of a float >= 0; 0 for what is no move. */
static inline int octave_tail_exponent(float distance) {
  uint32_t bits;
  memcpy(&bits, &distance, sizeof bits);
  return (int)(bits >> 23);
}

/* The least float with these exponent bits, 0 .. 254. */
static inline float octave_tail_edge(int exponent) {
  const uint32_t bits = (uint32_t)exponent << 23;
  float edge;
  memcpy(&edge, &bits, sizeof edge);
  return edge;
}

/* Halves all that was counted. */
void octave_tail_halve(struct octave_tail *tail);

/* Makes room for distances an octave larger. */
void octave_tail_raise(struct octave_tail *tail);

/*
 * Counts a distance. After `horizon` rows everything counted weighs half. A wild
 * one moves the largest by no more than an octave.
 */
static inline void octave_tail_insert(struct octave_tail *tail, float distance, uint32_t horizon) {
  tail->rows++;
  if (tail->rows > horizon)
    octave_tail_halve(tail);
  const int exponent = octave_tail_exponent(distance);
  if (exponent == 0)
    return;
  if (tail->top == 0)
    tail->top = (uint8_t)exponent;
  if (exponent > tail->top)
    octave_tail_raise(tail);
  const int bin = exponent > tail->top ? 0 : tail->top - exponent;
  if (bin >= OCTAVE_TAIL_BINS)
    return;
  tail->count[bin]++;
  if (tail->threshold <= 0.0F)
    octave_tail_refresh(tail);
}

/* A step cut to twice the largest distance so far; as it is where there was none. */
static inline float octave_tail_limit(const struct octave_tail *tail, float step) {
  if (tail->top == 0)
    return step;
  const float most = octave_tail_edge(tail->top + 2);
  return float_clamp(step, -most, most);
}

/* Whether restored fields can be gone on from. */
bool octave_tail_valid(const struct octave_tail *tail);

#endif

/*
 * How rare is a distance of this size? A streaming estimate of the upper tail
 * of positive distances: half-octave counts, and a Pareto tail fitted to the
 * largest 2 % of them now and then, shrunk to a heavy tail while data are few.
 *
 * Source: B. M. Hill, 1975, A simple general approach to inference about the
 * tail of a distribution; the streaming, binned and shrunk form is this
 * project's.
 */
#ifndef ANOMALY_STATS_PARETO_TAIL_H
#define ANOMALY_STATS_PARETO_TAIL_H

#include "stats/clamp.h"
#include "stats/half_octaves.h"

#include <float.h>
#include <stdbool.h>
#include <stdint.h>

#define PARETO_TAIL_UNKNOWN FLT_MAX /* no distance is larger */
#define PARETO_TAIL_KNOWN 50        /* records before anything is rare */
#define PARETO_TAIL_MOST 6.0F       /* decades; more is not said of one distance of several */

/* One cache line. */
struct pareto_tail {
  float threshold; /* lower end of the tail, or PARETO_TAIL_UNKNOWN */
  float steepness; /* decades of surprise per decade of distance beyond the threshold */
  float decades;   /* surprise at the threshold */
  struct half_octaves window;
};

extern const struct state_row pareto_tail_rows[];

/* Makes a zeroed tail ready. */
void pareto_tail_init(struct pareto_tail *tail);

/* Surprise of a distance beyond the threshold in decades, however many: 0 .. 1000. */
float pareto_tail_beyond(const struct pareto_tail *tail, float distance);

/*
 * The same, 0 .. PARETO_TAIL_MOST, and never more than the counts allow: what
 * surely came so often among `records` is no rarer, however far the tail's fit
 * lies below it. So a step that is taken every few hours becomes usual.
 */
float pareto_tail_judge(const struct pareto_tail *tail, float distance, uint32_t records);

/* Counts a distance > 0. */
static inline void pareto_tail_count(struct pareto_tail *tail, float distance) {
  struct half_octaves *const window = &tail->window;
  const int number = half_octave(distance);
  if (window->first == HALF_OCTAVES_UNSET)
    window->first = (int16_t)(number < HALF_OCTAVES_BINS / 2 ? 0 : number - HALF_OCTAVES_BINS / 2);
  /* Bin 0 also holds everything below it, the last one everything above. */
  const int above = number - window->first;
  half_octaves_count(window, above < 0                    ? 0
                             : above >= HALF_OCTAVES_BINS ? HALF_OCTAVES_BINS - 1
                                                          : above);
}

/*
 * Surprise of a distance in decades, 0 .. PARETO_TAIL_MOST; it is then counted.
 * A distance of 0 or less is no distance: 0, not counted. `records` is the number
 * of records behind the counts: below PARETO_TAIL_KNOWN is too little to judge.
 * `distance` is not NaN.
 */
static inline float pareto_tail_surprise(struct pareto_tail *tail, float distance,
                                         uint32_t records) {
  if (distance <= 0.0F)
    return 0.0F;
  const bool odd = distance > tail->threshold && records >= PARETO_TAIL_KNOWN;
  const float decades = odd ? pareto_tail_judge(tail, distance, records) : 0.0F;
  pareto_tail_count(tail, distance);
  return decades;
}

/*
 * Fits the tail anew and centres the window on its threshold. `records` is the
 * number of records behind the counts, those without a distance included.
 */
void pareto_tail_refresh(struct pareto_tail *tail, uint32_t records);

/* Whether restored fields can be gone on from. */
bool pareto_tail_valid(const struct pareto_tail *tail);

#endif

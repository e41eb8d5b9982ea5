/*
 * A histogram of positive distances in half-octave bins: a window of
 * neighbouring bins that its owner moves to where it is of use.
 *
 * Bins are numbered by the top bits of the float: edges are 2^k and 1.5 * 2^k,
 * an even number begins at 2^k. No logarithm is needed to find a bin.
 */
#ifndef ANOMALY_STATS_HALF_OCTAVES_H
#define ANOMALY_STATS_HALF_OCTAVES_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define HALF_OCTAVES_BINS 24
#define HALF_OCTAVES_UNSET INT16_MIN

/* Counts saturate at 65535. `first` is the number of bin 0, UNSET before any distance came. */
struct half_octaves {
  int16_t first;
  uint16_t count[HALF_OCTAVES_BINS];
};

extern const struct state_row half_octaves_rows[];

/* Largest and smallest number whose edge is a finite float; edges beyond are taken for these. */
#define HALF_OCTAVE_MIN 0
#define HALF_OCTAVE_MAX 509

/* The number of the bin that holds `distance` > 0; denormals too. */
static inline int half_octave(float distance) {
  uint32_t bits;
  memcpy(&bits, &distance, sizeof bits);
  return (int)(bits >> 22);
}

static inline bool half_octave_is_odd(int number) { return (number & 1) != 0; }

/* The lower edge of a bin; 0 for the lowest. */
static inline float half_octave_edge(int number) {
  const int near = number < HALF_OCTAVE_MIN   ? HALF_OCTAVE_MIN
                   : number > HALF_OCTAVE_MAX ? HALF_OCTAVE_MAX
                                              : number;
  const uint32_t bits = (uint32_t)near << 22;
  float edge;
  memcpy(&edge, &bits, sizeof edge);
  return edge;
}

/* Natural logarithm of a lower edge, up to a constant: only differences have a meaning. */
static inline float half_octave_log(int number) {
  return (float)(number >> 1) * 0.6931472F + (float)(number & 1) * 0.4054651F;
}

/* Counts one distance in bin `at`, 0 .. HALF_OCTAVES_BINS - 1. */
static inline void half_octaves_count(struct half_octaves *window, int at) {
  window->count[at] = (uint16_t)(window->count[at] + (window->count[at] < UINT16_MAX));
}

/* Halves every count: what is old weighs less. */
void half_octaves_halve(struct half_octaves *window);

/* Whether `first` is UNSET or a number from `least` on that a finite distance can have. */
bool half_octaves_valid(const struct half_octaves *window, int least);

#endif

/*
 * What the slow twins' signals are made of: tests/golden/signals.py has the same,
 * to the last bit.
 */
#ifndef ANOMALY_TESTS_TWIN_SIGNALS_H
#define ANOMALY_TESTS_TWIN_SIGNALS_H

#include <math.h>
#include <stdint.h>

/* The generator of C's rand48. */
struct rand48 {
  uint64_t state;
};

static inline struct rand48 rand48_seeded(uint64_t seed) {
  return (struct rand48){(seed << 16) + 0x330E};
}

static inline double rand48_uniform(struct rand48 *noise) {
  noise->state = (noise->state * UINT64_C(0x5DEECE66D) + 11) & ((UINT64_C(1) << 48) - 1);
  return (double)noise->state / 0x1p48;
}

/* Nearly Gaussian: mean 0, standard deviation 1. */
static inline double rand48_bell(struct rand48 *noise) {
  double total = -6;
  for (int i = 0; i < 12; i++)
    total += rand48_uniform(noise);
  return total;
}

static inline double cents(double value) { return floor(value * 100 + .5) / 100; }

/* Up and down again in a period, 0 .. 1. */
static inline double slope(unsigned i, unsigned period) {
  const unsigned phase = i % period;
  return 2. * (phase < period - phase ? phase : period - phase) / period;
}

#endif

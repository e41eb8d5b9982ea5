/*
 * Seeded random numbers for the signals of tests: the same on every machine.
 */
#ifndef ANOMALY_TESTS_SIGNALS_H
#define ANOMALY_TESTS_SIGNALS_H

#include <math.h>
#include <stdint.h>

struct noise {
  uint64_t seed;
};

/* SplitMix64: Steele, Lea and Flood, 2014, "Fast splittable pseudorandom number generators". */
static inline uint64_t noise_bits(struct noise *noise) {
  uint64_t bits = noise->seed += UINT64_C(0x9e3779b97f4a7c15);
  bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
  return bits ^ (bits >> 31);
}

/* Evenly in 0 .. 1, both excluded. */
static inline double noise_uniform(struct noise *noise) {
  return ((double)(noise_bits(noise) >> 12) + .5) / 0x1p52;
}

/* Mean 0, standard deviation 1. */
static inline double noise_gaussian(struct noise *noise) {
  const double radius = sqrt(-2 * log(noise_uniform(noise)));
  return radius * cos(2 * acos(-1) * noise_uniform(noise));
}

/* Student's t with three degrees of freedom: heavy tails. */
static inline double noise_heavy(struct noise *noise) {
  double squares = 0;
  for (int i = 0; i < 3; i++) {
    const double gaussian = noise_gaussian(noise);
    squares += gaussian * gaussian;
  }
  return noise_gaussian(noise) / sqrt(squares / 3);
}

/* Waiting time of a Poisson process, mean 1. */
static inline double noise_waiting(struct noise *noise) { return -log(noise_uniform(noise)); }

#endif

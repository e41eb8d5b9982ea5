/*
 * Seeded random numbers: the same on every machine, not for secrets.
 *
 * Steele, Lea and Flood, 2014, "Fast splittable pseudorandom number generators"
 * (SplitMix64). The state is one number, any is fine as a seed.
 */
#ifndef ANOMALY_BASE_RANDOM_H
#define ANOMALY_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Any 64 bits; all that follow step the state likewise. */
uint64_t random_bits(uint64_t *state);

/* 0 .. count - 1, count > 0; even enough for counts far below 2^64. */
uint64_t random_below(uint64_t *state, uint64_t count);

/* Evenly in 0 .. 1, both excluded. */
double random_uniform(uint64_t *state);

/* Mean 0, standard deviation 1. Box and Muller, 1958. */
double random_normal(uint64_t *state);

/* The numbers 0 .. count - 1 in `list`, the first `drawn` of them a random choice without repeats.
 */
void random_choice(uint64_t *state, uint32_t *list, size_t count, size_t drawn);

#endif

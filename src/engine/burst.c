#include "engine/burst.h"

#include <math.h>

static const double WEEK = 604800;
static const double UNLIKELY = 1e-4;

static double count_of(const struct burst *burst, double time) {
  return burst->count * exp(-fmax(time - burst->time, 0) / WEEK);
}

void burst_note(struct burst *burst, double time) {
  burst->count = count_of(burst, time) + 1;
  burst->time = fmax(burst->time, time);
}

/* Chance of `least` or more where `mean` are expected: its first term bounds it within a factor. */
static double chance_of(double mean, double least) {
  if (least <= mean)
    return 1;
  const double term = exp(least * log(mean) - mean - lgamma(least + 1));
  return term / (1 - mean / (least + 1));
}

bool burst_is_unlikely(const struct burst *burst, double time, double window, uint32_t hosts) {
  if (hosts < BURST_LEAST)
    return false;
  /* One more than was seen: what never happened may well be. */
  const double mean = (count_of(burst, time) + 1) / WEEK * window;
  return chance_of(mean, hosts) < UNLIKELY;
}

#include "engine/rate.h"

#include <math.h>

/* Going down is a wrap, at 32 bits where the last value fits in them. */
static double counter_difference(uint64_t before, uint64_t now) {
  if (now < before && before <= UINT32_MAX)
    return (double)(uint64_t)((UINT32_MAX - before) + now + 1);
  return (double)(now - before);
}

static double derive_difference(int64_t before, int64_t now) {
  const uint64_t up = (uint64_t)now - (uint64_t)before;
  return now >= before ? (double)up : -(double)(0 - up);
}

static double per_second(double amount, double seconds) {
  return seconds > 0 ? amount / seconds : NAN;
}

static double raw_rate(const struct rate *before, const struct sample *sample) {
  const double seconds = before->known ? sample->time - before->time : 0;
  switch (sample->kind) {
  case VALUE_GAUGE:
    return sample->value.gauge;
  case VALUE_COUNTER:
    return per_second(counter_difference(before->raw.counter, sample->value.counter), seconds);
  case VALUE_DERIVE:
    return per_second(derive_difference(before->raw.derive, sample->value.derive), seconds);
  case VALUE_ABSOLUTE:
    return per_second((double)sample->value.absolute, before->known ? seconds : sample->interval);
  }
  return NAN;
}

double rate_update(struct rate *rate, const struct sample *sample) {
  const double value = raw_rate(rate, sample);
  *rate = (struct rate){.time = sample->time, .raw = sample->value, .known = true};
  if (value < sample->min || value > sample->max)
    return NAN;
  return value;
}

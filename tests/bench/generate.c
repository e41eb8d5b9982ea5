#include "bench/generate.h"

#include <math.h>
#include <stdbool.h>

static const double START = 1700006400;
static const double DAY = 86400, HOUR = 3600, MINUTE = 60;
static const double TURN = 6.283185307179586;

static const char *const names[GENERATED_KINDS] = {
    [GENERATED_GAUSSIAN] = "gaussian", [GENERATED_WANDERING] = "wandering",
    [GENERATED_LATENCY] = "latency",   [GENERATED_CPU] = "cpu",
    [GENERATED_WEEKLY] = "weekly",     [GENERATED_BURSTY] = "bursty",
    [GENERATED_ERRORS] = "errors",     [GENERATED_SATURATING] = "saturating",
    [GENERATED_SAWTOOTH] = "sawtooth", [GENERATED_QUEUE] = "queue",
    [GENERATED_FILLING] = "filling",
};

const char *generated_kind_name(enum generated_kind kind) {
  return kind < GENERATED_KINDS ? names[kind] : "unknown";
}

/* Steele, Lea, Flood 2014, Fast Splittable Pseudorandom Number Generators. */
static uint64_t random_bits(uint64_t *state) {
  uint64_t bits = *state += 0x9e3779b97f4a7c15u;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
  return bits ^ (bits >> 31);
}

uint64_t random_below(uint64_t *state, uint64_t count) { return random_bits(state) % count; }

/* Uniform in 0..1, neither of them. */
static double uniform(struct generator *generator) {
  return ((double)(random_bits(&generator->random) >> 11) + 0.5) * 0x1p-53;
}

/* Box, Muller 1958, A Note on the Generation of Random Normal Deviates. */
static double normal(struct generator *generator) {
  if (!isnan(generator->spare)) {
    const double spare = generator->spare;
    generator->spare = NAN;
    return spare;
  }
  const double radius = sqrt(-2 * log(uniform(generator)));
  const double angle = TURN * uniform(generator);
  generator->spare = radius * sin(angle);
  return radius * cos(angle);
}

static double exponential(struct generator *generator, double mean) {
  return -mean * log(uniform(generator));
}

/* At least `smallest`; the mean is smallest * shape / (shape - 1). */
static double pareto(struct generator *generator, double smallest, double shape) {
  return smallest * pow(uniform(generator), -1 / shape);
}

/* Knuth's product of uniforms for small means, the normal limit for large ones. */
static double poisson(struct generator *generator, double mean) {
  if (mean > 30)
    return fmax(round(mean + sqrt(mean) * normal(generator)), 0);
  const double limit = exp(-mean);
  double product = uniform(generator), count = 0;
  while (product > limit) {
    product *= uniform(generator);
    count++;
  }
  return count;
}

/* Moves an autocorrelated number of mean 0 and deviation 1 on by one interval. */
static double wander(struct generator *generator, double *state, double seconds) {
  const double keep = exp(-generator->interval / seconds);
  *state = keep * *state + sqrt(1 - keep * keep) * normal(generator);
  return *state;
}

static double day_phase(const struct generator *generator) {
  return fmod(generator_time(generator), DAY) / DAY;
}

/* 0 in the deep of the night, 1 at the height of the afternoon. */
static double activity(const struct generator *generator) {
  return (1 - cos(TURN * (day_phase(generator) - 0.125))) / 2;
}

static double percent(double value) { return fmin(fmax(value, 0), 100); }

static double next_latency(struct generator *generator) {
  enum { REQUESTS = 8 };
  static const double TIMEOUT = 2000;
  double sum = 0;
  for (int request = 0; request < REQUESTS; request++) {
    const bool slow = uniform(generator) < 0.002;
    const double time = slow ? pareto(generator, 20, 1.6) : exp(1 + 0.7 * normal(generator));
    sum += fmin(time, TIMEOUT);
  }
  return sum / REQUESTS;
}

/* A cron job runs for some minutes after each full hour; state[1] is its load. */
static double next_cpu(struct generator *generator) {
  const double of_hour = fmod(generator_time(generator), HOUR);
  if (of_hour < generator->interval)
    generator->state[1] = 6 + 3 * uniform(generator);
  const double job = of_hour < 4 * MINUTE ? generator->state[1] : 0;
  const double noise = 2.5 * wander(generator, &generator->state[0], 10 * MINUTE);
  const double jitter = fabs(normal(generator));
  return percent(6 + 35 * activity(generator) + job + noise + jitter);
}

static double next_weekly(struct generator *generator) {
  const double day = fmod(floor(generator_time(generator) / DAY) + 4, 7); /* 0 = Sunday */
  const double week = day < 1 || day > 5 ? 0.6 : 1;
  const double level = 40 + 400 * week * pow(activity(generator), 1.5);
  const double wave = 1 + 0.06 * wander(generator, &generator->state[0], 20 * MINUTE);
  return poisson(generator, fmax(level * wave, 1) * generator->interval) / generator->interval;
}

/* state[0]: seconds left of this burst or pause, state[1]: rate of the burst or 0. */
static double next_bursty(struct generator *generator) {
  double left = generator->interval, bytes = 0;
  while (left > 0) {
    if (generator->state[0] <= 0) {
      const double rate = exp(11 + 0.8 * normal(generator));
      generator->state[1] = generator->state[1] > 0 ? 0 : rate;
      generator->state[0] = generator->state[1] > 0 ? fmin(pareto(generator, 2, 1.3), 15 * MINUTE)
                                                    : exponential(generator, 40);
    }
    const double span = fmin(left, generator->state[0]);
    bytes += span * generator->state[1];
    generator->state[0] -= span;
    left -= span;
  }
  return 800 * (1 + 0.1 * fabs(normal(generator))) + bytes / generator->interval;
}

/* Batches that keep the thing busy for minutes, at random; state[0]: seconds left, state[1]: busy.
 */
static double next_saturating(struct generator *generator) {
  if (generator->state[0] <= 0) {
    generator->state[1] = generator->state[1] > 0 ? 0 : 1;
    generator->state[0] =
        exponential(generator, generator->state[1] > 0 ? 8 * MINUTE : 20 * MINUTE);
  }
  generator->state[0] -= generator->interval;
  const double busy = generator->state[1] > 0 ? 101 : -0.5;
  return percent(busy + 2 * normal(generator));
}

/* state[0]: share of the way to the next release, state[1]: seconds the way takes. */
static double next_sawtooth(struct generator *generator) {
  if (generator->state[1] <= 0)
    generator->state[1] = 6 * HOUR * (0.9 + 0.2 * uniform(generator));
  generator->state[0] += generator->interval / generator->state[1];
  if (generator->state[0] >= 1) {
    generator->state[0] = 0;
    generator->state[1] = 0;
  }
  return 2e9 + 1.5e9 * generator->state[0] + 5e6 * normal(generator);
}

/* A queue with one server, 70 % busy, looked at each interval; state[0] is its length. */
static double next_queue(struct generator *generator) {
  const double steps = fmin(generator->interval, 30);
  const double arrived = poisson(generator, 7 * steps), served = poisson(generator, 10 * steps);
  generator->state[0] = fmax(generator->state[0] + arrived - served, 0);
  return generator->state[0] + poisson(generator, 2.3);
}

/* state[0]: bytes written since the last clean-up. */
static double next_filling(struct generator *generator) {
  if (day_phase(generator) * DAY < generator->interval)
    generator->state[0] *= 0.05;
  const double rate = 4e4 * (1 + activity(generator));
  generator->state[0] += generator->interval * rate * (0.5 + uniform(generator));
  return 4e10 + generator->state[0];
}

static double value_of(struct generator *generator) {
  switch (generator->kind) {
  case GENERATED_GAUSSIAN:
    return 20 + 3 * normal(generator);
  case GENERATED_WANDERING:
    return exp(0.5 * wander(generator, &generator->state[0], 30 * MINUTE));
  case GENERATED_LATENCY:
    return next_latency(generator);
  case GENERATED_CPU:
    return next_cpu(generator);
  case GENERATED_WEEKLY:
    return next_weekly(generator);
  case GENERATED_BURSTY:
    return next_bursty(generator);
  case GENERATED_ERRORS:
    return poisson(generator, generator->interval / HOUR) / generator->interval;
  case GENERATED_SATURATING:
    return next_saturating(generator);
  case GENERATED_SAWTOOTH:
    return next_sawtooth(generator);
  case GENERATED_QUEUE:
    return next_queue(generator);
  case GENERATED_FILLING:
    return next_filling(generator);
  case GENERATED_KINDS:
    break;
  }
  return 0;
}

struct generator generator_of(enum generated_kind kind, double interval, uint64_t seed) {
  struct generator generator = {
      .kind = kind, .interval = interval, .random = seed * 64 + kind, .spare = NAN};
  random_bits(&generator.random);
  return generator;
}

double generator_next(struct generator *generator) {
  const double value = value_of(generator);
  generator->row++;
  return value;
}

double generator_time(const struct generator *generator) {
  return START + generator->interval * (double)generator->row;
}

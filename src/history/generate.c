#include "history/generate.h"

#include "base/random.h"

#include <math.h>
#include <string.h>

static const double DAY = 86400, HOUR = 3600, MINUTE = 60;
static const double TURN = 6.283185307179586;

#define NEVER INFINITY
static const struct generated_info infos[GENERATED_KINDS] = {
    [GENERATED_GAUSSIAN] = {"gaussian", "demo/gaussian/gauge",
                            "independent normal values around a level", 3, -NEVER, NEVER, false},
    [GENERATED_WANDERING] = {"wandering", "demo/load/load:shortterm",
                             "a load that wanders over half an hour", .6, 0, NEVER, false},
    [GENERATED_LATENCY] = {"latency", "demo/web/response_time", "heavy-tailed response times", 4, 0,
                           NEVER, false},
    [GENERATED_CPU] = {"cpu", "demo/cpu-0/percent-user",
                       "percent with a daily season, cron jobs and noise", 9, 0, 100, true},
    [GENERATED_WEEKLY] = {"weekly", "demo/web/http_requests",
                          "requests per second, less by night and at weekends", 60, 0, NEVER, true},
    [GENERATED_BURSTY] = {"bursty", "demo/interface-eth0/if_octets:rx",
                          "bytes per second in bursts of heavy-tailed length", 2e6, 0, NEVER,
                          false},
    [GENERATED_ERRORS] = {"errors", "demo/interface-eth0/if_errors:rx", "rare counts", .2, 0, NEVER,
                          false},
    [GENERATED_SATURATING] = {"saturating", "demo/disk-sda/percent-busy",
                              "percent that is often 0 and often 100", 20, 0, 100, false},
    [GENERATED_SAWTOOTH] = {"sawtooth", "demo/java/memory-heap",
                            "memory that grows for hours and is given back", 3e8, 0, NEVER, false},
    [GENERATED_QUEUE] = {"queue", "demo/mail/queue_length", "length of a queue", 8, 0, NEVER,
                         false},
    [GENERATED_FILLING] = {"filling", "demo/df-root/df_complex-used",
                           "disk space: slow growth, cleaned up at night", 3e9, 0, NEVER, false},
    [GENERATED_MEMORY] = {"memory", "demo/memory/memory-used", "bytes in use, more by day", 6e7, 0,
                          NEVER, true},
    [GENERATED_TEMPERATURE] = {"temperature", "factory/sensors-line1/temperature",
                               "degrees of a machine in a hall that follows the day", .8, -NEVER,
                               NEVER, true},
    [GENERATED_HUMIDITY] = {"humidity", "factory/sensors-line1/humidity",
                            "percent, low where the hall is warm", 2, 0, 100, true},
    [GENERATED_PRESSURE] = {"pressure", "factory/sensors-line1/pressure",
                            "bar between a compressor's two marks", .1, 0, NEVER, false},
    [GENERATED_RPM] = {"rpm", "factory/sensors-line1/fanspeed",
                       "turns per minute of a motor under load", 15, 0, NEVER, false},
};

const struct generated_info *generated_kind_info(enum generated_kind kind) {
  static const struct generated_info unknown = {
      "unknown", "demo/unknown/gauge", "nothing", 1, -NEVER, NEVER, false};
  return kind < GENERATED_KINDS ? &infos[kind] : &unknown;
}

const char *generated_kind_name(enum generated_kind kind) {
  return generated_kind_info(kind)->name;
}

enum generated_kind generated_kind_find(const char *name) {
  enum generated_kind kind = 0;
  while (kind < GENERATED_KINDS && strcmp(infos[kind].name, name) != 0)
    kind++;
  return kind;
}

static double uniform(struct generator *generator) { return random_uniform(&generator->random); }

/* Box, Muller 1958, A Note on the Generation of Random Normal Deviates. */
double generator_normal(struct generator *generator) {
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
    return fmax(round(mean + sqrt(mean) * generator_normal(generator)), 0);
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
  *state = keep * *state + sqrt(1 - keep * keep) * generator_normal(generator);
  return *state;
}

static double day_phase(const struct generator *generator) {
  return fmod(generator_time(generator), DAY) / DAY;
}

/* 0 in the deep of the night, 1 at the height of the afternoon. */
static double activity(const struct generator *generator) {
  if (generator->no_peak)
    return 0;
  return (1 - cos(TURN * (day_phase(generator) - 0.125))) / 2;
}

static double percent(double value) { return fmin(fmax(value, 0), 100); }

static double next_latency(struct generator *generator) {
  enum { REQUESTS = 8 };
  static const double TIMEOUT = 2000;
  double sum = 0;
  for (int request = 0; request < REQUESTS; request++) {
    const bool slow = uniform(generator) < 0.002;
    const double time =
        slow ? pareto(generator, 20, 1.6) : exp(1 + 0.7 * generator_normal(generator));
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
  const double jitter = fabs(generator_normal(generator));
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
      const double rate = exp(11 + 0.8 * generator_normal(generator));
      generator->state[1] = generator->state[1] > 0 ? 0 : rate;
      generator->state[0] = generator->state[1] > 0 ? fmin(pareto(generator, 2, 1.3), 15 * MINUTE)
                                                    : exponential(generator, 40);
    }
    const double span = fmin(left, generator->state[0]);
    bytes += span * generator->state[1];
    generator->state[0] -= span;
    left -= span;
  }
  return 800 * (1 + 0.1 * fabs(generator_normal(generator))) + bytes / generator->interval;
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
  return percent(busy + 2 * generator_normal(generator));
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
  return 2e9 + 1.5e9 * generator->state[0] + 5e6 * generator_normal(generator);
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

static double next_memory(struct generator *generator) {
  const double wave = wander(generator, &generator->state[0], HOUR);
  return 3e9 + 4e8 * activity(generator) + 3e7 * wave + 5e6 * generator_normal(generator);
}

static double next_temperature(struct generator *generator) {
  const double wave = wander(generator, &generator->state[0], 30 * MINUTE);
  return 42 + 3 * activity(generator) + .4 * wave + .15 * generator_normal(generator);
}

static double next_humidity(struct generator *generator) {
  const double wave = wander(generator, &generator->state[0], 2 * HOUR);
  return percent(45 - 6 * activity(generator) + 1.2 * wave + .3 * generator_normal(generator));
}

/* state[0]: pressure, state[1]: 1 while the compressor runs. */
static double next_pressure(struct generator *generator) {
  static const double LOW = 5.8, HIGH = 6.2, RISE = .4 / 90, FALL = .4 / 400;
  if (generator->state[0] <= LOW)
    generator->state[1] = 1;
  if (generator->state[0] >= HIGH)
    generator->state[1] = 0;
  const double rate = generator->state[1] > 0 ? RISE : -FALL * (.7 + .6 * uniform(generator));
  generator->state[0] = fmin(fmax(generator->state[0] + rate * generator->interval, LOW), HIGH);
  return generator->state[0] + .01 * generator_normal(generator);
}

/* A motor turns the slower the more it must carry. */
static double next_rpm(struct generator *generator) {
  const double load = fabs(wander(generator, &generator->state[0], 10 * MINUTE));
  return 1500 - 12 * load + 3 * generator_normal(generator);
}

static double value_of(struct generator *generator) {
  switch (generator->kind) {
  case GENERATED_GAUSSIAN:
    return 20 + 3 * generator_normal(generator);
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
  case GENERATED_MEMORY:
    return next_memory(generator);
  case GENERATED_TEMPERATURE:
    return next_temperature(generator);
  case GENERATED_HUMIDITY:
    return next_humidity(generator);
  case GENERATED_PRESSURE:
    return next_pressure(generator);
  case GENERATED_RPM:
    return next_rpm(generator);
  case GENERATED_KINDS:
    break;
  }
  return 0;
}

struct generator generator_of(enum generated_kind kind, double interval, uint64_t seed) {
  struct generator generator = {.kind = kind,
                                .interval = interval,
                                .random = seed * 64 + kind,
                                .start = GENERATED_START,
                                .spare = NAN};
  random_bits(&generator.random);
  return generator;
}

double generator_next(struct generator *generator) {
  const double value = value_of(generator);
  generator->row++;
  return value;
}

double generator_time(const struct generator *generator) {
  return generator->start + generator->interval * (double)generator->row;
}

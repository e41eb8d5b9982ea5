#include "history/fault.h"

#include "base/random.h"

#include <math.h>
#include <string.h>

static const double DAY = 86400;
static const double FIRST_SHARE = .3;
/* In days: a peak by label, and the time before and behind in which it comes and goes. */
static const double PEAK_FROM = 9.0 / 24, PEAK_SPAN = 12.0 / 24, PEAK_FLANK = 6.0 / 24;
static const double ROWS_MIN = 10;

enum { ALL_OF_LEVEL = 1u << FAULT_DIP | 1u << FAULT_FLATLINE };

static const struct {
  const char *name, *summary;
  double seconds; /* it usually lasts */
  double size;    /* in scales */
} infos[FAULTS] = {
    [FAULT_SPIKE] = {"spike", "a few values far above the usual", 2 * 60, 8},
    [FAULT_DIP] = {"dip", "a few values far below the usual", 5 * 60, -8},
    [FAULT_SHIFT] = {"shift", "another level for hours", 6 * 3600, 5},
    [FAULT_DRIFT] = {"drift", "slowly away from the usual, as a leak does", 12 * 3600, 8},
    [FAULT_VARIANCE] = {"variance", "the usual level, but restless", 3 * 3600, 3},
    [FAULT_FLATLINE] = {"flatline", "stuck at one value", 3 * 3600, 0},
    [FAULT_MISSING_PEAK] = {"missing_peak", "a day without its peak", 12 * 3600, 0},
    [FAULT_GAP] = {"gap", "no values", 3600, 0},
};

const char *fault_name(enum fault_kind kind) {
  return kind < FAULTS ? infos[kind].name : "unknown";
}

const char *fault_summary(enum fault_kind kind) {
  return kind < FAULTS ? infos[kind].summary : "unknown";
}

enum fault_kind fault_find(const char *name) {
  enum fault_kind kind = 0;
  while (kind < FAULTS && strcmp(infos[kind].name, name) != 0)
    kind++;
  return kind;
}

bool fault_suits(enum fault_kind fault, enum generated_kind metric) {
  static const unsigned unseen[GENERATED_KINDS] = {
      [GENERATED_WANDERING] = 1u << FAULT_DIP,
      [GENERATED_LATENCY] = 1u << FAULT_DIP,
      [GENERATED_BURSTY] = 1u << FAULT_DIP,
      [GENERATED_ERRORS] = ALL_OF_LEVEL,
      [GENERATED_SATURATING] = 1u << FAULT_SPIKE | 1u << FAULT_VARIANCE | ALL_OF_LEVEL,
      [GENERATED_QUEUE] = 1u << FAULT_DIP,
  };
  if (fault == FAULT_MISSING_PEAK)
    return generated_kind_info(metric)->seasonal;
  return (unseen[metric] & 1u << fault) == 0;
}

static double chance_of(uint64_t *state) {
  return (double)random_below(state, 1u << 20) / (double)(1u << 20);
}

static void shuffle(struct fault *faults, size_t count, uint64_t *state) {
  for (size_t i = count; i > 1; i--) {
    const size_t other = random_below(state, i);
    const struct fault kept = faults[i - 1];
    faults[i - 1] = faults[other];
    faults[other] = kept;
  }
}

/* From the morning to the evening of the first whole day in the slot. */
static bool place_peak(struct fault *fault, double from, double until) {
  const double night = PEAK_FROM - PEAK_FLANK;
  fault->start = (ceil(from / DAY - night) + PEAK_FROM) * DAY;
  fault->end = fault->start + PEAK_SPAN * DAY;
  return fault->end + PEAK_FLANK * DAY <= until;
}

/* Lasts at most a third of its slot, of which the last third stays quiet. */
static bool place(struct fault *fault, double from, double until, double interval,
                  uint64_t *state) {
  const double room = until - from;
  if (fault->kind == FAULT_MISSING_PEAK)
    return place_peak(fault, from, until);
  if (room < ROWS_MIN * interval)
    return false;
  const double usual = fmax(infos[fault->kind].seconds, 2 * interval);
  const double rows = fmax(floor(fmin(usual, room / 3) / interval), 1);
  const double quiet = 2 * room / 3 - rows * interval;
  fault->start = from + floor(chance_of(state) * quiet / interval) * interval;
  fault->end = fault->start + rows * interval;
  return true;
}

bool fault_place(struct fault *faults, size_t count, double start, double end, double interval,
                 uint64_t seed) {
  uint64_t state = seed;
  shuffle(faults, count, &state);
  const double first = start + ceil(FIRST_SHARE * (end - start) / interval) * interval;
  const double slot = floor((end - first) / (double)count / interval) * interval;
  bool placed = true;
  for (size_t i = 0; i < count && placed; i++) {
    const double from = first + (double)i * slot;
    placed = place(&faults[i], from, from + slot, interval, &state);
  }
  return placed;
}

struct faulty faulty_of(struct generator generator, const struct fault *faults, size_t count) {
  struct generator chance = generator;
  chance.random = ~generator.random;
  return (struct faulty){
      .generator = generator, .chance = chance, .faults = faults, .left = count, .held = NAN};
}

/* What the fault makes of a value `age` seconds after its start. */
static double change(struct faulty *metric, const struct fault *fault, double value, double age) {
  const double size = infos[fault->kind].size * generated_kind_info(metric->generator.kind)->scale;
  switch (fault->kind) {
  case FAULT_SPIKE:
  case FAULT_DIP:
  case FAULT_SHIFT:
    return value + size;
  case FAULT_DRIFT:
    return value + size * age / (fault->end - fault->start);
  case FAULT_VARIANCE:
    return value + size * generator_normal(&metric->chance);
  case FAULT_FLATLINE:
    if (isnan(metric->held))
      metric->held = value;
    return metric->held;
  case FAULT_GAP:
    return NAN;
  case FAULT_MISSING_PEAK:
  case FAULTS:
    break;
  }
  return value;
}

static double flank_of(const struct fault *fault) {
  return fault->kind == FAULT_MISSING_PEAK ? PEAK_FLANK * DAY : 0;
}

/* The fault that `time` is in, or NULL. */
static const struct fault *fault_at(struct faulty *metric, double time) {
  /* Times are multiples of an interval that may not be exact. */
  const double slack = metric->generator.interval / 4;
  while (metric->left > 0 && time >= metric->faults->end + flank_of(metric->faults) - slack) {
    metric->faults++;
    metric->left--;
    metric->held = NAN;
  }
  const bool inside =
      metric->left > 0 && time >= metric->faults->start - flank_of(metric->faults) - slack;
  return inside ? metric->faults : NULL;
}

double faulty_next(struct faulty *metric) {
  const double time = generator_time(&metric->generator);
  const struct fault *const fault = fault_at(metric, time);
  metric->generator.no_peak = fault != NULL && fault->kind == FAULT_MISSING_PEAK;
  const double usual = generator_next(&metric->generator);
  if (fault == NULL)
    return usual;
  const struct generated_info *const info = generated_kind_info(metric->generator.kind);
  const double value = change(metric, fault, usual, fmax(time - fault->start, 0));
  return isnan(value) ? value : fmin(fmax(value, info->floor), info->ceiling);
}

#include "stats/left_profile.h"

#include <math.h>
#include <string.h>

/*
 * The memory: rings of `history` numbers, each belonging to the subsequence that
 * ends at its place, then a covariance with the newest subsequence for each lag,
 * from the longest to the shortest, that of `window`.
 */
enum ring {
  VALUE,
  STEP,     /* half of what came in less half of what left */
  OFFSET,   /* both, as distances from the means of their subsequences */
  INVERSE,  /* what its deviations from its mean are multiplied by */
  NORM,     /* sum of the squares of the products */
  UNSTEADY, /* 1 where covariances cannot be carried to it */
  RINGS,
};

/* A standard deviation so much smaller than one of the last window makes it unsteady. */
static const double COLLAPSE = 1e4;

/* A sum of squares that is no larger is zero. */
static const double SMALLEST = 1e-280;

/* The subsequence that ends with the value that has come. */
struct tip {
  double value, mean, step, offset, inverse, norm;
  bool unsteady;
  const double *centred; /* its values less their mean */
};

static uint32_t lags(const struct left_profile *profile) {
  return profile->history - 2 * profile->window + 1;
}

size_t left_profile_memory(uint32_t window, uint32_t history) {
  return RINGS * (size_t)history + history - 2 * (size_t)window + 1;
}

size_t left_profile_scratch(uint32_t window, uint32_t history) {
  return (size_t)window + history - 2 * (size_t)window + 1;
}

static bool is_full(const struct left_profile *profile) {
  return profile->count == profile->history;
}

static const double *ring(const struct left_profile *profile, const double *memory,
                          enum ring which) {
  return memory + (size_t)which * profile->history;
}

/* The place that is `back` values before the next one, 1 .. history. */
static uint32_t place_before(const struct left_profile *profile, uint32_t back) {
  const uint32_t place = profile->next + profile->history - back;
  return place < profile->history ? place : place - profile->history;
}

/* The subsequence's place that the covariance number `lag` is with. */
static uint32_t place_of_lag(const struct left_profile *profile, uint32_t lag) {
  return place_before(profile, profile->history - profile->window - lag);
}

/* Lags from one on whose subsequences lie side by side in the rings. */
struct run {
  uint32_t place, count;
};

static struct run run_from(const struct left_profile *profile, uint32_t lag) {
  const uint32_t place = place_of_lag(profile, lag), left = lags(profile) - lag;
  const uint32_t straight = profile->history - place;
  return (struct run){.place = place, .count = straight < left ? straight : left};
}

/* The first lag whose subsequence is all in mind; lags() where there is none. */
static uint32_t first_lag(const struct left_profile *profile) {
  if (profile->count + 1 >= profile->history)
    return 0;
  const uint32_t first = profile->history - profile->count - 1;
  return first < lags(profile) ? first : lags(profile);
}

/* Copies `count` values from a place on. */
static void copy_values(const struct left_profile *profile, const double *memory, uint32_t place,
                        uint32_t count, double *to) {
  const double *const value = ring(profile, memory, VALUE);
  const uint32_t straight = profile->history - place < count ? profile->history - place : count;
  memcpy(to, value + place, straight * sizeof *to);
  memcpy(to + straight, value, (count - straight) * sizeof *to);
}

/* Leaves deviations in place of values, and returns their mean. */
static double centre(double *values, uint32_t count) {
  double sum = 0;
  for (uint32_t i = 1; i < count; i++)
    sum += values[i] - values[0];
  const double mean = values[0] + sum / count;
  for (uint32_t i = 0; i < count; i++)
    values[i] -= mean;
  return mean;
}

static double sum_of_squares(const double *numbers, uint32_t count) {
  double sum = 0;
  for (uint32_t i = 0; i < count; i++)
    sum += numbers[i] * numbers[i];
  return sum;
}

static bool has_collapsed(const struct left_profile *profile, const double *memory,
                          double inverse) {
  const double *const inverses = ring(profile, memory, INVERSE);
  for (uint32_t back = 1; back <= profile->window && back <= profile->count; back++) {
    const double before = inverses[place_before(profile, back)];
    if (before > 0 && before * COLLAPSE < inverse)
      return true;
  }
  return false;
}

static struct tip tip_of(const struct left_profile *profile, const double *memory, double value,
                         double *centred) {
  const uint32_t window = profile->window;
  struct tip tip = {.value = value, .centred = centred};
  if (profile->count + 1 < window)
    return tip;
  copy_values(profile, memory, place_before(profile, window - 1), window - 1, centred);
  centred[window - 1] = value;
  tip.mean = centre(centred, window);
  const double squares = sum_of_squares(centred, window);
  const double floored = squares + window * profile->floor * profile->floor;
  if (floored > SMALLEST) {
    tip.inverse = 1 / sqrt(floored);
    tip.norm = squares / floored;
  }
  tip.unsteady = has_collapsed(profile, memory, tip.inverse);
  if (profile->count >= window) {
    const double left = ring(profile, memory, VALUE)[place_before(profile, window)];
    tip.step = value / 2 - left / 2;
    tip.offset = (value - tip.mean) + (left - profile->mean);
  }
  return tip;
}

/* The covariance (times window) with the subsequence of a lag, from the values. */
static double covariance(const struct left_profile *profile, const double *memory,
                         const double *centred, uint32_t lag) {
  const double *const value = ring(profile, memory, VALUE);
  const uint32_t end = place_of_lag(profile, lag), window = profile->window;
  uint32_t place = end + 1 >= window ? end + 1 - window : end + 1 + profile->history - window;
  const double origin = value[place];
  double sum = 0;
  for (uint32_t i = 0; i < window; i++) {
    sum += (value[place] - origin) * centred[i];
    place = place + 1 < profile->history ? place + 1 : 0;
  }
  return sum;
}

/* From the covariances with the subsequence before to those with the newest one. */
static void carry(const struct left_profile *profile, const double *memory, const struct tip *tip,
                  uint32_t lag, const double *from, double *to) {
  const double tip_step = tip->step, tip_offset = tip->offset;
  while (lag < lags(profile)) {
    const struct run run = run_from(profile, lag);
    const double *const step = ring(profile, memory, STEP) + run.place;
    const double *const offset = ring(profile, memory, OFFSET) + run.place;
    for (uint32_t i = 0; i < run.count; i++)
      to[lag + i] = from[lag + i] + step[i] * tip_offset + tip_step * offset[i];
    lag += run.count;
  }
}

static void compute_unsteady(const struct left_profile *profile, const double *memory,
                             const struct tip *tip, uint32_t lag, double *to) {
  const double *const unsteady = ring(profile, memory, UNSTEADY);
  for (; lag < lags(profile) && profile->unsteady > 0; lag++)
    if (unsteady[place_of_lag(profile, lag)] != 0)
      to[lag] = covariance(profile, memory, tip->centred, lag);
}

static double smaller(double a, double b) { return a < b ? a : b; }

/*
 * The smallest norm less `weight` times the covariance as it would be of normal
 * shapes; in two lanes, which take turns.
 */
static double smallest_rest(const double *norm, const double *covariances, const double *inverse,
                            double weight, uint32_t count) {
  double even = INFINITY, odd = INFINITY;
  uint32_t i = 0;
  for (; i + 1 < count; i += 2) {
    even = smaller(norm[i] - weight * (covariances[i] * inverse[i]), even);
    odd = smaller(norm[i + 1] - weight * (covariances[i + 1] * inverse[i + 1]), odd);
  }
  if (i < count)
    even = smaller(norm[i] - weight * (covariances[i] * inverse[i]), even);
  return smaller(even, odd);
}

static double distance_of(const struct left_profile *profile, const double *memory,
                          const struct tip *tip, const double *covariances, uint32_t lag) {
  double rest = INFINITY;
  while (lag < lags(profile)) {
    const struct run run = run_from(profile, lag);
    rest = smaller(smallest_rest(ring(profile, memory, NORM) + run.place, covariances + lag,
                                 ring(profile, memory, INVERSE) + run.place, 2 * tip->inverse,
                                 run.count),
                   rest);
    lag += run.count;
  }
  return sqrt(profile->window * fmin(fmax(tip->norm + rest, 0), 4));
}

/* Writes the covariances with the newest subsequence to `to`. */
static double judge(const struct left_profile *profile, const double *memory, const struct tip *tip,
                    double *to) {
  const uint32_t first = first_lag(profile);
  if (first == lags(profile))
    return 0;
  const double *const from = memory + RINGS * (size_t)profile->history;
  uint32_t carried = first;
  if (tip->unsteady)
    carried = lags(profile);
  else if (!is_full(profile))
    carried = first + 1; /* this subsequence is new in mind */
  for (uint32_t lag = first; lag < carried; lag++)
    to[lag] = covariance(profile, memory, tip->centred, lag);
  carry(profile, memory, tip, carried, from, to);
  compute_unsteady(profile, memory, tip, carried, to);
  return distance_of(profile, memory, tip, to, first);
}

double left_profile_distance(const struct left_profile *profile, const double *memory, double value,
                             double *scratch) {
  const struct tip tip = tip_of(profile, memory, value, scratch);
  return judge(profile, memory, &tip, scratch + profile->window);
}

static void append(struct left_profile *profile, double *memory, const struct tip *tip) {
  double *const place = memory + profile->next;
  const size_t size = profile->history;
  place[VALUE * size] = tip->value;
  place[STEP * size] = tip->step;
  place[OFFSET * size] = tip->offset;
  place[INVERSE * size] = tip->inverse;
  place[NORM * size] = tip->norm;
  profile->unsteady += tip->unsteady - (place[UNSTEADY * size] != 0);
  place[UNSTEADY * size] = tip->unsteady;
  profile->mean = tip->mean;
  profile->next = profile->next + 1 < profile->history ? profile->next + 1 : 0;
  if (!is_full(profile))
    profile->count++;
}

/* So many of the covariances that each has its turn in `window` rows. */
static void compute_some(struct left_profile *profile, const double *memory, const struct tip *tip,
                         double *covariances) {
  const uint32_t first = first_lag(profile);
  for (uint32_t i = 0; i <= lags(profile) / profile->window; i++) {
    if (profile->turn >= first)
      covariances[profile->turn] = covariance(profile, memory, tip->centred, profile->turn);
    profile->turn = profile->turn + 1 < lags(profile) ? profile->turn + 1 : 0;
  }
}

double left_profile_learn(struct left_profile *profile, double *memory, double value,
                          double *scratch) {
  double *const covariances = memory + RINGS * (size_t)profile->history;
  const struct tip tip = tip_of(profile, memory, value, scratch);
  const double distance = judge(profile, memory, &tip, covariances);
  compute_some(profile, memory, &tip, covariances);
  append(profile, memory, &tip);
  return distance;
}

bool left_profile_valid(const struct left_profile *profile, const double *memory) {
  bool valid = isfinite(profile->floor) && profile->floor >= 0 && isfinite(profile->mean) &&
               profile->count <= profile->history && profile->next < profile->history &&
               profile->turn < lags(profile) && profile->unsteady <= profile->history;
  const size_t numbers = left_profile_memory(profile->window, profile->history);
  for (size_t i = 0; i < numbers && valid; i++)
    valid = isfinite(memory[i]);
  return valid;
}

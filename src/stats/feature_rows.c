#include "stats/feature_rows.h"

#include "stats/clamp.h"

#include <math.h>

static const double DAY = 86400, WEEK = 604800;
static const double TURN = 6.283185307179586;

/* The features that are made of all values of a window. */
static const uint32_t MEASURED = 1u << FEATURE_MEAN | 1u << FEATURE_STD | 1u << FEATURE_MIN |
                                 1u << FEATURE_MAX | 1u << FEATURE_RANGE | 1u << FEATURE_SLOPE;

const char *const feature_names[] = {
    [FEATURE_VALUE] = "value",
    [FEATURE_DIFF] = "diff",
    [FEATURE_MEAN] = "mean",
    [FEATURE_STD] = "std",
    [FEATURE_MIN] = "min",
    [FEATURE_MAX] = "max",
    [FEATURE_RANGE] = "range",
    [FEATURE_SLOPE] = "slope",
    [FEATURE_LAG] = "lag",
    [FEATURE_HOUR_OF_DAY] = "hour_of_day",
    [FEATURE_DAY_OF_WEEK] = "day_of_week",
    [FEATURES] = NULL,
};

const struct state_row record_rows[] = {
    STATE_FIELD(struct record, time, STATE_F64),
    STATE_FIELD(struct record, value, STATE_F64),
    STATE_ROWS_END,
};

static bool has(const struct feature_set *set, enum feature feature) {
  return (set->features >> feature & 1) != 0;
}

static bool is_cyclic(enum feature feature) {
  return feature == FEATURE_HOUR_OF_DAY || feature == FEATURE_DAY_OF_WEEK;
}

static bool is_windowed(enum feature feature) {
  return feature >= FEATURE_MEAN && feature <= FEATURE_LAG;
}

static size_t windows_of(const struct feature_set *set) {
  return set->short_window == set->long_window ? 1 : 2;
}

static size_t columns_of(const struct feature_set *set, enum feature feature) {
  if (!has(set, feature))
    return 0;
  return is_cyclic(feature) ? 2 : is_windowed(feature) ? windows_of(set) : 1;
}

size_t feature_columns(const struct feature_set *set) {
  size_t columns = 0;
  for (int feature = 0; feature < FEATURES; feature++)
    columns += columns_of(set, (enum feature)feature);
  return columns;
}

enum feature feature_of(const struct feature_set *set, size_t column) {
  int feature = 0;
  for (size_t end = columns_of(set, FEATURE_VALUE); end <= column && feature < FEATURES - 1;)
    end += columns_of(set, (enum feature)++ feature);
  return (enum feature)feature;
}

uint32_t feature_reach(const struct feature_set *set) {
  const uint32_t window =
      set->long_window > set->short_window ? set->long_window : set->short_window;
  if (has(set, FEATURE_LAG))
    return window;
  if ((set->features & MEASURED) != 0)
    return window - 1;
  return has(set, FEATURE_DIFF) ? 1 : 0;
}

/* `back` is less than the ring's size. */
static const struct record *record_at(const struct record_ring *ring, uint32_t back) {
  const uint32_t at = ring->newest >= back ? ring->newest - back : ring->newest + ring->size - back;
  return &ring->records[at];
}

/* The oldest first. */
static void read_window(const struct record_ring *ring, uint32_t back, uint32_t window,
                        double *ret_values) {
  for (uint32_t i = 0; i < window; i++)
    ret_values[i] = record_at(ring, back + window - 1 - i)->value;
}

/* Sample standard deviation. */
static double deviation_of(const double *values, uint32_t count, double mean) {
  double squares = 0;
  for (uint32_t i = 0; i < count; i++)
    squares += (values[i] - mean) * (values[i] - mean);
  return sqrt(squares / (count - 1));
}

/* What is made of all values of a window, by feature. The mean of equal values is exact. */
static void measure(const struct record_ring *ring, uint32_t back, uint32_t window,
                    double ret_measured[FEATURES]) {
  double values[FEATURE_WINDOW_MAX];
  read_window(ring, back, window, values);
  const double first = record_at(ring, back + window - 1)->value;
  const double size = window, middle = (size - 1) / 2;
  double min = first, max = first, sum = 0, turn = 0;
  for (uint32_t i = 0; i < window; i++) {
    min = double_min(values[i], min);
    max = double_max(values[i], max);
    sum += values[i] - first;
    turn += (i - middle) * values[i];
  }
  ret_measured[FEATURE_MEAN] = first + sum / size;
  ret_measured[FEATURE_STD] = deviation_of(values, window, ret_measured[FEATURE_MEAN]);
  ret_measured[FEATURE_MIN] = min;
  ret_measured[FEATURE_MAX] = max;
  ret_measured[FEATURE_RANGE] = max - min;
  ret_measured[FEATURE_SLOPE] = turn / (size * (size * size - 1) / 12);
}

static double *add_clock(double time, double period, double *to) {
  const double angle = TURN * fmod(time, period) / period;
  *to++ = sin(angle);
  *to++ = cos(angle);
  return to;
}

static double *add_windowed(const struct feature_set *set, const struct record_ring *ring,
                            uint32_t back, uint32_t window, size_t step, double *to) {
  double measured[FEATURES];
  if ((set->features & MEASURED) != 0)
    measure(ring, back, window, measured);
  if (has(set, FEATURE_LAG))
    measured[FEATURE_LAG] = record_at(ring, back + window)->value;
  for (int feature = FEATURE_MEAN; feature <= FEATURE_LAG; feature++)
    if (has(set, (enum feature)feature)) {
      *to = measured[feature];
      to += step;
    }
  return to;
}

/* The features of a window lie `step` apart: short, long, short, long. */
static double *add_windows(const struct feature_set *set, const struct record_ring *ring,
                           uint32_t back, double *to) {
  const size_t windows = windows_of(set);
  double *const end = add_windowed(set, ring, back, set->short_window, windows, to);
  if (windows == 2)
    add_windowed(set, ring, back, set->long_window, windows, to + 1);
  return end;
}

void feature_row(const struct feature_set *set, const struct record_ring *ring, uint32_t back,
                 double *ret_row) {
  const struct record *const record = record_at(ring, back);
  if (has(set, FEATURE_VALUE))
    *ret_row++ = record->value;
  if (has(set, FEATURE_DIFF))
    *ret_row++ = record->value - record_at(ring, back + 1)->value;
  ret_row = add_windows(set, ring, back, ret_row);
  if (has(set, FEATURE_HOUR_OF_DAY))
    ret_row = add_clock(record->time, DAY, ret_row);
  if (has(set, FEATURE_DAY_OF_WEEK))
    add_clock(record->time, WEEK, ret_row);
}

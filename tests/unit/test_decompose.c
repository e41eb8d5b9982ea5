#include "anomaly/status.h"
#include "stats/decompose.h"
#include "stats/loess.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { COUNT = 480, PERIOD = 24 };

struct parts {
  double series[COUNT], trend[COUNT], season[COUNT];
};

static double season_at(size_t at) { return 3 * sin(acos(-1) / 12 * (double)at); }
static double trend_at(size_t at) { return 10 + (double)at / 100; }

static int take_apart(struct parts *parts, size_t period, const atomic_bool *stop) {
  double *const memory = calloc(decompose_memory(COUNT), sizeof *memory);
  assert_non_null(memory);
  const int status =
      decompose(parts->series, COUNT, period, stop, memory, parts->trend, parts->season);
  free(memory);
  return status;
}

static size_t period_of(const double *series, size_t count) {
  double *const memory = calloc(decompose_memory(count), sizeof *memory);
  assert_non_null(memory);
  const size_t period = find_period(series, count, memory);
  free(memory);
  return period;
}

static void make_series(struct parts *parts, double noise_size) {
  struct noise noise = {7};
  for (size_t at = 0; at < COUNT; at++)
    parts->series[at] = trend_at(at) + season_at(at) + noise_size * noise_gaussian(&noise);
}

static void assert_near_truth(const struct parts *parts, double most) {
  for (size_t at = 0; at < COUNT; at++) {
    assert_true(fabs(parts->trend[at] - trend_at(at)) < most);
    assert_true(fabs(parts->season[at] - season_at(at)) < most);
  }
}

static void test_parts_are_found(void **state) {
  (void)state;
  struct parts parts;
  make_series(&parts, 0);
  assert_int_equal(take_apart(&parts, PERIOD, NULL), STATUS_OK);
  assert_near_truth(&parts, .01);
  make_series(&parts, .3);
  assert_int_equal(take_apart(&parts, PERIOD, NULL), STATUS_OK);
  assert_near_truth(&parts, .5);
}

/* So long a span is smoothed at some of its places only. */
static void test_parts_of_a_long_season_are_found(void **state) {
  (void)state;
  enum { LONG = 6000, LONG_PERIOD = 600 };
  double *const numbers = calloc(3 * LONG + decompose_memory(LONG), sizeof *numbers);
  assert_non_null(numbers);
  double *const trend = numbers + LONG, *const season = trend + LONG, *const memory = season + LONG;
  for (size_t at = 0; at < LONG; at++)
    numbers[at] = trend_at(at) + season_at(24 * at / LONG_PERIOD);
  assert_int_equal(decompose(numbers, LONG, LONG_PERIOD, NULL, memory, trend, season), STATUS_OK);
  for (size_t at = 0; at < LONG; at++) {
    assert_true(fabs(trend[at] - trend_at(at)) < .01);
    assert_true(fabs(season[at] - season_at(24 * at / LONG_PERIOD)) < .01);
  }
  free(numbers);
}

/* A day of faults leaves both where they were. */
static void test_faults_are_left_over(void **state) {
  (void)state;
  struct parts parts;
  make_series(&parts, .3);
  for (size_t at = 200; at < 210; at++)
    parts.series[at] += 50;
  assert_int_equal(take_apart(&parts, PERIOD, NULL), STATUS_OK);
  assert_near_truth(&parts, .6);
}

static void test_no_season(void **state) {
  (void)state;
  struct parts parts;
  make_series(&parts, .3);
  assert_int_equal(take_apart(&parts, 1, NULL), STATUS_OK);
  for (size_t at = 0; at < COUNT; at++)
    assert_true(parts.season[at] == 0);
}

static void test_stops(void **state) {
  (void)state;
  struct parts parts;
  const atomic_bool stop = true;
  make_series(&parts, .3);
  assert_int_equal(take_apart(&parts, PERIOD, &stop), STATUS_STOPPED);
}

static void test_periods(void **state) {
  (void)state;
  struct parts parts;
  make_series(&parts, .3);
  assert_int_equal(period_of(parts.series, COUNT), PERIOD);
  make_series(&parts, 2);
  assert_int_equal(period_of(parts.series, COUNT), PERIOD);
  struct noise noise = {8};
  double walk = 0;
  for (size_t at = 0; at < COUNT; at++)
    parts.series[at] = noise_gaussian(&noise);
  assert_int_equal(period_of(parts.series, COUNT), 1);
  for (size_t at = 0; at < COUNT; at++)
    parts.series[at] = walk += .01 + .001 * noise_gaussian(&noise);
  assert_int_equal(period_of(parts.series, COUNT), 1);
  for (size_t at = 0; at < COUNT; at++)
    parts.series[at] = at % 7 == 3;
  assert_int_equal(period_of(parts.series, COUNT), 7);
  assert_int_equal(period_of(parts.series, 5), 1);
  for (size_t at = 0; at < COUNT; at++)
    parts.series[at] = 4;
  assert_int_equal(period_of(parts.series, COUNT), 1);
}

static void test_loess(void **state) {
  (void)state;
  double numbers[20], weights[20];
  for (size_t i = 0; i < 20; i++) {
    numbers[i] = 3 - 2 * (double)i;
    weights[i] = 1;
  }
  struct loess loess = {.numbers = numbers, .count = 20, .span = 7, .degree = 1};
  for (int at = -1; at <= 20; at++) /* a line is its own smooth curve */
    assert_true(fabs(loess_at(&loess, at) - (3 - 2. * at)) < 1e-9);
  loess.degree = 0;
  assert_true(fabs(loess_at(&loess, 10) - numbers[10]) < 1e-9);
  loess.weights = weights;
  numbers[10] = 1e6;
  weights[10] = 0;
  assert_true(fabs(loess_at(&loess, 10) + 17) < 1e-9);
  for (size_t i = 0; i < 20; i++)
    weights[i] = 0;
  assert_true(loess_at(&loess, 4) == numbers[4]);
  loess = (struct loess){.numbers = numbers, .count = 1, .span = 7, .degree = 1};
  assert_true(loess_at(&loess, 0) == numbers[0] && loess_at(&loess, 1) == numbers[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_parts_are_found),
      cmocka_unit_test(test_parts_of_a_long_season_are_found),
      cmocka_unit_test(test_faults_are_left_over),
      cmocka_unit_test(test_no_season),
      cmocka_unit_test(test_stops),
      cmocka_unit_test(test_periods),
      cmocka_unit_test(test_loess),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Forecasts: what goes on goes on, and the band holds what it says. */
#include "anomaly/status.h"
#include "stats/forecast.h"
#include "unit/alloc_fail.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdbool.h>

enum { PERIOD = 24, COUNT = 20 * PERIOD, STEPS = 2 * PERIOD };

static const struct forecast_settings usual = {.period = 0, .steps = STEPS, .coverage = .9};

static double season_at(size_t at) {
  return 10 * sin(2 * acos(-1) / PERIOD * (double)at) + (at % PERIOD == 5 ? 8 : 0);
}

static struct forecast *forecast_of(const double *series, size_t count,
                                    const struct forecast_settings *settings) {
  struct forecast *forecast;
  assert_int_equal(forecast_create(&forecast, series, count, settings), STATUS_OK);
  return forecast;
}

static void a_season_goes_on(void **state) {
  (void)state;
  double series[COUNT];
  for (size_t i = 0; i < COUNT; i++)
    series[i] = 100 + season_at(i);
  struct forecast *const forecast = forecast_of(series, COUNT, &usual);
  assert_int_equal(forecast_period(forecast), PERIOD);
  for (size_t i = 0; i < STEPS; i++) {
    const struct forecast_step step = forecast_next(forecast);
    assert_true(fabs(step.value - 100 - season_at(COUNT + i)) < .05);
    assert_true(step.lower <= step.value && step.value <= step.upper);
    assert_true(step.upper - step.lower < .1);
  }
  forecast_destroy(forecast);
}

/* Not for ever as fast: the slope fades. */
static void a_trend_goes_on(void **state) {
  (void)state;
  double series[COUNT];
  struct noise noise = {1};
  for (size_t i = 0; i < COUNT; i++)
    series[i] = .5 * (double)i + .1 * noise_gaussian(&noise);
  const struct forecast_settings settings = {.period = 1, .steps = STEPS, .coverage = .9};
  struct forecast *const forecast = forecast_of(series, COUNT, &settings);
  double before = series[COUNT - 1] - .5, rise = 1;
  for (size_t i = 0; i < STEPS; i++) {
    const double value = forecast_next(forecast).value;
    assert_true(value > before && (i == 0 || value - before < rise));
    rise = value - before;
    before = value;
  }
  assert_true(before > .5 * COUNT + 10 && before < .5 * (COUNT + STEPS));
  forecast_destroy(forecast);
}

/* The share of what came that the band held, over many series; a step of a walk adds to the last.
 */
static double share_held(bool walks) {
  unsigned held = 0, all = 0;
  double series[COUNT + STEPS];
  for (unsigned seed = 1; seed <= 200; seed++) {
    struct noise noise = {seed};
    double level = 50;
    for (size_t i = 0; i < COUNT + STEPS; i++) {
      const double random = noise_gaussian(&noise);
      level += walks ? random : 0;
      series[i] = level + season_at(i) + (walks ? 0 : random);
    }
    struct forecast *const forecast = forecast_of(series, COUNT, &usual);
    for (size_t i = 0; i < STEPS; i++, all++) {
      const struct forecast_step step = forecast_next(forecast);
      held += series[COUNT + i] >= step.lower && series[COUNT + i] <= step.upper;
    }
    forecast_destroy(forecast);
  }
  return held / (double)all;
}

static void the_band_holds_what_it_says(void **state) {
  (void)state;
  const double still = share_held(false), walking = share_held(true);
  if (!(still > .88 && still < .94 && walking > .8 && walking < .96))
    fail_msg("of 0.9 the band holds %.3f of noise, %.3f of a walk", still, walking);
}

static void the_band_of_a_walk_grows(void **state) {
  (void)state;
  double series[COUNT], level = 0;
  struct noise noise = {3};
  for (size_t i = 0; i < COUNT; i++)
    series[i] = level += noise_gaussian(&noise);
  const struct forecast_settings settings = {.period = 1, .steps = STEPS, .coverage = .9};
  struct forecast *const forecast = forecast_of(series, COUNT, &settings);
  double before = 0, first = 0;
  for (size_t i = 0; i < 10 * STEPS; i++) {
    const struct forecast_step step = forecast_next(forecast);
    assert_true(step.upper - step.lower >= before);
    before = step.upper - step.lower;
    first = i == 0 ? before : first;
  }
  assert_true(before > 5 * first);
  forecast_destroy(forecast);
}

static void odd_series_are_forecast_or_refused(void **state) {
  (void)state;
  double series[COUNT];
  struct forecast *forecast = NULL;
  struct forecast_settings settings = usual;
  for (size_t i = 0; i < COUNT; i++)
    series[i] = i % 2 == 0 ? 1e100 : -1e100;
  assert_int_equal(forecast_create(&forecast, series, FORECAST_NUMBERS_MIN - 1, &usual),
                   STATUS_LIMIT);
  settings.period = COUNT / 2;
  assert_int_equal(forecast_create(&forecast, series, COUNT, &settings), STATUS_LIMIT);
  settings.period = COUNT / 7 * 3 - 1;
  forecast_destroy(forecast_of(series, COUNT, &settings));
  forecast = forecast_of(series, COUNT, &usual);
  for (size_t i = 0; i < 1000; i++) {
    const struct forecast_step step = forecast_next(forecast);
    assert_true(isfinite(step.lower) && isfinite(step.upper));
  }
  forecast_destroy(forecast);
  forecast = NULL;
  const double bad[] = {NAN, INFINITY, -INFINITY, 1e101};
  for (size_t i = 0; i < 4; i++) {
    series[7] = bad[i];
    assert_int_equal(forecast_create(&forecast, series, COUNT, &usual), STATUS_INVALID);
  }
  assert_null(forecast);
  for (size_t i = 0; i < COUNT; i++)
    series[i] = 7;
  forecast = forecast_of(series, COUNT, &usual);
  const struct forecast_step step = forecast_next(forecast);
  assert_true(step.value == 7 && step.lower == 7 && step.upper == 7);
  forecast_destroy(forecast);
}

static void memory_may_be_short(void **state) {
  (void)state;
  double series[COUNT];
  for (size_t i = 0; i < COUNT; i++)
    series[i] = season_at(i);
  struct forecast *forecast = NULL;
  unsigned n = 0;
  for (int status = STATUS_NO_MEMORY; status != STATUS_OK;) {
    alloc_fail_at(++n);
    status = forecast_create(&forecast, series, COUNT, &usual);
    alloc_fail_at(0);
    assert_true(status == STATUS_OK || (status == STATUS_NO_MEMORY && forecast == NULL));
  }
  assert_true(n > 2);
  forecast_destroy(forecast);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_season_goes_on),
      cmocka_unit_test(a_trend_goes_on),
      cmocka_unit_test(the_band_holds_what_it_says),
      cmocka_unit_test(the_band_of_a_walk_grows),
      cmocka_unit_test(odd_series_are_forecast_or_refused),
      cmocka_unit_test(memory_may_be_short),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

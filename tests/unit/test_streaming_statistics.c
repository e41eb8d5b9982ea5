/* Moments, moving moments, percentiles and bands. */
#include "stats/band.h"
#include "stats/moments.h"
#include "stats/moving.h"
#include "stats/quantile.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static bool is_near(double found, double expected, double relative) {
  return fabs(found - expected) <= relative * fabs(expected);
}

static void test_clamp_keeps_to_its_range(void **unused) {
  (void)unused;
  assert_true(moments_clamp(DBL_MAX) == MOMENTS_LARGEST);
  assert_true(moments_clamp(-DBL_MAX) == -MOMENTS_LARGEST);
  assert_true(moments_clamp(DBL_TRUE_MIN) == 0 && moments_clamp(-1e-300) == 0);
  assert_true(moments_clamp(-3.5) == -3.5 && moments_clamp(1e-139) == 1e-139);
}

static void test_moments_do_not_cancel(void **unused) {
  (void)unused;
  struct moments moments = {0};
  assert_true(moments_deviation(&moments) == 0);
  for (uint32_t i = 0; i < 1000000; i++)
    moments_add(&moments, 1e12 + i % 2);
  assert_true(is_near(moments.mean, 1e12 + .5, 1e-15));
  assert_true(is_near(moments_deviation(&moments), .5, 1e-4));
  assert_true(moments_valid(&moments));
  for (uint32_t i = 0; i < 1000000; i++)
    moments_add(&moments, i % 2 ? MOMENTS_LARGEST : -MOMENTS_LARGEST);
  assert_true(isfinite(moments.squares) && moments_valid(&moments));
  moments.squares = nan("");
  assert_false(moments_valid(&moments));
}

enum { WINDOW = 50 };

static void exact(const double *values, uint32_t count, double *ret_mean, double *ret_deviation) {
  long double sum = 0, squares = 0;
  for (uint32_t i = 0; i < count; i++)
    sum += (long double)values[i];
  const long double mean = sum / count;
  for (uint32_t i = 0; i < count; i++)
    squares += ((long double)values[i] - mean) * ((long double)values[i] - mean);
  *ret_mean = (double)mean;
  *ret_deviation = count < 2 ? 0 : (double)sqrtl(squares / (count - 1));
}

/* Magnitudes from 1e-3 to 1e15 around levels up to 1e9, in stretches and single values. */
static double rough_value(struct noise *noise, uint32_t i) {
  static const double scales[] = {1, 1e-3, 1e9, 1, 1e3, 1, 1, 1};
  const double scale = noise_uniform(noise) < .003 ? 1e15 : scales[i / 400 % 8];
  return (i / 1500 % 2 == 0 ? 100 : 1e9) + scale * noise_gaussian(noise);
}

static void test_moving_moments_stay_exact(void **unused) {
  (void)unused;
  double ring[WINDOW] = {0};
  struct moving moving = {0};
  struct noise noise = {1};
  for (uint32_t i = 0; i < 300000; i++) {
    moving_add(&moving, ring, WINDOW, rough_value(&noise, i));
    double mean, deviation;
    exact(ring, moving.count, &mean, &deviation);
    assert_true(fabs(moving_mean(&moving) - mean) <= 1e-9 * deviation + 1e-14 * fabs(mean));
    assert_true(fabs(moving_deviation(&moving) - deviation) <=
                1e-8 * deviation + 1e-14 * fabs(mean));
    assert_true(moving_valid(&moving, ring, WINDOW));
  }
}

/* Rounding errors of millions of steps must not add up. */
static void test_moving_moments_do_not_drift(void **unused) {
  (void)unused;
  double ring[WINDOW] = {0};
  struct moving moving = {0};
  struct noise noise = {3};
  for (uint32_t i = 0; i < 5000000; i++)
    moving_add(&moving, ring, WINDOW, noise_uniform(&noise));
  double mean, deviation;
  exact(ring, WINDOW, &mean, &deviation);
  assert_true(is_near(moving_mean(&moving), mean, 4e-15));
  assert_true(is_near(moving_deviation(&moving), deviation, 4e-15));
}

static void test_moving_moments_of_a_constant_are_exact(void **unused) {
  (void)unused;
  double ring[WINDOW] = {0};
  struct moving moving = {0};
  moving_add(&moving, ring, WINDOW, MOMENTS_LARGEST);
  moving_add(&moving, ring, WINDOW, -MOMENTS_LARGEST);
  for (uint32_t i = 0; i < 10 * WINDOW; i++)
    moving_add(&moving, ring, WINDOW, .1);
  assert_true(moving_mean(&moving) == .1 && moving_deviation(&moving) == 0);
}

static void test_moving_refuses_what_cannot_be(void **unused) {
  (void)unused;
  double ring[WINDOW] = {1, 2, 3};
  const struct moving good = {.origin = 2, .squares = 2, .peak = 2, .count = 3, .next = 3};
  assert_true(moving_valid(&good, ring, WINDOW));
  struct moving bad = good;
  bad.count = WINDOW + 1;
  assert_false(moving_valid(&bad, ring, WINDOW));
  bad = good;
  bad.next = 4;
  assert_false(moving_valid(&bad, ring, WINDOW));
  bad = good;
  bad.squares = -1;
  assert_false(moving_valid(&bad, ring, WINDOW));
  bad = good;
  bad.origin = HUGE_VAL;
  assert_false(moving_valid(&bad, ring, WINDOW));
  ring[1] = nan("");
  assert_false(moving_valid(&good, ring, WINDOW));
}

static int compare_doubles(const void *a, const void *b) {
  const double one = *(const double *)a, other = *(const double *)b;
  return (one > other) - (one < other);
}

enum { VALUES = 20000 };

static const enum quantile percentiles[] = {QUANTILE_1, QUANTILE_50, QUANTILE_95, QUANTILE_99};
static const double shares[] = {.01, .5, .95, .99};

/* Draws values into both; the caller frees the sorted ones. */
static double *draw_values(double (*draw)(struct noise *), struct quantiles *quantiles) {
  double *const values = malloc(VALUES * sizeof(double));
  assert_non_null(values);
  struct noise noise = {2};
  *quantiles = (struct quantiles){0};
  for (size_t i = 0; i < VALUES; i++)
    quantile_add(quantiles, values[i] = draw(&noise));
  qsort(values, VALUES, sizeof(double), compare_doubles);
  assert_true(quantile_get(quantiles, QUANTILE_MINIMUM) == values[0]);
  assert_true(quantile_get(quantiles, QUANTILE_MAXIMUM) == values[VALUES - 1]);
  assert_true(quantile_valid(quantiles));
  return values;
}

static void check_ranks(double (*draw)(struct noise *)) {
  struct quantiles quantiles;
  double *const values = draw_values(draw, &quantiles);
  for (size_t q = 0; q < 4; q++) {
    size_t rank = 0;
    while (rank < VALUES && values[rank] < quantile_get(&quantiles, percentiles[q]))
      rank++;
    if (fabs(rank / (double)VALUES - shares[q]) > .003)
      fail_msg("the estimate of percentile %g has rank %g", 100 * shares[q], (double)rank / VALUES);
  }
  free(values);
}

static void test_percentiles_have_the_right_rank(void **unused) {
  (void)unused;
  check_ranks(noise_gaussian);
  check_ranks(noise_uniform);
  check_ranks(noise_waiting);
  check_ranks(noise_heavy);
}

static double draw_rounded(struct noise *noise) { return floor(10 * noise_waiting(noise)); }

static void test_percentiles_of_whole_numbers_are_near(void **unused) {
  (void)unused;
  struct quantiles quantiles;
  double *const values = draw_values(draw_rounded, &quantiles);
  for (size_t q = 0; q < 4; q++)
    assert_true(
        fabs(quantile_get(&quantiles, percentiles[q]) - values[(size_t)(shares[q] * VALUES)]) <= 1);
  free(values);
}

static void test_percentiles_of_few_values_are_exact(void **unused) {
  (void)unused;
  struct quantiles quantiles = {0};
  assert_true(quantile_get(&quantiles, QUANTILE_50) == 0);
  static const double values[] = {5, 1, 4, 2, 3};
  for (size_t i = 0; i < 5; i++)
    quantile_add(&quantiles, values[i]);
  assert_true(quantile_get(&quantiles, QUANTILE_MINIMUM) == 1);
  assert_true(quantile_get(&quantiles, QUANTILE_50) == 3);
  assert_true(quantile_get(&quantiles, QUANTILE_99) == 5);
  assert_true(quantile_valid(&quantiles));
}

static void test_percentiles_stand_any_order(void **unused) {
  (void)unused;
  for (int order = 0; order < 3; order++) {
    struct quantiles quantiles = {0};
    for (uint32_t i = 0; i < 100000; i++) {
      const double value = order == 0 ? 7 : order == 1 ? i : -(double)i;
      quantile_add(&quantiles, i % 1000 == 3 ? moments_clamp(value * 1e200) : value);
      assert_true(quantile_valid(&quantiles));
    }
  }
}

static void test_percentiles_refuse_what_cannot_be(void **unused) {
  (void)unused;
  struct quantiles good = {0};
  for (uint32_t i = 0; i < 50; i++)
    quantile_add(&good, i);
  assert_true(quantile_valid(&good));
  struct quantiles bad = good;
  bad.position[4] = bad.position[3];
  assert_false(quantile_valid(&bad));
  bad = good;
  bad.position[4] += .5;
  assert_false(quantile_valid(&bad));
  bad = good;
  bad.height[5] = -1;
  assert_false(quantile_valid(&bad));
  bad = good;
  bad.height[5] = nan("");
  assert_false(quantile_valid(&bad));
  bad = good;
  bad.count++;
  assert_false(quantile_valid(&bad));
  bad.count = 0;
  assert_true(quantile_valid(&bad));
}

static void test_band_judges_by_distance(void **unused) {
  (void)unused;
  const struct band band = {.expected = 10, .lower = 8, .upper = 14};
  assert_true(band_judge(&band, 12).ratio == .5 && band_judge(&band, 12).kind == KIND_SPIKE);
  assert_true(band_judge(&band, 4).ratio == 3 && band_judge(&band, 4).kind == KIND_DIP);
  assert_true(band_judge(&band, 10).ratio == 0 && band_judge(&band, 10).kind == KIND_NONE);
  assert_true(band_clip(&band, 99) == 14 && band_clip(&band, -99) == 8);
  assert_true(band_clip(&band, 9) == 9);
  const struct band none = band_around(0, 0);
  assert_true(band_judge(&none, 1e-100).ratio == BAND_RATIO_MAX);
  assert_true(band_judge(&none, 0).ratio == 0);
}

static void test_gaussian_surprise_is_in_decades(void **unused) {
  (void)unused;
  assert_true(gaussian_surprise(0) == 0);
  assert_true(is_near(gaussian_surprise(1.959963985), -log10(.05), 1e-8));
  assert_true(is_near(gaussian_surprise(3), -log10(.002699796), 1e-6));
  assert_true(is_near(gaussian_surprise(30.0001), gaussian_surprise(29.9999), 1e-3));
  assert_true(gaussian_surprise(1e6) == 300);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_clamp_keeps_to_its_range),
      cmocka_unit_test(test_moments_do_not_cancel),
      cmocka_unit_test(test_moving_moments_stay_exact),
      cmocka_unit_test(test_moving_moments_do_not_drift),
      cmocka_unit_test(test_moving_moments_of_a_constant_are_exact),
      cmocka_unit_test(test_moving_refuses_what_cannot_be),
      cmocka_unit_test(test_percentiles_have_the_right_rank),
      cmocka_unit_test(test_percentiles_of_whole_numbers_are_near),
      cmocka_unit_test(test_percentiles_of_few_values_are_exact),
      cmocka_unit_test(test_percentiles_stand_any_order),
      cmocka_unit_test(test_percentiles_refuse_what_cannot_be),
      cmocka_unit_test(test_band_judges_by_distance),
      cmocka_unit_test(test_gaussian_surprise_is_in_decades),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The generalized Pareto tail against distributions whose tails are known, and
 * values that are swamped by what was learned.
 */
#include "stats/excess_tail.h"
#include "stats/swamped.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>

enum { COUNT = 1000 };

static const double HEAVY = 1. / 3;

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* A tail fitted to draws of scale 3 from the distribution itself. */
static struct excess_tail fit_to_shape(double shape, size_t count, uint64_t seed) {
  double excess[COUNT];
  struct noise noise = {seed};
  for (size_t i = 0; i < count; i++) {
    const double chance = noise_uniform(&noise);
    excess[i] = shape == 0 ? -3 * log(chance) : 3 * (pow(chance, -shape) - 1) / shape;
  }
  qsort(excess, count, sizeof excess[0], compare);
  return excess_tail_fit(excess, count, HEAVY);
}

static void test_known_tails_are_found(void **unused) {
  (void)unused;
  for (double shape = -.5; shape <= 1; shape += .25) {
    const struct excess_tail tail = fit_to_shape(shape, COUNT, 1);
    assert_float_equal(tail.shape, shape, .15);
    assert_float_equal(tail.scale, 3, .6);
    assert_true(excess_tail_valid(&tail));
  }
}

static void test_few_excesses_make_a_heavy_tail(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 50; seed++) {
    const struct excess_tail tail = fit_to_shape(-.3, EXCESS_TAIL_LEAST, seed);
    assert_true(excess_tail_valid(&tail));
    assert_true(tail.shape > -.6);
  }
}

static void test_quantile_and_decades_are_inverse(void **unused) {
  (void)unused;
  for (double shape = -.5; shape <= 1; shape += .25) {
    const struct excess_tail tail = {.shape = shape, .scale = 3};
    assert_float_equal(excess_tail_decades(&tail, 0), 0, 1e-12);
    for (double decades = 0; decades < 5; decades += .5) {
      const double excess = excess_tail_quantile(&tail, decades);
      assert_float_equal(excess_tail_decades(&tail, excess), decades, 1e-6);
    }
  }
  const struct excess_tail exponential = {.shape = 0, .scale = 1};
  assert_float_equal(excess_tail_quantile(&exponential, 2), log(100), 1e-9);
}

static void test_past_the_end_is_as_rare_as_can_be(void **unused) {
  (void)unused;
  const struct excess_tail bounded = {.shape = -.5, .scale = 1}; /* ends at 2 */
  assert_true(excess_tail_decades(&bounded, 2) == EXCESS_TAIL_MOST);
  assert_true(excess_tail_decades(&bounded, 1e300) == EXCESS_TAIL_MOST);
}

static void test_equal_and_enormous_excesses_make_a_tail(void **unused) {
  (void)unused;
  double equal[20], spread[20];
  for (int i = 0; i < 20; i++) {
    equal[i] = 7;
    spread[i] = ldexp(1, 10 * i - 100);
  }
  const struct excess_tail tails[] = {excess_tail_fit(equal, 20, HEAVY),
                                      excess_tail_fit(spread, 20, HEAVY)};
  for (int i = 0; i < 2; i++) {
    assert_true(excess_tail_valid(&tails[i]));
    assert_true(isfinite(excess_tail_decades(&tails[i], 1e30)));
  }
}

static void test_only_tails_are_valid(void **unused) {
  (void)unused;
  const struct excess_tail broken[] = {{NAN, 1}, {1, NAN}, {1, 0}, {1, -1}, {1, INFINITY}, {99, 1}};
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
    assert_false(excess_tail_valid(&broken[i]));
}

static void test_swamped_values_are_noticed(void **unused) {
  (void)unused;
  struct swamped swamped = {0};
  struct noise noise = {1};
  for (int i = 0; i < 1000; i++) {
    assert_false(swamped_by(&swamped, noise_gaussian(&noise), 1e6));
    assert_true(swamped_valid(&swamped));
  }
  int steps = 1;
  while (!swamped_by(&swamped, noise_gaussian(&noise), 1e15))
    steps++;
  assert_int_equal(steps, 64);
  swamped = (struct swamped){0};
  for (int i = 0; i < 1000; i++)
    assert_false(swamped_by(&swamped, 5, 1e15)); /* a value that stays */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_tails_are_found),
      cmocka_unit_test(test_few_excesses_make_a_heavy_tail),
      cmocka_unit_test(test_quantile_and_decades_are_inverse),
      cmocka_unit_test(test_past_the_end_is_as_rare_as_can_be),
      cmocka_unit_test(test_equal_and_enormous_excesses_make_a_tail),
      cmocka_unit_test(test_only_tails_are_valid),
      cmocka_unit_test(test_swamped_values_are_noticed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

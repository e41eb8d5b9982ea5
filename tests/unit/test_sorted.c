#include "stats/sorted.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static void test_sorts_and_counts(void **state) {
  (void)state;
  double numbers[] = {3, -1, 2, 3, 0, 3};
  sort_numbers(numbers, 6);
  const double sorted[] = {-1, 0, 2, 3, 3, 3};
  assert_memory_equal(numbers, sorted, sizeof sorted);
  assert_int_equal(sorted_count_below(numbers, 6, 3), 3);
  assert_int_equal(sorted_count_to(numbers, 6, 3), 6);
  assert_int_equal(sorted_count_to(numbers, 6, 2.5), 3);
  assert_int_equal(sorted_count_below(numbers, 6, -1), 0);
  assert_int_equal(sorted_count_to(numbers, 6, -2), 0);
  assert_int_equal(sorted_count_below(numbers, 6, 9), 6);
  assert_int_equal(sorted_count_to(numbers, 0, 0), 0);
}

/* Of each length around the ways that numbers are sorted in, of few, many and nearly equal values.
 */
static void test_sorts_many(void **state) {
  (void)state;
  static double numbers[20000];
  static const size_t counts[] = {1, 63, 64, 65, 500, 1535, 1536, 1537, 20000};
  static const double scales[] = {3, 1e9, 1e-9};
  struct noise noise = {2};
  for (size_t at = 0; at < sizeof counts / sizeof counts[0] * 3; at++) {
    const size_t count = counts[at / 3];
    double sum = 0, sorted_sum = 0;
    for (size_t i = 0; i < count; i++) {
      numbers[i] = at % 3 == 2 ? 1 + scales[2] * noise_gaussian(&noise)
                               : floor(scales[at % 3] * noise_gaussian(&noise));
      sum += numbers[i] / 1e9;
    }
    sort_numbers(numbers, count);
    for (size_t i = 0; i < count; i++) {
      sorted_sum += numbers[i] / 1e9;
      assert_true(i == 0 || numbers[i - 1] <= numbers[i]);
    }
    assert_true(fabs(sum - sorted_sum) < 1e-6);
  }
  double unusual[] = {0, -0., 5e-324, -5e-324, 1e308, -1e308, INFINITY, -INFINITY};
  sort_numbers(unusual, 8);
  assert_true(unusual[0] == -INFINITY && unusual[2] == -5e-324 && unusual[7] == INFINITY);
}

static void test_quantiles(void **state) {
  (void)state;
  const double numbers[] = {10, 20, 40, 80, 160};
  assert_true(sorted_quantile(numbers, 5, 0) == 10);
  assert_true(sorted_quantile(numbers, 5, 1) == 160);
  assert_true(sorted_quantile(numbers, 5, .5) == 40);
  assert_true(fabs(sorted_quantile(numbers, 5, .9) - 128) < 1e-9);
  assert_true(fabs(sorted_quantile(numbers, 5, .1) - 14) < 1e-9);
  assert_true(sorted_quantile(numbers, 1, .7) == 10);
}

static void test_counting_agrees_with_looking(void **state) {
  (void)state;
  enum { COUNT = 257 };
  double numbers[COUNT];
  struct noise noise = {1};
  for (size_t i = 0; i < COUNT; i++)
    numbers[i] = floor(40 * noise_uniform(&noise));
  sort_numbers(numbers, COUNT);
  for (double value = -1; value < 42; value += .5) {
    size_t to = 0, below = 0;
    for (size_t i = 0; i < COUNT; i++) {
      to += numbers[i] <= value;
      below += numbers[i] < value;
    }
    assert_int_equal(sorted_count_to(numbers, COUNT, value), to);
    assert_int_equal(sorted_count_below(numbers, COUNT, value), below);
  }
}

static void assert_sorts(double *numbers, size_t count) {
  sort_numbers(numbers, count);
  for (size_t i = 1; i < count; i++)
    assert_true(numbers[i - 1] <= numbers[i]);
}

/* Evenly spread, all but one in one place, of few values, and of every size. */
static double spread_number(struct noise *noise, size_t way, size_t at) {
  switch (way) {
  case 0:
    return noise_uniform(noise);
  case 1:
    return at == 7 ? 1e12 : noise_gaussian(noise);
  case 2:
    return floor(4 * noise_uniform(noise));
  default:
    return exp(40 * noise_gaussian(noise));
  }
}

static void test_the_order_goes_with_the_numbers(void **state) {
  (void)state;
  enum { COUNT = 3000 };
  static double numbers[COUNT], kept[COUNT];
  static uint32_t order[COUNT];
  static bool seen[COUNT];
  struct noise noise = {3};
  for (size_t way = 0; way < 8; way++) {
    const size_t count = way < 4 ? COUNT : 700;
    for (size_t i = 0; i < count; i++) {
      numbers[i] = kept[i] = spread_number(&noise, way % 4, i);
      order[i] = (uint32_t)i;
      seen[i] = false;
    }
    sort_numbered(numbers, order, count);
    for (size_t i = 0; i < count; i++) {
      assert_true(i == 0 || numbers[i - 1] <= numbers[i]);
      assert_true(kept[order[i]] == numbers[i] && !seen[order[i]]);
      seen[order[i]] = true;
    }
  }
}

/* With a pivot from a fixed place the second takes hours: its largest number is in the middle. */
static void test_no_order_is_a_bad_one(void **state) {
  (void)state;
  enum { COUNT = 2000000 };
  double *const numbers = malloc(COUNT * sizeof *numbers);
  assert_non_null(numbers);
  for (size_t i = 0; i < COUNT; i++)
    numbers[i] = (double)i;
  assert_sorts(numbers, COUNT);
  for (size_t i = 0; i < COUNT; i++)
    numbers[i] = (double)(i % (COUNT / 2));
  assert_sorts(numbers, COUNT);
  for (size_t i = 0; i < COUNT; i++)
    numbers[i] = i + 1 == COUNT;
  assert_sorts(numbers, COUNT);
  free(numbers);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sorts_and_counts),
      cmocka_unit_test(test_sorts_many),
      cmocka_unit_test(test_quantiles),
      cmocka_unit_test(test_counting_agrees_with_looking),
      cmocka_unit_test(test_the_order_goes_with_the_numbers),
      cmocka_unit_test(test_no_order_is_a_bad_one),
  };
  return cmocka_run_group_tests_name("sorted", tests, NULL, NULL);
}

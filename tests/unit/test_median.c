#include "base/random.h"
#include "stats/median.h"
#include "stats/sorted.h"
#include "unit/unit_test.h"

#include <math.h>
#include <string.h>

enum { COUNT_MAX = 300 };

static void assert_is_median(const double *numbers, size_t count) {
  double ordered[COUNT_MAX], reordered[COUNT_MAX];
  memcpy(ordered, numbers, count * sizeof *ordered);
  memcpy(reordered, numbers, count * sizeof *reordered);
  sort_numbers(ordered, count);
  const double low = ordered[(count - 1) / 2], high = ordered[count / 2];
  assert_true(median_of(reordered, count) == low + (high - low) / 2);
  sort_numbers(reordered, count);
  assert_memory_equal(ordered, reordered, count * sizeof *ordered);
}

/* From all alike to hardly any. */
static void test_any_numbers(void **state) {
  (void)state;
  uint64_t random = 1;
  double numbers[COUNT_MAX];
  for (uint64_t kinds = 1; kinds <= 1u << 30; kinds *= 8)
    for (size_t count = 1; count <= COUNT_MAX; count++) {
      for (size_t i = 0; i < count; i++)
        numbers[i] = (double)random_below(&random, kinds) - (double)kinds / 2;
      assert_is_median(numbers, count);
    }
}

static void test_numbers_in_order(void **state) {
  (void)state;
  double rising[COUNT_MAX], falling[COUNT_MAX], wave[COUNT_MAX];
  for (size_t i = 0; i < COUNT_MAX; i++) {
    rising[i] = (double)i;
    falling[i] = -(double)i;
    wave[i] = fabs((double)i - COUNT_MAX / 2);
  }
  for (size_t count = 1; count <= COUNT_MAX; count++) {
    assert_is_median(rising, count);
    assert_is_median(falling, count);
    assert_is_median(wave, count);
  }
}

static void test_infinities(void **state) {
  (void)state;
  double numbers[9] = {INFINITY, 1, -INFINITY, 2, INFINITY, 3, -INFINITY, 4, 5};
  assert_true(median_of(numbers, 9) == 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_any_numbers),
      cmocka_unit_test(test_numbers_in_order),
      cmocka_unit_test(test_infinities),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What is blatant for a young metric, and that it is told once. */
#include "stats/first_range.h"
#include "unit/unit_test.h"

#include <math.h>

/* Has been 0 .. 10. */
static struct first_range range_create(void) {
  struct first_range range = {0};
  assert_true(first_range_judge(&range, 10, false) == 0);
  assert_true(first_range_judge(&range, 4, true) == 0);
  return range;
}

/* Returns how many of so many records of this value are told. */
static int run(struct first_range *range, float value, int count) {
  int told = 0;
  for (int i = 0; i < count; i++)
    told += first_range_judge(range, value, true) >= 1;
  return told;
}

static void test_far_for_five_records_is_told(void **unused) {
  (void)unused;
  static const float values[] = {26, -16};
  for (int i = 0; i < 2; i++) {
    struct first_range range = range_create();
    assert_int_equal(run(&range, values[i], 4), 0);
    assert_float_equal(first_range_judge(&range, values[i], true), 16 / 15., 1e-6);
    assert_true(first_range_judge(&range, 1e6F, true) == FIRST_RANGE_MOST);
    assert_true(first_range_valid(&range, 1e18F));
  }
}

static void test_spikes_and_what_is_near_are_not(void **unused) {
  (void)unused;
  struct first_range range = range_create();
  assert_int_equal(run(&range, 24, 10), 0);
  range = range_create();
  for (int i = 0; i < 10; i++)
    assert_int_equal(run(&range, 1000, 4) + run(&range, 5, 1), 0);
  struct first_range constant = {0};
  assert_int_equal(run(&constant, 0, 100) + run(&constant, 9, 100), 0);
}

static void test_is_told_once(void **unused) {
  (void)unused;
  struct first_range range = range_create();
  assert_int_equal(run(&range, 50, 100), 16);
  assert_int_equal(run(&range, 1000, 100), 0);
}

static void test_an_unknown_metric_has_no_range(void **unused) {
  (void)unused;
  struct first_range range = range_create();
  for (int i = 0; i < 10; i++)
    assert_true(first_range_judge(&range, 50, false) == 0);
  assert_int_equal(run(&range, 50, 10), 0);
}

static void test_forged_states_are_refused(void **unused) {
  (void)unused;
  struct first_range range = range_create();
  assert_true(first_range_valid(&range, 100));
  range.high = -1;
  assert_false(first_range_valid(&range, 100));
  range = (struct first_range){.low = NAN};
  assert_false(first_range_valid(&range, 100));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_far_for_five_records_is_told),
      cmocka_unit_test(test_spikes_and_what_is_near_are_not),
      cmocka_unit_test(test_is_told_once),
      cmocka_unit_test(test_an_unknown_metric_has_no_range),
      cmocka_unit_test(test_forged_states_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

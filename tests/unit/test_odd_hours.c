/* Hours unlike themselves: what is told of them, and how often. */
#include "stats/odd_hours.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>

struct hours {
  struct odd_hours odd;
  struct noise noise;
};

static struct hours hours_create(uint64_t seed) {
  struct hours hours = {.noise = {seed}};
  odd_hours_init(&hours.odd);
  return hours;
}

static float usual_hour(struct hours *hours) {
  return odd_hours_judge(&hours->odd, (float)noise_gaussian(&hours->noise), 1);
}

/* Returns how many of so many usual hours are told. */
static unsigned run(struct hours *hours, unsigned count) {
  unsigned told = 0;
  for (unsigned i = 0; i < count; i++)
    told += usual_hour(hours) >= ODD_HOURS_LINE;
  return told;
}

/* Returns in how many of so many hours of this excess something is told. */
static unsigned run_odd(struct hours *hours, float excess, unsigned count, float weight) {
  unsigned told = 0;
  for (unsigned i = 0; i < count; i++)
    told += odd_hours_judge(&hours->odd, excess, weight) >= ODD_HOURS_LINE;
  return told;
}

static void test_nothing_is_odd_in_the_first_week(void **unused) {
  (void)unused;
  struct hours hours = hours_create(1);
  assert_int_equal(run(&hours, ODD_HOURS_KNOWN - 10), 0);
  assert_int_equal(run_odd(&hours, 100, 10, 1), 0);
}

static void test_an_excursion_is_told_once(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 20; seed++) {
    struct hours hours = hours_create(seed);
    (void)run(&hours, 500);
    assert_int_equal(run_odd(&hours, seed % 2 == 0 ? 8 : -8, 12, 1), 1);
    assert_int_equal(hours.odd.above, seed % 2 == 0);
    (void)run(&hours, 50);
    assert_int_equal(run_odd(&hours, -20, 12, 1), 1);
  }
}

/* Hours on both sides of what is usual are no excursion; nor are they told of a young metric. */
static void test_sides_and_weight_count(void **unused) {
  (void)unused;
  struct hours hours = hours_create(1);
  (void)run(&hours, 500);
  for (int i = 0; i < 12; i++)
    assert_int_equal(run_odd(&hours, i % 2 == 0 ? 5 : -5, 1, 1), 0);
  (void)run(&hours, 50);
  assert_int_equal(run_odd(&hours, 20, 12, .4F), 0);
}

static void test_what_was_told_otherwise_is_not_told_again(void **unused) {
  (void)unused;
  struct hours hours = hours_create(1);
  (void)run(&hours, 500);
  odd_hours_skip(&hours.odd);
  assert_int_equal(run_odd(&hours, 20, 12, 1), 0);
  (void)run(&hours, 50);
  assert_int_equal(run_odd(&hours, 40, 12, 1), 1);
}

/* Ten metrics, a year each. */
static void test_usual_hours_are_hardly_ever_told(void **unused) {
  (void)unused;
  unsigned told = 0;
  for (uint64_t seed = 0; seed < 10; seed++) {
    struct hours hours = hours_create(seed);
    told += run(&hours, 365 * 24);
    assert_true(odd_hours_valid(&hours.odd));
  }
  assert_in_range(told, 0, 10);
}

static void test_forged_states_are_refused(void **unused) {
  (void)unused;
  struct hours hours = hours_create(1);
  (void)run(&hours, 500);
  struct odd_hours forged = hours.odd;
  assert_true(odd_hours_valid(&forged));
  forged.sum = NAN;
  assert_false(odd_hours_valid(&forged));
  forged = hours.odd;
  forged.hours = UINT32_MAX;
  assert_false(odd_hours_valid(&forged));
  forged = hours.odd;
  forged.tail[1].steepness = -1;
  assert_false(odd_hours_valid(&forged));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nothing_is_odd_in_the_first_week),
      cmocka_unit_test(test_an_excursion_is_told_once),
      cmocka_unit_test(test_sides_and_weight_count),
      cmocka_unit_test(test_what_was_told_otherwise_is_not_told_again),
      cmocka_unit_test(test_usual_hours_are_hardly_ever_told),
      cmocka_unit_test(test_forged_states_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

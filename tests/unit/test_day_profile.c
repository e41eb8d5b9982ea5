/*
 * What a metric is like over time: pace, hours of the day, runs, onsets.
 */
#include "stats/day_profile.h"
#include "stats/flat_run.h"
#include "stats/onset.h"
#include "stats/pace.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>

static void test_pace_learns_the_interval(void **unused) {
  (void)unused;
  struct pace pace = {.interval = 0};
  pace_init(&pace);
  assert_true(pace_valid(&pace));
  pace_learn(&pace, 0, 0, 0);
  for (uint32_t i = 1; i < 1000; i++)
    pace_learn(&pace, i, i % 2 == 0 ? 290 : 310, 0);
  assert_float_equal(pace.interval, 300, 1);
  assert_float_equal(pace.hour_records, 12, .05);
  pace_learn(&pace, 1000, 1000000, 0); /* a gap counts as two intervals at most */
  assert_float_equal(pace.interval, 303, 1);
  pace_learn(&pace, 1001, 300, 10);
  assert_true(pace.interval == 10 && pace.hour_records == 360);
}

static void test_line_grows_with_the_rate(void **unused) {
  (void)unused;
  static const struct {
    double interval, line;
  } rows[] = {{60, 18}, {600, 13.5}, {6, 22.5}, {1, 26.0017}, {.1, 26.0017}, {1e9, 6}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct pace pace = {.interval = 0};
    pace_init(&pace);
    pace_learn(&pace, 0, 0, rows[i].interval);
    assert_float_equal(pace.line, rows[i].line, 1e-3);
    assert_true(pace_valid(&pace));
  }
}

/* Ten days of one value each ten minutes. */
static void test_profile_learns_each_hour(void **unused) {
  (void)unused;
  struct day_hour hour = {.number = 0};
  struct day_profile profile = {.baseline = 0};
  day_hour_init(&hour);
  struct noise noise = {1};
  for (uint32_t i = 0; i < 10 * 144; i++) {
    if ((int32_t)(i / 6) != hour.number)
      day_hour_change(&hour, &profile, (int32_t)(i / 6));
    const float value = (float)(i / 6 % 24) + .5F * (float)noise_gaussian(&noise);
    day_hour_learn(&hour, value, 6, i);
  }
  day_hour_change(&hour, &profile, 240);
  for (int i = 0; i < DAY_HOURS; i++) {
    assert_float_equal(profile.mean[i], i, .6);
    assert_int_equal(profile.seen[i], 60);
    assert_true(profile.deviation[i] > .2F && profile.deviation[i] < .8F);
  }
  assert_true(day_hour_valid(&hour, &profile, 100));
  assert_false(day_hour_valid(&hour, &profile, 10));
}

static void test_excess_of_an_hour(void **unused) {
  (void)unused;
  struct day_hour hour = {.number = 0};
  struct day_profile profile = {.baseline = 0};
  day_hour_init(&hour);
  float excess = -1;
  assert_false(day_hour_excess(&hour, &profile, &excess));
  day_hour_change(&hour, &profile, 0);
  day_hour_learn(&hour, 10, 1, 0);
  assert_false(day_hour_excess(&hour, &profile, &excess)); /* nothing to compare with */
  for (int i = 1; i <= 24; i++) {
    day_hour_change(&hour, &profile, i);
    day_hour_learn(&hour, 14, 1, (uint32_t)i);
  }
  assert_true(day_hour_excess(&hour, &profile, &excess));
  assert_true(excess == 4);
  hour.spoilt = 1;
  excess = -1;
  assert_false(day_hour_excess(&hour, &profile, &excess));
  assert_true(excess == -1);
}

/* Once a slot is known, one value teaches it no more than four usual errors. */
static void test_wild_values_teach_little(void **unused) {
  (void)unused;
  struct day_hour hour = {.number = 0};
  struct day_profile profile = {.baseline = 0};
  day_hour_change(&hour, &profile, 0);
  for (uint32_t i = 0; i < 100; i++)
    day_hour_learn(&hour, i % 2 == 0 ? 1 : -1, 10, i);
  day_hour_learn(&hour, 1e6F, 10, 100);
  assert_true(hour.mean < 1);
}

static void test_run_is_stuck(void **unused) {
  (void)unused;
  struct flat_run run = {.length = 0};
  for (int i = 0; i < 200; i++) /* runs of one and two */
    assert_true(flat_run_judge(&run, i % 5 == 0, 60) == 0);
  assert_int_equal(run.longest, 1);
  float last = 0;
  for (int i = 1; i <= 100; i++) {
    const float decades = flat_run_judge(&run, true, 60);
    if (i < 16)
      assert_true(decades == 0);
    assert_true(decades >= last && decades <= FLAT_RUN_MOST);
    last = decades;
  }
  assert_float_equal(last, 14.5754F, 1e-4F);
  assert_true(flat_run_judge(&run, false, 60) == 0);
  assert_int_equal(run.longest, 100);
}

static void test_short_runs_and_constants_are_not_stuck(void **unused) {
  (void)unused;
  struct flat_run run = {.length = 0, .changes = 100};
  for (int i = 0; i < 599; i++)
    assert_true(flat_run_judge(&run, true, 1) == 0);
  assert_true(flat_run_judge(&run, true, 1) > 0); /* ten minutes */
  run = (struct flat_run){.changes = 63};
  for (int i = 0; i < 10000; i++)
    assert_true(flat_run_judge(&run, true, 60) == 0);
}

static void test_onset_has_a_shadow(void **unused) {
  (void)unused;
  struct onset onset = {.habit = 0};
  assert_true(onset_judge(&onset, 0, 0, 1000, 60) == 0);
  assert_true(onset_judge(&onset, 10, 0, 1001, 60) == 10);
  assert_true(onset.habit == 1);
  assert_true(onset_judge(&onset, 0, 9, 1002, 60) == 0);
  assert_true(onset_judge(&onset, 0, 10.9F, 1003, 60) == 0);
  assert_true(onset_judge(&onset, 0, 12.1F, 1004, 60) == 12.1F);
  assert_true(onset_judge(&onset, 0, 12, 1004 + 70, 60) == 0);
  assert_true(onset_judge(&onset, 0, 12, 1004 + 71, 60) == 12);
  assert_true(onset.habit > 1.9F && onset.habit < 2);
  assert_true(onset_valid(&onset));
}

/* Where there is often something new, what is new counts for less; what is sudden does not. */
static void test_onset_habit(void **unused) {
  (void)unused;
  struct onset onset = {.habit = 5};
  assert_float_equal(onset_judge(&onset, 10, 0, 100, 60), 5, 1e-4);
  assert_float_equal(onset_judge(&onset, 0, 10, 300, 60), 10, 1e-4);
  for (uint32_t i = 0; i < 20 * 1008; i++) /* twenty weeks */
    (void)onset_judge(&onset, 0, 0, 400 + i, 600);
  assert_true(onset.habit < .1F);
  assert_true(habit_faded(8, 604800, .01F) > 7.9F);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pace_learns_the_interval),
      cmocka_unit_test(test_line_grows_with_the_rate),
      cmocka_unit_test(test_profile_learns_each_hour),
      cmocka_unit_test(test_excess_of_an_hour),
      cmocka_unit_test(test_wild_values_teach_little),
      cmocka_unit_test(test_run_is_stuck),
      cmocka_unit_test(test_short_runs_and_constants_are_not_stuck),
      cmocka_unit_test(test_onset_has_a_shadow),
      cmocka_unit_test(test_onset_habit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

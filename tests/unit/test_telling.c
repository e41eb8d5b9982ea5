/*
 * How much is told: the bar, the hold, habits of a metric, hosts at once.
 */
#include "engine/burst.h"
#include "engine/habit.h"
#include "engine/telling.h"
#include "unit/unit_test.h"

#include <math.h>

#define HOUR 3600.0
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)
#define NOW 1.7e9

static void bar_rises_with_what_is_told_and_sinks_with_time(void **state) {
  (void)state;
  struct telling telling = {.time = 0};
  assert_true(telling_bar(&telling, NOW, 2) == 1);
  for (unsigned i = 1; i <= 4; i++) {
    telling_note_told(&telling, NOW, 2);
    assert_float_equal(telling_bar(&telling, NOW, 2), 1 + .5 * i, 1e-6);
  }
  for (unsigned i = 0; i < 100; i++)
    telling_note_told(&telling, NOW, 2);
  assert_true(telling_bar(&telling, NOW, 2) == TELLING_BAR_MOST);
  assert_float_equal(telling_bar(&telling, NOW + WEEK, 2), 3, 1e-6);
  assert_float_equal(telling_bar(&telling, NOW + WEEK, 1), 3.5, 1e-6);
  assert_true(telling_bar(&telling, NOW + 3 * WEEK, 2) == 1);
  assert_true(telling_bar(&telling, NOW, 0) == 0);
}

/* Two a week of the smallest are told for ever; more are not. */
static void bar_lets_pass_about_so_many_a_week(void **state) {
  (void)state;
  static const struct {
    double between;
    unsigned least, most;
  } rows[] = {{WEEK / 2, 99, 100}, {DAY, 25, 35}};
  for (size_t i = 0; i < 2; i++) {
    struct telling telling = {.time = 0};
    unsigned told = 0;
    for (unsigned k = 0; k < 100; k++) {
      const double time = NOW + k * rows[i].between;
      if (telling_bar(&telling, time, 2) > 1)
        continue;
      telling_note_told(&telling, time, 2);
      told++;
    }
    assert_in_range(told, rows[i].least, rows[i].most);
  }
}

static void hold_grows_with_what_was_told_in_a_day(void **state) {
  (void)state;
  static const double holds[] = {0, 900, 3600, 14400, 57600, 57600};
  struct telling telling = {.time = 0};
  for (size_t i = 0; i < sizeof holds / sizeof holds[0]; i++) {
    assert_true(telling_hold(&telling, NOW, 2) == holds[i]);
    telling_note_told(&telling, NOW, 2);
  }
  assert_int_equal(telling_recent(&telling, NOW), 6);
  assert_true(telling_hold(&telling, NOW, 0) == 0); /* where all is told, at once */
  assert_true(telling_hold(&telling, NOW + 3 * DAY, 2) == 0);
}

static void an_end_waits_for_as_long_as_it_lasted(void **state) {
  (void)state;
  assert_true(telling_pause(0, 300, 2) == 300);
  assert_true(telling_pause(900, 300, 2) == 900);
  assert_true(telling_pause(0, DAY, 2) == HOUR);
  assert_true(telling_pause(4 * HOUR, DAY, 2) == 4 * HOUR);
  assert_true(telling_pause(900, 300, 0) == 0); /* where all is told, at once */
}

/* A host that alarms again as soon as its incident has ended. */
static void a_flapping_host_begins_at_most_six_in_a_day(void **state) {
  (void)state;
  struct telling telling = {.time = 0};
  unsigned told = 0, most = 0;
  double begun[64];
  for (double time = NOW; time < NOW + 7 * DAY && told < 64; time += 60) {
    const double hold = telling_hold(&telling, time, 2);
    telling_note_told(&telling, time, 0);
    begun[told++] = time;
    time += hold;
  }
  for (unsigned first = 0; first < told; first++) {
    unsigned in_day = 0;
    while (first + in_day < told && begun[first + in_day] < begun[first] + DAY)
      in_day++;
    most = in_day > most ? in_day : most;
  }
  assert_in_range(most, 3, 6);
}

static void held_ones_are_counted_until_one_is_told(void **state) {
  (void)state;
  struct telling telling = {.time = 0};
  telling_note_held(&telling, NOW);
  telling_note_held(&telling, NOW + HOUR);
  assert_int_equal(telling.held, 2);
  assert_true(telling.held_since == NOW);
  telling_note_told(&telling, NOW + DAY, 2);
  assert_int_equal(telling.held, 0);
}

static void habit_counts_and_fades(void **state) {
  (void)state;
  struct habit habit = {.count = 0};
  assert_true(habit_count(&habit, NOW) == 0);
  for (unsigned i = 0; i < 10; i++)
    habit_note(&habit, NOW);
  assert_float_equal(habit_count(&habit, NOW), 10, 1e-3);
  assert_float_equal(habit_count(&habit, NOW + WEEK), 10 / exp(1), 1e-3);
  assert_float_equal(habit_count(&habit, NOW - DAY), 10, 1e-3); /* a clock that steps back */
}

static void daily_job_is_known_by_its_time(void **state) {
  (void)state;
  struct habit habit = {.count = 0};
  assert_int_equal(habit_days(&habit, NOW), 0);
  habit_note(&habit, NOW - 2 * DAY + 500);
  habit_note(&habit, NOW - DAY - 5 * HOUR);
  assert_int_equal(habit_days(&habit, NOW), 0); /* the day before yesterday alone is no row */
  habit_note(&habit, NOW - DAY - 550);
  assert_int_equal(habit_days(&habit, NOW), 2);
  assert_int_equal(habit_days(&habit, NOW + 700), 0);
  for (unsigned i = 0; i < HABIT_STARTS - 1; i++) /* other times push the oldest out */
    habit_note(&habit, NOW - 6 * HOUR + i);
  assert_int_equal(habit_days(&habit, NOW), 1);
}

static void few_hosts_or_a_busy_fleet_are_no_burst(void **state) {
  (void)state;
  struct burst burst = {.time = 0};
  assert_false(burst_is_unlikely(&burst, NOW, 30, 2));
  assert_true(burst_is_unlikely(&burst, NOW, 30, 3));
  for (unsigned i = 0; i < 30000; i++) /* 1.5 in 30 s, as ten thousand hosts may have */
    burst_note(&burst, NOW + i * WEEK / 30000);
  assert_false(burst_is_unlikely(&burst, NOW + WEEK, 30, 5));
  assert_true(burst_is_unlikely(&burst, NOW + WEEK, 30, 12));
  assert_true(burst_is_unlikely(&burst, NOW + 20 * WEEK, 30, 3));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bar_rises_with_what_is_told_and_sinks_with_time),
      cmocka_unit_test(bar_lets_pass_about_so_many_a_week),
      cmocka_unit_test(hold_grows_with_what_was_told_in_a_day),
      cmocka_unit_test(an_end_waits_for_as_long_as_it_lasted),
      cmocka_unit_test(a_flapping_host_begins_at_most_six_in_a_day),
      cmocka_unit_test(held_ones_are_counted_until_one_is_told),
      cmocka_unit_test(habit_counts_and_fades),
      cmocka_unit_test(daily_job_is_known_by_its_time),
      cmocka_unit_test(few_hosts_or_a_busy_fleet_are_no_burst),
  };
  return cmocka_run_group_tests_name("telling", tests, NULL, NULL);
}

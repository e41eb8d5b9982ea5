/* How the values of a group's members become rows. */
#include "anomaly/status.h"
#include "engine/group_instance.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MEMBERS = 3 };

struct bench {
  struct group_rule *rule;
  struct group_instance *instance;
  atomic_uint_fast64_t memory;
  struct fitted_totals totals;
  struct group_member *member[MEMBERS];
  double clock;
};

static struct metric_key key_of(unsigned number) {
  char name[16];
  struct metric_key key;
  snprintf(name, sizeof name, "m%u", number);
  const struct metric_id id = {{"host", "test", "", "gauge", name, "value"}};
  assert_true(metric_key_make(&key, &id));
  return key;
}

static struct group_member *join(struct bench *bench, unsigned number) {
  const struct metric_key key = key_of(number);
  struct group_member *member;
  return group_instance_join(bench->instance, &key, bench->clock, 600, &member) == STATUS_OK
             ? member
             : NULL;
}

static void start(struct bench *bench, const struct group_options *options) {
  *bench = (struct bench){.clock = 0};
  assert_int_equal(group_rule_create(&bench->rule), STATUS_OK);
  bench->rule->options = *options;
  const struct metric_key key = key_of(99);
  bench->instance = group_instance_create(bench->rule, &key, &bench->memory, &bench->totals);
  assert_non_null(bench->instance);
  for (unsigned i = 0; i < MEMBERS; i++) {
    bench->member[i] = join(bench, i);
    assert_non_null(bench->member[i]);
    assert_int_equal(bench->member[i]->column, i);
  }
}

static void end(struct bench *bench) {
  group_instance_destroy(bench->instance);
  assert_int_equal(atomic_load(&bench->memory), 0);
  group_rule_destroy(bench->rule);
}

static struct group_options options_of(int late) {
  return (struct group_options){
      .by = GROUP_BY_HOST, .interval = 60, .late = late, .wait = 20, .columns_max = MEMBERS};
}

static bool add_every(struct bench *bench, unsigned member, double time, double interval,
                      double value) {
  const struct group_value one = {
      .time = time, .interval = interval, .value = value, .clock = bench->clock};
  return group_instance_add(bench->instance, bench->member[member], &one);
}

static bool add(struct bench *bench, unsigned member, double time, double value) {
  return add_every(bench, member, time, 10, value);
}

/* The next row that is whole: NaN is missing. */
static void assert_row(struct bench *bench, double time, double a, double b, double c) {
  const double wanted[MEMBERS] = {a, b, c};
  struct group_judged_row row;
  assert_true(group_instance_judge(bench->instance, &row));
  assert_true(row.time == time);
  for (unsigned i = 0; i < MEMBERS; i++) {
    const double value = bench->instance->row[i];
    if (isnan(wanted[i]) ? !isnan(value) : value != wanted[i])
      fail_msg("column %u of the row at %g is %g, not %g", i, time, value, wanted[i]);
  }
}

static void assert_no_row(struct bench *bench) {
  struct group_judged_row row;
  assert_false(group_instance_judge(bench->instance, &row));
}

static void values_of_a_row_are_averaged(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_SKIP);
  struct bench bench;
  start(&bench, &options);
  for (unsigned i = 0; i < 6; i++) {
    assert_false(add(&bench, 0, 1005 + 10 * i, i));
    assert_false(add(&bench, 1, 1006 + 10 * i, 7));
  }
  assert_no_row(&bench);
  assert_true(add(&bench, 1, 1066, 3));
  assert_row(&bench, 1060, 2.5, 7, NAN);
  assert_no_row(&bench);
  assert_true(add(&bench, 0, 1125, 4));
  assert_row(&bench, 1120, NAN, 3, NAN);
  end(&bench);
}

static void the_mean_of_huge_values_is_finite(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_SKIP);
  struct bench bench;
  start(&bench, &options);
  assert_false(add(&bench, 0, 1005, 1.7e308));
  assert_false(add(&bench, 0, 1035, 1.7e308));
  assert_true(add(&bench, 1, 1066, 3));
  assert_row(&bench, 1060, 1e298, NAN, NAN);
  end(&bench);
}

static void rows_are_as_long_as_the_interval_of_the_members(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_SKIP);
  struct bench bench;
  start(&bench, &options);
  for (unsigned i = 0; i < 3; i++)
    for (unsigned member = 0; member < MEMBERS; member++)
      assert_true(add_every(&bench, member, 10000 + 300 * i + member, 300, i) ==
                  (i > 0 && member == 0));
  assert_int_equal(bench.instance->rows.closed_count, GROUP_CLOSED_ROWS);
  assert_row(&bench, 10150, 0, 0, 0);
  assert_row(&bench, 10450, 1, 1, 1);
  end(&bench);
}

static void a_gap_makes_no_rows(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_SKIP);
  struct bench bench;
  start(&bench, &options);
  assert_false(add(&bench, 0, 1005, 1));
  assert_false(add(&bench, 1, 5004, 9));
  assert_true(add(&bench, 0, 5005, 2));
  assert_row(&bench, 1060, 1, NAN, NAN);
  assert_no_row(&bench);
  assert_true(add(&bench, 0, 5085, 2));
  assert_row(&bench, 5020, 2, NAN, NAN);
  end(&bench);
}

/* The sum of both is rounded down, so that the row ends before all of its length is over. */
static void a_value_at_the_very_end_of_a_row_begins_the_next(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_SKIP);
  const double interval = 60.1, first = 1700006400, begin = first - interval / 2;
  const double second = begin + interval;
  struct bench bench;
  start(&bench, &options);
  assert_true(second - begin < interval);
  assert_false(add_every(&bench, 0, first, interval, 1));
  alarm(60); /* it was a loop without end */
  assert_true(add_every(&bench, 0, second, interval, 2));
  alarm(0);
  assert_row(&bench, second, 1, NAN, NAN);
  assert_no_row(&bench);
  end(&bench);
}

static void a_late_member_has_its_last_value(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_LAST);
  struct bench bench;
  start(&bench, &options);
  add(&bench, 0, 1005, 1);
  add(&bench, 1, 1005, 2);
  assert_true(add(&bench, 0, 1065, 3));
  assert_row(&bench, 1060, 1, 2, NAN);
  assert_true(add(&bench, 0, 1125, 4));
  assert_row(&bench, 1120, 3, 2, NAN);
  group_instance_leave(bench.instance, bench.member[1], 0);
  assert_true(add(&bench, 0, 1185, 5));
  assert_row(&bench, 1180, 4, NAN, NAN);
  end(&bench);
}

static void a_row_waits_for_late_members(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_WAIT);
  struct bench bench;
  start(&bench, &options);
  add(&bench, 0, 1005, 1);
  add(&bench, 1, 1005, 2);
  assert_false(add(&bench, 0, 1065, 10));
  assert_false(add(&bench, 2, 1055, 3));
  assert_true(add(&bench, 1, 1066, 20));
  assert_row(&bench, 1060, 1, 2, 3);
  assert_false(add(&bench, 0, 1125, 100));
  assert_false(add(&bench, 1, 1139, 200));
  assert_true(add(&bench, 1, 1140, 300));
  assert_row(&bench, 1120, 10, 20, NAN);
  assert_true(add(&bench, 1, 1210, 7));
  assert_row(&bench, 1180, 100, 250, NAN);
  end(&bench);
}

static void a_row_ends_though_nothing_comes(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_SKIP);
  struct bench bench;
  start(&bench, &options);
  assert_false(group_instance_pass(bench.instance, 1e6));
  bench.clock = 1000;
  add(&bench, 0, 5, 1);
  assert_false(group_instance_pass(bench.instance, 1059));
  assert_true(group_instance_pass(bench.instance, 1060));
  assert_row(&bench, 60, 1, NAN, NAN);
  assert_false(group_instance_pass(bench.instance, 1e6));
  end(&bench);
}

static void rows_that_are_not_judged_go_on_collecting(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_SKIP);
  struct bench bench;
  start(&bench, &options);
  for (unsigned i = 0; i < 6; i++)
    add(&bench, 0, 1005 + 60 * i, i);
  assert_row(&bench, 1060, 0, NAN, NAN);
  assert_row(&bench, 1120, 1, NAN, NAN);
  assert_no_row(&bench);
  assert_true(add(&bench, 0, 1365, 9));
  assert_row(&bench, 1180, 3.5, NAN, NAN);
  end(&bench);
}

static void a_clock_that_was_set_back_begins_anew(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_SKIP);
  struct bench bench;
  start(&bench, &options);
  add(&bench, 0, 90005, 1);
  add(&bench, 0, 90065, 2);
  assert_row(&bench, 90060, 1, NAN, NAN);
  assert_int_equal(bench.instance->learned.group.state.columns, MEMBERS);
  for (; bench.clock < 600; bench.clock += 60)
    assert_false(add(&bench, 0, 1005 + bench.clock, 5));
  assert_false(add(&bench, 0, 1605, 6));
  assert_true(add(&bench, 0, 1665, 7));
  assert_row(&bench, 1660, 6, NAN, NAN);
  end(&bench);
}

/* Column 2 goes on far ahead, and the rows are of column 0 alone. */
static void assert_left_out(struct bench *bench) {
  for (unsigned i = 1; i < 30; i++) {
    bench->clock += 60;
    assert_false(add(bench, 2, 900000 + 60 * i, 9));
    assert_true(add(bench, 0, 1005 + 60 * i, 1));
    assert_row(bench, 1000 + 60 * i, 1, NAN, NAN);
  }
}

static void one_clock_that_is_ahead_moves_nothing(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_SKIP);
  struct bench bench;
  start(&bench, &options);
  add(&bench, 0, 1005, 1);
  assert_left_out(&bench);
  end(&bench);
}

static void one_that_is_ahead_from_the_first_moves_nothing(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_SKIP);
  struct bench bench;
  start(&bench, &options);
  assert_false(add(&bench, 2, 900000, 9));
  assert_false(add(&bench, 0, 1005, 1));
  assert_left_out(&bench);
  end(&bench);
}

/* All that is right is far ahead of it: two of them are enough. */
static void one_that_is_behind_from_the_first_holds_nothing(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_SKIP);
  struct bench bench;
  start(&bench, &options);
  add(&bench, 2, 1005, 9);
  assert_false(add(&bench, 0, 900005, 1));
  assert_true(add(&bench, 1, 900006, 2));
  assert_row(&bench, 1060, NAN, NAN, 9);
  for (unsigned i = 1; i < 5; i++) {
    bench.clock += 60;
    add(&bench, 0, 900005 + 60 * i, 1);
    add(&bench, 1, 900006 + 60 * i, 2);
  }
  assert_row(&bench, 900040, NAN, 2, NAN);
  assert_row(&bench, 900100, 1, 2, NAN);
  end(&bench);
}

static void one_that_is_left_alone_passes_a_gap_too(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_SKIP);
  struct bench bench;
  start(&bench, &options);
  add(&bench, 0, 1005, 1);
  add(&bench, 1, 1006, 2);
  for (unsigned i = 0; i < 60; i++)
    assert_false(add(&bench, 0, 9005 + 10 * i, 3));
  assert_true(add(&bench, 0, 9605, 3));
  assert_row(&bench, 1060, 1, 2, NAN);
  end(&bench);
}

static void a_column_is_given_to_another(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_SKIP);
  struct bench bench;
  start(&bench, &options);
  assert_null(join(&bench, 7));
  add(&bench, 1, 1005, 5);
  add(&bench, 0, 1005, 5);
  add(&bench, 0, 1065, 5);
  assert_row(&bench, 1060, 5, 5, NAN);
  assert_true(bench.instance->learned.group.state.columns == MEMBERS);
  group_instance_leave(bench.instance, bench.member[1], bench.clock);
  bench.clock = 599;
  assert_null(join(&bench, 7));
  struct group_member *const same = join(&bench, 1);
  assert_ptr_equal(same, bench.member[1]);
  group_instance_leave(bench.instance, same, bench.clock);
  bench.clock = 1199;
  bench.member[1] = join(&bench, 7);
  assert_non_null(bench.member[1]);
  assert_int_equal(bench.member[1]->column, 1);
  add(&bench, 1, 1066, 9);
  add(&bench, 0, 1125, 5);
  assert_row(&bench, 1120, 5, 9, NAN);
  const size_t size = bench.rule->detector->column_size;
  const char *const column = bench.instance->learned.group.state.column;
  struct group other = group_of(bench.rule->detector, bench.rule->own);
  assert_int_equal(group_grow(&other, MEMBERS), STATUS_OK);
  const double first[MEMBERS] = {5, NAN, NAN}, second[MEMBERS] = {5, 9, NAN};
  struct group_finding finding;
  struct group_row row = {.time = 1060, .interval = 60, .value = first};
  group_update(&other, &row, &finding);
  row = (struct group_row){.time = 1120, .interval = 60, .value = second};
  group_update(&other, &row, &finding);
  assert_memory_equal(column + size, (char *)other.state.column + size, size);
  group_release(&other);
  end(&bench);
}

static void a_column_that_is_given_away_has_not_come(void **state) {
  (void)state;
  const struct group_options options = options_of(LATE_WAIT);
  struct bench bench;
  start(&bench, &options);
  for (unsigned i = 0; i < MEMBERS; i++)
    add(&bench, i, 1005, 5);
  group_instance_leave(bench.instance, bench.member[1], bench.clock);
  bench.clock = 600;
  bench.member[1] = join(&bench, 7);
  assert_non_null(bench.member[1]);
  assert_false(add(&bench, 0, 1065, 6));
  add(&bench, 1, 1058, 7);
  assert_true(add(&bench, 2, 1066, 8));
  assert_row(&bench, 1060, 5, 7, 5);
  end(&bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_of_a_row_are_averaged),
      cmocka_unit_test(the_mean_of_huge_values_is_finite),
      cmocka_unit_test(rows_are_as_long_as_the_interval_of_the_members),
      cmocka_unit_test(a_gap_makes_no_rows),
      cmocka_unit_test(a_value_at_the_very_end_of_a_row_begins_the_next),
      cmocka_unit_test(a_late_member_has_its_last_value),
      cmocka_unit_test(a_row_waits_for_late_members),
      cmocka_unit_test(a_row_ends_though_nothing_comes),
      cmocka_unit_test(rows_that_are_not_judged_go_on_collecting),
      cmocka_unit_test(a_clock_that_was_set_back_begins_anew),
      cmocka_unit_test(one_clock_that_is_ahead_moves_nothing),
      cmocka_unit_test(one_that_is_ahead_from_the_first_moves_nothing),
      cmocka_unit_test(one_that_is_behind_from_the_first_holds_nothing),
      cmocka_unit_test(one_that_is_left_alone_passes_a_gap_too),
      cmocka_unit_test(a_column_is_given_to_another),
      cmocka_unit_test(a_column_that_is_given_away_has_not_come),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "engine/plan.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "engine/slab.h"
#include "unit/fake_detector.h"
#include "unit/unit_test.h"

#include <stdio.h>

static const struct metric_id cpu_user = {{"web1", "cpu", "0", "cpu", "user", "value"}};
static const struct metric_id cpu_idle = {{"web1", "cpu", "0", "cpu", "idle", "value"}};
static const struct metric_id load = {{"web1", "load", "", "load", "", "shortterm"}};

static struct rule_set *new_rules(void) {
  struct rule_set *rules;
  assert_int_equal(rule_set_create(&rules), STATUS_OK);
  return rules;
}

static struct rule *add_rule(struct rule_set *rules, enum metric_part part, const char *pattern) {
  struct rule *rule;
  char why[64];
  assert_int_equal(rule_set_add(rules, &rule), STATUS_OK);
  if (pattern != NULL)
    assert_int_equal(rule_select(rule, part, pattern, why, sizeof why), STATUS_OK);
  return rule;
}

static void set(struct rule *rule, const char *name, double value) {
  const struct option_row *const row = option_find(rule_option_rows, name);
  assert_int_equal(option_set_number(row, rule_settings(rule), value, NULL), STATUS_OK);
  rule_mark(rule, (size_t)(row - rule_option_rows));
}

static void watch(struct rule *rule) {
  assert_int_equal(rule_add_detector(rule, &fake_detector, NULL), STATUS_OK);
}

static struct plan_book *book_of(struct rule_set *rules) {
  struct plan_book *book;
  assert_int_equal(plan_book_create(&book, rules), STATUS_OK);
  return book;
}

static void presets_hold_where_no_rule_speaks(void **state) {
  (void)state;
  struct plan_book *const book = book_of(NULL);
  const struct plan *const plan = plan_book_find(book, &cpu_user);
  assert_non_null(plan);
  assert_int_equal(plan->count, 0);
  assert_true(plan->options.failure_score == .8);
  plan_book_destroy(book);
}

static void the_more_specific_wins_setting_by_setting(void **state) {
  (void)state;
  struct rule_set *const rules = new_rules();
  struct rule *const user = add_rule(rules, METRIC_TYPE_INSTANCE, "user");
  set(user, "hits", 5);
  struct rule *const all = add_rule(rules, METRIC_HOST, NULL);
  watch(all);
  set(all, "hits", 2);
  set(all, "calm", 7);
  struct plan_book *const book = book_of(rules);
  assert_int_equal(plan_book_find(book, &cpu_user)->options.hits, 5);
  assert_int_equal(plan_book_find(book, &cpu_user)->options.calm, 7);
  assert_int_equal(plan_book_find(book, &load)->options.hits, 2);
  plan_book_destroy(book);
}

static void among_equals_the_later_wins(void **state) {
  (void)state;
  struct rule_set *const rules = new_rules();
  set(add_rule(rules, METRIC_PLUGIN, "cpu"), "hits", 3);
  set(add_rule(rules, METRIC_TYPE, "cpu"), "hits", 4);
  struct plan_book *const book = book_of(rules);
  assert_int_equal(plan_book_find(book, &cpu_user)->options.hits, 4);
  plan_book_destroy(book);
}

static void same_rules_share_a_plan(void **state) {
  (void)state;
  struct rule_set *const rules = new_rules();
  watch(add_rule(rules, METRIC_HOST, NULL));
  set(add_rule(rules, METRIC_TYPE_INSTANCE, "idle"), "ignore", 1);
  struct plan_book *const book = book_of(rules);
  assert_ptr_equal(plan_book_find(book, &cpu_user), plan_book_find(book, &load));
  assert_ptr_not_equal(plan_book_find(book, &cpu_user), plan_book_find(book, &cpu_idle));
  assert_int_equal(plan_book_find(book, &cpu_user)->count, 1);
  assert_int_equal(plan_book_find(book, &cpu_idle)->count, 0);
  plan_book_destroy(book);
}

static void states_stand_aligned_behind_each_other(void **state) {
  (void)state;
  struct rule_set *const rules = new_rules();
  struct rule *const rule = add_rule(rules, METRIC_HOST, NULL);
  const struct detector other = fake_listening_detector();
  watch(rule);
  assert_int_equal(rule_add_detector(rule, &other, NULL), STATUS_OK);
  struct plan_book *const book = book_of(rules);
  const struct plan *const plan = plan_book_find(book, &load);
  assert_int_equal(plan->count, 2);
  assert_int_equal(plan->detectors[0].offset % SLAB_ALIGNMENT, 0);
  assert_int_equal(plan->detectors[1].offset % SLAB_ALIGNMENT, 0);
  assert_true(plan->detectors[1].offset >= plan->detectors[0].offset + sizeof(struct fake_state));
  assert_int_equal(plan->states_size, plan->detectors[1].offset + sizeof(struct fake_state));
  plan_book_destroy(book);
}

static void plans_are_bounded(void **state) {
  (void)state;
  struct rule_set *const rules = new_rules();
  char pattern[16];
  for (int bit = 0; bit < 13; bit++) {
    (void)snprintf(pattern, sizeof pattern, "/%c/", 'a' + bit);
    (void)add_rule(rules, METRIC_TYPE_INSTANCE, pattern);
  }
  struct plan_book *const book = book_of(rules);
  unsigned plans = 0;
  for (unsigned mask = 0; mask < 1u << 13; mask++) {
    char instance[16] = {0};
    for (int bit = 0, at = 0; bit < 13; bit++)
      if ((mask & 1u << bit) != 0)
        instance[at++] = (char)('a' + bit);
    const struct metric_id id = {{"h", "p", "", "t", instance, "v"}};
    plans += plan_book_find(book, &id) != NULL;
  }
  assert_int_equal(plans, PLANS_MAX);
  plan_book_destroy(book);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(presets_hold_where_no_rule_speaks),
      cmocka_unit_test(the_more_specific_wins_setting_by_setting),
      cmocka_unit_test(among_equals_the_later_wins),
      cmocka_unit_test(same_rules_share_a_plan),
      cmocka_unit_test(states_stand_aligned_behind_each_other),
      cmocka_unit_test(plans_are_bounded),
  };
  return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}

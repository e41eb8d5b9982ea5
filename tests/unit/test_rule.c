#include "anomaly/rule.h"
#include "anomaly/status.h"
#include "base/option.h"
#include "engine/rule_private.h"
#include "unit/alloc_fail.h"
#include "unit/fake_detector.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct metric_id user_id = {{"web1", "cpu", "0", "cpu", "user", "value"}};

static struct rule *add(struct rule_set *set) {
  struct rule *rule;
  assert_int_equal(rule_set_add(set, &rule), STATUS_OK);
  return rule;
}

static struct rule_set *new_set(void) {
  struct rule_set *set;
  assert_int_equal(rule_set_create(&set), STATUS_OK);
  return set;
}

/* Whether a rule with this one pattern matches a metric whose part is `name`. */
static bool selects(const char *pattern, const char *name) {
  struct rule_set *const set = new_set();
  struct rule *const rule = add(set);
  char why[128] = "";
  const struct metric_id id = {{"", "", name, "", "", ""}};
  if (rule_select(rule, METRIC_PLUGIN_INSTANCE, pattern, why, sizeof why) != STATUS_OK)
    fail_msg("%s: %s", pattern, why);
  const bool matches = rule_matches(rule, &id);
  rule_set_destroy(set);
  return matches;
}

static void test_an_empty_rule_matches_everything(void **state) {
  (void)state;
  struct rule_set *const set = new_set();
  struct rule *const rule = add(set);
  assert_true(rule_matches(rule, &user_id));
  assert_int_equal(rule_specificity(rule), 0);
  rule_set_destroy(set);
  rule_set_destroy(NULL);
}

static void test_exact_text(void **state) {
  (void)state;
  assert_true(selects("eth0", "eth0"));
  assert_false(selects("eth0", "eth01"));
  assert_false(selects("eth0", "ETH0"));
  assert_true(selects("", ""));
  assert_false(selects("", "eth0"));
  assert_true(selects("a.b", "a.b"));
  assert_false(selects("a.b", "axb"));
}

static void test_globs(void **state) {
  (void)state;
  assert_true(selects("eth*", "eth0"));
  assert_true(selects("eth*", "eth"));
  assert_false(selects("eth*", "veth0"));
  assert_false(selects("ETH*", "eth0"));
  assert_true(selects("*", ""));
  assert_true(selects("eth?", "eth0"));
  assert_false(selects("eth?", "eth10"));
  assert_true(selects("sd[a-c]", "sdb"));
  assert_false(selects("sd[!a-c]", "sdb"));
  assert_true(selects("[]]", "]"));
  assert_true(selects("\\[*", "[x"));
}

static void test_regular_expressions(void **state) {
  (void)state;
  assert_true(selects("/^eth[0-9]+$/", "eth12"));
  assert_false(selects("/^eth[0-9]+$/", "veth12"));
  assert_true(selects("/eth/", "veth12"));
  assert_true(selects("/^(sd|vd)[a-z]$/", "vdb"));
  assert_true(selects("/^$/", ""));
  assert_true(selects("/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/",
                      "6ba7b810-9dad-11d1-80b4-00c04fd430c8"));
}

static void assert_bad_pattern(const char *pattern, const char *expected) {
  struct rule_set *const set = new_set();
  struct rule *const rule = add(set);
  char why[128] = "";
  assert_int_equal(rule_select(rule, METRIC_PLUGIN, "cpu", why, sizeof why), STATUS_OK);
  assert_int_equal(rule_select(rule, METRIC_PLUGIN, pattern, why, sizeof why), STATUS_INVALID);
  if (strstr(why, expected) == NULL)
    fail_msg("%s: %s", pattern, why);
  assert_int_equal(rule_select(rule, METRIC_PLUGIN, pattern, NULL, 0), STATUS_INVALID);
  assert_true(rule_matches(rule, &user_id));
  rule_set_destroy(set);
}

static void test_bad_patterns_are_refused(void **state) {
  (void)state;
  char text[RULE_PATTERN_MAX + 2];
  assert_bad_pattern("/", "written /.../");
  assert_bad_pattern("//", "written /.../");
  assert_bad_pattern("/abc", "written /.../");
  assert_bad_pattern("/(/", "bad regular expression");
  assert_bad_pattern("/[a/", "bad regular expression");
  assert_bad_pattern("/(a)\\1/", "back references");
  assert_bad_pattern("/((a{100}){100}){100}/", "multiply");
  assert_bad_pattern("/a{9999,}b{9999}/", "multiply");
  assert_bad_pattern("eth[0", "no ']'");
  assert_bad_pattern("eth[", "no ']'");
  assert_bad_pattern("eth[!]", "no ']'");
  memset(text, 'a', sizeof text);
  text[METRIC_PART_SIZE] = '\0';
  assert_bad_pattern(text, "longer than any name");
  memset(text, '*', sizeof text);
  text[RULE_PATTERN_MAX + 1] = '\0';
  assert_bad_pattern(text, "too long");
}

/* Names come from the network: none may take long against any pattern. */
static void test_no_name_takes_long(void **state) {
  (void)state;
  char name[METRIC_PART_SIZE];
  memset(name, 'a', sizeof name);
  name[sizeof name - 1] = '\0';
  const clock_t start = clock();
  assert_false(selects("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", name));
  assert_false(selects("/^(a*)*(a|a)*(a?a?a?a?a?a?a?a?)*(a+)+b$/", name));
  assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 1);
}

static void test_all_parts_must_match(void **state) {
  (void)state;
  for (int part = 0; part < METRIC_PARTS; part++) {
    struct rule_set *const set = new_set();
    struct rule *const rule = add(set);
    for (int i = 0; i < METRIC_PARTS; i++)
      rule_select(rule, (enum metric_part)i, user_id.part[i], NULL, 0);
    assert_true(rule_matches(rule, &user_id));
    struct metric_id other = user_id;
    other.part[part] = "other";
    assert_false(rule_matches(rule, &other));
    rule_set_destroy(set);
  }
}

static void test_a_part_can_be_selected_anew(void **state) {
  (void)state;
  struct rule_set *const set = new_set();
  struct rule *const rule = add(set);
  assert_int_equal(rule_select(rule, METRIC_PLUGIN, "/disk/", NULL, 0), STATUS_OK);
  assert_int_equal(rule_select(rule, METRIC_PLUGIN, "c*", NULL, 0), STATUS_OK);
  assert_true(rule_matches(rule, &user_id));
  assert_int_equal(rule_select(rule, METRIC_PLUGIN, "*", NULL, 0), STATUS_OK);
  assert_int_equal(rule_specificity(rule), 0);
  rule_set_destroy(set);
}

static uint32_t specificity_of(const char *host, const char *plugin, const char *type) {
  struct rule_set *const set = new_set();
  struct rule *const rule = add(set);
  rule_select(rule, METRIC_HOST, host, NULL, 0);
  rule_select(rule, METRIC_PLUGIN, plugin, NULL, 0);
  rule_select(rule, METRIC_TYPE, type, NULL, 0);
  const uint32_t specificity = rule_specificity(rule);
  rule_set_destroy(set);
  return specificity;
}

static void test_exact_text_goes_before_globs_before_expressions(void **state) {
  (void)state;
  assert_int_equal(specificity_of("*", "*", "*"), 0);
  assert_true(specificity_of("*", "*", "/x/") > specificity_of("*", "*", "*"));
  assert_true(specificity_of("/a/", "/b/", "*") > specificity_of("*", "*", "/x/"));
  assert_true(specificity_of("*", "*", "c*") > specificity_of("/a/", "/b/", "/x/"));
  assert_true(specificity_of("a*", "/b/", "*") > specificity_of("a*", "*", "*"));
  assert_true(specificity_of("*", "cpu", "*") > specificity_of("a*", "b*", "c*"));
  assert_true(specificity_of("*", "cpu", "/x/") > specificity_of("*", "cpu", "*"));
  assert_true(specificity_of("*", "cpu", "cpu") > specificity_of("a*", "cpu", "c*"));
  assert_int_equal(specificity_of("web1", "*", "*"), specificity_of("*", "cpu", "*"));
}

static void test_same_selectors_are_known(void **state) {
  (void)state;
  struct rule_set *const set = new_set();
  struct rule *const first = add(set), *const second = add(set);
  assert_true(rule_selects_same(first, second));
  rule_select(first, METRIC_PLUGIN, "cpu", NULL, 0);
  assert_false(rule_selects_same(first, second));
  rule_select(second, METRIC_PLUGIN, "cpu", NULL, 0);
  rule_select(second, METRIC_HOST, "*", NULL, 0);
  assert_true(rule_selects_same(first, second));
  rule_select(second, METRIC_TYPE, "cpu", NULL, 0);
  assert_false(rule_selects_same(first, second));
  rule_set_destroy(set);
}

static void mark(struct rule *rule, const char *name, double number) {
  const struct option_row *const row = option_find(rule_option_rows, name);
  assert_non_null(row);
  assert_int_equal(option_set_number(row, rule_settings(rule), number, NULL), STATUS_OK);
  rule_mark(rule, (size_t)(row - rule_option_rows));
}

static void test_only_what_is_marked_applies(void **state) {
  (void)state;
  struct rule_set *const set = new_set();
  struct rule *const weak = add(set), *const strong = add(set);
  struct rule_options options;
  option_set_presets(rule_option_rows, &options);
  mark(weak, "hits", 3);
  mark(weak, "min_deviation", 5);
  mark(strong, "hits", 7);
  rule_settings(strong)->min_deviation = 99;
  rule_apply(weak, &options);
  rule_apply(strong, &options);
  assert_int_equal(options.hits, 7);
  assert_true(options.min_deviation == 5);
  assert_int_equal(options.calm, 10);
  rule_set_destroy(set);
}

static void test_a_set_has_its_bound(void **state) {
  (void)state;
  struct rule_set *const set = new_set();
  struct rule *rule = NULL;
  for (size_t i = 0; i < RULES_MAX; i++)
    add(set);
  assert_int_equal(rule_set_size(set), RULES_MAX);
  assert_int_equal(rule_set_add(set, &rule), STATUS_LIMIT);
  assert_null(rule);
  rule_set_destroy(set);
}

static const char *refuse_five(const void *options) {
  return ((const struct fake_options *)options)->ready_after == 5 ? "ready_after is five" : NULL;
}

static void test_detectors_are_listed(void **state) {
  (void)state;
  struct rule_set *const set = new_set();
  struct rule *const rule = add(set);
  struct detector checked = fake_detector;
  checked.check = refuse_five;
  struct fake_options options = {.ready_after = 4};
  assert_int_equal(rule->detector_count, 0);
  assert_int_equal(rule_add_detector(rule, &checked, NULL), STATUS_OK);
  assert_int_equal(rule_add_detector(rule, &checked, &options), STATUS_OK);
  assert_int_equal(rule_add_detector(rule, &checked, &options), STATUS_INVALID);
  options.ready_after = 5;
  assert_int_equal(rule_add_detector(rule, &checked, &options), STATUS_INVALID);
  options.ready_after = 6;
  assert_int_equal(rule->detector_count, 2);
  assert_int_equal(((const struct fake_options *)rule->detectors[0].options)->ready_after, 3);
  assert_int_equal(((const struct fake_options *)rule->detectors[1].options)->ready_after, 4);
  while (rule->detector_count < RULE_DETECTORS_MAX) {
    options.ready_after++;
    assert_int_equal(rule_add_detector(rule, &checked, &options), STATUS_OK);
  }
  options.ready_after++;
  assert_int_equal(rule_add_detector(rule, &checked, &options), STATUS_LIMIT);
  rule_set_destroy(set);
}

static void test_a_detector_without_options(void **state) {
  (void)state;
  static const struct option_row no_rows[] = {OPTION_ROWS_END};
  struct detector plain = fake_detector;
  plain.options = no_rows;
  plain.options_size = 0;
  struct rule_set *const set = new_set();
  struct rule *const rule = add(set);
  assert_int_equal(rule_add_detector(rule, &plain, NULL), STATUS_OK);
  assert_int_equal(rule_add_detector(rule, &plain, NULL), STATUS_INVALID);
  assert_int_equal(rule_add_detector(add(set), &plain, NULL), STATUS_OK);
  rule_set_destroy(set);
}

static void test_rows_are_sound(void **state) {
  (void)state;
  struct rule_options options;
  assert_in_range(option_count(rule_option_rows), 1, RULE_OPTIONS_MAX);
  for (const struct option_row *row = rule_option_rows; row->name != NULL; row++) {
    assert_int_equal(option_set_number(row, &options, row->preset, NULL), STATUS_OK);
    assert_ptr_equal(option_find(rule_option_rows, row->name), row);
    assert_true(strlen(row->help) > 20 && row->help[strlen(row->help) - 1] != '.');
    for (int part = 0; part < METRIC_PARTS; part++)
      assert_string_not_equal(row->name, rule_part_name((enum metric_part)part));
  }
}

static void test_presets_are_those_that_are_documented(void **state) {
  (void)state;
  struct rule_options options;
  option_set_presets(rule_option_rows, &options);
  assert_false(options.ignore);
  assert_int_equal(options.direction, DIRECTION_BOTH);
  assert_int_equal(options.consensus, CONSENSUS_ANY);
  assert_int_equal(options.sensitivity, SENSITIVITY_NORMAL);
  assert_true(options.min_deviation == 0 && options.min_rel_deviation == 0);
  assert_true(options.range_min == -HUGE_VAL && options.range_max == HUGE_VAL);
  assert_int_equal(options.hits, 1);
  assert_int_equal(options.calm, 10);
  assert_true(options.hysteresis == .5);
  assert_true(options.warning_score == .5 && options.failure_score == .8);
  assert_true(options.timeout == 86400 && options.warmup == 86400);
  assert_false(options.publish_score);
  assert_null(rule_options_check(&options));
}

static void test_contradictions(void **state) {
  (void)state;
  struct rule_options options;
  option_set_presets(rule_option_rows, &options);
  options.range_min = options.range_max = 3;
  assert_non_null(strstr(rule_options_check(&options), "range_min"));
  options.range_max = 3.1;
  assert_null(rule_options_check(&options));
  options.failure_score = .5;
  assert_non_null(strstr(rule_options_check(&options), "failure_score"));
}

/* One of everything that allocates. */
static int make_rules(struct rule_set **ret_set) {
  struct rule_set *set = NULL;
  int status = rule_set_create(&set);
  for (int i = 0; status == STATUS_OK && i < 40; i++) {
    struct rule *rule = NULL;
    char host[32];
    snprintf(host, sizeof host, i % 2 == 0 ? "host%d" : "/host%d/", i);
    status = rule_set_add(set, &rule);
    if (status == STATUS_OK)
      status = rule_select(rule, METRIC_HOST, host, NULL, 0);
    if (status == STATUS_OK)
      status = rule_add_detector(rule, &fake_detector, NULL);
  }
  if (status == STATUS_OK)
    *ret_set = set;
  else
    rule_set_destroy(set);
  return status;
}

static void test_no_memory(void **state) {
  (void)state;
  struct rule_set *set = NULL;
  unsigned failed = 0;
  int status = STATUS_NO_MEMORY;
  for (unsigned n = 1; status == STATUS_NO_MEMORY; n++) {
    alloc_fail_at(n);
    status = make_rules(&set);
    const bool has_failed = alloc_has_failed();
    alloc_fail_at(0);
    assert_int_equal(status, has_failed ? STATUS_NO_MEMORY : STATUS_OK);
    failed += has_failed;
  }
  assert_in_range(failed, 140, 200);
  assert_int_equal(rule_set_size(set), 40);
  rule_set_destroy(set);
}

static void test_a_rule_survives_an_allocation_that_fails(void **state) {
  (void)state;
  struct rule_set *const set = new_set();
  struct rule *const rule = add(set);
  rule_select(rule, METRIC_PLUGIN, "cpu", NULL, 0);
  for (unsigned n = 1; n <= 2; n++) {
    alloc_fail_at(n);
    assert_int_equal(rule_select(rule, METRIC_PLUGIN, "/disk/", NULL, 0), STATUS_NO_MEMORY);
    alloc_fail_at(0);
    assert_true(rule_matches(rule, &user_id));
  }
  alloc_fail_at(1);
  assert_int_equal(rule_add_detector(rule, &fake_detector, NULL), STATUS_NO_MEMORY);
  alloc_fail_at(0);
  assert_int_equal(rule->detector_count, 0);
  rule_set_destroy(set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_an_empty_rule_matches_everything),
      cmocka_unit_test(test_exact_text),
      cmocka_unit_test(test_globs),
      cmocka_unit_test(test_regular_expressions),
      cmocka_unit_test(test_bad_patterns_are_refused),
      cmocka_unit_test(test_no_name_takes_long),
      cmocka_unit_test(test_all_parts_must_match),
      cmocka_unit_test(test_a_part_can_be_selected_anew),
      cmocka_unit_test(test_exact_text_goes_before_globs_before_expressions),
      cmocka_unit_test(test_same_selectors_are_known),
      cmocka_unit_test(test_only_what_is_marked_applies),
      cmocka_unit_test(test_a_set_has_its_bound),
      cmocka_unit_test(test_detectors_are_listed),
      cmocka_unit_test(test_a_detector_without_options),
      cmocka_unit_test(test_rows_are_sound),
      cmocka_unit_test(test_presets_are_those_that_are_documented),
      cmocka_unit_test(test_contradictions),
      cmocka_unit_test(test_no_memory),
      cmocka_unit_test(test_a_rule_survives_an_allocation_that_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

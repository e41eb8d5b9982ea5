#include "anomaly/status.h"
#include "base/option.h"
#include "config/config.h"
#include "config/profiles.h"
#include "engine/plan.h"
#include "engine/rule_private.h"
#include "unit/alloc_fail.h"
#include "unit/libconfig_leak.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct config loaded(const char *text) {
  struct config config;
  struct config_error error;
  if (config_load_text(text, &config, &error) != STATUS_OK)
    fail_msg("line %u: %s\nof: %s", error.line, error.message, text);
  return config;
}

/* The rule that the text's only rule, the last of the set, became. */
static const struct rule *last_rule(const struct config *config) {
  return config->rules->rules[config->rules->size - 1];
}

static void test_nothing_is_the_presets(void **state) {
  (void)state;
  struct config config = loaded("");
  struct rule_options presets;
  option_set_presets(rule_option_rows, &presets);
  assert_int_equal(config.engine.memory_limit, 256u << 20);
  assert_true(config.engine.expire_after == 7 * 86400);
  const struct rule *const everything = config.rules->rules[0];
  assert_int_equal(rule_specificity(everything), 0);
  assert_int_equal(everything->detector_count, 1);
  assert_string_equal(everything->detectors[0].detector->name, "adaptive");
  for (size_t i = 0; rule_option_rows[i].name != NULL; i++)
    assert_false(everything->marked[i]);
  config_release(&config);
  assert_null(config.rules);
  config_release(&config);
  config_release(NULL);
}

static void test_each_kind_of_value(void **state) {
  (void)state;
  struct config config =
      loaded("memory_limit = \"64M\"; expire_after = 3600;\n"
             "publish_score = TRUE; direction = \"above\"; hits = 3;\n"
             "min_deviation = 5; min_rel_deviation = 0.25; range_min = \"-inf\";\n"
             "range_max = 1e6; warmup = \"90m\"; timeout = 1.5e3; rules = ();");
  const struct rule_options *const options = &config.rules->rules[0]->options;
  assert_int_equal(config.engine.memory_limit, 64u << 20);
  assert_true(config.engine.expire_after == 3600);
  assert_true(options->publish_score);
  assert_int_equal(options->direction, DIRECTION_ABOVE);
  assert_int_equal(options->hits, 3);
  assert_true(options->min_deviation == 5);
  assert_true(options->min_rel_deviation == .25);
  assert_true(options->range_min == -HUGE_VAL && options->range_max == 1e6);
  assert_true(options->warmup == 5400 && options->timeout == 1500);
  assert_int_equal(rule_set_size(config.rules), 1);
  config_release(&config);
}

static void test_large_numbers_are_not_cut(void **state) {
  (void)state;
  struct config config = loaded("memory_limit = 8589934592; rules = ();");
  assert_true(config.engine.memory_limit == 8589934592u);
  config_release(&config);
  config = loaded("memory_limit = 8589934592L; rules = (); # 99999999999999999999\n");
  assert_true(config.engine.memory_limit == 8589934592u);
  config_release(&config);
  config = loaded("min_deviation = .12345678901; range_max = 12345678901.5; rules = ();");
  assert_true(config.rules->rules[0]->options.min_deviation == .12345678901);
  assert_true(config.rules->rules[0]->options.range_max == 12345678901.5);
  config_release(&config);
}

static void test_a_rule(void **state) {
  (void)state;
  struct config config =
      loaded("rules = ( { plugin = \"cpu\"; type_instance = \"idle\"; ignore = true; } );");
  const struct metric_id idle = {{"h", "cpu", "0", "cpu", "idle", "value"}};
  const struct metric_id user = {{"h", "cpu", "0", "cpu", "user", "value"}};
  assert_int_equal(rule_set_size(config.rules), 2);
  const struct rule *const rule = last_rule(&config);
  assert_true(rule_matches(rule, &idle));
  assert_false(rule_matches(rule, &user));
  assert_true(rule->options.ignore);
  assert_true(rule->marked[option_find(rule_option_rows, "ignore") - rule_option_rows]);
  assert_int_equal(rule->detector_count, 0);
  config_release(&config);
}

static double option_of(const struct rule *rule, size_t index, const char *name) {
  const struct rule_detector *const entry = &rule->detectors[index];
  const struct option_row *const row = option_find(entry->detector->options, name);
  assert_non_null(row);
  return option_get(row, entry->options);
}

static void test_detectors_and_their_options(void **state) {
  (void)state;
  struct config config =
      loaded("zscore = { sigma = 4; };\n"
             "detectors = [\"zscore\", \"missing\"];\n"
             "rules = ( { plugin = \"cpu\";\n"
             "  detectors = (\"adaptive\", { name = \"zscore\"; window = 200; },\n"
             "               { name = \"zscore\"; sigma = 5.5; }); },\n"
             "{ plugin = \"df\"; detectors = \"missing\"; } );");
  const struct rule *const everything = config.rules->rules[0];
  assert_int_equal(everything->detector_count, 2);
  assert_string_equal(everything->detectors[1].detector->name, "missing");
  assert_true(option_of(everything, 0, "sigma") == 4);
  const struct rule *const cpu = config.rules->rules[1];
  assert_int_equal(cpu->detector_count, 3);
  assert_string_equal(cpu->detectors[0].detector->name, "adaptive");
  assert_true(option_of(cpu, 1, "window") == 200 && option_of(cpu, 1, "sigma") == 4);
  assert_true(option_of(cpu, 2, "window") == 100 && option_of(cpu, 2, "sigma") == 5.5);
  assert_int_equal(last_rule(&config)->detector_count, 1);
  config_release(&config);
}

static bool has_detectors(const struct rule *rule, const char *const *names) {
  size_t count = 0;
  for (; names[count] != NULL; count++)
    if (count >= rule->detector_count ||
        strcmp(rule->detectors[count].detector->name, names[count]) != 0)
      return false;
  return count == rule->detector_count;
}

static double tuned_option(const struct rule *rule, const char *detector, const char *name) {
  for (size_t i = 0; i < rule->detector_count; i++)
    if (strcmp(rule->detectors[i].detector->name, detector) == 0)
      return option_of(rule, i, name);
  return (double)NAN;
}

static void test_a_profile_is_what_its_row_says(void **state) {
  (void)state;
  for (const struct profile *at = profiles; at->name != NULL; at++) {
    char words[64];
    (void)snprintf(words, sizeof words, "rules = (); profile = \"%s\";", at->name);
    struct config config = loaded(words);
    const struct rule *const everything = config.rules->rules[0];
    assert_null(detector_find(at->name)); /* the command line takes either */
    assert_true(has_detectors(everything, at->detectors));
    for (const struct profile_option *option = at->options; option->name != NULL; option++) {
      const struct option_row *const row = option_find(rule_option_rows, option->name);
      assert_non_null(row);
      assert_true(option_get(row, &everything->options) == option->value);
      assert_true(everything->marked[row - rule_option_rows]);
    }
    for (const struct profile_tuning *tuning = at->tunings; tuning->name != NULL; tuning++)
      assert_true(tuned_option(everything, tuning->detector, tuning->name) == tuning->value);
    config_release(&config);
  }
}

/* As people write it: one line. */
static void test_consensus_is_two_of_three(void **state) {
  (void)state;
  struct config config = loaded("profile = \"consensus\";");
  const struct rule *const everything = config.rules->rules[0];
  static const char *const names[] = {"zscore", "baseline", "isolation_forest", NULL};
  assert_true(has_detectors(everything, names));
  assert_int_equal(everything->options.consensus, CONSENSUS_MAJORITY);
  config_release(&config);
}

/* Its own options are presets: the file's go over them, and other detectors have theirs. */
static void test_a_profile_tunes_its_detectors(void **state) {
  (void)state;
  struct config config =
      loaded("isolation_forest = { max_samples = 200; }; profile = \"consensus\"; rules = ();");
  const struct rule *const everything = config.rules->rules[0];
  assert_true(tuned_option(everything, "isolation_forest", "max_samples") == 200);
  assert_true(tuned_option(everything, "isolation_forest", "n_estimators") < 100);
  config_release(&config);
  config = loaded("detectors = \"isolation_forest\"; rules = ();");
  assert_true(tuned_option(config.rules->rules[0], "isolation_forest", "n_estimators") == 100);
  config_release(&config);
}

/* Before it or after it. */
static void test_what_else_is_given_goes_over_the_profile(void **state) {
  (void)state;
  static const char *const texts[] = {
      "profile = \"quiet\"; consensus = \"all\"; detectors = \"zscore\"; rules = ();",
      "rules = (); detectors = \"zscore\"; consensus = \"all\"; profile = \"quiet\";",
  };
  static const char *const only_zscore[] = {"zscore", NULL};
  for (size_t i = 0; i < 2; i++) {
    struct config config = loaded(texts[i]);
    assert_true(has_detectors(config.rules->rules[0], only_zscore));
    assert_int_equal(config.rules->rules[0]->options.consensus, CONSENSUS_ALL);
    config_release(&config);
  }
  struct config config = loaded("zscore = { window = 50; }; profile = \"consensus\"; rules = ();");
  const struct rule *const everything = config.rules->rules[0];
  assert_true(has_detectors(everything, profile_find("consensus")->detectors));
  const struct rule_detector *const zscore = &everything->detectors[0];
  const struct option_row *const window = option_find(zscore->detector->options, "window");
  assert_true(option_get(window, zscore->options) == 50);
  config_release(&config);
}

static void test_a_profile_can_be_asked_for_in_place_of_the_named_one(void **state) {
  (void)state;
  struct config config;
  struct config_error error;
  const char *const text = "profile = \"consensus\"; hits = 3; rules = ();";
  assert_int_equal(config_load_text_as(text, "quiet", &config, &error), STATUS_OK);
  assert_true(has_detectors(config.rules->rules[0], profile_find("quiet")->detectors));
  assert_int_equal(config.rules->rules[0]->options.hits, 3);
  config_release(&config);
}

static void test_presets_of_detectors_hold_for_the_default_list(void **state) {
  (void)state;
  struct config config = loaded("rules = (); detectors = \"zscore\"; zscore = { window = 50; };");
  assert_true(option_of(config.rules->rules[0], 0, "window") == 50);
  config_release(&config);
}

static void test_comments_and_quotes_hide_what_is_in_them(void **state) {
  (void)state;
  struct config config = loaded("# @include \"x\" ((((((((((((((((((((\n"
                                "// 99999999999999999999 \"\n"
                                "/* @include \"x\"\n \" 0x1 */ hits = 3; # last line");
  assert_int_equal(config.rules->rules[0]->options.hits, 3);
  config_release(&config);
  config = loaded("rules = ( { plugin = \"a#b\\\"c//d/*e@\"\n \"f\"; hits = 2; } );");
  assert_string_equal(last_rule(&config)->patterns[METRIC_PLUGIN].text, "a#b\"c//d/*e@f");
  config_release(&config);
}

static const struct plan *plan_of(struct plan_book *book, const char *host, const char *plugin,
                                  const char *instance, const char *type, const char *type_instance,
                                  const char *source) {
  const struct metric_id id = {{host, plugin, instance, type, type_instance, source}};
  const struct plan *const plan = plan_book_find(book, &id);
  assert_non_null(plan);
  return plan;
}

static struct plan_book *book_of(const char *text) {
  struct config config = loaded(text);
  struct plan_book *book;
  assert_int_equal(plan_book_create(&book, config.rules), STATUS_OK);
  return book;
}

static void test_the_most_specific_rule_wins_per_setting(void **state) {
  (void)state;
  struct plan_book *const book =
      book_of("hits = 2; sensitivity = \"quiet\"; calm = 20;\n"
              "rules = (\n"
              " { plugin = \"cpu\"; type = \"cpu\"; hits = 9; },\n"
              " { plugin = \"cpu\"; hits = 3; min_deviation = 5.0; detectors = \"zscore\"; },\n"
              " { host = \"db*\"; plugin = \"/^cp/\"; hits = 4; sensitivity = \"high\"; },\n"
              " { host = \"db1\"; hits = 5; min_deviation = 6; } );");
  const struct plan *plan = plan_of(book, "web", "df", "root", "df_complex", "used", "value");
  assert_int_equal(plan->options.hits, 2);
  assert_int_equal(plan->options.sensitivity, SENSITIVITY_QUIET);
  assert_string_equal(plan->names[0], "adaptive");
  plan = plan_of(book, "web", "cpu", "0", "percent", "user", "value");
  assert_int_equal(plan->options.hits, 3);
  assert_int_equal(plan->options.calm, 20);
  assert_string_equal(plan->names[0], "zscore");
  plan = plan_of(book, "db2", "cpu", "0", "percent", "user", "value");
  assert_int_equal(plan->options.hits, 3);
  assert_int_equal(plan->options.sensitivity, SENSITIVITY_HIGH);
  plan = plan_of(book, "db2", "cpufreq", "0", "x", "y", "value");
  assert_int_equal(plan->options.hits, 4);
  plan = plan_of(book, "db1", "cpu", "0", "percent", "user", "value");
  assert_int_equal(plan->options.hits, 5);
  assert_true(plan->options.min_deviation == 6);
  plan = plan_of(book, "db1", "cpu", "0", "cpu", "user", "value");
  assert_int_equal(plan->options.hits, 9);
  plan_book_destroy(book);
}

static void test_an_error_in_words(void **state) {
  (void)state;
  char buffer[64];
  struct text text = text_over(buffer, sizeof buffer);
  struct config_error error = {.file = "a.cfg", .line = 7, .message = "is wrong"};
  config_error_print(&error, &text);
  assert_string_equal(buffer, "a.cfg:7: is wrong");
  text = text_over(buffer, sizeof buffer);
  error.line = 0;
  config_error_print(&error, &text);
  assert_string_equal(buffer, "a.cfg: is wrong");
}

static void test_no_memory(void **state) {
  (void)state;
  static const char words[] =
      "zscore = { sigma = 4; }; detectors = (\"zscore\", { name = \"zscore\"; window = 9; });\n"
      "rules = ( { plugin = \"c*\"; type = \"/x/\"; detectors = \"missing\"; } );";
  struct config config;
  struct config_error error;
  int status = STATUS_NO_MEMORY;
  unsigned failed = 0;
  for (unsigned n = 1; status == STATUS_NO_MEMORY; n++) {
    alloc_fail_at(n);
    status = config_load_text(words, &config, &error);
    const bool has_failed = alloc_has_failed();
    alloc_fail_at(0);
    assert_int_equal(status, has_failed ? STATUS_NO_MEMORY : STATUS_OK);
    if (has_failed)
      assert_non_null(strstr(error.message, "out of memory"));
    failed += has_failed;
  }
  size_t presets = 0; /* an allocation for the options of each that has some */
  for (const struct detector *const *at = watcher_list(); *at != NULL; at++)
    presets += (*at)->options_size > 0;
  assert_in_range(failed, presets + 12, presets + 38);
  config_release(&config);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nothing_is_the_presets),
      cmocka_unit_test(test_each_kind_of_value),
      cmocka_unit_test(test_large_numbers_are_not_cut),
      cmocka_unit_test(test_a_rule),
      cmocka_unit_test(test_detectors_and_their_options),
      cmocka_unit_test(test_a_profile_is_what_its_row_says),
      cmocka_unit_test(test_consensus_is_two_of_three),
      cmocka_unit_test(test_a_profile_tunes_its_detectors),
      cmocka_unit_test(test_what_else_is_given_goes_over_the_profile),
      cmocka_unit_test(test_a_profile_can_be_asked_for_in_place_of_the_named_one),
      cmocka_unit_test(test_presets_of_detectors_hold_for_the_default_list),
      cmocka_unit_test(test_comments_and_quotes_hide_what_is_in_them),
      cmocka_unit_test(test_the_most_specific_rule_wins_per_setting),
      cmocka_unit_test(test_an_error_in_words),
      cmocka_unit_test(test_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

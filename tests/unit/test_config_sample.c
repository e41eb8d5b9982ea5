#include "anomaly/status.h"
#include "base/option.h"
#include "config/config.h"
#include "config/sample.h"
#include "engine/plan.h"
#include "engine/rule_private.h"
#include "unit/unit_test.h"

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

static char *sample(void) {
  char *words = NULL;
  size_t size;
  FILE *const stream = open_memstream(&words, &size);
  assert_non_null(stream);
  assert_int_equal(config_print_sample(stream), STATUS_OK);
  fclose(stream);
  return words;
}

static void assert_same_rule(const struct rule *rule, const struct rule *other) {
  assert_true(rule_selects_same(rule, other));
  for (size_t i = 0; rule_option_rows[i].name != NULL; i++)
    assert_true(option_get(&rule_option_rows[i], &rule->options) ==
                option_get(&rule_option_rows[i], &other->options));
  assert_int_equal(rule->detector_count, other->detector_count);
  for (size_t i = 0; i < rule->detector_count; i++) {
    assert_ptr_equal(rule->detectors[i].detector, other->detectors[i].detector);
    for (const struct option_row *row = rule->detectors[i].detector->options; row->name != NULL;
         row++)
      assert_true(option_get(row, rule->detectors[i].options) ==
                  option_get(row, other->detectors[i].options));
  }
}

static void assert_builtin(const char *words) {
  struct config builtin, config = loaded(words);
  struct config_error error;
  assert_int_equal(config_load_builtin(&builtin, &error), STATUS_OK);
  for (const struct option_row *row = engine_option_rows; row->name != NULL; row++)
    assert_true(option_get(row, &builtin.engine) == option_get(row, &config.engine));
  for (const struct option_row *row = incident_option_rows; row->name != NULL; row++)
    assert_true(option_get(row, &builtin.incidents) == option_get(row, &config.incidents));
  for (const struct option_row *row = store_option_rows; row->name != NULL; row++)
    assert_true(option_get(row, &builtin.store) == option_get(row, &config.store));
  assert_int_equal(rule_set_size(builtin.rules), rule_set_size(config.rules));
  assert_in_range(rule_set_size(config.rules), 20, RULES_MAX);
  for (size_t i = 0; i < rule_set_size(config.rules); i++)
    assert_same_rule(builtin.rules->rules[i], config.rules->rules[i]);
  config_release(&builtin);
  config_release(&config);
}

static void test_the_sample_is_the_builtin_configuration(void **state) {
  (void)state;
  char *const words = sample();
  assert_builtin(words);
  free(words);
}

/* Takes the # off each line that is an option; prose has a blank behind it. */
static unsigned uncomment(char *words) {
  unsigned count = 0;
  for (char *line = words; line != NULL; line = strchr(line, '\n')) {
    line += *line == '\n';
    if (line[0] == '#' && line[1] >= 'a' && line[1] <= 'z') {
      line[0] = ' ';
      count++;
    }
  }
  return count;
}

static void test_the_sample_with_all_options_taken_in_is_the_same(void **state) {
  (void)state;
  char *const words = sample();
  size_t detectors = 0;
  while (watcher_list()[detectors] != NULL)
    detectors++;
  assert_int_equal(uncomment(words), option_count(engine_option_rows) +
                                         option_count(incident_option_rows) +
                                         option_count(store_option_rows) +
                                         option_count(rule_option_rows) + 2 + detectors);
  assert_builtin(words);
  free(words);
}

static void assert_names(const char *words, const struct option_row *rows) {
  for (; rows->name != NULL; rows++) {
    assert_non_null(strstr(words, rows->name));
    assert_non_null(rows->help);
  }
}

static void test_the_reference_has_everything(void **state) {
  (void)state;
  char *words = NULL;
  size_t size;
  FILE *const stream = open_memstream(&words, &size);
  assert_non_null(stream);
  assert_int_equal(config_print_reference(stream), STATUS_OK);
  fclose(stream);
  assert_names(words, engine_option_rows);
  assert_names(words, incident_option_rows);
  assert_names(words, store_option_rows);
  assert_names(words, rule_option_rows);
  for (size_t i = 0; watcher_list()[i] != NULL; i++) {
    assert_non_null(strstr(words, watcher_list()[i]->summary));
    assert_names(words, watcher_list()[i]->options);
  }
  free(words);
}

static void test_a_full_disk_is_told(void **state) {
  (void)state;
  FILE *const full = fopen("/dev/full", "w");
  if (full == NULL)
    skip();
  assert_int_equal(config_print_sample(full), STATUS_IO);
  clearerr(full);
  assert_int_equal(config_print_reference(full), STATUS_IO);
  fclose(full);
}

/* A name must not mean two things at the top level of the file. */
static void test_no_detector_is_named_as_an_option(void **state) {
  (void)state;
  assert_non_null(watcher_find("adaptive"));
  for (size_t i = 0; watcher_list()[i] != NULL; i++) {
    assert_null(option_find(engine_option_rows, watcher_list()[i]->name));
    assert_null(option_find(incident_option_rows, watcher_list()[i]->name));
    assert_null(option_find(store_option_rows, watcher_list()[i]->name));
    assert_null(option_find(rule_option_rows, watcher_list()[i]->name));
    assert_string_not_equal(watcher_list()[i]->name, "rules");
    assert_string_not_equal(watcher_list()[i]->name, "detectors");
    assert_null(option_find(watcher_list()[i]->options, "name"));
  }
  for (const struct option_row *row = engine_option_rows; row->name != NULL; row++)
    assert_null(option_find(rule_option_rows, row->name));
  for (const struct option_row *row = incident_option_rows; row->name != NULL; row++) {
    assert_null(option_find(rule_option_rows, row->name));
    assert_null(option_find(engine_option_rows, row->name));
  }
  for (const struct option_row *row = store_option_rows; row->name != NULL; row++) {
    assert_null(option_find(rule_option_rows, row->name));
    assert_null(option_find(engine_option_rows, row->name));
    assert_null(option_find(incident_option_rows, row->name));
  }
}

static bool is_ignored(struct plan_book *book, const char *plugin, const char *instance,
                       const char *type, const char *type_instance, const char *source) {
  return plan_of(book, "host", plugin, instance, type, type_instance, source)->options.ignore;
}

static void test_shipped_rules_ignore_what_says_nothing(void **state) {
  (void)state;
  struct plan_book *const book = book_of("");
  assert_true(is_ignored(book, "anomaly", "", "count", "metrics", "value"));
  assert_true(is_ignored(book, "cpu", "0", "cpu", "idle", "value"));
  assert_true(is_ignored(book, "cpu", "", "percent", "idle", "value"));
  assert_true(is_ignored(book, "aggregation", "cpu-average", "cpu", "idle", "value"));
  assert_true(is_ignored(book, "uptime", "", "uptime", "", "value"));
  assert_true(is_ignored(book, "interface", "lo", "if_octets", "", "rx"));
  assert_true(is_ignored(book, "load", "", "load", "", "longterm"));
  assert_true(is_ignored(book, "memory", "", "memory", "free", "value"));
  assert_true(is_ignored(book, "swap", "", "swap", "cached", "value"));
  assert_true(is_ignored(book, "df", "root", "df_complex", "free", "value"));
  assert_true(is_ignored(book, "df", "run-user-1000", "df_complex", "used", "value"));
  assert_true(is_ignored(book, "df", "snap", "df_complex", "used", "value"));
  assert_true(is_ignored(book, "disk", "sda1", "disk_octets", "", "read"));
  assert_true(is_ignored(book, "disk", "nvme0n1p2", "disk_ops", "", "read"));
  assert_true(is_ignored(book, "disk", "loop7", "disk_ops", "", "read"));
  assert_true(is_ignored(book, "disk", "sda", "disk_merged", "", "write"));
  assert_true(is_ignored(book, "vmem", "", "vmpage_number", "dirty", "value"));
  assert_true(is_ignored(book, "smart", "sda", "nvme_data_units_read", "", "value"));
  assert_true(is_ignored(book, "protocols", "Tcp", "protocol_counter", "InSegs", "value"));
  plan_book_destroy(book);
}

static void test_shipped_rules_watch_what_matters(void **state) {
  (void)state;
  struct plan_book *const book = book_of("");
  assert_false(is_ignored(book, "cpu", "0", "cpu", "user", "value"));
  assert_false(is_ignored(book, "interface", "eth0", "if_octets", "", "rx"));
  assert_false(is_ignored(book, "interface", "lorawan", "if_octets", "", "rx"));
  assert_false(is_ignored(book, "load", "", "load", "", "shortterm"));
  assert_false(is_ignored(book, "memory", "", "memory", "used", "value"));
  assert_false(is_ignored(book, "df", "root", "df_complex", "used", "value"));
  assert_false(is_ignored(book, "df", "snapshots", "df_complex", "used", "value"));
  assert_false(is_ignored(book, "df", "run", "df_complex", "used", "value"));
  assert_false(is_ignored(book, "disk", "sda", "disk_octets", "", "read"));
  assert_false(is_ignored(book, "disk", "xvda1", "disk_octets", "", "read"));
  assert_false(is_ignored(book, "disk", "nvme0n1", "disk_ops", "", "read"));
  assert_false(is_ignored(book, "disk", "dm-0", "disk_ops", "", "read"));
  assert_false(is_ignored(book, "smart", "nvme0", "nvme_media_errors", "", "value"));
  assert_false(is_ignored(book, "smart", "sda", "smart_temperature", "", "value"));
  assert_false(is_ignored(book, "protocols", "Tcp", "protocol_counter", "RetransSegs", "value"));
  assert_false(is_ignored(book, "some", "other", "gauge", "plugin", "value"));
  plan_book_destroy(book);
}

static void test_shipped_rules_per_metric(void **state) {
  (void)state;
  struct plan_book *const book = book_of("");
  const struct plan *plan = plan_of(book, "h", "load", "", "load", "", "shortterm");
  assert_int_equal(plan->count, 2);
  assert_string_equal(plan->names[1], "missing");
  assert_true(plan->options.min_deviation == 1);
  plan = plan_of(book, "h", "load", "", "load", "relative", "shortterm");
  assert_true(plan->options.min_deviation == .5);
  plan = plan_of(book, "h", "cpu", "", "percent", "user", "value");
  assert_true(plan->options.range_min == 0 && plan->options.range_max == 100.1);
  assert_true(plan->options.min_deviation == 10);
  plan = plan_of(book, "h", "cpu", "3", "cpu", "steal", "value");
  assert_int_equal(plan->options.direction, DIRECTION_ABOVE);
  assert_true(plan->options.min_deviation == 5);
  plan = plan_of(book, "h", "df", "root", "percent_bytes", "used", "value");
  assert_true(plan->options.range_max == 100.1 && plan->options.min_deviation == 1);
  plan = plan_of(book, "h", "interface", "eth0", "if_errors", "", "tx");
  assert_int_equal(plan->options.sensitivity, SENSITIVITY_HIGH);
  assert_int_equal(plan->options.direction, DIRECTION_ABOVE);
  plan = plan_of(book, "h", "processes", "", "ps_state", "zombies", "value");
  assert_int_equal(plan->options.direction, DIRECTION_ABOVE);
  plan = plan_of(book, "h", "processes", "", "ps_state", "sleeping", "value");
  assert_int_equal(plan->options.direction, DIRECTION_BOTH);
  assert_true(plan->options.min_deviation == 20);
  plan = plan_of(book, "h", "interface", "eth0", "if_octets", "", "tx");
  assert_true(plan->options.min_deviation == 100000);
  plan = plan_of(book, "h", "unheard", "of", "gauge", "", "value");
  assert_int_equal(plan->count, 1);
  assert_true(plan->options.min_deviation == 0);
  plan_book_destroy(book);
}

static void test_own_rules_replace_the_shipped_ones(void **state) {
  (void)state;
  struct plan_book *const book = book_of("rules = ( { plugin = \"df\"; hits = 2; } );");
  assert_false(is_ignored(book, "cpu", "0", "cpu", "idle", "value"));
  plan_book_destroy(book);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_sample_is_the_builtin_configuration),
      cmocka_unit_test(test_the_sample_with_all_options_taken_in_is_the_same),
      cmocka_unit_test(test_the_reference_has_everything),
      cmocka_unit_test(test_a_full_disk_is_told),
      cmocka_unit_test(test_no_detector_is_named_as_an_option),
      cmocka_unit_test(test_shipped_rules_ignore_what_says_nothing),
      cmocka_unit_test(test_shipped_rules_watch_what_matters),
      cmocka_unit_test(test_shipped_rules_per_metric),
      cmocka_unit_test(test_own_rules_replace_the_shipped_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

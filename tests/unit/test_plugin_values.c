/* The plugin against a fake daemon: what values become, and our own values. */
#include "base/text.h"
#include "fake_collectd/session.h"
#include "plugin/meter.h"
#include "plugin/translate.h"
#include "unit/alloc_fail.h"

#include <string.h>

/* ---- Translation --------------------------------------------------------------- */
static void each_kind_is_translated(void **state) {
  (void)state;
  const value_list_t list = {.time = DOUBLE_TO_CDTIME_T(START + 0.5),
                             .interval = DOUBLE_TO_CDTIME_T(2.5)};
  const struct {
    int type;
    value_t value;
    enum value_kind kind;
    union raw_value raw;
  } cases[] = {
      {DS_TYPE_GAUGE, {.gauge = -1.5}, VALUE_GAUGE, {.gauge = -1.5}},
      {DS_TYPE_COUNTER, {.counter = UINT64_MAX}, VALUE_COUNTER, {.counter = UINT64_MAX}},
      {DS_TYPE_DERIVE, {.derive = INT64_MIN}, VALUE_DERIVE, {.derive = INT64_MIN}},
      {DS_TYPE_ABSOLUTE, {.absolute = 7}, VALUE_ABSOLUTE, {.absolute = 7}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const data_source_t source = {.type = cases[i].type, .min = -5, .max = (double)NAN};
    struct sample sample;
    assert_true(translate_sample(&list, &source, cases[i].value, &sample));
    assert_int_equal(sample.kind, cases[i].kind);
    assert_memory_equal(&sample.value, &cases[i].raw, sizeof sample.value);
    assert_true(sample.time == START + 0.5 && sample.interval == 2.5);
    assert_true(sample.min == -5 && isnan(sample.max));
  }
}

static void an_unknown_kind_is_refused(void **state) {
  (void)state;
  const value_list_t list = {.time = 1};
  const data_source_t source = {.type = 99};
  struct sample sample = {.time = 42};
  assert_false(translate_sample(&list, &source, (value_t){.gauge = 1}, &sample));
  assert_true(sample.time == 42);
}

static void the_identity_is_the_lists(void **state) {
  (void)state;
  const value_list_t list = {
      .host = "h", .plugin = "p", .plugin_instance = "pi", .type = "t", .type_instance = "ti"};
  const data_source_t source = {.name = "rx"};
  const struct metric_id id = translate_id(&list, &source);
  const char *const parts[METRIC_PARTS] = {"h", "p", "pi", "t", "ti", "rx"};
  for (size_t i = 0; i < METRIC_PARTS; i++)
    assert_string_equal(id.part[i], parts[i]);
}

static void times_go_there_and_back(void **state) {
  (void)state;
  const double times[] = {0, 1e-3, START, START + 0.123456, 4e9};
  for (size_t i = 0; i < sizeof times / sizeof *times; i++)
    assert_true(fabs(translate_seconds(translate_cdtime(times[i])) - times[i]) < 3e-7);
  assert_true(translate_cdtime((double)NAN) == 0);
  assert_true(translate_cdtime(-1) == 0);
  assert_true(translate_cdtime(1e300) == 0);
}

/* ---- Values out ---------------------------------------------------------------- */
static void own_values_have_types_of_every_types_db(void **state) {
  (void)state;
  start(ZSCORE);
  assert_int_equal(fake.read(), 0);
  assert_true(fake_value_count() > 20);
  for (size_t i = 0; i < fake_value_count(); i++) {
    const value_list_t *const list = &fake_value_at(i)->list;
    assert_string_equal(list->plugin, PLUGIN_NAME);
    assert_string_equal(list->host, "");
    assert_int_equal(list->values_len, 1);
    assert_true(translate_seconds(list->time) == START);
    assert_true(strcmp(list->type, "gauge") == 0 || strcmp(list->type, "derive") == 0 ||
                strcmp(list->type, "percent") == 0 || strcmp(list->type, "bytes") == 0);
  }
  assert_true(own("percent", "anomalous") == 0);
  stop();
}

static void warming_up_shows_and_is_logged(void **state) {
  (void)state;
  load();
  assert_int_equal(fake.init(), 0);
  write_usual("a", START, 10);
  assert_true(own("gauge", "warming") == 1);
  assert_true(own("gauge", "warming_seconds") > 3600);
  own("gauge", "warming");
  assert_int_equal(
      fake_log_count(LOG_INFO,
                     "metrics watched: 1, still warming up: 1, the last of them for another "),
      1);
  assert_int_equal(fake_log_count(LOG_INFO, "need more"), 0);
  write_usual("a", START + 100, 20000);
  assert_true(own("gauge", "warming") == 0);
  assert_true(own("gauge", "warming_seconds") == 0 || own("gauge", "warming") == 0);
  own("gauge", "warming");
  assert_int_equal(fake_log_count(LOG_INFO, "the first metrics have warmed up"), 1);
  assert_int_equal(fake_log_count(LOG_INFO, "all metrics have warmed up: 1"), 1);
  stop();
}

static void what_groups_and_models_need_shows_and_is_logged(void **state) {
  (void)state;
  start("detectors = (\"ecod\"); rules = ();\n"
        "groups = ({ name = \"all\"; members = { plugin = \"test\"; }; });\n");
  write_usual("a", START, 10);
  write_usual("b", START, 10);
  assert_true(own("gauge", "models_warming") == 2);
  assert_true(own("gauge", "groups_warming") == 1);
  assert_int_equal(fake_log_count(LOG_INFO, "groups that need more rows to judge: 1 of 1"), 1);
  assert_int_equal(fake_log_count(LOG_INFO, "metrics that need more values for a model: 2 of 2"),
                   1);
  stop();
}

static const char SCORES[] = "detectors = (\"zscore\"); warmup = \"5m\";\n"
                             "rules = ({ plugin = \"test\"; publish_score = true; });\n";

static void scores_are_published_where_a_rule_asks(void **state) {
  (void)state;
  start(SCORES);
  value_t loads[] = {{.gauge = 1}, {.gauge = 2}, {.gauge = 3}};
  for (unsigned i = 0; i < 200; i++) {
    assert_int_equal(write_list("test", "load", "", START + i * STEP, loads, 3), 0);
    assert_int_equal(write_list("other", "load", "", START + i * STEP, loads, 3), 0);
  }
  write_gauge("a", write_usual("a", START, 200), 900);
  assert_int_equal(fake.read(), 0);
  const struct fake_value *const score = fake_value_find("test-0", "gauge", "gauge-a");
  assert_non_null(score);
  assert_string_equal(score->list.host, "web1");
  assert_true(score->value.gauge >= 0.8 && score->value.gauge <= 1);
  assert_non_null(fake_value_find("test-0", "gauge", "load-shortterm"));
  assert_null(fake_value_find("other-0", NULL, NULL));
  assert_true(own("gauge", "scores_left_out") == 0);
  stop();
}

static void long_score_names_stay_apart(void **state) {
  (void)state;
  start(SCORES);
  char names[2][DATA_MAX_NAME_LEN];
  for (int i = 0; i < 2; i++) {
    memset(names[i], 'n', sizeof names[i] - 1);
    names[i][sizeof names[i] - 1] = '\0';
    names[i][sizeof names[i] - 2] = (char)('a' + i);
    write_usual(names[i], START, 200);
  }
  assert_int_equal(fake.read(), 0);
  char found[2][DATA_MAX_NAME_LEN] = {"", ""};
  for (size_t i = 0, n = 0; i < fake_value_count() && n < 2; i++)
    if (strcmp(fake_value_at(i)->list.plugin_instance, "test-0") == 0)
      text_copy(found[n++], DATA_MAX_NAME_LEN, fake_value_at(i)->list.type_instance);
  assert_int_equal(strlen(found[0]), DATA_MAX_NAME_LEN - 1);
  assert_int_equal(strlen(found[1]), DATA_MAX_NAME_LEN - 1);
  assert_string_not_equal(found[0], found[1]);
  stop();
}

static void scores_that_find_no_memory_are_left_out(void **state) {
  (void)state;
  start(SCORES);
  write_usual("a", START, 200);
  alloc_fail_at(1);
  const double left_out = own("gauge", "scores_left_out");
  alloc_fail_at(0);
  assert_true(left_out == 1);
  assert_true(own("gauge", "scores_left_out") == 0);
  stop();
}

static void the_meter_takes_one_call_of_many(void **state) {
  (void)state;
  struct meter meter = {0};
  assert_true(isnan(meter_take(&meter)));
  unsigned measured = 0;
  for (unsigned i = 0; i < 10 * METER_PERIOD; i++) {
    const uint64_t begin = meter_begin();
    measured += begin != 0;
    meter_end(&meter, begin, 2);
  }
  assert_int_equal(measured, 10);
  assert_int_equal(atomic_load(&meter.values), 20);
  assert_true(meter_take(&meter) >= 0);
  assert_true(isnan(meter_take(&meter)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_kind_is_translated),
      cmocka_unit_test(an_unknown_kind_is_refused),
      cmocka_unit_test(the_identity_is_the_lists),
      cmocka_unit_test(times_go_there_and_back),
      cmocka_unit_test(own_values_have_types_of_every_types_db),
      cmocka_unit_test(warming_up_shows_and_is_logged),
      cmocka_unit_test(what_groups_and_models_need_shows_and_is_logged),
      cmocka_unit_test(scores_are_published_where_a_rule_asks),
      cmocka_unit_test(long_score_names_stay_apart),
      cmocka_unit_test(scores_that_find_no_memory_are_left_out),
      cmocka_unit_test(the_meter_takes_one_call_of_many),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

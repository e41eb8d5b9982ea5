/* The plugin against a fake daemon: configuration, lifecycle, values in, silence, threads. */
#include "base/text.h"
#include "fake_collectd/session.h"
#include "plugin/translate.h"
#include "store/store.h"
#include "unit/alloc_fail.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* ---- Configuration ------------------------------------------------------------- */
static void everything_is_registered(void **state) {
  (void)state;
  load();
  assert_non_null(fake.config);
  assert_non_null(fake.init);
  assert_non_null(fake.read);
  assert_non_null(fake.write);
  assert_non_null(fake.missing);
  assert_non_null(fake.flush);
  assert_non_null(fake.shutdown);
}

static void without_a_block_the_built_in_configuration_serves(void **state) {
  (void)state;
  load();
  assert_int_equal(fake.init(), 0);
  assert_int_equal(fake_log_count(LOG_INFO, "watching every metric"), 1);
  write_usual("a", START, 3);
  assert_true(own("gauge", "metrics") == 1);
  stop();
}

static void an_empty_block_is_fine(void **state) {
  (void)state;
  load();
  oconfig_item_t block = {.key = NULL};
  assert_int_equal(fake.config(&block), 0);
  assert_int_equal(fake.config(&block), 0);
  assert_int_equal(fake.init(), 0);
  stop();
}

static void refuse_block(oconfig_item_t *options, int count, const char *message) {
  load();
  oconfig_item_t block = {.children = options, .children_num = count};
  assert_true(fake.config(&block) < 0);
  assert_int_equal(fake_log_count(LOG_ERR, message), 1);
  fake.shutdown();
}

static void a_bad_block_is_refused_with_what_would_be_right(void **state) {
  (void)state;
  char unknown[] = "Detector", right[] = "configfile", path[] = "/x";
  oconfig_value_t texts[] = {{.value.string = path, .type = OCONFIG_TYPE_STRING},
                             {.value.string = path, .type = OCONFIG_TYPE_STRING}};
  char nothing[] = "";
  oconfig_value_t empty = {.value.string = nothing, .type = OCONFIG_TYPE_STRING};
  oconfig_value_t number = {.value.number = 5, .type = OCONFIG_TYPE_NUMBER};
  oconfig_value_t truth = {.value.boolean = 1, .type = OCONFIG_TYPE_BOOLEAN};
  oconfig_item_t child = {.key = unknown};
  const char *const needs = "ConfigFile needs one path in quotes";
  refuse_block(&(oconfig_item_t){.key = unknown, .values = texts, .values_num = 1}, 1,
               "no option \"Detector\" in <Plugin anomaly>; it knows ConfigFile");
  refuse_block(&(oconfig_item_t){.key = right}, 1, needs);
  refuse_block(&(oconfig_item_t){.key = right, .values = texts, .values_num = 2}, 1, needs);
  refuse_block(&(oconfig_item_t){.key = right, .values = &empty, .values_num = 1}, 1, needs);
  refuse_block(&(oconfig_item_t){.key = right, .values = &number, .values_num = 1}, 1, needs);
  refuse_block(&(oconfig_item_t){.key = right, .values = &truth, .values_num = 1}, 1, needs);
  refuse_block(
      &(oconfig_item_t){
          .key = right, .values = texts, .values_num = 1, .children = &child, .children_num = 1},
      1, needs);
  oconfig_item_t twice[] = {{.key = right, .values = texts, .values_num = 1},
                            {.key = right, .values = texts, .values_num = 1}};
  refuse_block(twice, 2, "ConfigFile is given twice");
}

static void a_second_config_file_is_refused(void **state) {
  (void)state;
  load();
  write_config(ZSCORE);
  assert_int_equal(configure("ConfigFile", config_path), 0);
  assert_true(configure("CONFIGFILE", config_path) < 0);
  assert_int_equal(fake_log_count(LOG_ERR, "ConfigFile is given in two blocks"), 1);
  fake.shutdown();
}

static void a_bad_file_is_refused_with_file_and_line(void **state) {
  (void)state;
  char where[96];
  snprintf(where, sizeof where, "anomaly plugin: %s:2: ", config_path);
  load();
  write_config("memory_limit = \"64M\";\nno_such_option = 1;\n");
  assert_true(configure("ConfigFile", config_path) < 0);
  assert_int_equal(fake_log_count(LOG_ERR, where), 1);
  assert_true(fake.init() != 0);
  fake.shutdown();
}

static void a_file_that_is_not_there_is_refused(void **state) {
  (void)state;
  load();
  assert_true(configure("ConfigFile", "/no/such/file") < 0);
  assert_int_equal(fake_log_count(LOG_ERR, "/no/such/file: "), 1);
  fake.shutdown();
}

/* ---- Lifecycle ----------------------------------------------------------------- */
static void callbacks_before_init_are_harmless(void **state) {
  (void)state;
  load();
  write_gauge("a", START, 1);
  value_list_t list = {.type = "gauge"};
  assert_int_equal(fake.missing(&list, NULL), 0);
  assert_int_equal(fake.flush(0, NULL, NULL), 0);
  assert_true(fake.read() != 0);
  assert_int_equal(fake.shutdown(), 0);
}

static void init_survives_each_failed_allocation(void **state) {
  (void)state;
  for (unsigned n = 1;; n++) {
    load();
    alloc_fail_at(n);
    const int status = fake.init();
    const bool failed = alloc_has_failed();
    alloc_fail_at(0);
    assert_true(failed == (status != 0));
    write_gauge("a", START, 1);
    stop();
    if (!failed)
      break;
    assert_true(fake_log_count(LOG_ERR, "anomaly plugin: ") > 0);
  }
}

static void it_starts_again_after_its_end(void **state) {
  (void)state;
  for (int i = 0; i < 3; i++) {
    start(ZSCORE);
    write_usual("a", START, 5);
    assert_true(own("gauge", "metrics") == 1);
    stop();
  }
}

static void what_was_learned_survives_a_restart(void **state) {
  (void)state;
  start(ZSCORE);
  const double time = write_usual("a", START, 100);
  write_gauge("a", time, 900);
  stop();
  assert_int_equal(fake_notification_count(), 1);
  restart(ZSCORE);
  fake_set_time(time);
  assert_true(own("gauge", "metrics") == 1);
  assert_true(own("gauge", "warming") == 0);
  assert_true(own("gauge", "incidents_open") == 1);
  assert_int_equal(fake_log_count(LOG_INFO, "metrics that go on where they were: 1,"), 1);
  write_gauge("a", time + STEP, 900);
  write_usual("a", time + 2 * STEP, 20);
  stop();
  assert_int_equal(fake_notification_count(), 1);
  assert_int_equal(last_notification()->severity, NOTIF_OKAY);
}

/* As if the daemon had died before it could note that people were told. */
static void what_may_not_have_been_told_is_told_again(void **state) {
  (void)state;
  sqlite3 *database;
  start(ZSCORE);
  write_gauge("a", write_usual("a", START, 100), 900);
  stop();
  assert_int_equal(sqlite3_open(database_path, &database), SQLITE_OK);
  assert_int_equal(sqlite3_exec(database, "UPDATE incidents SET told = 0", NULL, NULL, NULL),
                   SQLITE_OK);
  sqlite3_close(database);
  restart(ZSCORE);
  stop();
  assert_int_equal(fake_notification_count(), 1);
  assert_int_equal(last_notification()->severity, NOTIF_FAILURE);
  restart(ZSCORE);
  stop();
  assert_int_equal(fake_notification_count(), 0);
}

/* Copies the database as it is, so that it can be put back as a kill would leave it. */
static void copy_file(const char *from, const char *to) {
  char bytes[4096];
  FILE *const in = fopen(from, "r"), *const out = fopen(to, "w");
  assert_true(in != NULL && out != NULL);
  for (size_t size; (size = fread(bytes, 1, sizeof bytes, in)) > 0;)
    assert_int_equal(fwrite(bytes, 1, size, out), size);
  fclose(in);
  assert_int_equal(fclose(out), 0);
}

/* Puts the metrics of an older database into the present one. */
static void age_metrics(const char *older) {
  char sql[512];
  sqlite3 *database;
  snprintf(sql, sizeof sql,
           "ATTACH '%s' AS older; DELETE FROM detector_state;"
           "INSERT INTO detector_state SELECT * FROM older.detector_state",
           older);
  assert_int_equal(sqlite3_open(database_path, &database), SQLITE_OK);
  assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(database);
  assert_int_equal(unlink(older), 0);
}

static void what_was_told_counts_where_a_metric_is_older(void **state) {
  (void)state;
  char older[128];
  snprintf(older, sizeof older, "%s-older", database_path);
  start(ZSCORE);
  double time = write_usual("a", START, 100);
  stop();
  copy_file(database_path, older);
  restart(ZSCORE);
  write_gauge("a", time, 900);
  stop();
  assert_int_equal(fake_notification_count(), 1);
  age_metrics(older);
  restart(ZSCORE);
  assert_true(own("gauge", "incidents_open") == 1);
  write_gauge("a", time + STEP, 900);
  write_usual("a", time + 2 * STEP, 20);
  stop();
  assert_int_equal(fake_notification_count(), 1);
  assert_int_equal(last_notification()->severity, NOTIF_OKAY);
}

static void the_configured_database_is_used(void **state) {
  (void)state;
  char path[128];
  snprintf(path, sizeof path, "%s-other", database_path);
  load();
  assert_int_equal(configure("database", path), 0);
  assert_int_equal(fake.init(), 0);
  assert_true(own("bytes", "database") > 0);
  assert_true(own("gauge", "database_fault") == 0);
  stop();
  assert_int_equal(unlink(path), 0);
  assert_int_equal(unlink(database_path), -1);
}

static void a_database_that_cannot_be_used_is_told_once(void **state) {
  (void)state;
  load();
  assert_int_equal(configure("Database", "/no/such/folder/anomaly.db"), 0);
  assert_int_equal(fake.init(), 0);
  write_usual("a", START, 5);
  for (int i = 0; i < 3; i++) {
    assert_true(own("gauge", "database_fault") == STORE_BROKEN);
    assert_true(fake.flush(0, NULL, NULL) != 0);
  }
  assert_true(own("gauge", "metrics") == 1);
  assert_int_equal(fake_log_count(LOG_ERR, "the database cannot be used"), 1);
  assert_int_equal(fake.shutdown(), 0);
}

/* ---- Values in ----------------------------------------------------------------- */
static void each_data_source_is_a_metric(void **state) {
  (void)state;
  start(ZSCORE);
  value_t loads[] = {{.gauge = 1}, {.gauge = 2}, {.gauge = 3}};
  assert_int_equal(write_list("load", "load", "", START, loads, 3), 0);
  assert_true(own("gauge", "metrics") == 3);
  assert_true(own("derive", "values") == 3);
  assert_true(own("derive", "values_observed") == 3);
  stop();
}

static void counters_become_rates(void **state) {
  (void)state;
  start(ZSCORE);
  const char *const types[] = {"counter", "derive", "absolute"};
  for (size_t i = 0; i < 3; i++)
    for (unsigned n = 0; n < 3; n++) {
      value_t value = {.derive = 1000 + 50 * (derive_t)n};
      assert_int_equal(write_list("test", types[i], "", START + n * STEP, &value, 1), 0);
    }
  assert_true(own("gauge", "metrics") == 3);
  assert_true(own("derive", "values_observed_gap") == 2);
  assert_true(own("derive", "values_observed") == 7);
  stop();
}

static void refused_values_are_counted_and_no_failure(void **state) {
  (void)state;
  start(ZSCORE);
  write_gauge("a", START, 1);
  write_gauge("a", START, 1);
  write_gauge("a", START - STEP, 1);
  write_gauge("a", START + STEP, (double)NAN);
  write_gauge("a", START + 2 * STEP, HUGE_VAL);
  write_gauge("a", 0, 1);
  assert_true(own("derive", "values_refused_late") == 2);
  assert_true(own("derive", "values_observed_gap") == 2);
  assert_true(own("derive", "values_refused_time") == 1);
  assert_true(own("derive", "values") == 6);
  stop();
}

static void a_list_of_the_wrong_length_is_refused(void **state) {
  (void)state;
  start(ZSCORE);
  value_t values[2] = {{.gauge = 1}, {.gauge = 2}};
  assert_true(write_list("load", "load", "", START, values, 2) != 0);
  assert_true(own("derive", "values") == 0);
  stop();
}

static void own_values_are_never_watched(void **state) {
  (void)state;
  start(ZSCORE);
  write_gauge("a", START, 1);
  assert_int_equal(fake.read(), 0);
  const size_t count = fake_value_count();
  assert_true(count > 10);
  for (size_t i = 0; i < count; i++) {
    struct fake_value value = *fake_value_at(i);
    value.list.values = &value.value;
    text_copy(value.list.host, sizeof value.list.host, "other-host");
    data_source_t source = {.name = "value", .type = DS_TYPE_GAUGE};
    const data_set_t set = {.ds_num = 1, .ds = &source};
    assert_int_equal(fake.write(&set, &value.list, NULL), 0);
    assert_int_equal(fake.missing(&value.list, NULL), 0);
  }
  assert_true(own("gauge", "metrics") == 1);
  assert_true(own("derive", "values") == 1);
  stop();
}

static void memory_limit_is_told_once(void **state) {
  (void)state;
  start("memory_limit = \"1M\";\n" ZSCORE);
  for (unsigned i = 0; i < 5000; i++) {
    char instance[16];
    snprintf(instance, sizeof instance, "m%u", i);
    write_gauge(instance, START, 1);
  }
  assert_true(own("derive", "values_refused_memory") > 0);
  assert_true(own("bytes", "memory") <= 1.2 * (1 << 20));
  assert_int_equal(fake_log_count(LOG_WARNING, "raise memory_limit"), 1);
  stop();
}

/* ---- Silence ------------------------------------------------------------------- */
static int call_missing(const char *type, const char *instance, double last) {
  value_list_t list = {.time = DOUBLE_TO_CDTIME_T(last),
                       .interval = DOUBLE_TO_CDTIME_T(STEP),
                       .host = "web1",
                       .plugin = "test",
                       .plugin_instance = "0"};
  text_copy(list.type, sizeof list.type, type);
  text_copy(list.type_instance, sizeof list.type_instance, instance);
  return fake.missing(&list, NULL);
}

static void a_metric_that_stopped_is_told_and_its_return(void **state) {
  (void)state;
  start(MISSING);
  const double time = write_usual("a", START, 200);
  const double last = time - STEP;
  fake_set_time(last + 100 * STEP);
  assert_int_equal(call_missing("gauge", "a", last), 0);
  for (unsigned i = 0; i < 20 && fake_notification_count() == 0; i++) {
    fake_set_time(last + (101 + i) * STEP);
    fake.read();
    fake.flush(0, NULL, NULL);
  }
  assert_int_equal(fake_notification_count(), 1);
  check_identity(fake_notification_at(0));
  assert_string_equal(meta_text(fake_notification_at(0), "AnomalyType"), "missing");
  assert_true(isnan(meta_number(fake_notification_at(0), "CurrentValue")));
  write_usual("a", last + 200 * STEP, 20);
  fake.flush(0, NULL, NULL);
  assert_int_equal(last_notification()->severity, NOTIF_OKAY);
  stop();
}

/* The sender's clock may be ahead of ours: its data still count as silent. */
static void a_senders_clock_ahead_hides_no_silence(void **state) {
  (void)state;
  start(MISSING);
  const double time = write_usual("a", START, 200);
  fake_set_time(START);
  assert_int_equal(call_missing("gauge", "a", time - STEP), 0);
  fake_set_time(time + 200 * STEP);
  fake.read();
  stop();
  assert_int_equal(fake_notification_count(), 1);
}

static void unknown_types_may_be_missing(void **state) {
  (void)state;
  start(MISSING);
  assert_int_equal(call_missing("no_such_type", "a", START), 0);
  assert_int_equal(call_missing("gauge", "never_seen", START), 0);
  stop();
}

/* ---- Threads ------------------------------------------------------------------- */
enum { THREADS = 5, METRICS_OF_THREAD = 50, ROUNDS = 400 };

static void *write_much(void *argument) {
  const unsigned thread = *(const unsigned *)argument;
  for (unsigned round = 0; round < ROUNDS; round++)
    for (unsigned metric = 0; metric < METRICS_OF_THREAD; metric++) {
      /* Each metric is written by two threads; one of them comes late. */
      char instance[32];
      snprintf(instance, sizeof instance, "%u-%u", thread / 2, metric);
      value_t value = {.gauge = round % 97 == 96 ? 900 : 100 + (round * 7919 + metric) % 3};
      write_list("test", "gauge", instance, START + round * STEP, &value, 1);
    }
  return NULL;
}

static void threads_may_write_read_and_flush_at_once(void **state) {
  (void)state;
  start(ZSCORE);
  pthread_t threads[THREADS];
  unsigned numbers[THREADS];
  for (unsigned i = 0; i < THREADS; i++) {
    numbers[i] = i;
    assert_int_equal(pthread_create(&threads[i], NULL, write_much, &numbers[i]), 0);
  }
  for (unsigned i = 0; i < 20; i++) {
    fake_set_time(START + i * STEP);
    fake.read();
    fake_forget_values();
    fake.flush(0, NULL, NULL);
  }
  for (unsigned i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  assert_true(own("derive", "values") == THREADS * METRICS_OF_THREAD * ROUNDS);
  assert_true(own("gauge", "metrics") == (THREADS + 1) / 2 * METRICS_OF_THREAD);
  stop();
  assert_true(fake_notification_count() > 0);
  assert_int_equal(fake_metadata_alive(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(everything_is_registered),
      cmocka_unit_test(without_a_block_the_built_in_configuration_serves),
      cmocka_unit_test(an_empty_block_is_fine),
      cmocka_unit_test(a_bad_block_is_refused_with_what_would_be_right),
      cmocka_unit_test(a_second_config_file_is_refused),
      cmocka_unit_test(a_bad_file_is_refused_with_file_and_line),
      cmocka_unit_test(a_file_that_is_not_there_is_refused),
      cmocka_unit_test(callbacks_before_init_are_harmless),
      cmocka_unit_test(init_survives_each_failed_allocation),
      cmocka_unit_test(it_starts_again_after_its_end),
      cmocka_unit_test(what_was_learned_survives_a_restart),
      cmocka_unit_test(what_may_not_have_been_told_is_told_again),
      cmocka_unit_test(what_was_told_counts_where_a_metric_is_older),
      cmocka_unit_test(the_configured_database_is_used),
      cmocka_unit_test(a_database_that_cannot_be_used_is_told_once),
      cmocka_unit_test(each_data_source_is_a_metric),
      cmocka_unit_test(counters_become_rates),
      cmocka_unit_test(refused_values_are_counted_and_no_failure),
      cmocka_unit_test(a_list_of_the_wrong_length_is_refused),
      cmocka_unit_test(own_values_are_never_watched),
      cmocka_unit_test(memory_limit_is_told_once),
      cmocka_unit_test(a_metric_that_stopped_is_told_and_its_return),
      cmocka_unit_test(a_senders_clock_ahead_hides_no_silence),
      cmocka_unit_test(unknown_types_may_be_missing),
      cmocka_unit_test(threads_may_write_read_and_flush_at_once),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

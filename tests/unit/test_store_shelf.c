/* Fitted models of metrics in the database: kept, bounded, and taken up at the start. */
#include "anomaly/status.h"
#include "store/model_orders.h"
#include "unit/faulty_vfs.h"
#include "unit/model_rig.h"
#include "unit/stored.h"
#include "unit/unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RARELY 86400.0
#define MUCH ((uint64_t)1 << 40)

/* A store over an engine with one model, and the values of the one metric. */
struct shelf_rig {
  struct stored stored;
  struct model_rig values; /* of the same engine */
};

static void start(struct shelf_rig *rig, const char *model, const char *const *options,
                  uint32_t keep, uint64_t limit) {
  const struct stored_setup setup = {.checkpoint_interval = RARELY,
                                     .rules = model_rig_rules(model, options),
                                     .keep_models = keep,
                                     .models_limit = limit};
  stored_start_as(&rig->stored, &setup);
  rig->values.engine = rig->stored.engine;
}

static void begin_as(struct shelf_rig *rig, const char *model, const char *const *options,
                     uint32_t keep, uint64_t limit) {
  stored_forget();
  start(rig, model, options, keep, limit);
  rig->values.noise = (struct noise){3};
  rig->values.time = MODEL_RIG_BEGIN;
}

static void begin(struct shelf_rig *rig, const char *model, uint32_t keep, uint64_t limit) {
  begin_as(rig, model, NULL, keep, limit);
}

static void again(struct shelf_rig *rig, const char *model) {
  stored_stop(&rig->stored);
  start(rig, model, NULL, 3, MUCH);
}

static void flush(struct shelf_rig *rig) { assert_true(store_flush(rig->stored.store, 60)); }

/* ---- A restart ------------------------------------------------------------------ */

static void assert_same(const struct verdict *a, const struct verdict *b) {
  assert_true(a->scored == b->scored && a->missing == b->missing);
  assert_true(a->ratio == b->ratio && a->surprise == b->surprise && a->anomaly == b->anomaly);
  assert_true(!a->scored || (a->raw == b->raw && a->outlier == b->outlier));
}

/* Stopped again and again, it says what one says that is never stopped. */
static void restarts_change_no_verdict(void **state) {
  (void)state;
  static const char *const models[] = {"ecod", "isolation_forest", "robust_random_cut_forest",
                                       "matrix_profile", "suod"};
  for (size_t which = 0; which < sizeof models / sizeof *models; which++) {
    struct shelf_rig rig;
    struct model_rig other;
    begin(&rig, models[which], 3, MUCH);
    model_rig_start(&other, models[which], NULL);
    for (unsigned i = 1; i <= 700; i++) {
      const double value = i % 41 == 0 ? 80 : 50 + noise_gaussian(&other.noise);
      const struct verdict expected = model_rig_observe(&other, value);
      const struct verdict verdict = model_rig_observe(&rig.values, value);
      assert_same(&expected, &verdict);
      if (i % 77 == 0)
        again(&rig, models[which]);
    }
    assert_int_equal(stored_status(&rig.stored).models_restored, 1);
    assert_int_equal(stored_status(&rig.stored).models_refused, 0);
    stored_stop(&rig.stored);
    engine_destroy(other.engine);
  }
}

/* The last checkpoint counts, whatever has been fitted since. */
static void a_killed_one_goes_on_from_its_checkpoint(void **state) {
  (void)state;
  struct shelf_rig rig;
  char command[256];
  begin(&rig, "ecod", 3, MUCH);
  (void)model_rig_feed(&rig.values, 170);
  flush(&rig);
  (void)model_rig_feed(&rig.values, 200);
  snprintf(command, sizeof command, "cp %s %s.killed && cp %s-wal %s.killed-wal", stored_path,
           stored_path, stored_path, stored_path);
  assert_int_equal(system(command), 0);
  stored_stop(&rig.stored);
  snprintf(command, sizeof command, "mv %s.killed %s && mv %s.killed-wal %s-wal", stored_path,
           stored_path, stored_path, stored_path);
  assert_int_equal(system(command), 0);
  start(&rig, "ecod", NULL, 3, MUCH);
  assert_int_equal(stored_status(&rig.stored).models_restored, 1);
  stored_stop(&rig.stored);
}

static void damaged_ones_are_fitted_anew(void **state) {
  (void)state;
  struct shelf_rig rig;
  begin(&rig, "ecod", 3, MUCH);
  (void)model_rig_feed(&rig.values, 170);
  stored_stop(&rig.stored);
  stored_run("UPDATE models SET block = zeroblob(length(block)) WHERE champion = 1");
  start(&rig, "ecod", NULL, 3, MUCH);
  assert_int_equal(stored_status(&rig.stored).models_restored, 0);
  assert_int_equal(stored_status(&rig.stored).models_refused, 1);
  assert_false(model_rig_feed(&rig.values, 1).scored);
  assert_true(model_rig_feed(&rig.values, 1).scored);
  flush(&rig);
  assert_int_equal(stored_number("SELECT version FROM models WHERE champion = 1"), 3);
  again(&rig, "ecod");
  assert_int_equal(stored_status(&rig.stored).models_restored, 1);
  stored_stop(&rig.stored);
}

/* Rows that nobody has written so; the file and the metrics are none the worse for it. */
static void foreign_rows_are_harmless(void **state) {
  (void)state;
  static const char *const changes[] = {
      "UPDATE models SET metric_id = NULL",       "UPDATE models SET metric_id = 'x', block = ''",
      "UPDATE models SET version = -1",           "UPDATE models SET created = 'x'",
      "UPDATE models SET model = x'00ff'",        "UPDATE models SET block = 'text'",
      "UPDATE models SET train_from = 'x'",       "UPDATE models SET metric_id = -metric_id",
      "UPDATE models SET block = x'', bytes = 1", "UPDATE models SET scope = 'group'",
  };
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    struct shelf_rig rig;
    begin(&rig, "ecod", 3, MUCH);
    (void)model_rig_feed(&rig.values, 170);
    stored_stop(&rig.stored);
    stored_run(changes[i]);
    start(&rig, "ecod", NULL, 3, MUCH);
    assert_true(model_rig_feed(&rig.values, 2).scored);
    flush(&rig);
    assert_int_equal(stored_status(&rig.stored).health.fault, STORE_FINE);
    stored_stop(&rig.stored);
  }
}

/* ---- Going back -------------------------------------------------------------------- */

static int wish(int64_t id, const char *expected) {
  char words[256] = "";
  struct text why = text_over(words, sizeof words);
  struct guest *guest;
  assert_int_equal(guest_open(&guest, stored_path, &why), STATUS_OK);
  const int status = model_orders_crown(guest, id, MODEL_RIG_BEGIN, &why);
  guest_close(guest);
  assert_non_null(strstr(words, expected));
  return status;
}

/* Somebody else wants an earlier version: the daemon has it, and so has its next run. */
static void a_wish_is_granted(void **state) {
  (void)state;
  struct shelf_rig rig;
  begin(&rig, "ecod", 3, MUCH);
  for (unsigned i = 0; i < 3; i++) {
    (void)model_rig_feed(&rig.values, 100);
    flush(&rig);
  }
  const int64_t first = stored_number("SELECT id FROM models WHERE version = 1");
  const int64_t second = stored_number("SELECT id FROM models WHERE version = 2");
  const int64_t third = stored_number("SELECT id FROM models WHERE version = 3");
  assert_int_equal(wish(third, "is the champion"), STATUS_INVALID);
  assert_int_equal(wish(999, "no model of the id 999"), STATUS_NOT_FOUND);
  assert_int_equal(wish(second, ""), STATUS_OK);
  assert_int_equal(wish(first, ""), STATUS_OK); /* the later wish counts */
  assert_int_equal(stored_number("SELECT count(*) FROM models WHERE crowned > 0"), 1);
  flush(&rig);
  assert_int_equal(stored_status(&rig.stored).models_crowned, 1);
  assert_int_equal(stored_number("SELECT version FROM models WHERE champion = 1"), 1);
  assert_int_equal(stored_number("SELECT count(*) FROM models WHERE crowned > 0"), 0);
  assert_int_equal(stored_number("SELECT count(*) FROM models"), 3);
  again(&rig, "ecod");
  assert_int_equal(stored_status(&rig.stored).models_restored, 1);
  (void)model_rig_feed(&rig.values, 999);
  flush(&rig);
  assert_int_equal(stored_number("SELECT version FROM models WHERE champion = 1"), 1);
  (void)model_rig_feed(&rig.values, 1);
  flush(&rig);
  assert_int_equal(stored_number("SELECT version FROM models WHERE champion = 1"), 4);
  stored_stop(&rig.stored);
}

/* While nobody runs, it waits; what cannot be used is forgotten. */
static void a_wish_waits_and_a_bad_one_does_not(void **state) {
  (void)state;
  struct shelf_rig rig;
  begin(&rig, "ecod", 3, MUCH);
  for (unsigned i = 0; i < 2; i++) {
    (void)model_rig_feed(&rig.values, 100);
    flush(&rig);
  }
  stored_stop(&rig.stored);
  assert_int_equal(wish(stored_number("SELECT id FROM models WHERE version = 1"), ""), STATUS_OK);
  start(&rig, "ecod", NULL, 3, MUCH);
  flush(&rig);
  assert_int_equal(stored_number("SELECT version FROM models WHERE champion = 1"), 1);
  stored_run("UPDATE models SET crowned = 1, created = -1 WHERE version = 2");
  flush(&rig);
  assert_int_equal(stored_status(&rig.stored).models_refused, 1);
  stored_run("UPDATE models SET crowned = 1, block = zeroblob(128) WHERE version = 2");
  flush(&rig);
  assert_int_equal(stored_status(&rig.stored).models_refused, 2);
  assert_int_equal(stored_number("SELECT version FROM models WHERE champion = 1"), 1);
  assert_int_equal(stored_number("SELECT count(*) FROM models WHERE crowned > 0"), 0);
  stored_stop(&rig.stored);
}

/* ---- Labels ------------------------------------------------------------------------ */

/* A verdict of the metric, so many values after the first, in an episode. */
static void put_verdict(unsigned at, unsigned episode, const char *voters) {
  char sql[512];
  snprintf(sql, sizeof sql,
           "INSERT INTO anomalies (time, host, metric, episode, kind, detectors, ready, agree,"
           " leading, voters) VALUES (%.0f, 'host', 'cpu-0/cpu-user', %u, 'spike', 2, 2, 1, 'ecod',"
           " '%s')",
           MODEL_RIG_BEGIN + at * MODEL_RIG_STEP, episode, voters);
  stored_run(sql);
}

static void put_label(unsigned from, unsigned to, const char *metric) {
  char sql[512];
  snprintf(sql, sizeof sql,
           "INSERT INTO labels (metric, start, \"end\", label, note, author, created)"
           " VALUES ('%s', %.0f, %.0f, 'anomaly', '', '', 0)",
           metric, MODEL_RIG_BEGIN + from * MODEL_RIG_STEP, MODEL_RIG_BEGIN + to * MODEL_RIG_STEP);
  stored_run(sql);
}

/* Fits after 50, 150 and 250 values; the present is after the 300th. */
static void fit_thrice(struct shelf_rig *rig, const char *const *options) {
  stored_set_time(MODEL_RIG_BEGIN + 300 * MODEL_RIG_STEP);
  begin_as(rig, "ecod", options, 3, MUCH);
  for (unsigned i = 0; i < 3; i++) {
    (void)model_rig_feed(&rig->values, i == 0 ? 50 : 100);
    flush(rig);
  }
  assert_int_equal(
      stored_number("SELECT count(*) FROM models WHERE f1 IS NULL AND since >= created"), 3);
}

static int64_t graded(unsigned version, const char *what) {
  char sql[256];
  snprintf(sql, sizeof sql, "SELECT count(*) FROM models WHERE version = %u AND %s", version, what);
  return stored_number(sql);
}

static void labels_grade_each_version(void **state) {
  (void)state;
  struct shelf_rig rig;
  fit_thrice(&rig, NULL);
  put_label(155, 165, "host/*");
  put_label(180, 190, "host/cpu-0/cpu-user");
  put_label(255, 260, "host/cpu-0/cpu-user:value");
  put_label(60, 70, "another/*");
  put_verdict(160, 1, "zscore,ecod");
  put_verdict(161, 1, "ecod");
  put_verdict(170, 2, "ecod");
  put_verdict(185, 3, "zscore");
  put_verdict(257, 4, "ecod");
  flush(&rig);
  assert_int_equal(graded(1, "f1 IS NULL AND recall IS NULL AND precision IS NULL"), 1);
  assert_int_equal(graded(2, "recall = 0.5 AND precision = 0.5 AND f1 = 0.5"), 1);
  assert_int_equal(graded(3, "recall = 1 AND precision = 1 AND f1 = 1"), 1);
  assert_int_equal(stored_status(&rig.stored).models_bad, 0);
  stored_run("DELETE FROM labels WHERE id = 1"); /* which is seen, too */
  flush(&rig);
  assert_int_equal(graded(2, "recall = 0 AND precision = 0 AND f1 = 0"), 1);
  put_label(40, 45, "host/*"); /* of no version's time */
  flush(&rig);
  assert_int_equal(graded(1, "f1 IS NULL"), 1);
  stored_stop(&rig.stored);
  stored_set_time(STORED_BEGIN);
}

static const char *const demanding[] = {"min_f1=0.6", NULL};

/* The one in use has missed what was labelled, and none that is kept is better. */
static void a_bad_one_is_fitted_anew(void **state) {
  (void)state;
  struct shelf_rig rig;
  fit_thrice(&rig, demanding);
  put_label(155, 165, "host/*");
  put_label(255, 265, "host/*");
  flush(&rig);
  assert_int_equal(graded(3, "recall = 0 AND precision IS NULL AND f1 = 0"), 1);
  assert_int_equal(stored_status(&rig.stored).models_bad, 1);
  put_label(256, 257, "host/*");
  flush(&rig); /* once for each version */
  assert_int_equal(stored_status(&rig.stored).models_bad, 1);
  (void)model_rig_feed(&rig.values, 1);
  flush(&rig);
  assert_int_equal(stored_number("SELECT version FROM models WHERE champion = 1"), 4);
  stored_stop(&rig.stored);
  stored_set_time(STORED_BEGIN);
}

static void a_bad_one_gives_way_to_a_better(void **state) {
  (void)state;
  struct shelf_rig rig;
  fit_thrice(&rig, demanding);
  put_label(60, 70, "host/*");
  put_label(155, 165, "host/*");
  put_label(255, 265, "host/*");
  put_verdict(60, 1, "ecod");
  put_verdict(156, 1, "ecod");
  put_verdict(157, 2, "ecod");
  put_verdict(170, 3, "ecod");
  flush(&rig);
  assert_int_equal(graded(1, "f1 IS NULL"), 1); /* it scores anew from now on */
  assert_int_equal(graded(2, "f1 > 0.79 AND f1 < 0.81"), 1);
  assert_int_equal(stored_status(&rig.stored).models_bad, 1);
  assert_int_equal(stored_number("SELECT version FROM models WHERE champion = 1"), 1);
  assert_int_equal(stored_number("SELECT count(*) FROM models WHERE crowned > 0"), 0);
  stored_stop(&rig.stored);
  stored_set_time(STORED_BEGIN);
}

/* Without min_f1 it is counted, and nothing else. */
static void a_bad_one_may_stay(void **state) {
  (void)state;
  struct shelf_rig rig;
  fit_thrice(&rig, NULL);
  put_label(255, 265, "host/*");
  flush(&rig);
  assert_int_equal(graded(3, "f1 = 0"), 1);
  assert_int_equal(stored_status(&rig.stored).models_bad, 0);
  stored_stop(&rig.stored);
  stored_set_time(STORED_BEGIN);
}

/* ---- What is kept ----------------------------------------------------------------- */

static void the_last_few_are_kept(void **state) {
  (void)state;
  struct shelf_rig rig;
  begin(&rig, "ecod", 3, MUCH);
  for (unsigned i = 0; i < 6; i++) {
    (void)model_rig_feed(&rig.values, 100);
    flush(&rig);
  }
  assert_int_equal(stored_status(&rig.stored).models, 6);
  assert_int_equal(stored_number("SELECT count(*) FROM models"), 3);
  assert_int_equal(stored_number("SELECT group_concat(version, '') FROM models"), 456);
  assert_int_equal(stored_number("SELECT version FROM models WHERE champion = 1"), 6);
  stored_stop(&rig.stored);
}

static void what_was_fitted_is_told(void **state) {
  (void)state;
  struct shelf_rig rig;
  begin_as(&rig, "ecod", (const char *const[]){"window_size=500", "features=value+diff", NULL}, 3,
           MUCH);
  (void)model_rig_feed(&rig.values, 60);
  stored_stop(&rig.stored);
  assert_int_equal(
      stored_number("SELECT count(*) FROM models JOIN detector_state ON metric_id ="
                    " detector_state.id WHERE scope = 'metric' AND subject = 'host/cpu-0/cpu-user'"
                    " AND model = 'ecod' AND version = 1 AND samples = 49"
                    " AND options = 'window_size = 500, features = \"value+diff\"'"
                    " AND train_from = 1700000120 AND train_to = 1700003000 AND created = train_to"
                    " AND score_min < score_mean AND score_mean < threshold"
                    " AND threshold < score_max AND score_stddev > 0 AND champion = 1"
                    " AND bytes = length(block) AND f1 IS NULL AND crowned IS NULL"),
      1);
}

/* Drift is measured after fifty values, and written without the block. */
static void drift_is_told(void **state) {
  (void)state;
  static const char *const seldom[] = {"window_size=100", "retrain_interval=100", NULL};
  struct shelf_rig rig;
  begin_as(&rig, "robust_random_cut_forest", seldom, 3, MUCH);
  (void)model_rig_feed(&rig.values, 60);
  flush(&rig);
  assert_int_equal(stored_number("SELECT count(*) FROM models WHERE input_drift IS NULL"), 1);
  (void)model_rig_feed(&rig.values, 45);
  flush(&rig);
  assert_int_equal(stored_status(&rig.stored).models, 1);
  assert_int_equal(stored_number("SELECT count(*) FROM models WHERE input_drift > 0"
                                 " AND input_drift < 0.5 AND score_drift IS NULL"),
                   1);
  stored_stop(&rig.stored);
  start(&rig, "robust_random_cut_forest", seldom, 3, MUCH);
  assert_int_equal(stored_status(&rig.stored).models_restored, 1);
  stored_stop(&rig.stored);
  begin_as(&rig, "ecod", seldom, 3, MUCH);
  (void)model_rig_feed(&rig.values, 105);
  stored_stop(&rig.stored);
  assert_int_equal(stored_number("SELECT count(*) FROM models WHERE input_drift > 0"
                                 " AND score_drift > 0 AND score_drift < 0.5"),
                   1);
}

static void none_is_kept_where_none_is_wanted(void **state) {
  (void)state;
  struct shelf_rig rig;
  begin(&rig, "ecod", 0, MUCH);
  (void)model_rig_feed(&rig.values, 170);
  stored_stop(&rig.stored);
  assert_int_equal(stored_number("SELECT count(*) FROM models"), 0);
}

/* Beyond the bound earlier versions go; a block that is too much by itself is counted. */
static void there_are_not_too_many_bytes(void **state) {
  (void)state;
  struct shelf_rig rig;
  begin(&rig, "hbos", 3, 3000);
  for (unsigned i = 0; i < 6; i++) {
    (void)model_rig_feed(&rig.values, 100);
    flush(&rig);
  }
  assert_int_equal(stored_status(&rig.stored).models, 6);
  assert_true(stored_number("SELECT total(bytes) FROM models") <= 3000);
  assert_int_equal(stored_number("SELECT max(version) FROM models"), 6);
  stored_stop(&rig.stored);
  begin(&rig, "ecod", 3, 1000);
  (void)model_rig_feed(&rig.values, 60);
  flush(&rig);
  assert_int_equal(stored_status(&rig.stored).models_left_out, 1);
  assert_int_equal(stored_number("SELECT count(*) FROM models"), 0);
  stored_stop(&rig.stored);
}

/* Of several metrics in one checkpoint each new version takes its oldest one's place. */
static void what_is_replaced_needs_no_room(void **state) {
  (void)state;
  enum { METRICS = 4, KEPT = 2 };
  struct shelf_rig rig;
  static const char *const taken[] = {"shadow=0", NULL};
  begin_as(&rig, "hbos", taken, KEPT, MUCH);
  for (unsigned fit = 0; fit < 3; fit++) {
    for (unsigned at = 100 * fit; at < 100 * (fit + 1); at++)
      for (unsigned metric = 0; metric < METRICS; metric++) {
        const char *const names[METRICS] = {"a", "b", "c", "d"};
        const struct metric_id id = {{"host", "cpu", "0", "cpu", names[metric], "value"}};
        const struct sample sample =
            sample_gauge(MODEL_RIG_BEGIN + at * MODEL_RIG_STEP, MODEL_RIG_STEP,
                         50 + noise_gaussian(&rig.values.noise));
        engine_observe(rig.values.engine, &id, &sample, NULL);
      }
    flush(&rig);
    if (fit != 1)
      continue;
    const int64_t bytes = stored_number("SELECT total(bytes) FROM models");
    stored_stop(&rig.stored);
    start(&rig, "hbos", taken, KEPT, (uint64_t)(bytes + bytes / METRICS));
  }
  assert_int_equal(stored_number("SELECT count(*) FROM models"), METRICS * KEPT);
  assert_int_equal(stored_status(&rig.stored).models_left_out, 0);
  stored_stop(&rig.stored);
}

/* What cannot be written is written when it can be. */
static void a_full_disk_postpones(void **state) {
  (void)state;
  struct shelf_rig rig;
  begin(&rig, "robust_random_cut_forest", 3, MUCH);
  (void)model_rig_feed(&rig.values, 60);
  faulty_vfs_fail_writes(13 /* SQLITE_FULL */);
  assert_false(store_flush(rig.stored.store, 60));
  faulty_vfs_fail_writes(0);
  assert_int_equal(stored_status(&rig.stored).models, 0);
  (void)model_rig_feed(&rig.values, 5);
  flush(&rig);
  assert_int_equal(stored_status(&rig.stored).models, 1);
  again(&rig, "robust_random_cut_forest");
  assert_int_equal(stored_status(&rig.stored).models_restored, 1);
  stored_stop(&rig.stored);
}

/* A file that was removed gets what is known, but what has learned since. */
static void a_new_file_gets_them_too(void **state) {
  (void)state;
  struct shelf_rig rig;
  begin(&rig, "ecod", 3, MUCH);
  (void)model_rig_feed(&rig.values, 60);
  flush(&rig);
  stored_forget();
  flush(&rig);
  assert_int_equal(stored_number("SELECT count(*) FROM models"), 1);
  stored_stop(&rig.stored);
}

static int set_up(void **state) {
  return faulty_vfs_install() == 0 ? stored_make_folder(state) : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(restarts_change_no_verdict),
      cmocka_unit_test(a_killed_one_goes_on_from_its_checkpoint),
      cmocka_unit_test(damaged_ones_are_fitted_anew),
      cmocka_unit_test(foreign_rows_are_harmless),
      cmocka_unit_test(a_wish_is_granted),
      cmocka_unit_test(a_wish_waits_and_a_bad_one_does_not),
      cmocka_unit_test(labels_grade_each_version),
      cmocka_unit_test(a_bad_one_is_fitted_anew),
      cmocka_unit_test(a_bad_one_gives_way_to_a_better),
      cmocka_unit_test(a_bad_one_may_stay),
      cmocka_unit_test(the_last_few_are_kept),
      cmocka_unit_test(what_was_fitted_is_told),
      cmocka_unit_test(drift_is_told),
      cmocka_unit_test(none_is_kept_where_none_is_wanted),
      cmocka_unit_test(there_are_not_too_many_bytes),
      cmocka_unit_test(what_is_replaced_needs_no_room),
      cmocka_unit_test(a_full_disk_postpones),
      cmocka_unit_test(a_new_file_gets_them_too),
  };
  return cmocka_run_group_tests(tests, set_up, stored_remove_folder);
}

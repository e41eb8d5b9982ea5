/* Models on metrics: collecting, fitting, scoring, and all of it after a restart. */
#include "anomaly/engine.h"
#include "anomaly/model.h"
#include "anomaly/state.h"
#include "anomaly/status.h"
#include "base/option.h"
#include "engine/model_options.h"
#include "unit/alloc_fail.h"
#include "unit/model_rig.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- The list ------------------------------------------------------------- */

static void test_each_model_is_a_detector(void **state) {
  (void)state;
  size_t models = 0;
  for (const struct model *const *at = model_list; *at != NULL; at++, models++) {
    const struct detector *const detector = watcher_find((*at)->name);
    assert_non_null(detector);
    assert_ptr_equal(detector->model, *at);
    assert_null(detector_find((*at)->name)); /* a name means one thing */
    assert_true(option_count(detector->options) < MODEL_OPTIONS_ROWS);
    assert_int_equal(option_count(detector->options), option_count(model_stream_rows) +
                                                          option_count(model_common_rows) +
                                                          option_count((*at)->options));
    for (const struct option_row *row = detector->options; row->name != NULL; row++)
      assert_ptr_equal(option_find(detector->options, row->name), row);
    void *const options = calloc(1, detector->options_size);
    assert_non_null(options);
    option_set_presets(detector->options, options);
    assert_null(detector->check(options));
    assert_true(detector->state_size(options) <= DETECTOR_STATE_MAX);
    for (const struct option_row *row = (*at)->options; row->name != NULL; row++)
      assert_true(option_get(row, model_options_own(options)) == row->preset);
    free(options);
  }
  for (const struct detector *const *at = watcher_list(); *at != NULL; at++)
    assert_ptr_equal(watcher_find((*at)->name), *at);
  assert_true(models > 0);
  assert_null(watcher_find("no such model"));
}

static const char *checked(uint32_t min_samples, uint32_t window_size, uint32_t long_window) {
  const struct detector *const ecod = watcher_find("ecod");
  static struct model_options options;
  option_set_presets(model_stream_rows, &options);
  options.min_samples = min_samples;
  options.window_size = window_size;
  options.features.long_window = long_window;
  return ecod->check(&options);
}

static void test_contradictions_are_told(void **state) {
  (void)state;
  assert_null(checked(50, 50, 10));
  assert_non_null(strstr(checked(51, 50, 10), "window_size"));
  assert_non_null(strstr(checked(50, 100, 50), "windows of the features"));
}

/* ---- Tick and tock -------------------------------------------------------- */

static void test_it_collects_then_scores(void **state) {
  (void)state;
  struct model_rig rig;
  model_rig_start(&rig, "ecod", NULL);
  for (unsigned i = 1; i < 50; i++) {
    const struct verdict verdict = model_rig_feed(&rig, 1);
    assert_int_equal(verdict.missing, 50 - i);
    assert_false(verdict.scored);
    assert_int_equal(verdict.ready, 0);
    assert_int_equal(model_rig_stats(&rig).fits, 0);
  }
  const uint64_t memory = model_rig_stats(&rig).memory;
  assert_int_equal(model_rig_feed(&rig, 1).missing, 0); /* and is fitted after its verdict */
  assert_int_equal(model_rig_stats(&rig).fits, 1);
  assert_int_equal(model_rig_stats(&rig).models, 1);
  assert_true(model_rig_stats(&rig).memory > memory + 40 * 6 * sizeof(double));
  const struct verdict verdict = model_rig_feed(&rig, 1);
  assert_true(verdict.scored && isfinite(verdict.raw));
  engine_destroy(rig.engine);
}

static void test_it_is_fitted_anew_as_often_as_told(void **state) {
  (void)state;
  struct model_rig rig;
  model_rig_start(&rig, "ecod",
                  (const char *const[]){"min_samples=60", "retrain_interval=25", "shadow=0", NULL});
  model_rig_feed(&rig, 60 + 24);
  assert_int_equal(model_rig_stats(&rig).fits, 1);
  model_rig_feed(&rig, 1);
  assert_int_equal(model_rig_stats(&rig).fits, 2);
  model_rig_feed(&rig, 100);
  assert_int_equal(model_rig_stats(&rig).fits, 6);
  assert_int_equal(model_rig_stats(&rig).models, 1);
  engine_destroy(rig.engine);
}

static void test_it_is_fitted_anew_by_age(void **state) {
  (void)state;
  struct model_rig rig;
  model_rig_start(&rig, "ecod",
                  (const char *const[]){"retrain_interval=1000000", "retrain_after=2h", NULL});
  model_rig_feed(&rig, 50);
  assert_int_equal(model_rig_stats(&rig).fits, 1);
  model_rig_feed(&rig, 119);
  assert_int_equal(model_rig_stats(&rig).fits, 1);
  model_rig_feed(&rig, 1);
  assert_int_equal(model_rig_stats(&rig).fits, 2);
  engine_destroy(rig.engine);
}

static void test_only_the_window_counts(void **state) {
  (void)state;
  struct model_rig rig, fresh;
  const char *const options[] = {"window_size=60",
                                 "min_samples=60",
                                 "retrain_interval=60",
                                 "features=value",
                                 "drift_limit=0",
                                 "shadow=0",
                                 NULL};
  model_rig_start(&rig, "ecod", options);
  for (unsigned i = 0; i < 60; i++)
    model_rig_observe(&rig, 1e6);
  model_rig_start(&fresh, "ecod", options);
  fresh.time = rig.time;
  model_rig_feed(&rig, 60);
  model_rig_feed(&fresh, 60);
  for (unsigned i = 0; i < 60; i++)
    assert_true(model_rig_feed(&rig, 1).raw == model_rig_feed(&fresh, 1).raw);
  engine_destroy(rig.engine);
  engine_destroy(fresh.engine);
}

/* A level that is gone for an hour is not fitted to. */
static void test_old_values_are_not_fitted_to(void **state) {
  (void)state;
  struct model_rig rig;
  model_rig_start(&rig, "ecod",
                  (const char *const[]){"window_age=1h", "retrain_interval=61", "min_samples=61",
                                        "features=value", "drift_limit=0", NULL});
  for (unsigned i = 0; i < 61; i++)
    model_rig_observe(&rig, 1e6 + i);
  model_rig_feed(&rig, 61);
  assert_int_equal(model_rig_stats(&rig).fits, 2);
  assert_true(model_rig_observe(&rig, 1e6).raw > model_rig_observe(&rig, 50).raw + 1);
  engine_destroy(rig.engine);
}

/* ---- Drift, and challengers ----------------------------------------------- */

static const char *const patient[] = {"retrain_interval=1000", "drift_limit=0.8", NULL};

/* A new level: the model is fitted anew long before its turn, and then again knows it. */
static void test_drift_has_it_fitted_early(void **state) {
  (void)state;
  struct model_rig rig;
  model_rig_start(&rig, "ecod", patient);
  model_rig_feed(&rig, 50 + 300);
  assert_int_equal(model_rig_stats(&rig).fits, 1);
  assert_int_equal(model_rig_stats(&rig).drifted, 0);
  unsigned early = 0;
  for (unsigned i = 0; i < 1500 && early == 0; i++) {
    model_rig_observe(&rig, 60 + noise_gaussian(&rig.noise));
    early = (unsigned)model_rig_stats(&rig).drifted;
  }
  model_rig_observe(&rig, 60);
  assert_int_equal(model_rig_stats(&rig).fits, 2);
  engine_destroy(rig.engine);
}

/* Values move far, and nothing comes of it. */
static void assert_never_looks(struct model_rig *rig) {
  model_rig_feed(rig, 50 + 300);
  for (unsigned i = 0; i < 600; i++)
    model_rig_observe(rig, 60 + noise_gaussian(&rig->noise));
  assert_int_equal(model_rig_stats(rig).drifted, 0);
  assert_int_equal(model_rig_stats(rig).fits, 1);
}

static void test_without_a_limit_drift_is_nothing(void **state) {
  (void)state;
  struct model_rig rig;
  model_rig_start(&rig, "ecod",
                  (const char *const[]){"retrain_interval=1000", "drift_limit=0", NULL});
  assert_never_looks(&rig);
  engine_destroy(rig.engine);
}

/* It is fitted anew in its turn before its window is renewed; there is nothing to look for. */
static void test_what_is_fitted_often_does_not_look(void **state) {
  (void)state;
  struct model_rig rig;
  model_rig_start(&rig, "ecod", (const char *const[]){"retrain_interval=999", NULL});
  assert_never_looks(&rig);
  engine_destroy(rig.engine);
}

/*
 * A disturbance that is over is most of the window when the model's turn comes: a
 * challenger fitted to it finds what is usual now odd, and the champion stays.
 */
static void test_a_challenger_must_be_as_good(void **state) {
  (void)state;
  static const char *const challenged[] = {"window_size=100", "retrain_interval=100", "shadow=30",
                                           "drift_limit=0",   "features=value",       NULL};
  static const char *const taken[] = {"window_size=100", "retrain_interval=100", "shadow=0",
                                      "drift_limit=0",   "features=value",       NULL};
  for (unsigned shadow = 0; shadow < 2; shadow++) {
    struct model_rig rig;
    model_rig_start(&rig, "ecod", shadow != 0 ? challenged : taken);
    model_rig_feed(&rig, 50);
    for (unsigned i = 0; i < 68; i++)
      model_rig_observe(&rig, 60 + noise_gaussian(&rig.noise));
    model_rig_feed(&rig, 32);
    assert_int_equal(model_rig_stats(&rig).rejected_fits, shadow);
    assert_int_equal(model_rig_stats(&rig).fits, 2 - shadow);
    model_rig_feed(&rig, 100); /* and all is well again */
    assert_int_equal(model_rig_stats(&rig).rejected_fits, shadow);
    assert_int_equal(model_rig_stats(&rig).fits, 3 - shadow);
    assert_int_equal(model_rig_stats(&rig).failed_fits, 0);
    engine_destroy(rig.engine);
  }
}

/* What was fitted to a metric that does not move cannot tell anything; what was before can. */
static void test_a_blind_fit_changes_nothing(void **state) {
  (void)state;
  struct model_rig rig;
  model_rig_start(&rig, "ecod",
                  (const char *const[]){"window_size=60", "features=value", "drift_limit=0", NULL});
  model_rig_feed(&rig, 50);
  for (unsigned i = 0; i < 100; i++)
    model_rig_observe(&rig, 50);
  assert_int_equal(model_rig_stats(&rig).fits, 1);
  assert_int_equal(model_rig_stats(&rig).rejected_fits, 1);
  const double usual = model_rig_observe(&rig, 50.5).raw;
  assert_true(model_rig_observe(&rig, 70).raw > usual);
  engine_destroy(rig.engine);
}

/* ---- What it finds -------------------------------------------------------- */

static void test_it_finds_what_is_unusual(void **state) {
  (void)state;
  struct model_rig rig;
  model_rig_start(&rig, "ecod", NULL);
  unsigned false_alarms = 0, outliers = 0;
  for (unsigned i = 0; i < 4000; i++) {
    const struct verdict verdict = model_rig_feed(&rig, 1);
    false_alarms += i >= 2000 && verdict.anomaly;
    outliers += i >= 2000 && verdict.outlier;
  }
  assert_true(false_alarms <= 10);
  assert_true(outliers > 100 && outliers < 320); /* contamination is a tenth */
  struct verdict worst = {.ratio = 0};
  for (unsigned i = 0; i < 10; i++) {
    const struct verdict verdict = model_rig_observe(&rig, 90 + i);
    worst = verdict.ratio > worst.ratio ? verdict : worst;
  }
  assert_true(worst.anomaly && worst.outlier);
  assert_non_null(strstr(worst.reason, "a fitted model finds"));
  assert_string_equal(worst.leading, "ecod");
  assert_true(fabs(worst.expected - 50) < 1);
  engine_destroy(rig.engine);
}

/* What is open is not learned as usual before its end. */
static void test_no_fit_while_an_episode_is_open(void **state) {
  (void)state;
  struct model_rig rig;
  model_rig_start(&rig, "ecod", (const char *const[]){"retrain_interval=10", NULL});
  model_rig_feed(&rig, 2000);
  unsigned opened = 0;
  for (unsigned i = 0; i < 40 && opened < 12; i++) {
    const uint64_t fits = model_rig_stats(&rig).fits;
    const struct verdict verdict = model_rig_observe(&rig, 900 + (i % 2) * 100);
    if (!verdict.open)
      continue;
    opened++;
    assert_int_equal(model_rig_stats(&rig).fits, fits);
  }
  assert_true(opened >= 12);
  engine_destroy(rig.engine);
}

static void test_a_metric_that_never_moves_is_fine(void **state) {
  (void)state;
  struct model_rig rig;
  model_rig_start(&rig, "ecod", NULL);
  for (unsigned i = 0; i < 1200; i++) {
    const struct verdict verdict = model_rig_observe(&rig, 5);
    assert_false(verdict.anomaly);
    assert_true(isfinite(verdict.ratio) && isfinite(verdict.raw));
  }
  for (unsigned i = 0; i < 1200; i++)
    assert_true(isfinite(model_rig_observe(&rig, i % 2 == 0 ? 1.7e308 : -1.7e308).ratio));
  engine_destroy(rig.engine);
}

/* ---- Restart -------------------------------------------------------------- */

/* The state of the one metric; the caller frees. */
static void *save(const struct model_rig *rig, size_t *ret_size) {
  struct state_export *export;
  const struct metric_record *records;
  assert_int_equal(state_export_begin(&export, rig->engine, UNSAVED_STATE), STATUS_OK);
  assert_int_equal(state_export_next(export, &records), 1);
  void *const bytes = malloc(records->size);
  assert_non_null(bytes);
  memcpy(bytes, records->state, records->size);
  *ret_size = records->size;
  state_export_end(export);
  return bytes;
}

/* A new engine that knows what the other one has stored. */
static void restart(const struct model_rig *old, struct model_rig *rig) {
  size_t size;
  void *const bytes = save(old, &size);
  struct restore_stats stats = {.metrics = 0};
  model_rig_start(rig, "ecod", NULL);
  engine_restore(rig->engine, LEARNED_HERE, bytes, size, old->time, &stats);
  assert_int_equal(stats.metrics, 1);
  assert_int_equal(stats.cold_detectors, 0);
  rig->time = old->time;
  rig->noise = old->noise;
  free(bytes);
}

static void test_the_window_outlives_a_restart(void **state) {
  (void)state;
  struct model_rig old, rig;
  model_rig_start(&old, "ecod", NULL);
  model_rig_feed(&old, 30);
  restart(&old, &rig);
  assert_int_equal(model_rig_feed(&rig, 1).missing, 19);
  engine_destroy(rig.engine);
  model_rig_feed(&old, 370);
  restart(&old, &rig);
  assert_int_equal(model_rig_stats(&rig).models, 0);
  model_rig_feed(&rig, 1); /* fitted at once: what the old one had is lost */
  assert_int_equal(model_rig_stats(&rig).fits, 1);
  assert_true(model_rig_feed(&rig, 1).scored);
  model_rig_feed(&rig, 98);
  assert_int_equal(model_rig_stats(&rig).fits, 1); /* and then in turn */
  model_rig_feed(&rig, 1);
  assert_int_equal(model_rig_stats(&rig).fits, 2);
  engine_destroy(rig.engine);
  engine_destroy(old.engine);
}

static void test_two_runs_are_the_same(void **state) {
  (void)state;
  struct model_rig one, other;
  model_rig_start(&one, "ecod", NULL);
  model_rig_start(&other, "ecod", NULL);
  for (unsigned i = 0; i < 700; i++) {
    const struct verdict left = model_rig_feed(&one, 1), right = model_rig_feed(&other, 1);
    assert_true(left.ratio == right.ratio && left.raw == right.raw);
  }
  engine_destroy(one.engine);
  engine_destroy(other.engine);
}

/* A clock that was set back starts the metric anew: its model goes too. */
static void test_a_metric_that_starts_anew_collects_again(void **state) {
  (void)state;
  struct model_rig rig;
  model_rig_start(&rig, "ecod", NULL);
  model_rig_feed(&rig, 100);
  const struct metric_id id = {{"host", "cpu", "0", "cpu", "user", "value"}};
  const struct sample late = sample_gauge(MODEL_RIG_BEGIN, MODEL_RIG_STEP, 1);
  double clock = rig.time;
  engine_tick(rig.engine, clock);
  assert_int_equal(engine_observe(rig.engine, &id, &late, NULL), REFUSED_LATE);
  engine_tick(rig.engine, clock + 1000);
  struct verdict verdict;
  assert_int_equal(engine_observe(rig.engine, &id, &late, &verdict), OBSERVED);
  assert_int_equal(verdict.missing, 49);
  assert_int_equal(model_rig_stats(&rig).models, 0);
  engine_destroy(rig.engine);
}

/* ---- Without room --------------------------------------------------------- */

static void test_a_fit_without_room_is_counted(void **state) {
  (void)state;
  struct model_rig rig;
  struct engine_settings settings = engine_settings_preset();
  settings.options.memory_limit = 1 << 20;
  model_rig_start_with(&rig, &settings, "ecod",
                       (const char *const[]){"window_size=20000", "min_samples=4000",
                                             "retrain_interval=500",
                                             "features=value+mean+std+min+max+range", NULL});
  model_rig_feed(&rig, 4200);
  assert_int_equal(model_rig_stats(&rig).fits, 1);
  model_rig_feed(&rig, 12000); /* 16000 rows of 11 columns are more than a megabyte */
  const struct engine_stats stats = model_rig_stats(&rig);
  assert_true(stats.failed_fits > 10);
  assert_int_equal(stats.models, 1); /* the last one that fitted in stays */
  assert_true(stats.memory < 1200000);
  assert_true(model_rig_feed(&rig, 1).scored);
  engine_destroy(rig.engine);
}

static void test_a_fit_without_memory_is_tried_again(void **state) {
  (void)state;
  for (unsigned n = 1, failed = 1; failed; n++) {
    struct model_rig rig;
    model_rig_start(&rig, "ecod", (const char *const[]){"retrain_interval=5", NULL});
    model_rig_feed(&rig, 49);
    alloc_fail_at(n);
    model_rig_feed(&rig, 1);
    failed = alloc_has_failed();
    alloc_fail_at(0);
    assert_int_equal(model_rig_stats(&rig).failed_fits, failed);
    assert_int_equal(model_rig_stats(&rig).fits, !failed);
    model_rig_feed(&rig, 6);
    assert_true(model_rig_feed(&rig, 1).scored);
    engine_destroy(rig.engine);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_each_model_is_a_detector),
      cmocka_unit_test(test_contradictions_are_told),
      cmocka_unit_test(test_it_collects_then_scores),
      cmocka_unit_test(test_it_is_fitted_anew_as_often_as_told),
      cmocka_unit_test(test_it_is_fitted_anew_by_age),
      cmocka_unit_test(test_only_the_window_counts),
      cmocka_unit_test(test_old_values_are_not_fitted_to),
      cmocka_unit_test(test_drift_has_it_fitted_early),
      cmocka_unit_test(test_without_a_limit_drift_is_nothing),
      cmocka_unit_test(test_what_is_fitted_often_does_not_look),
      cmocka_unit_test(test_a_challenger_must_be_as_good),
      cmocka_unit_test(test_a_blind_fit_changes_nothing),
      cmocka_unit_test(test_it_finds_what_is_unusual),
      cmocka_unit_test(test_no_fit_while_an_episode_is_open),
      cmocka_unit_test(test_a_metric_that_never_moves_is_fine),
      cmocka_unit_test(test_the_window_outlives_a_restart),
      cmocka_unit_test(test_two_runs_are_the_same),
      cmocka_unit_test(test_a_metric_that_starts_anew_collects_again),
      cmocka_unit_test(test_a_fit_without_room_is_counted),
      cmocka_unit_test(test_a_fit_without_memory_is_tried_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

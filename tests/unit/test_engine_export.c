/* What an engine has learned, handed out to be stored. */
#include "anomaly/engine.h"
#include "anomaly/state.h"
#include "unit/alloc_fail.h"
#include "unit/state_rig.h"
#include "unit/unit_test.h"

#include <math.h>

static void only_what_changed_is_handed_out(void **state) {
  (void)state;
  const struct watch watch = watch_fakes();
  struct rig rig;
  rig_start(&rig, &watch);
  for (unsigned metric = 0; metric < 500; metric++)
    rig_observe(&rig, metric, RIG_BEGIN, 0, NULL);
  assert_int_equal(rig_unsaved(&rig, UNSAVED_STATE), 500);
  assert_int_equal(rig_unsaved(&rig, UNSAVED_STATE), 0);
  rig_observe(&rig, 7, RIG_BEGIN + RIG_STEP, 0, NULL);
  rig_observe(&rig, 8, RIG_BEGIN + RIG_STEP, NAN, NULL);
  assert_int_equal(rig_unsaved(&rig, UNSAVED_STATE), 2);
  assert_int_equal(rig_unsaved(&rig, UNSAVED_BASELINE), 500);
  assert_int_equal(rig_unsaved(&rig, UNSAVED_STATE | UNSAVED_BASELINE), 0);
  engine_mark_unsaved(rig.engine);
  assert_int_equal(rig_unsaved(&rig, UNSAVED_STATE | UNSAVED_BASELINE), 500);
  engine_destroy(rig.engine);
}

static void what_was_refused_is_handed_out_again(void **state) {
  (void)state;
  const struct watch watch = watch_fakes();
  struct rig rig;
  struct state_export *export;
  const struct metric_record *records;
  rig_start(&rig, &watch);
  for (unsigned metric = 0; metric < 500; metric++)
    rig_observe(&rig, metric, RIG_BEGIN, 0, NULL);
  assert_int_equal(state_export_begin(&export, rig.engine, UNSAVED_STATE), STATUS_OK);
  const size_t first = state_export_next(export, &records);
  const size_t second = state_export_next(export, &records);
  assert_true(first > 0 && second > 0 && first + second < 500);
  state_export_refused(export);
  state_export_end(export);
  assert_int_equal(rig_unsaved(&rig, UNSAVED_STATE), 500 - first);
  engine_destroy(rig.engine);
}

static void a_record_says_what_the_values_were(void **state) {
  (void)state;
  const struct watch watch = watch_fakes();
  struct rig rig;
  rig_start(&rig, &watch);
  for (unsigned at = 0; at < 20000; at++)
    rig_observe(&rig, 0, RIG_BEGIN + at * RIG_STEP, (double)(at * 7919 % 1000), NULL);
  rig_observe(&rig, 0, RIG_BEGIN + 20000 * RIG_STEP, -50, NULL);
  struct shelf *const shelf = shelf_fill(&rig, UNSAVED_BASELINE);
  assert_int_equal(shelf->count, 1);
  const struct metric_record *const record = shelf->record;
  assert_null(record->state);
  assert_int_equal(record->size, 0);
  assert_true(record->first_time == RIG_BEGIN && record->last_time == RIG_BEGIN + 20000 * RIG_STEP);
  assert_int_equal(record->baseline.count, 20001);
  assert_true(fabs(record->baseline.mean - 499.5) < 1);
  assert_true(fabs(record->baseline.deviation - 288.7) < 1);
  assert_true(record->baseline.minimum == -50 && record->baseline.maximum == 999);
  assert_true(fabs(record->baseline.percentile_95 - 950) < 10);
  assert_true(fabs(record->baseline.percentile_99 - 990) < 5);
  shelf_clear(shelf);
  engine_destroy(rig.engine);
}

static void failed_allocations_leave_metrics_to_the_next_export(void **state) {
  (void)state;
  struct watch watch = {
      .detectors = {detector_find("zscore")}, .option = "window", .setting = "10000"};
  watch.memory_limit = (uint64_t)1 << 30;
  struct rig rig;
  rig_start(&rig, &watch);
  rig_feed(&rig, 300, 0, 1);
  for (unsigned n = 1, failed = 1; failed; n++) {
    engine_mark_unsaved(rig.engine);
    struct state_export *export;
    const struct metric_record *records;
    size_t count = 0, part;
    alloc_fail_at(n);
    if (state_export_begin(&export, rig.engine, UNSAVED_STATE) == STATUS_OK) {
      while ((part = state_export_next(export, &records)) > 0)
        count += part;
      state_export_end(export);
    }
    failed = alloc_has_failed();
    alloc_fail_at(0);
    assert_int_equal(count + rig_unsaved(&rig, UNSAVED_STATE), 300);
  }
  engine_destroy(rig.engine);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_what_changed_is_handed_out),
      cmocka_unit_test(what_was_refused_is_handed_out_again),
      cmocka_unit_test(a_record_says_what_the_values_were),
      cmocka_unit_test(failed_allocations_leave_metrics_to_the_next_export),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What an engine has learned, taken back from honest and hostile bytes. */
#include "anomaly/engine.h"
#include "anomaly/state.h"
#include "unit/state_rig.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static void assert_same_verdict(const struct verdict *a, const struct verdict *b) {
  assert_true(same(a->value, b->value) && same(a->ratio, b->ratio) && same(a->score, b->score) &&
              same(a->surprise, b->surprise) && same(a->onset, b->onset));
  assert_true(same(a->expected, b->expected) && same(a->lower, b->lower) &&
              same(a->upper, b->upper) && same(a->confidence, b->confidence));
  assert_true(a->kind == b->kind && a->ready == b->ready && a->agree == b->agree &&
              a->anomaly == b->anomaly && a->open == b->open && a->severity == b->severity &&
              a->change == b->change);
}

static void a_restored_engine_goes_on_bit_for_bit(void **state) {
  (void)state;
  const struct watch watch = watch_all();
  struct rig before, after;
  rig_start(&before, &watch);
  rig_feed(&before, 3, 0, 3000);
  struct shelf *const shelf = shelf_fill(&before, UNSAVED_STATE);
  rig_start(&after, &watch);
  const struct restore_stats stats = shelf_restore(&after, shelf, RIG_BEGIN + 30000);
  assert_int_equal(stats.metrics, 3);
  assert_int_equal(stats.cold_detectors + stats.cold_metrics + stats.refused, 0);
  assert_same_states(&before, &after);
  unsigned anomalies = 0;
  for (unsigned at = 3000; at < 6000; at++)
    for (unsigned metric = 0; metric < 3; metric++) {
      struct verdict a, b;
      const double time = RIG_BEGIN + at * RIG_STEP, value = rig_value(metric, at);
      assert_int_equal(rig_observe(&before, metric, time, value, &a), OBSERVED);
      assert_int_equal(rig_observe(&after, metric, time, value, &b), OBSERVED);
      assert_same_verdict(&a, &b);
      anomalies += a.anomaly;
    }
  assert_true(anomalies > 0);
  assert_same_states(&before, &after);
  engine_destroy(before.engine);
  engine_destroy(after.engine);
  shelf_clear(shelf);
}

static void only_what_does_not_fit_starts_cold(void **state) {
  (void)state;
  struct watch watch = watch_all();
  struct rig rig;
  rig_start(&rig, &watch);
  rig_feed(&rig, 2, 0, 500);
  struct shelf *const shelf = shelf_fill(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  watch.option = "window";
  watch.setting = "50";
  rig_start(&rig, &watch);
  struct restore_stats stats = shelf_restore(&rig, shelf, RIG_BEGIN + 5000);
  assert_int_equal(stats.metrics, 2);
  assert_int_equal(stats.cold_detectors, 2);
  engine_destroy(rig.engine);

  const struct watch other = watch_fakes();
  rig_start(&rig, &other);
  stats = shelf_restore(&rig, shelf, RIG_BEGIN + 5000);
  assert_int_equal(stats.metrics, 2);
  assert_int_equal(stats.cold_detectors, 2);
  struct engine_stats counts;
  engine_stats(rig.engine, &counts);
  assert_int_equal(counts.warming, 2);
  engine_destroy(rig.engine);
  shelf_clear(shelf);
}

static void what_has_no_place_is_counted(void **state) {
  (void)state;
  struct watch watch = watch_fakes();
  struct rig rig;
  rig_start(&rig, &watch);
  rig_feed(&rig, 500, 0, 2);
  struct shelf *const shelf = shelf_fill(&rig, UNSAVED_STATE);
  struct restore_stats stats = shelf_restore(&rig, shelf, RIG_BEGIN);
  assert_int_equal(stats.refused, 500);
  engine_destroy(rig.engine);

  watch.memory_limit = 1 << 16;
  rig_start(&rig, &watch);
  stats = shelf_restore(&rig, shelf, RIG_BEGIN);
  assert_true(stats.metrics > 0 && stats.refused > 0 && stats.metrics + stats.refused == 500);
  engine_destroy(rig.engine);

  watch.ignore = true;
  rig_start(&rig, &watch);
  assert_int_equal(shelf_restore(&rig, shelf, RIG_BEGIN).ignored, 500);
  engine_destroy(rig.engine);
  shelf_clear(shelf);
}

/* Each cut, and each byte changed, costs the metric or a detector, no more. */
static void damage_costs_what_it_hits(void **state) {
  (void)state;
  const struct watch watch = watch_all();
  struct rig rig;
  rig_start(&rig, &watch);
  rig_feed(&rig, 1, 0, 300);
  struct shelf *const shelf = shelf_fill(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  const size_t size = shelf->record[0].size;
  unsigned cold_metrics = 0, cold_detectors = 0;
  for (size_t at = 0; at < size; at++) {
    struct restore_stats cut = {0}, changed = {0};
    unsigned char *const copy = malloc(at + 1);
    assert_non_null(copy);
    memcpy(copy, shelf->bytes[0], at);
    rig_start(&rig, &watch);
    engine_restore(rig.engine, LEARNED_HERE, copy, at, RIG_BEGIN + 3000, &cut);
    engine_destroy(rig.engine);
    free(copy);
    assert_true(cut.cold_metrics == 1 || cut.cold_detectors > 0);
    shelf->bytes[0][at] ^= 1u << at % 8;
    rig_start(&rig, &watch);
    changed = shelf_restore(&rig, shelf, RIG_BEGIN + 3000);
    rig_observe(&rig, 0, RIG_BEGIN + 3000, 1e300, NULL);
    engine_destroy(rig.engine);
    shelf->bytes[0][at] ^= 1u << at % 8;
    cold_metrics += changed.cold_metrics == 1;
    cold_detectors += changed.metrics == 1 && changed.cold_detectors > 0;
    assert_true(changed.cold_metrics == 1 || changed.cold_detectors > 0);
  }
  assert_true(cold_metrics > 100 && cold_detectors > size / 2);
  shelf_clear(shelf);
}

static void an_open_episode_stays_open(void **state) {
  (void)state;
  const struct watch watch = watch_fakes();
  struct rig rig;
  rig_start(&rig, &watch);
  for (unsigned at = 0; at < 10; at++)
    rig_observe(&rig, 0, RIG_BEGIN + at * RIG_STEP, at < 5 ? 0 : 3, NULL);
  assert_int_equal(rig.count, 1);
  const uint64_t id = rig.events[0].id;
  struct shelf *const shelf = shelf_fill(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  rig_start(&rig, &watch);
  shelf_restore(&rig, shelf, RIG_BEGIN + 200);
  struct engine_stats stats;
  engine_stats(rig.engine, &stats);
  assert_int_equal(stats.open, 1);
  for (unsigned at = 10; at < 40; at++)
    rig_observe(&rig, 0, RIG_BEGIN + at * RIG_STEP, at < 20 ? 3 : 0, NULL);
  assert_int_equal(rig.count, 1);
  assert_int_equal(rig.events[0].change, EPISODE_CLOSED);
  assert_true(rig.events[0].id == id && rig.events[0].start == RIG_BEGIN + 50);
  engine_destroy(rig.engine);
  shelf_clear(shelf);
}

static void who_does_not_come_back_is_missing(void **state) {
  (void)state;
  const struct watch watch = watch_fakes();
  struct rig rig;
  rig_start(&rig, &watch);
  for (unsigned metric = 0; metric < 2; metric++)
    rig_observe(&rig, metric, RIG_BEGIN, 0, NULL);
  struct shelf *const shelf = shelf_fill(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  rig_start(&rig, &watch);
  const double now = RIG_BEGIN + 1000;
  shelf_restore(&rig, shelf, now);
  for (unsigned at = 0; at <= 59; at++) {
    engine_tick(rig.engine, now + at * RIG_STEP);
    rig_observe(&rig, 0, now + at * RIG_STEP, 0, NULL);
  }
  assert_int_equal(rig.count, 0);
  engine_tick(rig.engine, now + 620);
  assert_int_equal(rig.count, 1);
  assert_int_equal(rig.events[0].kind, KIND_MISSING);
  assert_string_equal(rig.events[0].metric.part[METRIC_PLUGIN_INSTANCE], "m1");
  engine_destroy(rig.engine);
  shelf_clear(shelf);
}

/* Its age counts from its last value, not from the restart. */
static void what_was_seen_long_ago_expires(void **state) {
  (void)state;
  struct watch watch = watch_fakes();
  struct rig rig;
  watch.expire_after = 3600;
  rig_start(&rig, &watch);
  rig_observe(&rig, 0, RIG_BEGIN, 3, NULL);
  rig_observe(&rig, 1, RIG_BEGIN + 3000, 0, NULL);
  struct shelf *const shelf = shelf_fill(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  rig_start(&rig, &watch);
  shelf_restore(&rig, shelf, RIG_BEGIN + 3500);
  for (unsigned at = 0; at < 64; at++)
    engine_tick(rig.engine, RIG_BEGIN + 3500 + at * 5);
  struct engine_stats stats;
  engine_stats(rig.engine, &stats);
  assert_int_equal(stats.metrics, 1);
  assert_int_equal(rig.count, 1);
  assert_int_equal(rig.events[0].end, EPISODE_EXPIRED);
  engine_destroy(rig.engine);
  shelf_clear(shelf);
}

/* Large states, and as many as take more than one batch. */
static void any_size_fits(void **state) {
  (void)state;
  struct watch watch = {
      .detectors = {detector_find("zscore")}, .option = "window", .setting = "10000"};
  watch.memory_limit = (uint64_t)1 << 30;
  struct rig rig;
  rig_start(&rig, &watch);
  rig_feed(&rig, 300, 0, 1);
  struct shelf *const shelf = shelf_fill(&rig, UNSAVED_STATE);
  assert_int_equal(shelf->count, 300);
  engine_destroy(rig.engine);
  rig_start(&rig, &watch);
  assert_int_equal(shelf_restore(&rig, shelf, RIG_BEGIN).metrics, 300);
  engine_destroy(rig.engine);
  shelf_clear(shelf);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_restored_engine_goes_on_bit_for_bit),
      cmocka_unit_test(only_what_does_not_fit_starts_cold),
      cmocka_unit_test(what_has_no_place_is_counted),
      cmocka_unit_test(damage_costs_what_it_hits),
      cmocka_unit_test(an_open_episode_stays_open),
      cmocka_unit_test(who_does_not_come_back_is_missing),
      cmocka_unit_test(what_was_seen_long_ago_expires),
      cmocka_unit_test(any_size_fits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Groups that a model judges: fits at once and by a trainer, and after a restart. */
#include "anomaly/state.h"
#include "anomaly/status.h"
#include "engine/engine_private.h"
#include "unit/alloc_fail.h"
#include "unit/group_rig.h"
#include "unit/unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUP                                                                                      \
  "{ name = \"all\"; members = { plugin = \"test\"; };"                                            \
  "  detector = { name = \"knn\"; window_size = 400; retrain_interval = 200; }; }"

enum { ODD_ROW = 1200 };

static const double WEEK = 7 * 86400;

static double two_apart(unsigned host, unsigned metric, unsigned row) {
  return host == 0 && metric < 2 && row >= ODD_ROW && row < ODD_ROW + 6 ? 30 : 0;
}

static const struct episode_event *opened(const struct group_rig *rig) {
  size_t i = 0;
  while (i + 1 < rig->count && rig->events[i].change != EPISODE_OPENED)
    i++;
  assert_int_equal(rig->events[i].change, EPISODE_OPENED);
  return &rig->events[i];
}

static void a_model_is_fitted_and_alarms(void **state) {
  (void)state;
  struct group_rig rig;
  group_rig_start(&rig, GROUP, WEEK);
  group_rig_feed(&rig, 1, 0, 50, NULL);
  assert_int_equal(group_rig_stats(&rig).fits, 0);
  assert_int_equal(group_rig_last(&rig, "host0", "all").missing, 1);
  group_rig_feed(&rig, 1, 50, 52, NULL);
  assert_int_equal(group_rig_last(&rig, "host0", "all").missing, 0);
  assert_int_equal(group_rig_stats(&rig).fits, 1);
  assert_int_equal(group_rig_stats(&rig).models, 1);
  group_rig_feed(&rig, 1, 52, ODD_ROW + 20, two_apart);
  assert_in_range(group_rig_stats(&rig).fits, 5, 8);
  assert_int_equal(group_rig_stats(&rig).failed_fits, 0);
  const struct episode_event *const event = opened(&rig);
  assert_string_equal(event->verdict.leading, "knn");
  assert_in_range(event->seen - GROUP_BEGIN, GROUP_STEP * ODD_ROW, GROUP_STEP * (ODD_ROW + 6));
  assert_true(event->causes.count >= 2);
  assert_true(event->causes.names[0] != '\0');
  group_rig_end(&rig);
}

/* What the trainer does, here in its place; whoever waits, waits once. */
static void a_trainer_fits(void **state) {
  (void)state;
  const atomic_bool stop = false;
  struct group_rig rig;
  group_rig_start(&rig, GROUP, WEEK);
  rig.engine->fit_later = true;
  group_rig_feed(&rig, 1, 0, 80, NULL);
  assert_int_equal(group_rig_stats(&rig).fits, 0);
  assert_int_equal(group_rig_stats(&rig).waiting_fits, 1);
  engine_fit_next(rig.engine, &stop);
  assert_int_equal(group_rig_stats(&rig).fits, 1);
  assert_int_equal(group_rig_stats(&rig).waiting_fits, 0);
  group_rig_feed(&rig, 1, 80, 300, NULL);
  assert_int_equal(group_rig_stats(&rig).waiting_fits, 1);
  engine_fit_next(rig.engine, &stop);
  assert_int_equal(group_rig_stats(&rig).fits, 2);
  assert_int_equal(group_rig_stats(&rig).postponed_fits, 0);
  group_rig_end(&rig);
}

static void a_fit_that_was_stopped_is_none(void **state) {
  (void)state;
  const atomic_bool stop = true;
  struct group_rig rig;
  group_rig_start(&rig, GROUP, WEEK);
  rig.engine->fit_later = true;
  group_rig_feed(&rig, 1, 0, 80, NULL);
  engine_fit_next(rig.engine, &stop);
  assert_int_equal(group_rig_stats(&rig).failed_fits, 0);
  group_rig_feed(&rig, 1, 80, 82, NULL);
  assert_int_equal(group_rig_stats(&rig).fits + group_rig_stats(&rig).waiting_fits, 1);
  group_rig_end(&rig);
}

/* ---- Drift and challengers ------------------------------------------------ */

static double all_higher(unsigned host, unsigned metric, unsigned row) {
  (void)host, (void)metric;
  return row >= 100 ? 10 : 0;
}

/* Rows that have moved for good are fitted to before their turn. */
static void a_drift_is_fitted_to_early(void **state) {
  (void)state;
  static const char *const options[] = {"drift_limit = 0.8;", ""};
  for (size_t i = 0; i < 2; i++) {
    struct group_rig rig;
    char group[512];
    snprintf(group, sizeof group,
             "{ name = \"all\"; members = { plugin = \"test\"; }; detector = { name = \"ecod\";"
             "  feed = \"value\"; threshold = 30.0; retrain_interval = 1000; %s }; }",
             options[i]);
    group_rig_start(&rig, group, WEEK);
    group_rig_feed(&rig, 1, 0, 101, all_higher);
    assert_int_equal(group_rig_stats(&rig).fits, 1);
    assert_int_equal(group_rig_stats(&rig).drifted, 0); /* as a look has said, after 50 rows */
    group_rig_feed(&rig, 1, 101, 300, all_higher);
    assert_int_equal(group_rig_stats(&rig).drifted, i == 0);
    assert_int_equal(group_rig_stats(&rig).fits, i == 0 ? 2 : 1);
    group_rig_end(&rig);
  }
}

static double disturbed(unsigned host, unsigned metric, unsigned row) {
  (void)host, (void)metric;
  return row >= 50 && row < 118 ? 10 : 0;
}

/*
 * A disturbance that is over is most of the window when the model's turn comes: the
 * challenger finds what is usual now odd, and the champion stays.
 */
static void a_challenger_must_be_as_good(void **state) {
  (void)state;
  for (unsigned shadow = 0; shadow < 2; shadow++) {
    struct group_rig rig;
    char group[512];
    snprintf(group, sizeof group,
             "{ name = \"all\"; members = { plugin = \"test\"; }; detector = { name = \"ecod\";"
             "  feed = \"value\"; threshold = 30.0; window_size = 100; window_span = 0;"
             "  contamination = 0.2; shadow = %u; }; }",
             30 * shadow);
    group_rig_start(&rig, group, WEEK);
    group_rig_feed(&rig, 1, 0, 151, disturbed);
    assert_int_equal(group_rig_stats(&rig).rejected_fits, shadow);
    assert_int_equal(group_rig_stats(&rig).fits, 2 - shadow);
    group_rig_feed(&rig, 1, 151, 251, NULL); /* and all is well again */
    assert_int_equal(group_rig_stats(&rig).rejected_fits, shadow);
    assert_int_equal(group_rig_stats(&rig).fits, 3 - shadow);
    assert_int_equal(group_rig_stats(&rig).failed_fits, 0);
    group_rig_end(&rig);
  }
}

/* ---- State ---------------------------------------------------------------- */

struct kept {
  unsigned char *bytes;
  size_t size;
};

static struct kept keep(struct group_rig *rig) {
  struct state_export *export;
  const struct metric_record *records;
  struct kept kept = {.size = 0};
  engine_mark_unsaved(rig->engine);
  assert_int_equal(state_export_begin(&export, rig->engine, UNSAVED_STATE), STATUS_OK);
  for (size_t count; (count = state_export_next(export, &records)) > 0;)
    for (size_t i = 0; i < count; i++) {
      if (strcmp(records[i].id.part[METRIC_PLUGIN], "anomaly") != 0)
        continue;
      kept.size = records[i].size;
      kept.bytes = malloc(kept.size);
      assert_non_null(kept.bytes);
      memcpy(kept.bytes, records[i].state, kept.size);
    }
  state_export_end(export);
  return kept;
}

static struct restore_stats restore(struct group_rig *rig, const struct kept *kept) {
  struct restore_stats stats = {0};
  engine_restore(rig->engine, LEARNED_HERE, kept->bytes, kept->size, GROUP_BEGIN, &stats);
  return stats;
}

static void its_rows_outlive_a_restart(void **state) {
  (void)state;
  struct group_rig one, two;
  group_rig_start(&one, GROUP, WEEK);
  group_rig_feed(&one, 1, 0, ODD_ROW, NULL);
  struct kept kept = keep(&one);
  group_rig_start(&two, GROUP, WEEK);
  const struct restore_stats stats = restore(&two, &kept);
  assert_int_equal(stats.metrics, 1);
  assert_int_equal(stats.cold_detectors, 0);
  const struct kept same = keep(&two);
  assert_int_equal(same.size, kept.size);
  assert_memory_equal(same.bytes, kept.bytes, same.size);
  assert_int_equal(group_rig_stats(&two).models, 0);
  group_rig_feed(&two, 1, ODD_ROW - 1, ODD_ROW + 1, NULL);
  assert_int_equal(group_rig_stats(&two).models, 1);
  group_rig_feed(&two, 1, ODD_ROW + 1, ODD_ROW + 20, two_apart);
  (void)opened(&two);
  free(same.bytes);
  free(kept.bytes);
  group_rig_end(&one);
  group_rig_end(&two);
}

struct adoption {
  struct group_rig *rig;
  const struct kept *kept;
  bool adopted;
};

static void adopt(void *context) {
  struct adoption *const adoption = context;
  adoption->adopted = restore(adoption->rig, adoption->kept).metrics == 1;
}

/*
 * What was stored comes while the first fit to what came before it is under way, at any
 * moment of that: none is taken of rows that are no more.
 */
static void a_fit_of_rows_that_are_gone_is_not_taken(void **state) {
  (void)state;
  const atomic_bool stop = false;
  struct group_rig one;
  group_rig_start(&one, GROUP, WEEK);
  one.engine->fit_later = true;
  group_rig_feed(&one, 1, 0, 60, NULL);
  struct kept kept = keep(&one);
  unsigned adoptions = 0;
  bool reached = true;
  for (unsigned n = 1; reached; n++) {
    struct group_rig two;
    struct adoption adoption = {.rig = &two, .kept = &kept};
    group_rig_start(&two, GROUP, WEEK);
    two.engine->fit_later = true;
    group_rig_feed(&two, 1, 100, 160, NULL);
    alloc_call_at(n, adopt, &adoption);
    engine_fit_next(two.engine, &stop);
    reached = alloc_has_failed();
    alloc_fail_at(0);
    assert_int_equal(group_rig_stats(&two).fits, adoption.adopted ? 0 : 1);
    adoptions += adoption.adopted;
    group_rig_feed(&two, 1, 160, 163, NULL);
    engine_fit_next(two.engine, &stop);
    assert_int_equal(group_rig_stats(&two).fits, 1);
    group_rig_end(&two);
    assert_in_range(n, 1, 1000);
  }
  assert_true(adoptions > 0);
  free(kept.bytes);
  group_rig_end(&one);
}

static void bytes_are_not_believed(void **state) {
  (void)state;
  struct group_rig one;
  group_rig_start(&one, GROUP, WEEK);
  group_rig_feed(&one, 1, 0, 60, NULL);
  struct kept kept = keep(&one);
  const size_t size = kept.size;
  for (size_t at = 0; at < size; at += 3) {
    struct group_rig two;
    group_rig_start(&two, GROUP, WEEK);
    kept.bytes[at] ^= 0x81;
    restore(&two, &kept);
    kept.bytes[at] ^= 0x81;
    group_rig_feed(&two, 1, 60, 63, NULL);
    group_rig_end(&two);
    group_rig_start(&two, GROUP, WEEK);
    kept.size = at;
    const struct restore_stats stats = restore(&two, &kept);
    kept.size = size;
    assert_int_equal(stats.cold_metrics + stats.cold_detectors, 1);
    group_rig_end(&two);
  }
  struct group_rig other;
  group_rig_start(&other,
                  "{ name = \"all\"; members = { plugin = \"test\"; };"
                  "  detector = { name = \"knn\"; window_size = 401; }; }",
                  WEEK);
  assert_int_equal(restore(&other, &kept).cold_detectors, 1);
  group_rig_end(&other);
  free(kept.bytes);
  group_rig_end(&one);
}

static void allocations_fail(void **state) {
  (void)state;
  bool failed = true;
  for (unsigned n = 1; failed; n++) {
    struct group_rig rig;
    group_rig_start(&rig, GROUP, WEEK);
    group_rig_feed(&rig, 1, 0, 49, NULL);
    alloc_fail_at(n);
    group_rig_feed(&rig, 1, 49, 55, NULL);
    failed = alloc_has_failed();
    alloc_fail_at(0);
    assert_in_range(group_rig_stats(&rig).fits + group_rig_stats(&rig).failed_fits, 1, 2);
    group_rig_end(&rig);
    assert_in_range(n, 1, 2000);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_model_is_fitted_and_alarms),
      cmocka_unit_test(a_trainer_fits),
      cmocka_unit_test(a_fit_that_was_stopped_is_none),
      cmocka_unit_test(a_drift_is_fitted_to_early),
      cmocka_unit_test(a_challenger_must_be_as_good),
      cmocka_unit_test(its_rows_outlive_a_restart),
      cmocka_unit_test(a_fit_of_rows_that_are_gone_is_not_taken),
      cmocka_unit_test(bytes_are_not_believed),
      cmocka_unit_test(allocations_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

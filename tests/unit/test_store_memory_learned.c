/*
 * What was learned, on its way to the file and back, while memory is short: it is
 * written now or later, and read now or later, and no file is taken for a damaged
 * one.
 */
#include "anomaly/status.h"
#include "store/guest.h"
#include "store/store_private.h"
#include "store/trained_rows.h"
#include "unit/alloc_fail_sqlite.h"
#include "unit/faulty_vfs.h"
#include "unit/stored.h"
#include "unit/trial.h"
#include "unit/unit_test.h"

static const double RARELY = 3600;
enum { METRICS = 20, VALUES = 12 };

/* ---- What was learned ------------------------------------------------------------ */

/* A store without its thread. */
static void open_store(struct stored *stored) {
  stored_open(stored, RARELY);
  stored->store->engine = stored->engine;
}

static void close_store(struct stored *stored) {
  assert_int_equal(stored->store->health.events, 0);
  stored_stop(stored);
}

/* A file, and what was learned but is not in it. */
static void learn(struct stored *stored) {
  stored_forget();
  open_store(stored);
  assert_true(store_have_file(stored->store));
  for (unsigned at = 0; at < VALUES; at++)
    stored_feed(stored, METRICS, at);
}

static void have_no_store(void *context) {
  struct store **const store = context;
  store_destroy(*store);
  *store = NULL;
}

static bool try_to_open_store(void *context) {
  struct store **const store = context;
  const struct store_settings settings = {.path = stored_path, .now = store_seconds};
  return store_open(store, &settings) == STATUS_OK;
}

static void check_open_store(void *context, bool good) {
  struct store **const store = context;
  assert_true(good == (*store != NULL));
  assert_int_equal(stored_files(".damaged"), 0);
}

static void a_store_opens_without_its_file(void **state) {
  (void)state;
  static const struct trial trial = {have_no_store, try_to_open_store, check_open_store};
  struct stored stored;
  struct store *store = NULL;
  learn(&stored);
  close_store(&stored);
  trial_run(&trial, &store);
  store_destroy(store);
}

static void have_all_unsaved(void *context) {
  struct stored *const stored = context;
  stored_run("DELETE FROM detector_state; DELETE FROM baselines");
  engine_mark_unsaved(stored->engine);
}

static bool try_to_checkpoint(void *context) {
  struct stored *const stored = context;
  return store_checkpoint(stored->store, true);
}

/* What was not written is written the next time. */
static void check_checkpoint(void *context, bool good) {
  struct stored *const stored = context;
  assert_true(good || stored->store->health.fault == STORE_NO_MEMORY);
  assert_true(store_checkpoint(stored->store, true));
  assert_int_equal(stored->store->health.fault, STORE_FINE);
  assert_int_equal(stored_number("SELECT count(*) FROM detector_state"), METRICS);
  assert_int_equal(stored_number("SELECT count(*) FROM baselines"), METRICS);
}

static void a_checkpoint_writes_it_now_or_later(void **state) {
  (void)state;
  static const struct trial trial = {have_all_unsaved, try_to_checkpoint, check_checkpoint};
  struct stored stored;
  learn(&stored);
  trial_run(&trial, &stored);
  close_store(&stored);
}

static void have_store_begin(void *context) {
  struct stored *const stored = context;
  close_store(stored);
  open_store(stored);
  database_close(&stored->store->database);
}

static bool try_to_read(void *context) {
  struct stored *const stored = context;
  return store_have_file(stored->store);
}

/* A metric for which the engine has no memory is counted; what is not read is read later. */
static void check_restored(void *context, bool good) {
  struct stored *const stored = context;
  assert_true(good || stored->store->health.fault == STORE_NO_MEMORY);
  assert_true(store_have_file(stored->store));
  const struct restore_stats stats = stored_status(stored).restored;
  assert_true(stats.metrics + stats.refused >= METRICS);
  assert_int_equal(stats.cold_metrics + stats.cold_detectors, 0);
  assert_int_equal(stored_metrics(stored), stats.metrics);
}

static void a_start_reads_it_now_or_later(void **state) {
  (void)state;
  static const struct trial trial = {have_store_begin, try_to_read, check_restored};
  struct stored stored;
  learn(&stored);
  assert_true(store_checkpoint(stored.store, true));
  trial_run(&trial, &stored);
  close_store(&stored);
}

/* ---- What was learned elsewhere ------------------------------------------------ */

struct handing {
  struct guest *guest;
  struct engine *engine; /* that has learned */
  int status;
  char why[256];
};

static void have_what_was_learned(void *context) {
  struct handing *const handing = context;
  stored_run("DELETE FROM trained_state");
  engine_mark_unsaved(handing->engine);
}

/* As anomalyctl train does. */
static bool try_to_hand_over(void *context) {
  struct handing *const handing = context;
  struct text why = text_over(handing->why, sizeof handing->why);
  struct state_export *export = NULL;
  const struct metric_record *records;
  int status = state_export_begin(&export, handing->engine, UNSAVED_STATE);
  for (size_t count; status == STATUS_OK && (count = state_export_next(export, &records)) > 0;)
    status = trained_rows_put(handing->guest, records, count, STORED_BEGIN, &why);
  state_export_end(export);
  handing->status = status;
  return status == STATUS_OK;
}

/* With memory the same guest hands over all of it. */
static void check_handed_over(void *context, bool good) {
  struct handing *const handing = context;
  assert_true(good || handing->status == STATUS_NO_MEMORY || handing->why[0] != '\0');
  engine_mark_unsaved(handing->engine);
  assert_true(try_to_hand_over(handing));
  assert_int_equal(stored_number("SELECT count(*) FROM trained_state"), METRICS);
}

/* An engine that knows none of it, and a file that has all. */
static void have_it_waiting(void *context) {
  struct stored *const stored = context;
  close_store(stored);
  stored_run("DELETE FROM detector_state; INSERT OR IGNORE INTO trained_state SELECT * FROM kept");
  open_store(stored);
  assert_true(store_have_file(stored->store));
}

static bool try_to_take(void *context) {
  struct stored *const stored = context;
  return store_do_chores(stored->store);
}

/* Nothing of it gets lost: the file has it at any time, and the engine in the end. */
static void check_taken(void *context, bool good) {
  struct stored *const stored = context;
  struct store *const store = stored->store;
  assert_true(good || store->health.fault == STORE_NO_MEMORY);
  assert_int_equal(stored_number("SELECT count(*) FROM (SELECT id FROM trained_state UNION"
                                 " SELECT id FROM detector_state)"),
                   METRICS);
  assert_true(store_do_chores(store));
  assert_int_equal(stored_metrics(stored), METRICS);
  assert_int_equal(stored_number("SELECT count(*) FROM trained_state"), 0);
  assert_true(store_checkpoint(store, false));
  assert_int_equal(stored_number("SELECT count(*) FROM detector_state"), METRICS);
}

static void what_was_learned_elsewhere_is_not_lost(void **state) {
  (void)state;
  static const struct trial handing_over = {have_what_was_learned, try_to_hand_over,
                                            check_handed_over};
  static const struct trial taking = {have_it_waiting, try_to_take, check_taken};
  struct stored stored;
  struct handing handing = {.engine = NULL};
  struct text why = text_over(handing.why, sizeof handing.why);
  learn(&stored);
  handing.engine = stored.engine;
  store_destroy(stored.store);
  assert_int_equal(guest_open(&handing.guest, stored_path, &why), STATUS_OK);
  trial_run(&handing_over, &handing);
  guest_close(handing.guest);
  engine_destroy(handing.engine);
  stored_run("CREATE TABLE kept AS SELECT * FROM trained_state");
  open_store(&stored);
  trial_run(&taking, &stored);
  close_store(&stored);
}

static int prepare(void **state) {
  faulty_vfs_skip_syncs();
  return alloc_fail_in_sqlite() && faulty_vfs_install() == 0 ? stored_make_folder(state) : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_store_opens_without_its_file),
      cmocka_unit_test(a_checkpoint_writes_it_now_or_later),
      cmocka_unit_test(a_start_reads_it_now_or_later),
      cmocka_unit_test(what_was_learned_elsewhere_is_not_lost),
  };
  return cmocka_run_group_tests(tests, prepare, stored_remove_folder);
}

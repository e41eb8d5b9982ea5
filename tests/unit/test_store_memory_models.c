/*
 * Fitted models, on their way to the file and back, and what people and labels say
 * of them, while memory is short: now or later, and none is taken for a damaged one.
 */
#include "anomaly/status.h"
#include "store/model_orders.h"
#include "store/statement.h"
#include "store/store_private.h"
#include "unit/alloc_fail_sqlite.h"
#include "unit/faulty_vfs.h"
#include "unit/model_rig.h"
#include "unit/stored.h"
#include "unit/trial.h"
#include "unit/unit_test.h"

static const double RARELY = 3600;

/* A store without its thread, and the values of a metric that hbos watches. */
struct rig {
  struct stored stored;
  struct model_rig values;
  unsigned wanted; /* a version */
};

static void open_store(struct rig *rig) {
  const struct stored_setup setup = {.checkpoint_interval = RARELY,
                                     .rules = model_rig_rules("hbos", NULL),
                                     .keep_models = 3,
                                     .models_limit = 1 << 20};
  stored_open_as(&rig->stored, &setup);
  rig->stored.store->engine = rig->stored.engine;
  rig->values.engine = rig->stored.engine;
}

static void close_store(struct rig *rig) {
  assert_int_equal(rig->stored.store->health.events, 0);
  stored_stop(&rig->stored);
}

/* A file with `versions` of the model. */
static void fit(struct rig *rig, unsigned versions) {
  stored_forget();
  stored_set_time(MODEL_RIG_BEGIN + 300 * MODEL_RIG_STEP);
  open_store(rig);
  rig->values.noise = (struct noise){3};
  rig->values.time = MODEL_RIG_BEGIN;
  assert_true(store_have_file(rig->stored.store));
  for (unsigned i = 0; i < versions; i++) {
    (void)model_rig_feed(&rig->values, 100);
    assert_true(store_checkpoint(rig->stored.store, true));
  }
}

/* By the store's own connection, as another would take its time to open. */
static void run(struct rig *rig, const char *sql) {
  assert_true(store_have_file(rig->stored.store));
  assert_int_equal(sqlite3_exec(rig->stored.store->database.handle, sql, NULL, NULL, NULL),
                   SQLITE_OK);
}

static int64_t number(struct rig *rig, const char *sql) {
  int64_t number = -1;
  assert_true(store_have_file(rig->stored.store));
  assert_int_equal(statement_number(rig->stored.store->database.handle, sql, &number), SQLITE_OK);
  return number;
}

static void assert_short_of_memory(const struct rig *rig, bool good) {
  assert_true(good || rig->stored.store->health.fault == STORE_NO_MEMORY);
}

/* ---- To the file ------------------------------------------------------------------ */

static void have_all_unsaved(void *context) {
  struct rig *const rig = context;
  run(rig, "DELETE FROM models; DELETE FROM detector_state");
  engine_mark_unsaved(rig->stored.engine);
}

static bool try_to_checkpoint(void *context) {
  struct rig *const rig = context;
  return store_checkpoint(rig->stored.store, false);
}

static void check_written(void *context, bool good) {
  struct rig *const rig = context;
  assert_short_of_memory(rig, good);
  assert_true(store_checkpoint(rig->stored.store, false));
  assert_int_equal(number(rig, "SELECT count(*) FROM models JOIN detector_state"
                               " ON metric_id = detector_state.id WHERE champion = 1"),
                   1);
}

static void a_checkpoint_writes_them_now_or_later(void **state) {
  (void)state;
  static const struct trial trial = {have_all_unsaved, try_to_checkpoint, check_written};
  struct rig rig;
  fit(&rig, 1);
  trial_run(&trial, &rig);
  close_store(&rig);
}

/* ---- And back ------------------------------------------------------------------------ */

static void have_store_begin(void *context) {
  struct rig *const rig = context;
  close_store(rig);
  open_store(rig);
  database_close(&rig->stored.store->database);
}

static bool try_to_read(void *context) {
  struct rig *const rig = context;
  return store_have_file(rig->stored.store);
}

/* What had no memory is fitted anew; in any case there is a model, and soon. */
static void check_read(void *context, bool good) {
  struct rig *const rig = context;
  assert_short_of_memory(rig, good);
  assert_true(store_have_file(rig->stored.store));
  const struct engine_stats stats = model_rig_stats(&rig->values);
  const struct model_shelf *const shelf = &rig->stored.store->models;
  assert_int_equal(stats.models, shelf->restored);
  assert_true(shelf->restored <= 1);
  if (stats.metrics > 0) {
    (void)model_rig_feed(&rig->values, 1);
    assert_true(model_rig_feed(&rig->values, 1).scored);
  }
}

static void a_start_reads_them_or_fits_anew(void **state) {
  (void)state;
  static const struct trial trial = {have_store_begin, try_to_read, check_read};
  struct rig rig;
  fit(&rig, 1);
  trial_run(&trial, &rig);
  close_store(&rig);
}

/* ---- What people want ------------------------------------------------------------------ */

/* The first and the second are wanted in turn. */
static void have_a_wish(void *context) {
  struct rig *const rig = context;
  rig->wanted = rig->wanted == 1 ? 2 : 1;
  run(rig, rig->wanted == 1 ? "UPDATE models SET crowned = 1 WHERE version = 1"
                            : "UPDATE models SET crowned = 1 WHERE version = 2");
}

static bool try_to_grant(void *context) {
  struct store *const store = ((struct rig *)context)->stored.store;
  return model_shelf_crown(&store->models, &store->database, &store->health, store->engine);
}

static void check_granted(void *context, bool good) {
  struct rig *const rig = context;
  assert_short_of_memory(rig, good);
  assert_true(store_have_file(rig->stored.store) && try_to_grant(rig));
  assert_true(store_checkpoint(rig->stored.store, false));
  assert_int_equal(rig->stored.store->models.refused, 0);
  assert_int_equal(number(rig, "SELECT version FROM models WHERE champion = 1"), rig->wanted);
  assert_int_equal(number(rig, "SELECT count(*) FROM models WHERE crowned IS NOT NULL"), 0);
}

static void a_wish_is_granted_now_or_later(void **state) {
  (void)state;
  static const struct trial trial = {have_a_wish, try_to_grant, check_granted};
  struct rig rig;
  fit(&rig, 3);
  trial_run(&trial, &rig);
  close_store(&rig);
}

struct wishing {
  struct guest *guest;
  int64_t id;
  int status;
  char why[256];
};

static void have_no_wish(void *context) {
  struct wishing *const wishing = context;
  stored_run("UPDATE models SET crowned = NULL");
  wishing->why[0] = '\0';
}

static bool try_to_wish(void *context) {
  struct wishing *const wishing = context;
  struct text why = text_over(wishing->why, sizeof wishing->why);
  wishing->status = model_orders_crown(wishing->guest, wishing->id, 1, &why);
  return wishing->status == STATUS_OK;
}

static void check_wished(void *context, bool good) {
  struct wishing *const wishing = context;
  assert_true(good || (wishing->status == STATUS_IO && wishing->why[0] != '\0'));
  assert_int_equal(stored_number("SELECT count(*) FROM models WHERE crowned = 1"), good);
}

static void a_wish_is_written_or_why_not_is_told(void **state) {
  (void)state;
  static const struct trial trial = {have_no_wish, try_to_wish, check_wished};
  struct wishing wishing = {.status = STATUS_OK};
  struct text why = text_over(wishing.why, sizeof wishing.why);
  struct rig rig;
  fit(&rig, 3);
  close_store(&rig);
  wishing.id = stored_number("SELECT id FROM models WHERE version = 1");
  assert_int_equal(guest_open(&wishing.guest, stored_path, &why), STATUS_OK);
  trial_run(&trial, &wishing);
  guest_close(wishing.guest);
}

/* ---- What labels say --------------------------------------------------------------------- */

static void have_a_label(void *context) {
  run(context, "UPDATE models SET f1 = NULL, recall = NULL; DELETE FROM labels;"
               "INSERT INTO labels (id, metric, start, \"end\", label, note, author, created)"
               " VALUES (abs(random()), 'host/*', 1700017000, 1700017500, 'x', '', '', 0)");
}

static bool try_to_grade(void *context) {
  struct store *const store = ((struct rig *)context)->stored.store;
  return model_grades_look(&store->grades, &store->database, &store->health, store->engine,
                           store->now(), store_seconds());
}

static void check_graded(void *context, bool good) {
  struct rig *const rig = context;
  assert_short_of_memory(rig, good);
  assert_true(store_have_file(rig->stored.store) && try_to_grade(rig));
  assert_int_equal(number(rig, "SELECT count(*) FROM models WHERE f1 = 0 AND recall = 0"), 1);
}

static void labels_are_looked_at_now_or_later(void **state) {
  (void)state;
  static const struct trial trial = {have_a_label, try_to_grade, check_graded};
  struct rig rig;
  fit(&rig, 3);
  trial_run(&trial, &rig);
  close_store(&rig);
}

static int prepare(void **state) {
  faulty_vfs_skip_syncs();
  return alloc_fail_in_sqlite() && faulty_vfs_install() == 0 ? stored_make_folder(state) : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_checkpoint_writes_them_now_or_later),
      cmocka_unit_test(a_start_reads_them_or_fits_anew),
      cmocka_unit_test(a_wish_is_granted_now_or_later),
      cmocka_unit_test(a_wish_is_written_or_why_not_is_told),
      cmocka_unit_test(labels_are_looked_at_now_or_later),
  };
  return cmocka_run_group_tests(tests, prepare, stored_remove_folder);
}

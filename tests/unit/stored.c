#include "unit/stored.h"

#include "unit/fake_detector.h"
#include "unit/unit_test.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
char stored_path[96];

static double present = STORED_BEGIN;

static double now(void) { return present; }

void stored_set_time(double time) { present = time; }

int stored_make_folder(void **state) {
  (void)state;
  snprintf(folder, sizeof folder, "%s", "/tmp/anomaly-store.XXXXXX");
  if (mkdtemp(folder) == NULL)
    return -1;
  snprintf(stored_path, sizeof stored_path, "%s/anomaly.db", folder);
  return 0;
}

/* Visits the names in the folder that contain `part`. */
static unsigned visit_files(const char *part, bool remove_them) {
  DIR *const directory = opendir(folder);
  unsigned count = 0;
  assert_non_null(directory);
  for (const struct dirent *file; (file = readdir(directory)) != NULL;) {
    if (file->d_name[0] == '.' || strstr(file->d_name, part) == NULL)
      continue;
    count++;
    if (remove_them)
      assert_int_equal(unlinkat(dirfd(directory), file->d_name, 0), 0);
  }
  closedir(directory);
  return count;
}

void stored_forget(void) { (void)visit_files("", true); }

unsigned stored_files(const char *part) { return visit_files(part, false); }

int stored_remove_folder(void **state) {
  (void)state;
  stored_forget();
  return rmdir(folder);
}

static void note_verdict(void *store, const struct episode_event *verdict) {
  store_note_verdict(store, verdict);
}

static struct rule_set *fake_rules(void) {
  static struct detector listening;
  listening = fake_listening_detector();
  struct rule_set *rules;
  struct rule *rule;
  assert_int_equal(rule_set_create(&rules), STATUS_OK);
  assert_int_equal(rule_set_add(rules, &rule), STATUS_OK);
  assert_int_equal(rule_add_detector(rule, &listening, NULL), STATUS_OK);
  return rules;
}

static struct engine *make_engine(struct store *store, const struct stored_setup *setup) {
  struct engine_settings settings = engine_settings_preset();
  struct engine *engine;
  settings.rules = setup->rules != NULL ? setup->rules : fake_rules();
  settings.hash_seed = store_seed(store);
  settings.store_models = setup->keep_models > 0;
  settings.verdict_listener = note_verdict;
  settings.verdict_context = store;
  assert_int_equal(engine_create(&engine, &settings), STATUS_OK);
  return engine;
}

void stored_start(struct stored *stored, double checkpoint_interval) {
  stored_start_with(stored, checkpoint_interval, NULL);
}

void stored_start_with(struct stored *stored, double checkpoint_interval,
                       const struct store_hearers *hearers) {
  const struct stored_setup setup = {.checkpoint_interval = checkpoint_interval,
                                     .hearers = hearers};
  stored_start_as(stored, &setup);
}

void stored_open_as(struct stored *stored, const struct stored_setup *setup) {
  const struct store_settings settings = {
      .path = stored_path,
      .options = {.checkpoint_interval = setup->checkpoint_interval,
                  .keep_incidents = 86400,
                  .keep_anomalies = 86400,
                  .keep_models = setup->keep_models,
                  .models_limit = setup->models_limit},
      .now = now,
      .trains = setup->trains};
  assert_int_equal(store_open(&stored->store, &settings), STATUS_OK);
  assert_true(store_seed(stored->store) != 0);
  stored->engine = make_engine(stored->store, setup);
}

void stored_open(struct stored *stored, double checkpoint_interval) {
  const struct stored_setup setup = {.checkpoint_interval = checkpoint_interval};
  stored_open_as(stored, &setup);
}

void stored_start_as(struct stored *stored, const struct stored_setup *setup) {
  stored_open_as(stored, setup);
  assert_int_equal(store_start(stored->store, stored->engine, setup->hearers), STATUS_OK);
}

void stored_stop(struct stored *stored) {
  store_destroy(stored->store);
  engine_destroy(stored->engine);
}

void stored_observe(struct stored *stored, unsigned metric, unsigned at, double value) {
  char name[16];
  snprintf(name, sizeof name, "m%u", metric);
  const struct metric_id id = {{"web1", "test", name, "gauge", "", "value"}};
  const struct sample sample = sample_gauge(STORED_BEGIN + at * STORED_STEP, STORED_STEP, value);
  assert_int_equal(engine_observe(stored->engine, &id, &sample, NULL), OBSERVED);
}

void stored_feed(struct stored *stored, unsigned metrics, unsigned at) {
  for (unsigned metric = 0; metric < metrics; metric++)
    stored_observe(stored, metric, at, -(double)at);
}

struct store_status stored_status(struct stored *stored) {
  struct store_status status;
  store_status(stored->store, &status);
  return status;
}

uint64_t stored_metrics(struct stored *stored) {
  struct engine_stats stats;
  engine_stats(stored->engine, &stats);
  return stats.metrics;
}

bool stored_wait_for_fault(struct stored *stored, enum store_fault fault) {
  for (unsigned i = 0; i < 1000; i++) {
    if (stored_status(stored).health.fault == fault)
      return true;
    usleep(10000);
  }
  return false;
}

static sqlite3 *open_reader(int flags) {
  sqlite3 *reader;
  assert_int_equal(sqlite3_open_v2(stored_path, &reader, flags, NULL), SQLITE_OK);
  sqlite3_busy_timeout(reader, 5000);
  return reader;
}

int64_t stored_number(const char *sql) {
  sqlite3 *const reader = open_reader(SQLITE_OPEN_READONLY);
  sqlite3_stmt *statement = NULL;
  int64_t number = -1;
  if (sqlite3_prepare_v2(reader, sql, -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW)
    number = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(reader);
  return number;
}

void stored_run(const char *sql) {
  sqlite3 *const writer = open_reader(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  assert_int_equal(sqlite3_exec(writer, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(writer);
}

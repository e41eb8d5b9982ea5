/* The store on a disk that works: what is kept, and what is in the tables. */
#include "anomaly/status.h"
#include "config/config.h"
#include "store/store.h"
#include "unit/stored.h"
#include "unit/unit_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { METRICS = 600 };
static const double RARELY = 3600;

static void what_was_learned_survives(void **state) {
  (void)state;
  struct stored stored;
  stored_forget();
  stored_start(&stored, RARELY);
  for (unsigned at = 0; at < 5; at++)
    stored_feed(&stored, METRICS, at);
  const uint64_t seed = store_seed(stored.store);
  stored_stop(&stored);
  assert_int_equal(stored_number("SELECT count(*) FROM detector_state"), METRICS);

  stored_start(&stored, RARELY);
  assert_true(store_seed(stored.store) == seed);
  assert_int_equal(stored_metrics(&stored), METRICS);
  const struct store_status status = stored_status(&stored);
  assert_int_equal(status.restored.metrics, METRICS);
  assert_int_equal(status.restored.cold_metrics + status.restored.cold_detectors, 0);
  assert_true(status.restore_seconds > 0 && status.bytes > 0);
  assert_int_equal(status.health.fault, STORE_FINE);
  stored_stop(&stored);
}

static struct rule_set *split_group_rules(void) {
  static const char words[] =
      "rules = (); detectors = ( \"zscore\" ); groups = (\n"
      "{ name = \"all\"; columns_max = 7; members = ( { plugin = \"test\"; } ); } );";
  struct config config;
  struct config_error error;
  assert_int_equal(config_load_text(words, &config, &error), STATUS_OK);
  return config.rules;
}

/* Read in the order of their keys, members would sit down before their places are known. */
static void groups_are_restored_before_their_members(void **state) {
  (void)state;
  enum { MEMBERS = 100 };
  static const struct stored_setup preset = {.checkpoint_interval = 3600};
  struct stored_setup setup = preset;
  struct stored stored;
  stored_forget();
  setup.rules = split_group_rules();
  stored_start_as(&stored, &setup);
  for (unsigned at = 0; at < 20; at++)
    stored_feed(&stored, MEMBERS, at);
  struct engine_stats before, after;
  engine_stats(stored.engine, &before);
  stored_stop(&stored);
  assert_int_equal(
      stored_number("SELECT missing FROM baselines WHERE metric = 'anomaly-all-2/gauge-group'"),
      300 - before.group_rows / before.groups);
  stored_run("DELETE FROM baselines"); /* those of the first hour are not written yet in a crash */

  setup.rules = split_group_rules();
  stored_start_as(&stored, &setup);
  engine_stats(stored.engine, &after);
  assert_int_equal(stored_status(&stored).restored.metrics, MEMBERS + before.groups);
  assert_int_equal(stored_status(&stored).restored.refused, 0);
  assert_int_equal(after.groups, (MEMBERS + 6) / 7);
  assert_int_equal(after.memory, before.memory);
  stored_stop(&stored);
}

static void the_file_is_for_its_owner_only(void **state) {
  (void)state;
  struct stored stored;
  struct stat file;
  stored_forget();
  stored_start(&stored, RARELY);
  assert_int_equal(stat(stored_path, &file), 0);
  assert_int_equal(file.st_mode & 0777, 0600);
  stored_stop(&stored);
  assert_int_equal(stored_files(""), 1);
}

static void only_what_changed_is_written(void **state) {
  (void)state;
  struct stored stored;
  stored_forget();
  stored_start(&stored, RARELY);
  stored_feed(&stored, METRICS, 0);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_status(&stored).rows, METRICS);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_status(&stored).rows, METRICS);
  stored_feed(&stored, 7, 1);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_status(&stored).rows, METRICS + 7);
  assert_int_equal(stored_status(&stored).checkpoints, 3);
  stored_stop(&stored);
}

static void checkpoints_follow_the_schedule(void **state) {
  (void)state;
  struct stored stored;
  stored_forget();
  stored_start(&stored, .05);
  stored_feed(&stored, 3, 0);
  for (unsigned i = 0; i < 1000 && stored_status(&stored).checkpoints < 3; i++)
    usleep(10000);
  assert_true(stored_status(&stored).checkpoints >= 3);
  assert_true(stored_status(&stored).checkpoint_age < 10);
  assert_int_equal(stored_number("SELECT count(*) FROM detector_state"), 3);
  stored_stop(&stored);
}

static void baselines_can_be_read_by_people(void **state) {
  (void)state;
  struct stored stored;
  stored_forget();
  stored_start(&stored, RARELY);
  for (unsigned at = 0; at < 100; at++)
    stored_observe(&stored, 0, at, -(double)at);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_number("SELECT count(*) FROM baselines WHERE host = 'web1' AND"
                                 " metric = 'test-m0/gauge' AND mean = -49.5 AND sample_count = 100"
                                 " AND abs(stddev - 29.0115) < 0.001 AND min_value = -99"
                                 " AND max_value = 0 AND percentile_95 BETWEEN -10 AND 0"
                                 " AND percentile_99 BETWEEN -5 AND 0"
                                 " AND first_seen = 1700000000 AND last_seen = 1700000990"
                                 " AND last_updated = 1700000000"),
                   1);
  stored_stop(&stored);
}

static void a_metric_without_a_value_has_no_baseline_numbers(void **state) {
  (void)state;
  struct stored stored;
  stored_forget();
  stored_start(&stored, RARELY);
  const struct metric_id id = {{"web1", "test", "gap", "gauge", "", "value"}};
  const struct sample gap = sample_gauge(STORED_BEGIN, STORED_STEP, (double)__builtin_nan(""));
  assert_int_equal(engine_observe(stored.engine, &id, &gap, NULL), OBSERVED_GAP);
  stored_stop(&stored);
  assert_int_equal(stored_number("SELECT count(*) FROM detector_state"), 1);
  assert_int_equal(stored_number("SELECT count(mean) FROM baselines"), 0);
}

static atomic_bool reading;

static void *read_on(void *unused) {
  (void)unused;
  intptr_t reads = 0;
  for (; reading; reads++)
    if (stored_number("SELECT count(*) FROM detector_state JOIN baselines USING (id)") < 0)
      return NULL;
  return (void *)reads;
}

static void others_may_read_while_it_is_written(void **state) {
  (void)state;
  struct stored stored;
  pthread_t reader;
  void *reads;
  stored_forget();
  stored_start(&stored, RARELY);
  reading = true;
  assert_int_equal(pthread_create(&reader, NULL, read_on, NULL), 0);
  for (unsigned at = 0; at < 20; at++) {
    stored_feed(&stored, METRICS, at);
    assert_true(store_flush(stored.store, 60));
  }
  reading = false;
  pthread_join(reader, &reads);
  assert_true((intptr_t)reads > 0);
  assert_int_equal(stored_status(&stored).health.fault, STORE_FINE);
  stored_stop(&stored);
}

/* ---- Rows that are not what they should be ----------------------------------- */

static void store_some(unsigned metrics) {
  struct stored stored;
  stored_forget();
  stored_start(&stored, RARELY);
  stored_feed(&stored, metrics, 0);
  stored_stop(&stored);
}

static struct restore_stats restored_after(const char *sql) {
  struct stored stored;
  store_some(10);
  stored_run(sql);
  stored_start(&stored, RARELY);
  const struct store_status status = stored_status(&stored);
  assert_int_equal(status.health.fault, STORE_FINE);
  assert_int_equal(status.health.events, 0);
  stored_feed(&stored, 10, 1);
  stored_stop(&stored);
  return status.restored;
}

#define VERSION_99                                                                                 \
  "UPDATE detector_state SET state = substr(state, 1, 8) || x'63' || substr(state, 10)"            \
  " WHERE metric = 'test-m3/gauge'"

static void a_bad_row_costs_one_metric(void **state) {
  (void)state;
  static const char *const damages[] = {
      "UPDATE detector_state SET state = substr(state, 1, 100) WHERE metric = 'test-m3/gauge'",
      "UPDATE detector_state SET state = x'' WHERE metric = 'test-m3/gauge'",
      "UPDATE detector_state SET state = 'words' WHERE metric = 'test-m3/gauge'",
      "UPDATE detector_state SET state = 4.5 WHERE metric = 'test-m3/gauge'",
      "UPDATE detector_state SET state = zeroblob(70000000) WHERE metric = 'test-m3/gauge'",
      /* the format's version follows the eight bytes of the magic */
      VERSION_99,
  };
  for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
    const struct restore_stats stats = restored_after(damages[i]);
    assert_int_equal(stats.metrics, 9);
    assert_int_equal(stats.cold_metrics, 1);
  }
}

static void a_cut_snapshot_costs_one_detector(void **state) {
  (void)state;
  const struct restore_stats stats =
      restored_after("UPDATE detector_state SET state = substr(state, 1, length(state) - 1)"
                     " WHERE metric = 'test-m3/gauge'");
  assert_int_equal(stats.metrics, 10);
  assert_int_equal(stats.cold_detectors, 1);
}

static void another_seed_writes_all_anew(void **state) {
  (void)state;
  struct stored stored;
  store_some(10);
  stored_run("DELETE FROM meta WHERE name = 'seed'");
  stored_start(&stored, RARELY);
  assert_int_equal(stored_status(&stored).restored.metrics, 10);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_number("SELECT count(*) FROM detector_state"), 10);
  stored_stop(&stored);
}

/* ---- What was learned elsewhere ------------------------------------------------- */

static const char count_trained[] = "SELECT count(*) FROM detector_state WHERE trained = 1";

/* Through any number of starts: only a value makes a metric the daemon's own. */
static void nobody_misses_what_was_only_trained(void **state) {
  (void)state;
  struct stored stored;
  struct engine_stats counts;
  stored_forget();
  stored_start(&stored, RARELY);
  for (unsigned at = 0; at < 10; at++)
    stored_feed(&stored, 10, at);
  stored_stop(&stored);
  assert_int_equal(stored_number(count_trained), 0);
  stored_run("UPDATE detector_state SET trained = 1");
  for (unsigned start = 1; start <= 2; start++) {
    stored_start(&stored, RARELY);
    for (double time = STORED_BEGIN; time < STORED_BEGIN + 86400; time += 600)
      engine_tick(stored.engine, time);
    engine_stats(stored.engine, &counts);
    assert_int_equal(counts.metrics, 10);
    assert_int_equal(counts.open, start == 1 ? 0 : 1);
    stored_observe(&stored, 3, 20 * start, -1);
    stored_stop(&stored);
    assert_int_equal(stored_number(count_trained), 9);
  }
}

static void whoever_trains_says_so(void **state) {
  (void)state;
  struct stored stored;
  const struct stored_setup setup = {.checkpoint_interval = RARELY, .trains = true};
  store_some(3);
  stored_start_as(&stored, &setup);
  for (unsigned at = 20; at < 30; at++)
    stored_observe(&stored, 2, at, -1);
  stored_stop(&stored);
  assert_int_equal(stored_number(count_trained), 1);
}

/* ---- Age ----------------------------------------------------------------------- */

static void what_has_expired_is_removed(void **state) {
  (void)state;
  struct stored stored;
  store_some(10);
  stored_run(
      "INSERT INTO models (scope, subject, metric_id, model, version, options, created,"
      " samples, champion, bytes, block) SELECT 'metric', metric, id, 'ecod', 1, '', 1, 1, 1,"
      " 0, '' FROM detector_state");
  stored_set_time(STORED_BEGIN + 30 * 86400.0);
  stored_start(&stored, RARELY);
  stored_observe(&stored, 3, 30 * 8640, 0);
  stored_stop(&stored);
  stored_set_time(STORED_BEGIN);
  assert_int_equal(stored_number("SELECT count(*) FROM detector_state"), 1);
  assert_int_equal(stored_number("SELECT count(*) FROM baselines WHERE metric = 'test-m3/gauge'"),
                   1);
  assert_int_equal(stored_number("SELECT count(*) FROM models WHERE subject = 'test-m3/gauge'"), 1);
  assert_int_equal(stored_number("SELECT count(*) FROM models"), 1);
}

static void old_incidents_are_removed(void **state) {
  (void)state;
  struct stored stored;
  store_some(1);
  stored_run(
      "INSERT INTO incidents VALUES"
      " (1, 'web1', 1, 'warning', 'system', 1, 1, 2, 1, 'old', 'ended', 1, 2, NULL),"
      " (2, 'web1', 1, 'warning', 'system', 1, 1, NULL, 1, 'open', 'began', 1, 2, NULL),"
      " (3, 'web1', 1, 'warning', 'system', 1, 1, 1700000000, 1, 'new', 'ended', 1, 2, NULL);"
      "INSERT INTO incident_members (incident, place, host, metric, kind, started, open)"
      " VALUES (1, 1, 'web1', 'x', 'spike', 1, 0), (3, 1, 'web1', 'x', 'spike', 1, 0)");
  stored_start(&stored, RARELY);
  stored_stop(&stored);
  assert_int_equal(stored_number("SELECT sum(id) FROM incidents"), 5);
  assert_int_equal(stored_number("SELECT sum(incident) FROM incident_members"), 3);
}

/* What the first version of the schema left behind. */
static void an_older_file_gets_the_new_tables(void **state) {
  (void)state;
  struct stored stored;
  store_some(10);
  stored_run(
      "DROP TABLE incident_members; DROP TABLE incidents; DROP TABLE anomalies;"
      "DROP TABLE labels; DROP TABLE silences; DROP VIEW model_versions; DROP TABLE models;"
      "DROP TABLE trained_state; ALTER TABLE detector_state DROP COLUMN trained;"
      "DROP INDEX states_of_groups;"
      "ALTER TABLE baselines DROP COLUMN missing; ALTER TABLE baselines DROP COLUMN learning;"
      "PRAGMA user_version = 1");
  stored_start(&stored, RARELY);
  assert_int_equal(stored_status(&stored).restored.metrics, 10);
  assert_int_equal(stored_status(&stored).health.fault, STORE_FINE);
  stored_stop(&stored);
  assert_int_equal(stored_number("SELECT count(*) FROM incidents"), 0);
  assert_int_equal(stored_number("PRAGMA user_version"), 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_learned_survives),
      cmocka_unit_test(groups_are_restored_before_their_members),
      cmocka_unit_test(the_file_is_for_its_owner_only),
      cmocka_unit_test(only_what_changed_is_written),
      cmocka_unit_test(checkpoints_follow_the_schedule),
      cmocka_unit_test(baselines_can_be_read_by_people),
      cmocka_unit_test(a_metric_without_a_value_has_no_baseline_numbers),
      cmocka_unit_test(others_may_read_while_it_is_written),
      cmocka_unit_test(a_bad_row_costs_one_metric),
      cmocka_unit_test(a_cut_snapshot_costs_one_detector),
      cmocka_unit_test(another_seed_writes_all_anew),
      cmocka_unit_test(nobody_misses_what_was_only_trained),
      cmocka_unit_test(whoever_trains_says_so),
      cmocka_unit_test(what_has_expired_is_removed),
      cmocka_unit_test(old_incidents_are_removed),
      cmocka_unit_test(an_older_file_gets_the_new_tables),
  };
  return cmocka_run_group_tests(tests, stored_make_folder, stored_remove_folder);
}

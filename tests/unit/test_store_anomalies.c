/* The table anomalies: what is in it, and its bounds. */
#include "store/anomaly_log.h"
#include "store/anomaly_rows.h"
#include "store/store.h"
#include "unit/faulty_vfs.h"
#include "unit/stored.h"
#include "unit/unit_test.h"

#include <sqlite3.h>
#include <unistd.h>

static const double RARELY = 3600;
enum { WARM = 10 };

/* A store with so many metrics that are known, and nothing wrong. */
static void start_warm(struct stored *stored, unsigned metrics) {
  stored_forget();
  stored_start(stored, RARELY);
  for (unsigned at = 0; at < WARM; at++)
    stored_feed(stored, metrics, at);
}

static void verdicts_are_stored_with_their_votes(void **state) {
  (void)state;
  struct stored stored;
  start_warm(&stored, 3);
  stored_observe(&stored, 1, WARM, 3);
  stored_observe(&stored, 1, WARM + 1, 4);
  for (unsigned at = WARM + 2; at < 40; at++)
    stored_observe(&stored, 1, at, -1);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_number("SELECT count(*) FROM anomalies WHERE host = 'web1' AND"
                                 " metric = 'test-m1/gauge' AND detectors = 1 AND ready = 1 AND"
                                 " leading <> ''"),
                   3);
  assert_int_equal(stored_number("SELECT count(*) FROM anomalies WHERE change = 'opened' AND"
                                 " time = 1700000100 AND value = 3 AND ratio = 3 AND score = 0.75"
                                 " AND kind = 'spike' AND agree = 1 AND confidence = 1 AND"
                                 " upper = 1 AND reason = 'as it was told' AND peak_score = 0.75"),
                   1);
  assert_int_equal(stored_number("SELECT count(*) FROM anomalies WHERE change IS NULL AND value = 4"
                                 " AND peak_value = 4 AND peak_time = 1700000110"),
                   1);
  assert_int_equal(stored_number("SELECT count(*) FROM anomalies WHERE change = 'closed' AND"
                                 " agree = 0 AND peak_score = 0.8"),
                   1);
  assert_int_equal(stored_number("SELECT count(DISTINCT episode) FROM anomalies"), 1);
  assert_int_equal(stored_number("SELECT count(*) FROM anomalies WHERE episode IS NULL"), 0);
  assert_int_equal(stored_status(&stored).anomalies, 3);
  assert_int_equal(stored_status(&stored).anomalies_left_out, 0);
  stored_stop(&stored);
}

static void an_hour_of_a_metric_has_its_bound(void **state) {
  (void)state;
  struct stored stored;
  start_warm(&stored, 2);
  const unsigned per_hour = 360, hour = per_hour - 1700000000 % 3600 / 10;
  for (unsigned at = hour; at < hour + 2 * per_hour; at++)
    stored_observe(&stored, 0, at, 5);
  stored_observe(&stored, 1, hour, 5);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_number("SELECT count(*) FROM anomalies WHERE metric = 'test-m0/gauge'"
                                 " AND change IS NULL"),
                   2 * ANOMALY_LOG_VERDICTS);
  assert_int_equal(stored_number("SELECT count(*) FROM anomalies WHERE change = 'opened'"), 2);
  const struct store_status status = stored_status(&stored);
  assert_int_equal(status.anomalies + status.anomalies_left_out, 2 * per_hour + 1);
  stored_stop(&stored);
}

static void a_metric_that_flaps_has_its_bound(void **state) {
  (void)state;
  struct anomaly_log *log;
  struct episode_event event = {.change = EPISODE_OPENED, .verdict.time = 7200};
  assert_int_equal(anomaly_log_create(&log, 1), 0);
  for (unsigned i = 0; i < 3 * ANOMALY_LOG_CHANGES; i++)
    (void)anomaly_log_put(log, &event);
  const struct episode_event *waiting;
  assert_int_equal(anomaly_log_peek(log, &waiting), ANOMALY_LOG_CHANGES);
  assert_int_equal(anomaly_log_left_out(log), 2 * ANOMALY_LOG_CHANGES);
  anomaly_log_destroy(log);
}

/* Numbers of verdicts come out as they went in, over the ring's end too. */
static void the_queue_keeps_its_order(void **state) {
  (void)state;
  struct anomaly_log *log;
  struct episode_event event = {.change = EPISODE_OPENED};
  const struct episode_event *waiting;
  uint64_t in = 0, out = 0;
  assert_int_equal(anomaly_log_create(&log, 1), 0);
  for (unsigned turn = 0; turn < 20; turn++) {
    for (unsigned i = 0; i < 1000; i++, in++) {
      event.id = in;
      event.verdict.time = 3600.0 * (double)in;
      assert_false(anomaly_log_put(log, &event));
    }
    for (size_t left = turn == 19 ? 1900 : 950, count; left > 0; left -= count) {
      count = anomaly_log_peek(log, &waiting);
      assert_true(count > 0);
      count = count < left ? count : left;
      for (size_t i = 0; i < count; i++)
        assert_int_equal(waiting[i].id, out++);
      anomaly_log_drop(log, count);
    }
  }
  assert_int_equal(out, in - 50);
  assert_int_equal(anomaly_log_left_out(log), 0);
  anomaly_log_destroy(log);
}

static void what_has_no_room_is_counted(void **state) {
  (void)state;
  struct stored stored;
  const unsigned metrics = ANOMALY_LOG_ROOM + 100;
  start_warm(&stored, metrics);
  assert_true(store_flush(stored.store, 60));
  faulty_vfs_fail_writes(SQLITE_FULL);
  for (unsigned metric = 0; metric < metrics; metric++)
    stored_observe(&stored, metric, WARM, 2);
  assert_false(store_flush(stored.store, 60));
  faulty_vfs_fail_writes(SQLITE_OK);
  assert_int_equal(stored_status(&stored).anomalies_left_out, 100);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_status(&stored).anomalies, ANOMALY_LOG_ROOM);
  assert_int_equal(stored_number("SELECT count(*) FROM anomalies"), ANOMALY_LOG_ROOM);
  stored_stop(&stored);
}

/* More than waits at a time gets through, as the writer is called when it is half full. */
static void a_crowd_is_written_at_once(void **state) {
  (void)state;
  struct stored stored;
  start_warm(&stored, ANOMALY_LOG_ROOM / 2);
  assert_true(store_flush(stored.store, 60)); /* else its start may write some of them */
  const uint64_t checkpoints = stored_status(&stored).checkpoints;
  for (unsigned metric = 0; metric < ANOMALY_LOG_ROOM / 2; metric++)
    stored_observe(&stored, metric, WARM, 2);
  for (unsigned i = 0; i < 1000 && stored_status(&stored).anomalies < ANOMALY_LOG_ROOM / 2; i++)
    usleep(10000);
  assert_int_equal(stored_status(&stored).anomalies, ANOMALY_LOG_ROOM / 2);
  assert_int_equal(stored_status(&stored).checkpoints, checkpoints);
  stored_stop(&stored);
}

static void old_ones_are_removed(void **state) {
  (void)state;
  struct stored stored;
  start_warm(&stored, 1);
  stored_stop(&stored);
  stored_run("INSERT INTO anomalies (time, host, metric, kind, detectors, ready, agree, leading)"
             " VALUES (1699900000, 'a', 'b', 'spike', 1, 1, 1, 'x'),"
             " (1699999000, 'a', 'b', 'spike', 1, 1, 1, 'x')");
  stored_start(&stored, RARELY);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_number("SELECT sum(time) FROM anomalies"), 1699999000);
  stored_stop(&stored);
}

static void there_are_never_too_many(void **state) {
  (void)state;
  struct stored stored;
  char sql[512];
  start_warm(&stored, 1);
  snprintf(sql, sizeof sql,
           "INSERT INTO anomalies (time, host, metric, kind, detectors, ready, agree, leading)"
           " SELECT 1700000000, 'a', 'b', 'spike', 1, 1, 1, 'x' FROM"
           " (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
           " SELECT i FROM n)",
           ANOMALY_ROWS_MAX + 5);
  stored_run(sql);
  stored_observe(&stored, 0, WARM, 2);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_number("SELECT count(*) FROM anomalies"), ANOMALY_ROWS_MAX);
  assert_int_equal(stored_number("SELECT count(*) FROM anomalies WHERE host = 'web1'"), 1);
  stored_stop(&stored);
}

static int set_up(void **state) {
  return faulty_vfs_install() == SQLITE_OK ? stored_make_folder(state) : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(verdicts_are_stored_with_their_votes),
      cmocka_unit_test(an_hour_of_a_metric_has_its_bound),
      cmocka_unit_test(a_metric_that_flaps_has_its_bound),
      cmocka_unit_test(the_queue_keeps_its_order),
      cmocka_unit_test(what_has_no_room_is_counted),
      cmocka_unit_test(a_crowd_is_written_at_once),
      cmocka_unit_test(old_ones_are_removed),
      cmocka_unit_test(there_are_never_too_many),
  };
  return cmocka_run_group_tests(tests, set_up, stored_remove_folder);
}

/* The store on a disk that fails: the engine goes on, and what was not written is written later. */
#include "store/store.h"
#include "unit/faulty_vfs.h"
#include "unit/stored.h"
#include "unit/unit_test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { METRICS = 600, PAGE = 16384 };
static const double RARELY = 3600;
static const char count_states[] = "SELECT count(*) FROM detector_state";

static void store_some(unsigned metrics) {
  struct stored stored;
  stored_forget();
  stored_start(&stored, RARELY);
  stored_feed(&stored, metrics, 0);
  stored_stop(&stored);
}

/* ---- Disks -------------------------------------------------------------------- */

static void fails_then_recovers(int code, enum store_fault fault) {
  struct stored stored;
  store_some(METRICS);
  stored_start(&stored, RARELY);
  stored_feed(&stored, METRICS, 1);
  faulty_vfs_fail_writes(code);
  assert_false(store_flush(stored.store, 60));
  assert_int_equal(stored_status(&stored).health.fault, fault);
  assert_true(stored_status(&stored).health.detail[0] != '\0');
  stored_feed(&stored, METRICS + 10, 2);
  assert_false(store_flush(stored.store, 60));
  assert_int_equal(stored_status(&stored).health.faults, 1);
  faulty_vfs_fail_writes(SQLITE_OK);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_status(&stored).health.fault, STORE_FINE);
  assert_int_equal(stored_number(count_states), METRICS + 10);
  assert_int_equal(stored_number("SELECT count(*) FROM baselines WHERE last_seen = 1700000020"),
                   METRICS + 10);
  stored_stop(&stored);
}

static void a_full_disk_is_waited_for(void **state) {
  (void)state;
  fails_then_recovers(SQLITE_FULL, STORE_FULL);
}

static void a_broken_disk_is_waited_for(void **state) {
  (void)state;
  fails_then_recovers(SQLITE_IOERR_WRITE, STORE_BROKEN);
}

static void a_disk_that_became_read_only_is_waited_for(void **state) {
  (void)state;
  fails_then_recovers(SQLITE_READONLY, STORE_READ_ONLY);
}

static void it_ends_on_a_full_disk(void **state) {
  (void)state;
  struct stored stored;
  store_some(METRICS);
  stored_start(&stored, RARELY);
  stored_feed(&stored, METRICS, 1);
  faulty_vfs_fail_writes(SQLITE_FULL);
  stored_stop(&stored);
  faulty_vfs_fail_writes(SQLITE_OK);
  stored_start(&stored, RARELY);
  assert_int_equal(stored_status(&stored).restored.metrics, METRICS);
  stored_stop(&stored);
}

/* What is on the disk is not lost to what was learned while it could not be read. */
static void a_file_that_comes_late_is_taken_over(struct stored *stored) {
  assert_true(store_flush(stored->store, 60));
  assert_int_equal(stored_status(stored).health.fault, STORE_FINE);
  assert_int_equal(stored_status(stored).restored.metrics, METRICS);
  assert_int_equal(stored_number("SELECT count(*) FROM baselines WHERE sample_count = 100"),
                   METRICS);
  stored_stop(stored);
  stored_start(stored, RARELY);
  assert_int_equal(stored_status(stored).restored.metrics, METRICS + 10);
  stored_stop(stored);
}

static void store_long_history(void) {
  struct stored stored;
  stored_forget();
  stored_start(&stored, RARELY);
  for (unsigned at = 0; at < 100; at++)
    stored_feed(&stored, METRICS, at);
  stored_stop(&stored);
}

static void a_read_only_file_is_tried_again(void **state) {
  (void)state;
  struct stored stored;
  store_long_history();
  faulty_vfs_read_only(true);
  stored_start(&stored, RARELY);
  assert_int_equal(stored_status(&stored).health.fault, STORE_READ_ONLY);
  stored_feed(&stored, METRICS + 10, 200);
  assert_false(store_flush(stored.store, 60));
  faulty_vfs_read_only(false);
  a_file_that_comes_late_is_taken_over(&stored);
}

static void a_locked_file_is_tried_again(void **state) {
  (void)state;
  struct stored stored;
  sqlite3 *other;
  store_long_history();
  assert_int_equal(sqlite3_open(stored_path, &other), SQLITE_OK);
  assert_int_equal(
      sqlite3_exec(other, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", NULL, NULL, NULL),
      SQLITE_OK);
  stored_start(&stored, RARELY);
  assert_int_equal(stored_status(&stored).health.fault, STORE_LOCKED);
  stored_feed(&stored, METRICS + 10, 200);
  sqlite3_close(other);
  a_file_that_comes_late_is_taken_over(&stored);
}

static void a_lock_that_comes_later_is_waited_for(void **state) {
  (void)state;
  struct stored stored;
  sqlite3 *other;
  store_some(METRICS);
  stored_start(&stored, RARELY);
  assert_int_equal(sqlite3_open(stored_path, &other), SQLITE_OK);
  sqlite3_busy_timeout(other, 60000); /* the writer may be at work still */
  assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
  stored_feed(&stored, METRICS, 1);
  assert_false(store_flush(stored.store, 60));
  assert_int_equal(stored_status(&stored).health.fault, STORE_LOCKED);
  sqlite3_close(other);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_status(&stored).health.fault, STORE_FINE);
  stored_stop(&stored);
}

/* With the writer stuck in the disk, nobody else waits, but whoever asked for it, and not for ever.
 */
static void nobody_waits_for_a_disk_that_hangs(void **state) {
  (void)state;
  struct stored stored;
  store_some(METRICS);
  stored_start(&stored, .01);
  stored_feed(&stored, METRICS, 1);
  faulty_vfs_hold(true);
  while (!faulty_vfs_holds())
    usleep(1000);
  for (unsigned at = 2; at < 50; at++) {
    stored_feed(&stored, METRICS + 10, at);
    engine_tick(stored.engine, STORED_BEGIN + at * STORED_STEP);
    (void)stored_status(&stored);
  }
  assert_false(store_flush(stored.store, .2));
  assert_true(faulty_vfs_holds());
  faulty_vfs_hold(false);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_number("SELECT count(*) FROM baselines WHERE last_seen = 1700000490"),
                   METRICS + 10);
  stored_stop(&stored);
}

static void a_slow_disk_only_takes_longer(void **state) {
  (void)state;
  struct stored stored;
  store_some(METRICS);
  faulty_vfs_slow(2000);
  stored_start(&stored, RARELY);
  stored_feed(&stored, METRICS, 1);
  assert_true(store_flush(stored.store, 120));
  assert_true(stored_status(&stored).checkpoint_seconds > .01);
  faulty_vfs_slow(0);
  stored_stop(&stored);
}

/* ---- Files -------------------------------------------------------------------- */

static void a_file_deleted_under_us_is_written_anew(void **state) {
  (void)state;
  struct stored stored;
  store_some(METRICS);
  stored_start(&stored, RARELY);
  stored_forget();
  stored_feed(&stored, 5, 1);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_status(&stored).health.event, STORE_GONE);
  assert_int_equal(stored_status(&stored).health.events, 1);
  assert_int_equal(stored_number(count_states), METRICS);
  assert_int_equal(stored_number("SELECT count(*) FROM baselines"), METRICS);
  stored_stop(&stored);
  stored_start(&stored, RARELY);
  assert_int_equal(stored_status(&stored).restored.metrics, METRICS);
  stored_stop(&stored);
}

static void overwrite(long offset, const void *bytes, size_t size) {
  FILE *const file = fopen(stored_path, "r+");
  assert_non_null(file);
  assert_int_equal(fseek(file, offset, SEEK_SET), 0);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

static long file_size(void) {
  struct stat file;
  assert_int_equal(stat(stored_path, &file), 0);
  return (long)file.st_size;
}

/* Set aside, said once, and a new one begun, which holds what is known. */
static void assert_begun_anew(struct stored *stored) {
  stored_feed(stored, METRICS, 2);
  assert_true(store_flush(stored->store, 60));
  const struct health health = stored_status(stored).health;
  assert_int_equal(health.fault, STORE_FINE);
  assert_int_equal(health.event, STORE_SET_ASIDE);
  assert_int_equal(health.events, 1);
  assert_non_null(strstr(health.aside, "anomaly.db.damaged-"));
  assert_true(stored_files("anomaly.db.damaged-") >= 1);
  assert_int_equal(stored_number(count_states), METRICS);
  assert_int_equal(stored_number("PRAGMA integrity_check"), 0);
  stored_stop(stored);
}

static void a_damaged_header_is_set_aside(void **state) {
  (void)state;
  struct stored stored;
  store_some(METRICS);
  overwrite(0, "This was a database", 19);
  stored_start(&stored, RARELY);
  assert_int_equal(stored_status(&stored).restored.metrics, 0);
  assert_begun_anew(&stored);
}

/* Where a page in the middle of the file is that holds states. */
static long page_of_states(void) {
  const long size = file_size();
  char *const bytes = malloc((size_t)size);
  FILE *const file = fopen(stored_path, "r");
  assert_true(bytes != NULL && file != NULL);
  assert_int_equal(fread(bytes, 1, (size_t)size, file), size);
  fclose(file);
  const char *const found = memmem(bytes + size / 2, (size_t)(size - size / 2), "AnomMtr\n", 8);
  assert_non_null(found);
  const long page = (found - bytes) / PAGE * PAGE;
  free(bytes);
  return page;
}

static void a_damaged_page_is_set_aside(void **state) {
  (void)state;
  struct stored stored;
  unsigned char garbage[PAGE];
  store_some(METRICS);
  memset(garbage, 0x5a, sizeof garbage);
  overwrite(page_of_states(), garbage, sizeof garbage);
  stored_start(&stored, RARELY);
  const uint64_t restored = stored_status(&stored).restored.metrics;
  assert_true(restored > 0 && restored < METRICS);
  assert_begun_anew(&stored);
}

/* At one stroke: the writer may look at the file meanwhile. */
static void a_file_damaged_under_us_is_set_aside(void **state) {
  (void)state;
  struct stored stored;
  store_some(METRICS);
  const size_t size = (size_t)file_size() - PAGE;
  unsigned char *const garbage = malloc(size);
  assert_non_null(garbage);
  memset(garbage, 0x5a, size);
  stored_start(&stored, RARELY);
  overwrite(PAGE, garbage, size);
  free(garbage);
  assert_begun_anew(&stored);
}

/* Found when all is written, and what is too old is looked for. */
static void a_page_that_is_read_last_is_set_aside(void **state) {
  (void)state;
  struct stored stored;
  unsigned char garbage[PAGE];
  store_some(METRICS);
  const int64_t page =
      stored_number("SELECT rootpage FROM sqlite_schema WHERE name = 'anomalies_by_time'");
  memset(garbage, 0x5a, sizeof garbage);
  overwrite((long)(page - 1) * PAGE, garbage, sizeof garbage);
  stored_start(&stored, RARELY);
  assert_begun_anew(&stored);
}

static void a_file_cut_short_is_set_aside(void **state) {
  (void)state;
  struct stored stored;
  store_some(METRICS);
  assert_int_equal(truncate(stored_path, file_size() / 3), 0);
  stored_start(&stored, RARELY);
  assert_begun_anew(&stored);
}

static void an_empty_file_is_a_new_one(void **state) {
  (void)state;
  struct stored stored;
  store_some(METRICS);
  assert_int_equal(truncate(stored_path, 0), 0);
  stored_start(&stored, RARELY);
  stored_feed(&stored, METRICS, 1);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_status(&stored).health.events, 0);
  assert_int_equal(stored_number(count_states), METRICS);
  stored_stop(&stored);
}

static void a_later_version_is_kept(void **state) {
  (void)state;
  struct stored stored;
  store_some(METRICS);
  stored_run("PRAGMA user_version = 99");
  stored_start(&stored, RARELY);
  assert_int_equal(stored_status(&stored).health.event, STORE_SET_ASIDE_NEWER);
  assert_int_equal(stored_status(&stored).health.fault, STORE_FINE);
  assert_int_equal(stored_files("anomaly.db.newer-"), 1);
  stored_stop(&stored);
}

static void the_file_of_another_program_is_left_alone(void **state) {
  (void)state;
  struct stored stored;
  stored_forget();
  stored_run("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (7)");
  stored_start(&stored, RARELY);
  assert_int_equal(stored_status(&stored).health.fault, STORE_FOREIGN);
  stored_feed(&stored, METRICS, 1);
  assert_false(store_flush(stored.store, 60));
  stored_stop(&stored);
  assert_int_equal(stored_number("SELECT x FROM theirs"), 7);
  assert_int_equal(stored_number("SELECT count(*) FROM sqlite_master"), 1);
}

static void a_folder_that_is_not_there_is_tried_again(void **state) {
  (void)state;
  struct stored stored;
  stored_forget();
  assert_int_equal(mkdir(stored_path, 0700), 0);
  stored_start(&stored, RARELY);
  assert_int_equal(stored_status(&stored).health.fault, STORE_BROKEN);
  stored_feed(&stored, METRICS, 1);
  assert_false(store_flush(stored.store, 60));
  assert_int_equal(rmdir(stored_path), 0);
  assert_true(store_flush(stored.store, 60));
  assert_int_equal(stored_number(count_states), METRICS);
  stored_stop(&stored);
}

static int set_up(void **state) {
  return faulty_vfs_install() == SQLITE_OK ? stored_make_folder(state) : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_full_disk_is_waited_for),
      cmocka_unit_test(a_broken_disk_is_waited_for),
      cmocka_unit_test(a_disk_that_became_read_only_is_waited_for),
      cmocka_unit_test(it_ends_on_a_full_disk),
      cmocka_unit_test(a_read_only_file_is_tried_again),
      cmocka_unit_test(a_locked_file_is_tried_again),
      cmocka_unit_test(a_lock_that_comes_later_is_waited_for),
      cmocka_unit_test(nobody_waits_for_a_disk_that_hangs),
      cmocka_unit_test(a_slow_disk_only_takes_longer),
      cmocka_unit_test(a_file_deleted_under_us_is_written_anew),
      cmocka_unit_test(a_damaged_header_is_set_aside),
      cmocka_unit_test(a_damaged_page_is_set_aside),
      cmocka_unit_test(a_file_damaged_under_us_is_set_aside),
      cmocka_unit_test(a_page_that_is_read_last_is_set_aside),
      cmocka_unit_test(a_file_cut_short_is_set_aside),
      cmocka_unit_test(an_empty_file_is_a_new_one),
      cmocka_unit_test(a_later_version_is_kept),
      cmocka_unit_test(the_file_of_another_program_is_left_alone),
      cmocka_unit_test(a_folder_that_is_not_there_is_tried_again),
  };
  return cmocka_run_group_tests(tests, set_up, stored_remove_folder);
}

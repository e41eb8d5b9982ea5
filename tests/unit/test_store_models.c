/* The table models: the newest, the champion, and what is forgotten. */
#include "anomaly/status.h"
#include "store/model_rows.h"
#include "unit/faulty_vfs.h"
#include "unit/stored.h"
#include "unit/unit_test.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

static struct database database;
static struct health health;

static int set_up(void **state) {
  return faulty_vfs_install() == SQLITE_OK ? stored_make_folder(state) : -1;
}

static int open_database(void **state) {
  (void)state;
  stored_forget();
  health = (struct health){.fault = STORE_FINE};
  database = (struct database){.path = stored_path};
  return database_open(&database, &health) ? 0 : -1;
}

static int close_database(void **state) {
  (void)state;
  database_close(&database);
  return 0;
}

static int64_t put_version(enum model_scope scope, const char *subject, uint32_t version,
                           bool champion, char fill, size_t bytes) {
  static char block[64];
  memset(block, fill, sizeof block);
  const struct model_row row = {.scope = scope,
                                .subject = subject,
                                .metric_id = 7,
                                .model = "ecod",
                                .version = version,
                                .options = "contamination = 0.01",
                                .created = 1700000000,
                                .train_from = 1699000000,
                                .train_to = 1700000000,
                                .samples = 1000,
                                .score_mean = 1.5,
                                .score_stddev = .5,
                                .score_min = 0,
                                .score_max = 9,
                                .threshold = 4,
                                .input_drift = .125,
                                .score_drift = .25,
                                .precision = NAN,
                                .recall = NAN,
                                .f1 = NAN,
                                .champion = champion,
                                .block = block,
                                .bytes = bytes};
  int64_t id = 0;
  assert_int_equal(model_rows_put(&database, &health, &row, &id), STATUS_OK);
  return id;
}

/* The next version, one more than the last. */
static int64_t put(enum model_scope scope, const char *subject, bool champion, char fill,
                   size_t bytes) {
  static uint32_t version = 1;
  return put_version(scope, subject, ++version, champion, fill, bytes);
}

/* What visits see: sums, so that the order and number of rows show. */
struct seen {
  unsigned rows, champions;
  int64_t ids, last;
  size_t bytes;
  char first_byte;
  bool whole;
};

static void see(void *context, const struct model_row *row) {
  struct seen *const seen = context;
  assert_true(row->id > seen->last);
  seen->rows++;
  seen->champions += row->champion;
  seen->ids += row->id;
  seen->last = row->id;
  seen->bytes = row->bytes;
  seen->first_byte = row->block != NULL ? *(const char *)row->block : '\0';
  seen->whole = strcmp(row->model, "ecod") == 0 && row->version >= 2 && row->metric_id == 7 &&
                strcmp(row->options, "contamination = 0.01") == 0 && row->created == 1700000000 &&
                row->train_from == 1699000000 && row->train_to == 1700000000 &&
                row->samples == 1000 && row->score_mean == 1.5 && row->score_stddev == .5 &&
                row->score_min == 0 && row->score_max == 9 && row->threshold == 4 &&
                row->input_drift == .125 && row->score_drift == .25 && isnan(row->precision) &&
                isnan(row->recall) && isnan(row->f1);
}

static struct seen all(void) {
  struct seen seen = {.rows = 0};
  assert_int_equal(model_rows_each(&database, &health, see, &seen), STATUS_OK);
  return seen;
}

/* Champions of the metric "a" only. */
static bool is_champion_of_a(void *context, const struct model_row *row) {
  (void)context;
  assert_null(row->block);
  return row->champion && row->scope == MODEL_OF_METRIC && strcmp(row->subject, "a") == 0;
}

static struct seen champion_of_a(void) {
  struct seen seen = {.rows = 0};
  assert_int_equal(model_rows_load(&database, &health, is_champion_of_a, see, &seen), STATUS_OK);
  return seen;
}

static void those_chosen_come_with_their_blocks(void **state) {
  (void)state;
  assert_int_equal(champion_of_a().rows, 0);
  put(MODEL_OF_METRIC, "a", true, 'x', 10);
  put(MODEL_OF_METRIC, "a", false, 'y', 20);
  const int64_t champion = put(MODEL_OF_METRIC, "a", true, 'z', 30);
  put(MODEL_OF_GROUP, "a", true, 'g', 40);
  const struct seen seen = champion_of_a();
  assert_true(seen.rows == 1 && seen.last == champion && seen.bytes == 30);
  assert_true(seen.first_byte == 'z' && seen.whole);
  assert_int_equal(all().rows, 4);
  assert_int_equal(all().champions, 2);
  int64_t bytes = 0;
  assert_int_equal(model_rows_bytes(database.handle, &bytes), SQLITE_OK);
  assert_int_equal(bytes, 100);
}

static void a_version_is_there_once(void **state) {
  (void)state;
  put_version(MODEL_OF_METRIC, "a", 5, true, 'x', 10);
  const int64_t second = put_version(MODEL_OF_METRIC, "a", 5, true, 'y', 10);
  put_version(MODEL_OF_METRIC, "b", 5, true, 'y', 10);
  assert_int_equal(all().rows, 2);
  assert_int_equal(champion_of_a().last, second);
}

static void the_latest_and_the_champion_are_kept(void **state) {
  (void)state;
  const int64_t champion = put(MODEL_OF_METRIC, "a", true, 'x', 10);
  put(MODEL_OF_METRIC, "a", false, 'x', 10);
  const int64_t third = put(MODEL_OF_METRIC, "a", false, 'x', 10);
  const int64_t fourth = put(MODEL_OF_METRIC, "a", false, 'x', 10);
  const int64_t other = put(MODEL_OF_METRIC, "b", false, 'x', 10);
  assert_int_equal(model_rows_forget(database.handle, 2), SQLITE_OK);
  assert_int_equal(all().rows, 4);
  assert_int_equal(all().ids, champion + third + fourth + other);
  const struct model_row like = {.scope = MODEL_OF_METRIC, .subject = "a", .model = "ecod"};
  assert_int_equal(model_rows_forget_like(database.handle, &like, 1), SQLITE_OK);
  assert_int_equal(all().ids, fourth + other);
}

static void too_large_a_block_is_refused(void **state) {
  (void)state;
  const struct model_row row = {.subject = "a",
                                .model = "ecod",
                                .options = "",
                                .block = "",
                                .bytes = MODEL_ROW_BYTES_MAX + 1};
  int64_t id = 7;
  assert_int_equal(model_rows_put(&database, &health, &row, &id), STATUS_LIMIT);
  assert_int_equal(id, 7);
  assert_int_equal(all().rows, 0);
}

static void a_full_disk_is_told(void **state) {
  (void)state;
  const struct model_row row = {
      .subject = "a", .model = "ecod", .options = "", .champion = true, .block = "", .bytes = 0};
  int64_t id = 7;
  faulty_vfs_fail_writes(SQLITE_FULL);
  assert_int_equal(model_rows_put(&database, &health, &row, &id), STATUS_IO);
  faulty_vfs_fail_writes(SQLITE_OK);
  assert_int_equal(id, 7);
  assert_int_equal(health.fault, STORE_FULL);
  assert_true(database_open(&database, &health));
  assert_int_equal(all().rows, 0);
}

/* Whatever else is in the columns costs no more than a model. */
static void foreign_values_are_taken_as_they_come(void **state) {
  (void)state;
  struct seen seen = {.rows = 0};
  put(MODEL_OF_METRIC, "a", true, 'x', 10);
  stored_run("UPDATE models SET scope = 5, model = x'00', version = 'v', options = 1.5,"
             " train_from = 'x', samples = -1, champion = 'yes', block = 'text'");
  assert_int_equal(model_rows_each(&database, &health, see, &seen), STATUS_OK);
  assert_int_equal(seen.rows, 1);
  assert_false(seen.whole);
  assert_int_equal(champion_of_a().rows, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(those_chosen_come_with_their_blocks, open_database,
                                      close_database),
      cmocka_unit_test_setup_teardown(a_version_is_there_once, open_database, close_database),
      cmocka_unit_test_setup_teardown(the_latest_and_the_champion_are_kept, open_database,
                                      close_database),
      cmocka_unit_test_setup_teardown(too_large_a_block_is_refused, open_database, close_database),
      cmocka_unit_test_setup_teardown(a_full_disk_is_told, open_database, close_database),
      cmocka_unit_test_setup_teardown(foreign_values_are_taken_as_they_come, open_database,
                                      close_database),
  };
  return cmocka_run_group_tests(tests, set_up, stored_remove_folder);
}

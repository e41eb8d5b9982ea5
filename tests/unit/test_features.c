#include "anomaly/model.h"
#include "anomaly/status.h"
#include "history/csv.h"
#include "history/features.h"
#include "unit/alloc_fail.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct opened {
  FILE *stream;
  struct feature_rows *rows;
  int status;
  char why[256];
};

static struct opened open_text(const char *content, const char *const *names, size_t count) {
  struct opened opened = {.stream = tmpfile()};
  assert_non_null(opened.stream);
  assert_int_equal(fwrite(content, 1, strlen(content), opened.stream), strlen(content));
  rewind(opened.stream);
  struct text why = text_over(opened.why, sizeof opened.why);
  opened.status = feature_rows_open(&opened.rows, opened.stream, names, count, &why);
  return opened;
}

static void close_text(struct opened *opened) {
  feature_rows_close(opened->rows);
  fclose(opened->stream);
}

static int next(struct opened *opened, double *row) {
  struct text why = text_over(opened->why, sizeof opened->why);
  return feature_rows_next(opened->rows, row, &why);
}

static void test_what_is_a_feature(void **state) {
  (void)state;
  static const char *const others[] = {"timestamp", "Timestamp", "label", "LABEL", "train", "test"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    assert_false(is_feature(others[i]));
  static const char *const features[] = {"", "time", "labels", "tested", "x"};
  for (size_t i = 0; i < sizeof features / sizeof features[0]; i++)
    assert_true(is_feature(features[i]));
}

static void test_rows(void **state) {
  (void)state;
  struct opened t = open_text("timestamp,a,label,\"b,c\"\n5,1,1,2\n\n6,,0,-1e3\n", NULL, 0);
  assert_int_equal(t.status, STATUS_OK);
  assert_int_equal(feature_rows_columns(t.rows), 2);
  assert_string_equal(feature_rows_names(t.rows)[0], "a");
  assert_string_equal(feature_rows_names(t.rows)[1], "b,c");
  double row[2];
  assert_int_equal(next(&t, row), STATUS_OK);
  assert_true(row[0] == 1 && row[1] == 2);
  assert_int_equal(next(&t, row), STATUS_OK);
  assert_true(isnan(row[0]) && row[1] == -1000);
  assert_int_equal(next(&t, row), STATUS_NOT_FOUND);
  assert_true(feature_rows_bytes(t.rows) > 30);
  close_text(&t);
}

static void test_names(void **state) {
  (void)state;
  static const char *const names[] = {"c", "a"};
  struct opened t = open_text("a,b,c\n1,text,3\n", names, 2);
  assert_int_equal(t.status, STATUS_OK);
  double row[2];
  assert_int_equal(next(&t, row), STATUS_OK);
  assert_true(row[0] == 3 && row[1] == 1);
  close_text(&t);
  /* What is asked for by its name is a feature, whatever it is called. */
  static const char *const label[] = {"label"};
  t = open_text("label\n4\n", label, 1);
  assert_int_equal(next(&t, row), STATUS_OK);
  assert_true(row[0] == 4);
  close_text(&t);
}

static void assert_refused(const char *content, const char *const *names, size_t count, int status,
                           const char *why) {
  struct opened t = open_text(content, names, count);
  assert_int_equal(t.status, status);
  assert_null(t.rows);
  assert_non_null(strstr(t.why, why));
  close_text(&t);
}

static void test_refused_headers(void **state) {
  (void)state;
  static const char *const names[] = {"load"};
  assert_refused("", NULL, 0, STATUS_INVALID, "no header line");
  assert_refused("label,test\n", NULL, 0, STATUS_INVALID, "no column beside");
  assert_refused("a,b,a\n", NULL, 0, STATUS_INVALID, "\"a\" is there twice");
  assert_refused("loda,x\n", names, 1, STATUS_INVALID, "did you mean \"loda\"?");
  char wide[8 * (MODEL_COLUMNS_MAX + 1)] = "";
  struct text text = text_over(wide, sizeof wide);
  for (int i = 0; i <= MODEL_COLUMNS_MAX; i++)
    text_addf(&text, "%sx%d", i > 0 ? "," : "", i);
  assert_refused(wide, NULL, 0, STATUS_LIMIT, "more than 1024 columns");
  static char commas[CSV_COLUMNS_MAX + 1];
  memset(commas, ',', CSV_COLUMNS_MAX);
  assert_refused(commas, NULL, 0, STATUS_LIMIT, "the header line has more than");
}

static void assert_row_refused(const char *content, const char *why) {
  struct opened t = open_text(content, NULL, 0);
  double row[2];
  assert_int_equal(t.status, STATUS_OK);
  assert_int_equal(next(&t, row), STATUS_OK);
  assert_int_equal(next(&t, row), STATUS_INVALID);
  assert_non_null(strstr(t.why, why));
  close_text(&t);
}

static void test_refused_rows(void **state) {
  (void)state;
  assert_row_refused("a,b\n1,2\n3,x\n", "line 3, column \"b\": \"x\" is no number");
  assert_row_refused("a,b\n1,2\n\n3\n", "line 4: not a row of 2 fields");
  assert_row_refused("a,b\n1,2\n3,\"4\n", "line 3: not a row of 2 fields");
}

static void test_table(void **state) {
  (void)state;
  struct feature_table table = {.columns = 3};
  for (size_t i = 0; i < 1000; i++) {
    const double row[] = {(double)i, 2, -(double)i};
    assert_int_equal(feature_table_add(&table, row), STATUS_OK);
  }
  assert_int_equal(table.rows, 1000);
  for (size_t i = 0; i < 1000; i++)
    assert_true(table.cells[3 * i] == (double)i && table.cells[3 * i + 2] == -(double)i);
  feature_table_release(&table);
  assert_null(table.cells);
}

static void test_table_bound(void **state) {
  (void)state;
  const double row[] = {1};
  struct feature_table table = {.columns = 1, .rows = MODEL_ROWS_MAX, .room = MODEL_ROWS_MAX};
  assert_int_equal(feature_table_add(&table, row), STATUS_LIMIT);
  table = (struct feature_table){.columns = 1024, .rows = (1 << 17), .room = (1 << 17)};
  assert_int_equal(feature_table_add(&table, row), STATUS_LIMIT);
}

static int read_all(void) {
  struct opened t = open_text("a,b\n1,2\n3,4\n", NULL, 0);
  struct feature_table table = {.columns = 2};
  double row[2];
  int status = t.status;
  while (status == STATUS_OK && (status = next(&t, row)) == STATUS_OK)
    status = feature_table_add(&table, row);
  feature_table_release(&table);
  close_text(&t);
  return status;
}

static void test_no_memory(void **state) {
  (void)state;
  bool failed = true;
  for (unsigned n = 1; failed; n++) {
    FILE *const warm = tmpfile(); /* the stream's own memory is not ours */
    fclose(warm);
    alloc_fail_at(n);
    const int status = read_all();
    failed = alloc_has_failed();
    alloc_fail_at(0);
    assert_int_equal(status, failed ? STATUS_NO_MEMORY : STATUS_NOT_FOUND);
    assert_true(n < 100);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_what_is_a_feature),
      cmocka_unit_test(test_rows),
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_refused_headers),
      cmocka_unit_test(test_refused_rows),
      cmocka_unit_test(test_table),
      cmocka_unit_test(test_table_bound),
      cmocka_unit_test(test_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

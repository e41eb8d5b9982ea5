#include "anomaly/status.h"
#include "history/csv.h"
#include "history/number.h"
#include "unit/alloc_fail.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static FILE *stream_of(const char *text, size_t size) {
  FILE *const file = tmpfile();
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, size, file), size);
  rewind(file);
  return file;
}

struct opened {
  FILE *stream;
  struct csv *csv;
};

static struct opened open_text(const char *text) {
  struct opened opened = {.stream = stream_of(text, strlen(text))};
  assert_int_equal(csv_open(&opened.csv, opened.stream), STATUS_OK);
  return opened;
}

static void close_text(struct opened *opened) {
  csv_close(opened->csv);
  fclose(opened->stream);
}

static int status_of_open(const char *text, size_t size) {
  FILE *const stream = stream_of(text, size);
  struct csv *csv = NULL;
  const int status = csv_open(&csv, stream);
  if (status != STATUS_OK)
    assert_null(csv);
  csv_close(csv);
  fclose(stream);
  return status;
}

static void assert_row(struct csv *csv, uint64_t line, const char *first, const char *second) {
  assert_int_equal(csv_next(csv), STATUS_OK);
  assert_int_equal(csv_line(csv), line);
  assert_string_equal(csv_field(csv, 0), first);
  assert_string_equal(csv_field(csv, 1), second);
}

static void test_plain_rows(void **state) {
  (void)state;
  struct opened t = open_text("time, value \n1,10\n\n2,\n3, 30 \n");
  assert_int_equal(csv_columns(t.csv), 2);
  assert_string_equal(csv_column_name(t.csv, 0), "time");
  assert_string_equal(csv_column_name(t.csv, 1), "value");
  assert_int_equal(csv_column_find(t.csv, "value"), 1);
  assert_int_equal(csv_column_find(t.csv, "Value"), -1);
  assert_string_equal(csv_field(t.csv, 0), "");
  assert_row(t.csv, 2, "1", "10");
  assert_row(t.csv, 4, "2", "");
  assert_row(t.csv, 5, "3", " 30 ");
  assert_int_equal(csv_next(t.csv), STATUS_NOT_FOUND);
  assert_int_equal(csv_next(t.csv), STATUS_NOT_FOUND);
  assert_int_equal(csv_bytes(t.csv), 29);
  close_text(&t);
}

static void test_line_ends(void **state) {
  (void)state;
  struct opened t = open_text("a,b\r\n1,2\r\n\r\n3,4");
  assert_string_equal(csv_column_name(t.csv, 1), "b");
  assert_row(t.csv, 2, "1", "2");
  assert_row(t.csv, 4, "3", "4");
  assert_int_equal(csv_next(t.csv), STATUS_NOT_FOUND);
  close_text(&t);
  t = open_text("a,b");
  assert_int_equal(csv_next(t.csv), STATUS_NOT_FOUND);
  close_text(&t);
}

static void test_quotes(void **state) {
  (void)state;
  struct opened t = open_text("\xef\xbb\xbf\"a\",\"b,c\"\r\n\"1\",\"x,\"\"y\"\"\"\r\n"
                              "\"two\nlines\",\"\"\n3,\"z\"");
  assert_string_equal(csv_column_name(t.csv, 0), "a");
  assert_string_equal(csv_column_name(t.csv, 1), "b,c");
  assert_row(t.csv, 2, "1", "x,\"y\"");
  assert_row(t.csv, 3, "two\nlines", "");
  assert_row(t.csv, 5, "3", "z");
  assert_int_equal(csv_next(t.csv), STATUS_NOT_FOUND);
  close_text(&t);
}

static void test_bad_rows_are_passed_over(void **state) {
  (void)state;
  struct opened t = open_text("a,b\n1\n2,3,4\n5,\"x\"y\n6,\"open\n7,8\n9,z\"\n");
  assert_int_equal(csv_next(t.csv), STATUS_INVALID);
  assert_string_equal(csv_field(t.csv, 0), "1");
  assert_string_equal(csv_field(t.csv, 1), "");
  assert_int_equal(csv_next(t.csv), STATUS_INVALID);
  assert_string_equal(csv_field(t.csv, 1), "3");
  assert_int_equal(csv_next(t.csv), STATUS_INVALID);
  assert_string_equal(csv_field(t.csv, 0), "5");
  /* The quote of line 5 is closed in line 7: one row of two fields. */
  assert_row(t.csv, 5, "6", "open\n7,8\n9,z");
  assert_int_equal(csv_next(t.csv), STATUS_NOT_FOUND);
  close_text(&t);
}

static void test_open_quote_loses_one_line(void **state) {
  (void)state;
  struct opened t = open_text("a,b\n1,\"x\n2,20\n3,30\n");
  assert_int_equal(csv_next(t.csv), STATUS_INVALID);
  assert_int_equal(csv_line(t.csv), 2);
  assert_row(t.csv, 3, "2", "20");
  assert_row(t.csv, 4, "3", "30");
  assert_int_equal(csv_next(t.csv), STATUS_NOT_FOUND);
  close_text(&t);
}

static void test_nul_bytes(void **state) {
  (void)state;
  static const char text[] = "a,b\n1,2\0\n3,\"4\0\"\n5,6\n";
  FILE *const stream = stream_of(text, sizeof text - 1);
  struct csv *csv;
  assert_int_equal(csv_open(&csv, stream), STATUS_OK);
  assert_int_equal(csv_next(csv), STATUS_INVALID);
  assert_string_equal(csv_field(csv, 0), "1");
  assert_int_equal(csv_next(csv), STATUS_INVALID);
  assert_row(csv, 4, "5", "6");
  csv_close(csv);
  fclose(stream);
}

static void test_headers_refused(void **state) {
  (void)state;
  assert_int_equal(status_of_open("", 0), STATUS_INVALID);
  assert_int_equal(status_of_open("\n\r\n", 3), STATUS_INVALID);
  assert_int_equal(status_of_open("\xef\xbb\xbf", 3), STATUS_INVALID);
  assert_int_equal(status_of_open("a,\"b\n", 5), STATUS_INVALID);
  assert_int_equal(status_of_open("a\0b\n", 4), STATUS_INVALID);
}

static void test_column_limit(void **state) {
  (void)state;
  static char commas[CSV_COLUMNS_MAX];
  memset(commas, ',', sizeof commas);
  assert_int_equal(status_of_open(commas, CSV_COLUMNS_MAX - 1), STATUS_OK);
  assert_int_equal(status_of_open(commas, CSV_COLUMNS_MAX), STATUS_LIMIT);
}

/* A header, a row whose second field makes it `length` bytes long, and a row "2,3". */
static const char *text_with_line_of(size_t length, size_t *ret_size) {
  static char text[4 * (size_t)CSV_LINE_MAX];
  static const char head[] = "a,b\n1,", tail[] = "\n2,3\n";
  memset(text, '7', sizeof text);
  memcpy(text, head, strlen(head));
  memcpy(text + 4 + length, tail, strlen(tail));
  *ret_size = 4 + length + strlen(tail);
  return text;
}

static void check_line_of(size_t length, int expected) {
  size_t size;
  const char *const text = text_with_line_of(length, &size);
  FILE *const stream = stream_of(text, size);
  struct csv *csv;
  assert_int_equal(csv_open(&csv, stream), STATUS_OK);
  assert_int_equal(csv_next(csv), expected);
  assert_int_equal(csv_line(csv), 2);
  if (expected == STATUS_OK)
    assert_int_equal(strlen(csv_field(csv, 1)), length - 2);
  else
    assert_string_equal(csv_field(csv, 0), "");
  assert_row(csv, 3, "2", "3");
  assert_int_equal(csv_next(csv), STATUS_NOT_FOUND);
  assert_int_equal(csv_bytes(csv), size);
  csv_close(csv);
  fclose(stream);
}

static void test_line_limit(void **state) {
  (void)state;
  check_line_of(CSV_LINE_MAX - 1, STATUS_OK);
  check_line_of(CSV_LINE_MAX, STATUS_OK);
  check_line_of(CSV_LINE_MAX + 1, STATUS_LIMIT);
  check_line_of(3 * (size_t)CSV_LINE_MAX, STATUS_LIMIT);
}

static void test_long_input_in_constant_memory(void **state) {
  (void)state;
  FILE *const stream = tmpfile();
  fputs("a,b\n", stream);
  for (unsigned i = 0; i < 300000; i++)
    fprintf(stream, i % 3 == 0 ? "%u,\"%u\"\r\n" : "%u,%u\n", i, 2 * i);
  fflush(stream);
  rewind(stream);
  struct csv *csv;
  assert_int_equal(csv_open(&csv, stream), STATUS_OK);
  for (unsigned i = 0; i < 300000; i++) {
    double first = NAN, second = NAN;
    assert_int_equal(csv_next(csv), STATUS_OK);
    csv_number(csv, 0, &first);
    csv_number(csv, 1, &second);
    assert_true(first == i && second == 2.0 * i);
  }
  assert_int_equal(csv_line(csv), 300001);
  assert_int_equal(csv_next(csv), STATUS_NOT_FOUND);
  csv_close(csv);
  fclose(stream);
}

/* Everything a reader says of a text, in one string. */
static void transcribe(struct csv *csv, char *to, size_t size) {
  size_t used = 0;
  int status;
  do {
    status = csv_next(csv);
    used += (size_t)snprintf(to + used, size - used, "%d@%d[%s|%s]", status, (int)csv_line(csv),
                             csv_field(csv, 0), csv_field(csv, 1));
  } while (status != STATUS_NOT_FOUND);
}

/* Each read gets at most `piece` bytes, as from a slow pipe. */
static void transcribe_pieces(const char *text, size_t piece, char *to, size_t size) {
  int ends[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
  for (size_t at = 0; at < strlen(text); at += piece) {
    const size_t left = strlen(text) - at;
    assert_true(write(ends[1], text + at, left < piece ? left : piece) > 0);
  }
  close(ends[1]);
  FILE *const stream = fdopen(ends[0], "r");
  struct csv *csv;
  assert_int_equal(csv_open(&csv, stream), STATUS_OK);
  transcribe(csv, to, size);
  csv_close(csv);
  fclose(stream);
}

static void test_any_pieces_give_the_same_rows(void **state) {
  (void)state;
  static const char text[] = "\xef\xbb\xbf\"a\",b\r\n1,2\r\n\n\"x\ny\",\"\"\"\"\n3\n4,\"z\n5,6";
  char whole[512], pieces[512];
  transcribe_pieces(text, sizeof text, whole, sizeof whole);
  for (size_t piece = 1; piece < 20; piece++) {
    transcribe_pieces(text, piece, pieces, sizeof pieces);
    assert_string_equal(whole, pieces);
  }
}

static void test_stream_without_descriptor(void **state) {
  (void)state;
  char text[] = "a,b\n1,2\n";
  FILE *const stream = fmemopen(text, strlen(text), "r");
  assert_int_equal(fileno(stream), -1);
  struct csv *csv;
  assert_int_equal(csv_open(&csv, stream), STATUS_OK);
  assert_row(csv, 2, "1", "2");
  assert_int_equal(csv_next(csv), STATUS_NOT_FOUND);
  csv_close(csv);
  fclose(stream);
}

static void test_read_error(void **state) {
  (void)state;
  FILE *const folder = fopen("/", "r");
  assert_non_null(folder);
  struct csv *csv = NULL;
  assert_int_equal(csv_open(&csv, folder), STATUS_IO);
  assert_null(csv);
  fclose(folder);
}

static void assert_number(const char *text, double expected) {
  double number = -1;
  assert_int_equal(number_parse(text, &number), STATUS_OK);
  if (isnan(expected))
    assert_true(isnan(number));
  else
    assert_memory_equal(&number, &expected, sizeof number);
}

static void test_numbers(void **state) {
  (void)state;
  assert_number("0", 0);
  assert_number("-0", -0.0);
  assert_number("007.50", 7.5);
  assert_number(" -1.25\t", -1.25);
  assert_number("+3", 3);
  assert_number("1e3", 1000);
  assert_number("1.7976931348623157e308", 1.7976931348623157e308);
  assert_number("5e-324", 5e-324);
  assert_number("1e999", INFINITY);
  assert_number("-1.5e+02", -150);
  assert_number("12e-3", .012);
  assert_number("1E2", 100);
  assert_number("-inf", -INFINITY);
  static const char *const nothing[] = {"",     "  ",   "nan", "NaN", "-nan",
                                        "null", "NULL", "NA",  " na "};
  for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
    assert_number(nothing[i], NAN);
  static const char *const bad[] = {"x",    "1x",   "1 2", "1..2", ".",    "-",  "--1",  "1,5",
                                    "none", "na n", "1e",  "1e+",  "1e5x", "e5", "1e--5"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    double number = 42;
    assert_int_equal(number_parse(bad[i], &number), STATUS_INVALID);
    assert_true(number == 42);
  }
}

/* The short way must give the bits of the long way, for any count of digits. */
static void test_numbers_equal_strtod(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (unsigned i = 0; i < 200000; i++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const unsigned digits = 1 + (unsigned)(seed >> 60), point = (unsigned)(seed >> 56 & 15);
    char text[32];
    snprintf(text, sizeof text, i % 2 == 0 ? "%.*f" : "%.*e", (int)(point % 12),
             (double)(seed >> 8 & 0xffffffffffff) / pow(10, digits));
    double number = 0;
    assert_int_equal(number_parse(text, &number), STATUS_OK);
    assert_true(number == strtod(text, NULL));
  }
}

static void test_no_memory(void **state) {
  (void)state;
  int status = STATUS_NO_MEMORY;
  unsigned failures = 0;
  for (unsigned n = 1; status == STATUS_NO_MEMORY; n++) {
    FILE *const stream = stream_of("a,b\n1,2\n", 8);
    struct csv *csv = NULL;
    alloc_fail_at(n);
    status = csv_open(&csv, stream);
    alloc_fail_at(0);
    if (status != STATUS_OK) {
      assert_null(csv);
      failures++;
    }
    csv_close(csv);
    fclose(stream);
  }
  assert_int_equal(status, STATUS_OK);
  assert_int_equal(failures, 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_plain_rows),
      cmocka_unit_test(test_line_ends),
      cmocka_unit_test(test_quotes),
      cmocka_unit_test(test_bad_rows_are_passed_over),
      cmocka_unit_test(test_open_quote_loses_one_line),
      cmocka_unit_test(test_nul_bytes),
      cmocka_unit_test(test_headers_refused),
      cmocka_unit_test(test_column_limit),
      cmocka_unit_test(test_line_limit),
      cmocka_unit_test(test_long_input_in_constant_memory),
      cmocka_unit_test(test_any_pieces_give_the_same_rows),
      cmocka_unit_test(test_stream_without_descriptor),
      cmocka_unit_test(test_read_error),
      cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_numbers_equal_strtod),
      cmocka_unit_test(test_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

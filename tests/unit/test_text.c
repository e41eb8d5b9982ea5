#include "base/text.h"
#include "unit/unit_test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void test_an_empty_text_is_terminated(void **state) {
  (void)state;
  char buffer[4] = "xyz";
  const struct text text = text_over(buffer, sizeof buffer);
  assert_string_equal(buffer, "");
  assert_int_equal(text.used, 0);
  assert_false(text.cut);
}

static void test_what_fits_is_kept_whole(void **state) {
  (void)state;
  char buffer[8];
  struct text text = text_over(buffer, sizeof buffer);
  text_add(&text, "abc");
  text_addf(&text, "%d%s", 12, "xy");
  assert_string_equal(buffer, "abc12xy");
  assert_int_equal(text.used, 7);
  assert_false(text.cut);
}

static void test_what_does_not_fit_is_cut_and_remembered(void **state) {
  (void)state;
  char buffer[12];
  memset(buffer, '#', sizeof buffer);
  struct text text = text_over(buffer, 8);
  text_add(&text, "abcdefgh");
  assert_string_equal(buffer, "abcdefg");
  assert_true(text.cut);
  text_addf(&text, "%d", 5);
  text_add(&text, "");
  assert_string_equal(buffer, "abcdefg");
  assert_memory_equal(buffer + 8, "####", 4);
}

static void test_formatted_text_is_cut_too(void **state) {
  (void)state;
  char buffer[6];
  struct text text = text_over(buffer, sizeof buffer);
  text_addf(&text, "%s", "abcdef");
  assert_string_equal(buffer, "abcde");
  assert_int_equal(text.used, 5);
  assert_true(text.cut);
}

static void test_a_buffer_of_one_byte_holds_nothing(void **state) {
  (void)state;
  char buffer[1];
  struct text text = text_over(buffer, sizeof buffer);
  text_addf(&text, "%d", 1);
  text_add(&text, "a");
  assert_string_equal(buffer, "");
  assert_true(text.cut);
}

static void test_try_takes_all_or_nothing(void **state) {
  (void)state;
  char buffer[6];
  struct text text = text_over(buffer, sizeof buffer);
  assert_true(text_try(&text, "abc"));
  assert_false(text_try(&text, "def"));
  assert_string_equal(buffer, "abc");
  assert_false(text.cut);
  assert_true(text_try(&text, "de"));
  assert_string_equal(buffer, "abcde");
}

static const char *as_number(double number) {
  static char buffer[64];
  struct text text = text_over(buffer, sizeof buffer);
  text_add_number(&text, number);
  return buffer;
}

static void test_numbers_are_written_for_people(void **state) {
  (void)state;
  assert_string_equal(as_number(0), "0");
  assert_string_equal(as_number(-0.0), "0");
  assert_string_equal(as_number(97.3), "97.3");
  assert_string_equal(as_number(2.10000001), "2.1");
  assert_string_equal(as_number(0.023412), "0.02341");
  assert_string_equal(as_number(1.2346e-7), "1.235e-07");
  assert_string_equal(as_number(999.94), "999.9");
  assert_string_equal(as_number(999.96), "1000");
  assert_string_equal(as_number(-1234.4), "-1234");
  assert_string_equal(as_number(1234567), "1234567");
  assert_string_equal(as_number(12345678), "12.35M");
  assert_string_equal(as_number(999960000), "1G");
  assert_string_equal(as_number(-8345678912), "-8.346G");
  assert_string_equal(as_number(1.5e13), "15T");
  assert_string_equal(as_number(2e15), "2P");
  assert_string_equal(as_number(9.9e20), "990E");
  assert_string_equal(as_number(1e21), "1e+21");
  assert_string_equal(as_number(DBL_MAX), "1.798e+308");
  assert_string_equal(as_number((double)NAN), "nan");
  assert_string_equal(as_number((double)-INFINITY), "-inf");
}

static void assert_reads(const char *string, double number, const char *rest) {
  double read;
  const char *behind;
  assert_true(text_to_number(string, &read, &behind));
  assert_true(read == number);
  assert_string_equal(behind, rest);
}

static void assert_reads_nothing(const char *string) {
  double read = 42;
  const char *behind = "untouched";
  assert_false(text_to_number(string, &read, &behind));
  assert_true(read == 42);
  assert_string_equal(behind, "untouched");
}

static void test_decimal_numbers_are_read(void **state) {
  (void)state;
  assert_reads("15", 15, "");
  assert_reads("-1.5e3k", -1500, "k");
  assert_reads("+.5 m", .5, " m");
  assert_reads("5.", 5, "");
  assert_reads("0", 0, "");
  assert_reads("1e-400", 0, "");
  assert_reads("inf", HUGE_VAL, "");
  assert_reads("-infinity", -HUGE_VAL, "");
}

static void test_anything_else_is_no_number(void **state) {
  (void)state;
  static const char *const strings[] = {"",    " 1",  "\t1",  "x",     "0x10",    "-0x1p3",
                                        "nan", "NAN", "-nan", ".",     "+",       "-",
                                        "--1", "e5",  "INF",  "1e400", "-1e9999", "\xe2\x88\x9e"};
  for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
    assert_reads_nothing(strings[i]);
}

static void test_copies(void **state) {
  (void)state;
  char buffer[4];
  assert_true(text_copy(buffer, sizeof buffer, "abc"));
  assert_string_equal(buffer, "abc");
  assert_false(text_copy(buffer, sizeof buffer, "wxyz"));
  assert_string_equal(buffer, "wxy");
  char *const copy = text_duplicate("a copy");
  assert_string_equal(copy, "a copy");
  free(copy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_an_empty_text_is_terminated),
      cmocka_unit_test(test_what_fits_is_kept_whole),
      cmocka_unit_test(test_what_does_not_fit_is_cut_and_remembered),
      cmocka_unit_test(test_formatted_text_is_cut_too),
      cmocka_unit_test(test_a_buffer_of_one_byte_holds_nothing),
      cmocka_unit_test(test_try_takes_all_or_nothing),
      cmocka_unit_test(test_numbers_are_written_for_people),
      cmocka_unit_test(test_decimal_numbers_are_read),
      cmocka_unit_test(test_anything_else_is_no_number),
      cmocka_unit_test(test_copies),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

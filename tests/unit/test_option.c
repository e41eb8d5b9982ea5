#include "base/option.h"

#include "anomaly/status.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct every_kind {
  bool flag;
  uint32_t count;
  double real, open_end;
  double duration;
  uint64_t size;
  int choice;
  uint32_t set;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

#define FIELD(field) #field, .offset = offsetof(struct every_kind, field)

static const struct option_row rows[] = {
    {.name = FIELD(flag), .kind = OPTION_BOOL, .preset = true, .help = "a flag"},
    {.name = FIELD(count),
     .kind = OPTION_COUNT,
     .unit = "samples",
     .preset = 100,
     .min = 2,
     .max = UINT32_MAX,
     .help = "a count"},
    {.name = FIELD(real),
     .kind = OPTION_REAL,
     .preset = .1,
     .min = -1,
     .max = 1e300,
     .help = "a number"},
    {.name = FIELD(open_end),
     .kind = OPTION_REAL,
     .preset = HUGE_VAL,
     .min = -HUGE_VAL,
     .max = HUGE_VAL,
     .help = "a number without end"},
    {.name = FIELD(duration),
     .kind = OPTION_DURATION,
     .preset = 300,
     .min = 1,
     .max = 604800,
     .help = "a time"},
    {.name = FIELD(size),
     .kind = OPTION_SIZE,
     .preset = 256.0 * (1 << 20),
     .min = 1024,
     .max = 1024.0 * (1 << 30),
     .help = "a size"},
    {.name = FIELD(choice),
     .kind = OPTION_CHOICE,
     .choices = colours,
     .preset = 1,
     .help = "a choice"},
    {.name = FIELD(set), .kind = OPTION_SET, .choices = colours, .preset = 5, .help = "a set"},
    OPTION_ROWS_END,
};

static const struct option_row *row_of(const char *name) {
  const struct option_row *const row = option_find(rows, name);
  assert_non_null(row);
  return row;
}

static void test_rows_are_found_by_name(void **state) {
  (void)state;
  assert_int_equal(option_count(rows), 8);
  assert_ptr_equal(option_find(rows, "real"), &rows[2]);
  assert_null(option_find(rows, "rea"));
  assert_null(option_find(rows, ""));
}

static void test_presets(void **state) {
  (void)state;
  struct every_kind options;
  memset(&options, 0xff, sizeof options);
  option_set_presets(rows, &options);
  assert_true(options.flag);
  assert_int_equal(options.count, 100);
  assert_true(options.real == .1);
  assert_true(options.open_end == HUGE_VAL);
  assert_true(options.duration == 300);
  assert_int_equal(options.size, 256u << 20);
  assert_int_equal(options.choice, 1);
  assert_int_equal(options.set, 5);
  for (const struct option_row *row = rows; row->name != NULL; row++)
    assert_true(option_get(row, &options) == row->preset);
}

static void assert_set(const char *name, const char *value, double number) {
  struct every_kind options;
  option_set_presets(rows, &options);
  if (option_set_text(row_of(name), &options, value, NULL) != STATUS_OK)
    fail_msg("%s = %s was refused", name, value);
  assert_true(option_get(row_of(name), &options) == number);
}

static void assert_refused(const char *name, const char *value) {
  struct every_kind options;
  option_set_presets(rows, &options);
  if (option_set_text(row_of(name), &options, value, NULL) != STATUS_INVALID)
    fail_msg("%s = %s was taken", name, value);
  assert_true(option_get(row_of(name), &options) == row_of(name)->preset);
}

static void test_text_is_read_by_kind(void **state) {
  (void)state;
  assert_set("flag", "false", 0);
  assert_set("flag", "yes", 1);
  assert_set("count", "300", 300);
  assert_set("count", "1e3", 1000);
  assert_set("count", "4294967295", UINT32_MAX);
  assert_set("real", "-0.5", -.5);
  assert_set("real", "1e300", 1e300);
  assert_set("open_end", "-inf", -HUGE_VAL);
  assert_set("set", "green", 2);
  assert_set("set", "blue+red", 5);
  assert_set("set", "red+red", 1);
  assert_set("duration", "5", 5);
  assert_set("duration", "1d", 86400);
  assert_set("size", "4096", 4096);
  assert_set("size", "64k", 65536);
  assert_set("size", "64K", 65536);
  assert_set("size", "1.5M", 1572864);
  assert_set("size", "2G", 2147483648.0);
  assert_set("size", "1T", 1099511627776.0);
  assert_set("choice", "blue", 2);
}

static void test_what_is_wrong_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *name, *value;
  } cases[] = {
      {"flag", ""},        {"flag", "maybe"},    {"flag", "2"},        {"count", "1"},
      {"count", "2.5"},    {"count", "-3"},      {"count", "inf"},     {"count", "4294967296"},
      {"count", "10x"},    {"count", " 10"},     {"count", "0x10"},    {"real", "-1.01"},
      {"real", "nan"},     {"real", "inf"},      {"real", "1,5"},      {"real", ""},
      {"open_end", "nan"}, {"duration", "0.5"},  {"duration", "8d"},   {"duration", "inf"},
      {"duration", "5 m"}, {"size", "1023"},     {"size", "2T"},       {"size", "64kB"},
      {"size", "64m"},     {"size", "inf"},      {"size", "-1k"},      {"choice", "Blue"},
      {"choice", "1"},     {"choice", "yellow"}, {"set", ""},          {"set", "red+"},
      {"set", "+red"},     {"set", "gre"},       {"set", "red,green"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_refused(cases[i].name, cases[i].value);
}

static void test_numbers_are_checked_too(void **state) {
  (void)state;
  struct every_kind options;
  option_set_presets(rows, &options);
  assert_int_equal(option_set_number(row_of("count"), &options, 7, NULL), STATUS_OK);
  assert_int_equal(options.count, 7);
  assert_int_equal(option_set_number(row_of("count"), &options, 7.5, NULL), STATUS_INVALID);
  assert_int_equal(option_set_number(row_of("real"), &options, (double)NAN, NULL), STATUS_INVALID);
  assert_int_equal(option_set_number(row_of("flag"), &options, 2, NULL), STATUS_INVALID);
  assert_int_equal(option_set_number(row_of("choice"), &options, 3, NULL), STATUS_INVALID);
  assert_int_equal(option_set_number(row_of("choice"), &options, -1, NULL), STATUS_INVALID);
  assert_int_equal(option_set_number(row_of("choice"), &options, .5, NULL), STATUS_INVALID);
  assert_int_equal(options.count, 7);
  assert_int_equal(options.choice, 1);
}

static const char *why(const char *name, const char *value) {
  static char buffer[256];
  struct text text = text_over(buffer, sizeof buffer);
  struct every_kind options;
  option_set_presets(rows, &options);
  assert_int_equal(option_set_text(row_of(name), &options, value, &text), STATUS_INVALID);
  return buffer;
}

static void test_a_refusal_says_what_would_be_right(void **state) {
  (void)state;
  assert_string_equal(why("flag", "x"), "flag must be true or false");
  assert_string_equal(why("count", "1"), "count must be a whole number, 2 .. 4294967295 samples");
  assert_string_equal(why("real", "x"), "real must be -1.0 .. 1.0e+300");
  assert_string_equal(why("open_end", "x"), "open_end must be any number");
  assert_string_equal(why("duration", "x"), "duration must be \"1s\" .. \"1w\"");
  assert_string_equal(why("size", "x"), "size must be \"1k\" .. \"1T\"");
  assert_string_equal(why("choice", "x"), "choice must be one of \"red\", \"green\", \"blue\"");
}

static void test_half_open_ranges(void **state) {
  (void)state;
  char buffer[64];
  const struct option_row at_least = {
      .name = "x", .kind = OPTION_REAL, .min = 0, .max = HUGE_VAL, .unit = "bytes"};
  const struct option_row at_most = {
      .name = "x", .kind = OPTION_REAL, .min = -HUGE_VAL, .max = 2.5};
  struct text text = text_over(buffer, sizeof buffer);
  option_print_range(&at_least, &text);
  assert_string_equal(buffer, "at least 0.0 bytes");
  text = text_over(buffer, sizeof buffer);
  option_print_range(&at_most, &text);
  assert_string_equal(buffer, "at most 2.5");
}

static const char *printed(const char *name, double number) {
  static char buffer[400];
  struct text text = text_over(buffer, sizeof buffer);
  option_print(row_of(name), number, &text);
  assert_false(text.cut);
  return buffer;
}

static void test_values_are_written_as_the_configuration_has_them(void **state) {
  (void)state;
  assert_string_equal(printed("flag", 1), "true");
  assert_string_equal(printed("flag", 0), "false");
  assert_string_equal(printed("count", 4294967295), "4294967295");
  assert_string_equal(printed("real", 4), "4.0");
  assert_string_equal(printed("real", .1), "0.1");
  assert_string_equal(printed("real", 1.0 / 3), "0.3333333333333333");
  assert_string_equal(printed("real", 1e300), "1.0e+300");
  assert_string_equal(printed("real", 1e-9), "1.0e-09");
  assert_string_equal(printed("real", 33554432), "33554432.0");
  assert_string_equal(printed("real", 1000000), "1000000.0");
  assert_string_equal(printed("real", 1e15), "1.0e+15");
  assert_string_equal(printed("open_end", -HUGE_VAL), "\"-inf\"");
  assert_string_equal(printed("duration", 5400), "\"90m\"");
  assert_string_equal(printed("size", 1000), "1000");
  assert_string_equal(printed("size", 65536), "\"64k\"");
  assert_string_equal(printed("choice", 2), "\"blue\"");
  assert_string_equal(printed("set", 4), "\"blue\"");
  assert_string_equal(printed("set", 7), "\"red+green+blue\"");
}

static void test_real_numbers_are_read_back_the_same(void **state) {
  (void)state;
  uint64_t bits = 1;
  for (int i = 0; i < 5000; i++) {
    double number, read;
    const char *rest;
    bits = bits * 6364136223846793005u + 1442695040888963407u;
    memcpy(&number, &bits, sizeof number);
    if (!isfinite(number))
      continue;
    assert_true(text_to_number(printed("real", number), &read, &rest));
    assert_true(read == number);
    assert_string_equal(rest, "");
  }
}

static void test_one_option_is_copied(void **state) {
  (void)state;
  struct every_kind from, to;
  option_set_presets(rows, &from);
  option_set_presets(rows, &to);
  from.count = 5;
  from.size = 1ull << 40;
  from.choice = 2;
  option_copy(row_of("size"), &to, &from);
  option_copy(row_of("choice"), &to, &from);
  assert_int_equal(to.size, 1ull << 40);
  assert_int_equal(to.choice, 2);
  assert_int_equal(to.count, 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rows_are_found_by_name),
      cmocka_unit_test(test_presets),
      cmocka_unit_test(test_text_is_read_by_kind),
      cmocka_unit_test(test_what_is_wrong_is_refused),
      cmocka_unit_test(test_numbers_are_checked_too),
      cmocka_unit_test(test_a_refusal_says_what_would_be_right),
      cmocka_unit_test(test_half_open_ranges),
      cmocka_unit_test(test_values_are_written_as_the_configuration_has_them),
      cmocka_unit_test(test_real_numbers_are_read_back_the_same),
      cmocka_unit_test(test_one_option_is_copied),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

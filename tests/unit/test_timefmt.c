#include "anomaly/status.h"
#include "base/timefmt.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void assert_time(const char *string, double expected) {
  double time;
  assert_int_equal(time_parse(string, &time), STATUS_OK);
  if (fabs(time - expected) > 1e-6)
    fail_msg("%s is %.9f, not %.9f", string, time, expected);
}

static void assert_no_time(const char *string) {
  double time = 42;
  if (time_parse(string, &time) != STATUS_INVALID)
    fail_msg("%s was taken for a time", string);
  assert_true(time == 42);
}

static void test_epoch_seconds(void **state) {
  (void)state;
  assert_time("0", 0);
  assert_time("1700000000", 1700000000);
  assert_time("1700000000.5", 1700000000.5);
  assert_time("-3", -3);
  assert_time("1.7e9", 1.7e9);
}

static void test_calendar_times(void **state) {
  (void)state;
  assert_time("1970-01-01", 0);
  assert_time("2023-11-14 22:13:20", 1700000000);
  assert_time("2023-11-14T22:13:20Z", 1700000000);
  assert_time("2023-11-14t22:13:20z", 1700000000);
  assert_time("2023-11-14T22:13Z", 1699999980);
  assert_time("2023-11-14T22:13:20.25Z", 1700000000.25);
  assert_time("2023-11-14 22:13:20.1234567891234", 1700000000.123456789);
  assert_time("2023-11-14T23:13:20+01:00", 1700000000);
  assert_time("2023-11-14T23:13:20+01", 1700000000);
  assert_time("2023-11-14T20:43:20-0130", 1700000000);
  assert_time("2024-02-29", 1709164800);
  assert_time("2016-12-31T23:59:60Z", 1483228800);
  assert_time("9999-12-31T23:59:59Z", 253402300799);
}

static void test_what_is_no_time(void **state) {
  (void)state;
  static const char *const strings[] = {
      "",
      " 5",
      "5 ",
      "x",
      "nan",
      "inf",
      "0x10",
      "2023-11-14X",
      "2023-11-14T",
      "2023-13-01",
      "2023-00-01",
      "2023-02-29",
      "2023-04-31",
      "2023-01-00",
      "2023-1-01",
      "2023-01-1",
      "1969-12-31",
      "2023-11-14 24:00:00",
      "2023-11-14 23:60:00",
      "2023-11-14 23:59:61",
      "2023-11-14 -1:00:00",
      "2023-11-14 1:00",
      "2023-11-14 10:00:",
      "2023-11-14 10:00:1",
      "2023-11-14 10:00:00.",
      "2023-11-14 10:00:00+",
      "2023-11-14 10:00:00+1",
      "2023-11-14 10:00:00+24:00",
      "2023-11-14 10:00:00+01:60",
      "2023-11-14 10:00:00+01:0",
      "2023-11-14 10:00:00Zx",
      "2023-11-14 10:00:00 Z",
      "2023-+1-14",
      "2023-11- 4",
  };
  for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
    assert_no_time(strings[i]);
}

static const char *iso(double time) {
  static char buffer[64];
  struct text text = text_over(buffer, sizeof buffer);
  time_add_iso(&text, time);
  return buffer;
}

static void test_iso_times_are_written(void **state) {
  (void)state;
  assert_string_equal(iso(0), "1970-01-01T00:00:00Z");
  assert_string_equal(iso(1700000000), "2023-11-14T22:13:20Z");
  assert_string_equal(iso(1700000000.1), "2023-11-14T22:13:20.100Z");
  assert_string_equal(iso(1700000000.0004), "2023-11-14T22:13:20Z");
  assert_string_equal(iso(1700000000.9996), "2023-11-14T22:13:21Z");
  assert_string_equal(iso(-1), "-1");
  assert_string_equal(iso(1e15), "1000000000000000");
  assert_string_equal(iso((double)NAN), "nan");
}

static void test_what_is_written_is_read_back(void **state) {
  (void)state;
  for (int i = 0; i < 2000; i++) {
    const double time = i * 86399.0 * 17 + (i % 1000) / 1000.0;
    assert_time(iso(time), time);
  }
}

static void test_the_clock_is_local(void **state) {
  (void)state;
  char buffer[64];
  struct text text = text_over(buffer, sizeof buffer);
  setenv("TZ", "XST-2", 1);
  tzset();
  time_add_clock(&text, 1700000000);
  assert_string_equal(buffer, "00:13:20");
  unsetenv("TZ");
  tzset();
}

static const char *spoken(double seconds) {
  static char buffer[64];
  struct text text = text_over(buffer, sizeof buffer);
  time_add_duration(&text, seconds);
  return buffer;
}

static void test_durations_are_spoken(void **state) {
  (void)state;
  assert_string_equal(spoken(0), "0 s");
  assert_string_equal(spoken(2.25), "2.2 s");
  assert_string_equal(spoken(45), "45 s");
  assert_string_equal(spoken(119.4), "119 s");
  assert_string_equal(spoken(120), "2 min");
  assert_string_equal(spoken(745), "12 min");
  assert_string_equal(spoken(12000), "3 h 20 min");
  assert_string_equal(spoken(7200), "2 h");
  assert_string_equal(spoken(187200), "2 d 4 h");
  assert_string_equal(spoken(-1), "?");
  assert_string_equal(spoken((double)NAN), "?");
  assert_string_equal(spoken((double)INFINITY), "?");
}

static void assert_duration(const char *string, double seconds) {
  double read;
  assert_int_equal(duration_parse(string, &read), STATUS_OK);
  assert_true(read == seconds);
}

static void test_durations_are_read(void **state) {
  (void)state;
  assert_duration("90", 90);
  assert_duration("90s", 90);
  assert_duration("5m", 300);
  assert_duration("1.5h", 5400);
  assert_duration("7d", 604800);
  assert_duration("2w", 1209600);
  assert_duration("-5m", -300);
  static const char *const strings[] = {"",    "m",   "5 m", "5min", "5M",
                                        "5mm", " 5m", "5m ", "nan",  "0x5m"};
  double read = 42;
  for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
    assert_int_equal(duration_parse(strings[i], &read), STATUS_INVALID);
  assert_true(read == 42);
}

static void test_durations_are_written_and_read_back(void **state) {
  (void)state;
  static const struct {
    double seconds;
    const char *words;
  } cases[] = {{0, "0s"},     {.5, "0.5s"},  {90, "90s"},    {60, "1m"},          {300, "5m"},
               {5400, "90m"}, {86400, "1d"}, {604800, "1w"}, {2 * 604800., "2w"}, {691200, "8d"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char buffer[64];
    struct text text = text_over(buffer, sizeof buffer);
    duration_add(&text, cases[i].seconds);
    assert_string_equal(buffer, cases[i].words);
    assert_duration(buffer, cases[i].seconds);
  }
  char buffer[64];
  struct text text = text_over(buffer, sizeof buffer);
  duration_add(&text, HUGE_VAL);
  assert_string_equal(buffer, "inf");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_epoch_seconds),
      cmocka_unit_test(test_calendar_times),
      cmocka_unit_test(test_what_is_no_time),
      cmocka_unit_test(test_iso_times_are_written),
      cmocka_unit_test(test_what_is_written_is_read_back),
      cmocka_unit_test(test_the_clock_is_local),
      cmocka_unit_test(test_durations_are_spoken),
      cmocka_unit_test(test_durations_are_read),
      cmocka_unit_test(test_durations_are_written_and_read_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

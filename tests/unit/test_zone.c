/*
 * Local time: offsets of a zone with daylight saving and of one that is half an
 * hour off, and where a local time lies in a day and a week.
 */
#include "base/zone.h"
#include "stats/season.h"
#include "unit/unit_test.h"

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* Rules written out: no zone database is needed. */
static const char *const CENTRAL_EUROPE = "CET-1CEST,M3.5.0,M10.5.0/3";
static const char *const INDIA = "IST-5:30";

static const int64_t HOUR = 3600;
static const int64_t SUMMER_2023 = 1679792400; /* 2023-03-26 01:00 UTC, a Sunday */
static const int64_t WINTER_2023 = 1698541200; /* 2023-10-29 01:00 UTC, a Sunday */

static void live_in(const char *zone) {
  assert_int_equal(setenv("TZ", zone, 1), 0);
  tzset();
  (void)zone_offset(0); /* not the quarter of an hour that the thread knows */
}

static void test_offset_of_universal_time_is_none(void **unused) {
  (void)unused;
  live_in("UTC0");
  assert_int_equal(zone_offset(SUMMER_2023), 0);
}

static void test_offset_changes_with_daylight_saving(void **unused) {
  (void)unused;
  live_in(CENTRAL_EUROPE);
  assert_int_equal(zone_offset(SUMMER_2023 - 1), HOUR);
  assert_int_equal(zone_offset(SUMMER_2023), 2 * HOUR);
  assert_int_equal(zone_offset(SUMMER_2023 + 899), 2 * HOUR);
  assert_int_equal(zone_offset(WINTER_2023 - 1), 2 * HOUR);
  assert_int_equal(zone_offset(WINTER_2023), HOUR);
}

static void test_offset_of_half_an_hour(void **unused) {
  (void)unused;
  live_in(INDIA);
  for (int64_t time = SUMMER_2023; time < SUMMER_2023 + 2 * HOUR; time += 300)
    assert_int_equal(zone_offset(time), 5 * HOUR + HOUR / 2);
}

static void test_offset_of_absurd_times_is_defined(void **unused) {
  (void)unused;
  live_in(CENTRAL_EUROPE);
  assert_int_equal(zone_offset(INT64_MAX), 0);
  (void)zone_offset(1000000000000);
  (void)zone_offset(INT64_MIN + 1);
}

static struct season_place place_in(const char *zone, int64_t time, uint32_t hours) {
  live_in(zone);
  return season_place(time + zone_offset(time), hours);
}

static void assert_place(struct season_place place, uint32_t before, uint32_t after, float share) {
  assert_int_equal(place.before, before);
  assert_int_equal(place.after, after);
  assert_float_equal(place.share, share, 1e-6);
}

/* The middle of an hour is that hour's alone; the epoch was a Thursday. */
static void test_places_follow_local_time(void **unused) {
  (void)unused;
  const int64_t half = HOUR / 2;
  assert_place(place_in("UTC0", SUMMER_2023 + half, SEASON_DAY), 1, 2, 0);
  assert_place(place_in("UTC0", SUMMER_2023 + half, SEASON_WEEK), 73, 74, 0);
  assert_place(place_in("UTC0", SUMMER_2023 - HOUR, SEASON_DAY), 23, 0, .5F);
  assert_place(place_in("UTC0", 0, SEASON_WEEK), 167, 0, .5F);
  assert_place(place_in(INDIA, SUMMER_2023, SEASON_DAY), 6, 7, 0);
  /* 01:30 in winter and 03:30 in summer, half an hour before and after the change */
  assert_place(place_in(CENTRAL_EUROPE, SUMMER_2023 - half, SEASON_DAY), 1, 2, 0);
  assert_place(place_in(CENTRAL_EUROPE, SUMMER_2023 + half, SEASON_DAY), 3, 4, 0);
  /* 02:30 comes twice */
  assert_place(place_in(CENTRAL_EUROPE, WINTER_2023 - half, SEASON_DAY), 2, 3, 0);
  assert_place(place_in(CENTRAL_EUROPE, WINTER_2023 + half, SEASON_DAY), 2, 3, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_offset_of_universal_time_is_none),
      cmocka_unit_test(test_offset_changes_with_daylight_saving),
      cmocka_unit_test(test_offset_of_half_an_hour),
      cmocka_unit_test(test_offset_of_absurd_times_is_defined),
      cmocka_unit_test(test_places_follow_local_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Seasonal over weeks: weekends, changes of daylight saving, zones, levels.
 */
#include "unit/signals.h"
#include "unit/subject.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

static const char *const CENTRAL_EUROPE = "CET-1CEST,M3.5.0,M10.5.0/3";
static const char *const INDIA = "IST-5:30";
static const double INTERVAL = 300;
static const double MONDAY = 1677456000; /* 2023-02-27 00:00 UTC */
static const double WEEK = 7 * DAY;

/* What people do: a peak at 14:00 local time, on Saturday and Sunday a third of it. */
static double people_at(double time, struct noise *noise) {
  const time_t seconds = (time_t)time;
  struct tm local;
  assert_non_null(localtime_r(&seconds, &local));
  const double hour = local.tm_hour + local.tm_min / 60.;
  const bool weekend = local.tm_wday == 0 || local.tm_wday == 6;
  const double activity = fmax(0, sin((hour - 8) * acos(-1) / 12));
  return 100 + (weekend ? 100 : 300) * activity + 10 * noise_gaussian(noise);
}

/* A stream of people into one subject. */
struct stream {
  struct subject subject;
  struct noise noise;
};

static struct stream stream_in(const char *zone) {
  assert_int_equal(setenv("TZ", zone, 1), 0);
  tzset();
  struct stream stream = {.subject = subject_create(detector_find("seasonal"), NULL), .noise = {1}};
  stream.subject.time = MONDAY;
  return stream;
}

static void stream_close(struct stream *stream) { subject_destroy(&stream->subject); }

/* Passes that time, with `factor` on what people do; returns the number of alarms. */
static unsigned stream_run(struct stream *stream, double seconds, double factor) {
  unsigned alarms = 0;
  for (double passed = 0; passed < seconds; passed += INTERVAL) {
    const double usual = people_at(stream->subject.time + INTERVAL, &stream->noise);
    alarms += subject_update(&stream->subject, INTERVAL, 100 + factor * (usual - 100)).ratio >= 1;
  }
  return alarms;
}

static void test_quiet_weekends_are_learned(void **unused) {
  (void)unused;
  struct stream stream = stream_in("UTC0");
  (void)stream_run(&stream, 5 * DAY, 1);
  assert_true(stream_run(&stream, 2 * DAY, 1) > 0); /* the first one is news */
  (void)stream_run(&stream, 2 * WEEK, 1);
  assert_in_range(stream_run(&stream, 6 * WEEK, 1), 0, 2);
  stream_close(&stream);
}

static void test_a_weekend_in_the_week_is_found(void **unused) {
  (void)unused;
  struct stream stream = stream_in("UTC0");
  (void)stream_run(&stream, 5 * WEEK + DAY, 1);
  assert_in_range(stream_run(&stream, DAY / 2, 1. / 3), 1, 144); /* a Tuesday */
  stream_close(&stream);
}

static void test_a_busy_weekend_is_found(void **unused) {
  (void)unused;
  struct stream stream = stream_in("UTC0");
  (void)stream_run(&stream, 5 * WEEK + 5 * DAY, 1);
  assert_in_range(stream_run(&stream, DAY, 3), 1, 288); /* a Saturday as busy as a Friday */
  stream_close(&stream);
}

/* Local time jumps on March 26, four weeks after the beginning. */
static void test_daylight_saving_is_followed(void **unused) {
  (void)unused;
  struct stream stream = stream_in(CENTRAL_EUROPE);
  (void)stream_run(&stream, 3 * WEEK, 1);
  assert_in_range(stream_run(&stream, 3 * WEEK, 1), 0, 1);
  stream_close(&stream);
}

static void test_half_hour_zones_are_followed(void **unused) {
  (void)unused;
  struct stream stream = stream_in(INDIA);
  (void)stream_run(&stream, 5 * WEEK, 1);
  assert_in_range(stream_run(&stream, 2 * WEEK, 1), 0, 1);
  assert_in_range(stream_run(&stream, DAY, 0), 1, 288);
  stream_close(&stream);
}

/* Expected is what people do at that local hour of that day. */
static void test_forecast_is_that_of_the_hour(void **unused) {
  (void)unused;
  struct stream stream = stream_in(CENTRAL_EUROPE);
  (void)stream_run(&stream, 8 * WEEK, 1); /* daylight saving changed in between */
  for (int i = 0; i < 7 * 288; i++) {
    struct noise silent = stream.noise;
    const double time = stream.subject.time + INTERVAL;
    const double value = people_at(time, &stream.noise);
    const double noise = 10 * noise_gaussian(&silent);
    const struct finding finding = subject_update(&stream.subject, INTERVAL, value);
    assert_near(finding.expected, value - noise, 25);
    assert_true(finding.lower < finding.expected && finding.expected < finding.upper);
  }
  stream_close(&stream);
}

/* An hour seen on less than two days has no vote. */
static void test_unknown_hours_have_no_vote(void **unused) {
  (void)unused;
  struct stream stream = stream_in("UTC0");
  struct subject *const subject = &stream.subject;
  for (int day = 0; day < 10; day++) {
    for (int i = 0; i < 144; i++)
      (void)subject_update(subject, INTERVAL, people_at(subject->time, &stream.noise));
    subject->time += DAY / 2; /* nights are not reported */
  }
  const struct finding known = subject_update(subject, INTERVAL, 100);
  assert_true(known.ready && !known.abstains);
  subject->time += 3 * DAY / 4;
  const struct finding unknown = subject_update(subject, INTERVAL, 1e6);
  assert_true(unknown.ready && unknown.abstains && unknown.ratio == 0);
  stream_close(&stream);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_quiet_weekends_are_learned),
      cmocka_unit_test(test_a_weekend_in_the_week_is_found),
      cmocka_unit_test(test_a_busy_weekend_is_found),
      cmocka_unit_test(test_daylight_saving_is_followed),
      cmocka_unit_test(test_half_hour_zones_are_followed),
      cmocka_unit_test(test_forecast_is_that_of_the_hour),
      cmocka_unit_test(test_unknown_hours_have_no_vote),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

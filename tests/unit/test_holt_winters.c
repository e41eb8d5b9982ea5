/*
 * Holt-Winters: its forecast of a metric that grows, with a day and a week.
 */
#include "unit/signals.h"
#include "unit/subject.h"
#include "unit/unit_test.h"

#include <math.h>

/* Grows by 20 a day, with a wave of 30 by day and weekends that lack 40. */
static double value_at(double time, struct noise *noise) {
  const double days = (time - 1700000000) / DAY;
  const double weekday = fmod(floor(time / DAY) + 4, 7); /* 0 = Sunday */
  return 1000 + 20 * days + 30 * sin(2 * acos(-1) * time / DAY) -
         (weekday < 1 || weekday > 5 ? 40 : 0) + 2 * noise_gaussian(noise);
}

static struct finding next(struct subject *subject, struct noise *noise, double gap) {
  return subject_observe(subject, gap, 0, value_at(subject->time + gap, noise));
}

static void test_level_trend_and_seasons_are_forecast(void **unused) {
  (void)unused;
  static const double intervals[] = {60, 600, 3600};
  for (size_t i = 0; i < 3; i++) {
    struct subject subject = subject_create(detector_find("holt_winters"), NULL);
    struct noise noise = {1};
    const double interval = intervals[i], start = subject.time;
    double error = 0, alarms = 0, count = 0;
    while (subject.time < start + 56 * DAY) {
      const struct finding finding = next(&subject, &noise, interval);
      if (subject.time < start + 42 * DAY)
        continue;
      error += fabs(finding.expected - value_at(subject.time, &noise));
      alarms += finding.ratio >= 1;
      count++;
    }
    assert_true(error / count < 8);
    assert_true(alarms / count < .01);
    subject_destroy(&subject);
  }
}

/* Half a day after the wave's top its bottom is expected, 60 lower. */
static void test_a_gap_advances_the_season(void **unused) {
  (void)unused;
  struct subject subject = subject_create(detector_find("holt_winters"), NULL);
  struct noise noise = {1};
  const double start = subject.time;
  while (subject.time < start + 43 * DAY || fabs(fmod(subject.time, DAY) - DAY / 4) > 600)
    (void)next(&subject, &noise, 600);
  const struct finding after = next(&subject, &noise, DAY / 2);
  assert_near(after.expected, value_at(subject.time, &noise), 25);
  assert_true(after.ratio < 1);
  subject_destroy(&subject);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_level_trend_and_seasons_are_forecast),
      cmocka_unit_test(test_a_gap_advances_the_season),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Detectors that judge silence: a metric that stopped is found, its return and
 * irregular arrival are none.
 */
#include "unit/signals.h"
#include "unit/subject.h"
#include "unit/unit_test.h"

#include <stdint.h>

/* Seconds of a value a minute after which silence is judged. */
static const double KNOWN = DAY + 20 * MINUTE;

static struct subject subject_known(const struct detector *detector, double seconds) {
  struct subject subject = subject_create(detector, NULL);
  for (double passed = 0; passed < seconds; passed += MINUTE)
    (void)subject_update(&subject, MINUTE, 50);
  return subject;
}

static void test_silence_is_found_and_ends(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++) {
    if ((*at)->silence == NULL)
      continue;
    struct subject subject = subject_known(*at, KNOWN);
    assert_true(subject_silence(&subject, .5 * MINUTE).ratio == 0);
    assert_true(subject_silence(&subject, 3 * MINUTE).ratio < 1);
    double last = 0;
    for (double silence = 10 * MINUTE; silence < 30 * DAY; silence *= 2) {
      const struct finding finding = subject_silence(&subject, silence);
      assert_true(finding.ratio >= 1 && finding.ratio > last);
      assert_int_equal(finding.kind, KIND_MISSING);
      assert_true(finding.since == subject.time);
      assert_non_null(finding.reason);
      last = finding.ratio;
    }
    const struct finding back = subject_observe(&subject, 3600, MINUTE, 50);
    assert_true(back.ready && back.ratio == 0);
    assert_true(subject_silence(&subject, .5 * MINUTE).ratio == 0);
    assert_true(subject_silence(&subject, 10 * MINUTE).ratio >= 1);
    subject_destroy(&subject);
  }
}

static void test_silence_of_a_young_metric_is_none(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++) {
    if ((*at)->silence == NULL)
      continue;
    struct subject subject = subject_known(*at, 0);
    assert_false(subject_silence(&subject, DAY).ready);
    subject_destroy(&subject);
    subject = subject_known(*at, DAY / 2);
    assert_false(subject_silence(&subject, DAY).ready);
    assert_true(subject_silence(&subject, DAY).ratio == 0);
    subject_destroy(&subject);
  }
}

static double gap_regular(struct noise *noise, uint32_t i) {
  (void)i;
  return MINUTE * (.8 + .4 * noise_uniform(noise));
}

static double gap_random(struct noise *noise, uint32_t i) {
  (void)i;
  return MINUTE * noise_waiting(noise);
}

static double gap_bursts(struct noise *noise, uint32_t i) {
  return i % 20 == 0 ? 20 * MINUTE : noise_uniform(noise);
}

static double gap_slow_then_fast(struct noise *noise, uint32_t i) {
  return (i % 4000 < 2000 ? 300 : 10) * (.9 + .2 * noise_uniform(noise));
}

/* Share of the gaps that alarm before the value comes. */
static double silence_alarms(const struct detector *detector, double interval,
                             double (*gap_of)(struct noise *noise, uint32_t i)) {
  struct subject subject = subject_create(detector, NULL);
  struct noise noise = {11};
  const double start = subject.time;
  uint32_t gaps = 0, alarms = 0;
  for (uint32_t i = 0; i < 50000; i++) {
    const double gap = gap_of(&noise, i);
    if (subject.time - start > KNOWN) {
      gaps++;
      alarms += subject_silence(&subject, gap * .999).ratio >= 1;
    }
    (void)subject_observe(&subject, gap, interval, 1);
  }
  subject_destroy(&subject);
  assert_true(gaps > 1000);
  return alarms / (double)gaps;
}

static void test_irregular_arrival_is_no_silence(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++)
    if ((*at)->silence != NULL) {
      assert_true(silence_alarms(*at, MINUTE, gap_regular) == 0);
      assert_true(silence_alarms(*at, 0, gap_regular) == 0);
      assert_true(silence_alarms(*at, MINUTE, gap_random) < .0005);
      assert_true(silence_alarms(*at, 0, gap_random) < .0005);
      assert_true(silence_alarms(*at, MINUTE, gap_bursts) < .0005);
      assert_true(silence_alarms(*at, 0, gap_bursts) < .0005);
      assert_true(silence_alarms(*at, 0, gap_slow_then_fast) < .001);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_silence_is_found_and_ends),
      cmocka_unit_test(test_silence_of_a_young_metric_is_none),
      cmocka_unit_test(test_irregular_arrival_is_no_silence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * What the detector `adaptive` says, beyond what the tests of all detectors
 * ask; its numbers are compared in test_adaptive_twin.c.
 */
#include "unit/subject.h"
#include "unit/unit_test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What it says of anomalies, on a machine that is busy by day: one value a minute. */

struct machine {
  struct subject subject;
  struct noise noise;
  unsigned minute;
};

static double slope(unsigned i, unsigned period) {
  const unsigned phase = i % period;
  return 2. * (phase < period - phase ? phase : period - phase) / period;
}

static double usual_value(struct machine *machine) {
  return 40 + 30 * slope(machine->minute, 1440) + 2 * noise_gaussian(&machine->noise);
}

static struct finding machine_says(struct machine *machine, double value) {
  machine->minute++;
  return subject_update(&machine->subject, MINUTE, value);
}

static unsigned machine_runs(struct machine *machine, unsigned values) {
  unsigned alarms = 0;
  for (unsigned i = 0; i < values; i++)
    alarms += machine_says(machine, usual_value(machine)).ratio >= 1;
  return alarms;
}

/* Ten days old, at half past three in the morning. */
static struct machine machine_create(uint64_t seed) {
  struct machine machine = {.subject = subject_create(detector_find("adaptive"), NULL),
                            .noise = {seed}};
  (void)machine_runs(&machine, 10 * 1440 + 210);
  return machine;
}

static void expect(const struct finding *finding, enum anomaly_kind kind, const char *reason) {
  assert_true(finding->ready);
  assert_true(finding->ratio >= 1);
  assert_true(finding->surprise > 5);
  assert_string_equal(finding->reason, reason);
  assert_int_equal(finding->kind, kind);
}

static void test_says_what_is_odd(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 10; seed++) {
    struct machine machine = machine_create(seed);
    struct finding finding = machine_says(&machine, 130);
    expect(&finding, KIND_SPIKE, "higher than ever seen");
    assert_true(finding.onset > 2.5);
    assert_true(finding.upper < 70 && fabs(finding.expected - usual_value(&machine)) < 10);
    assert_true(machine_runs(&machine, 1440) <= 3);
    finding = machine_says(&machine, -40);
    expect(&finding, KIND_DIP, "lower than ever seen");
    subject_destroy(&machine.subject);
  }
}

/* Usual at noon, never at night: over the line at high sensitivity. */
static void test_finds_the_wrong_hour(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 10; seed++) {
    struct machine machine = machine_create(seed);
    unsigned patterns = 0;
    double most = 0;
    for (unsigned i = 0; i < 10; i++) {
      const struct finding finding = machine_says(&machine, 68 + noise_gaussian(&machine.noise));
      patterns += finding.kind == KIND_PATTERN;
      most = fmax(most, finding.ratio);
    }
    assert_true(patterns >= 5);
    assert_true(most >= .8);
    subject_destroy(&machine.subject);
  }
}

static void test_finds_what_is_stuck(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 10; seed++) {
    struct machine machine = machine_create(seed);
    const double value = usual_value(&machine);
    unsigned first = 0;
    struct finding finding = {0};
    for (unsigned i = 1; i <= 60 && first == 0; i++) {
      finding = machine_says(&machine, value);
      if (finding.ratio >= 1)
        first = i;
    }
    assert_in_range(first, 16, 30);
    expect(&finding, KIND_FLATLINE, "stuck at one value");
    subject_destroy(&machine.subject);
  }
}

static bool is_found_stuck(struct machine *machine, unsigned values) {
  const double value = usual_value(machine);
  bool found = false;
  for (unsigned i = 0; i < values; i++) {
    const struct finding finding = machine_says(machine, value);
    found = found || (finding.kind == KIND_FLATLINE && finding.ratio >= 1);
  }
  return found;
}

/* A run of 40 was the longest: now it takes 656 of one value, and half of that after a month. */
static void test_old_runs_count_less(void **unused) {
  (void)unused;
  struct machine machine = machine_create(1);
  (void)is_found_stuck(&machine, 41);
  (void)machine_runs(&machine, 15 * 1440);
  struct machine later = machine;
  later.subject.options = calloc(1, 1);
  later.subject.state = malloc(machine.subject.state_size);
  assert_non_null(later.subject.state);
  memcpy(later.subject.state, machine.subject.state, machine.subject.state_size);
  (void)machine_runs(&later, 5 * 1440);
  assert_false(is_found_stuck(&machine, 401));
  assert_true(is_found_stuck(&later, 401));
  subject_destroy(&machine.subject);
  subject_destroy(&later.subject);
}

static void test_finds_roughness(void **unused) {
  (void)unused;
  unsigned found = 0;
  for (uint64_t seed = 0; seed < 10; seed++) {
    struct machine machine = machine_create(seed);
    for (unsigned i = 0; i < 30; i++) {
      const double usual = 40 + 30 * slope(machine.minute, 1440);
      const struct finding finding = machine_says(&machine, usual + (i % 2 == 0 ? 14 : -14));
      if (finding.ratio >= 1) {
        found++;
        break;
      }
    }
    subject_destroy(&machine.subject);
  }
  assert_int_equal(found, 10);
}

/* A constant metric speaks at its first change, once it is a week old. */
static void test_first_change(void **unused) {
  (void)unused;
  struct subject subject = subject_create(detector_find("adaptive"), NULL);
  for (unsigned i = 0; i < 8 * 1440; i++)
    assert_true(subject_update(&subject, MINUTE, 4).ratio == 0);
  const struct finding finding = subject_update(&subject, MINUTE, 3);
  assert_true(finding.ratio >= 1);
  assert_int_equal(finding.kind, KIND_LEVEL_SHIFT);
  assert_string_equal(finding.reason, "changed for the first time");
  subject_destroy(&subject);
}

/* Three hours old: what is blatant alarms, once. */
static void test_young_metrics_tell_what_is_blatant(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 10; seed++) {
    struct machine machine = {.subject = subject_create(detector_find("adaptive"), NULL),
                              .noise = {seed}};
    assert_int_equal(machine_runs(&machine, 180), 0);
    unsigned alarms = 0;
    for (unsigned i = 0; i < 60; i++) {
      const struct finding finding = machine_says(&machine, usual_value(&machine) + 100);
      alarms += finding.ratio >= 1;
      assert_false(finding.ready);
      if (finding.ratio >= 1)
        assert_string_equal(finding.reason, "young, and far from all it has been");
    }
    assert_int_equal(alarms, 16);
    assert_int_equal(machine_runs(&machine, 120), 0);
    assert_true(is_found_stuck(&machine, 360));
    subject_destroy(&machine.subject);
  }
}

/* False alarms do not depend on the interval. */
static unsigned incidents_in_two_weeks(double interval, uint64_t seed) {
  struct subject subject = subject_create(detector_find("adaptive"), NULL);
  struct noise noise = {seed};
  const unsigned values = (unsigned)(14 * DAY / interval);
  unsigned incidents = 0, calm = 10;
  for (unsigned i = 0; i < values; i++) {
    const double load = 50 + 20 * sin(i * interval / DAY * 2 * acos(-1));
    const bool alarm =
        subject_update(&subject, interval, load + 3 * noise_gaussian(&noise)).ratio >= 1;
    incidents += alarm && calm >= 10;
    calm = alarm ? 0 : calm + 1;
  }
  subject_destroy(&subject);
  return incidents;
}

static void test_few_false_alarms_at_any_interval(void **unused) {
  (void)unused;
  static const double intervals[] = {10, 60, 300, 3600};
  for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++) {
    unsigned incidents = 0;
    for (uint64_t seed = 0; seed < 10; seed++)
      incidents += incidents_in_two_weeks(intervals[i], seed);
    print_message("%g s: %u false incidents in 20 weeks\n", intervals[i], incidents);
    assert_true(incidents <= 4);
  }
}

static struct finding observe_half_second(struct subject *subject, double value) {
  subject->time += .5;
  const struct observation now = {
      .time = subject->time, .interval = .5, .value = value, .line = 1, .failure = 4, .warmup = 60};
  struct finding finding;
  detector_find("adaptive")->update(subject->state, subject->options, &now, &finding);
  return finding;
}

/* A short warm-up makes a metric known as soon as it has 128 records. */
static void test_short_warmup(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 10; seed++) {
    struct subject subject = subject_create(detector_find("adaptive"), NULL);
    struct noise noise = {seed};
    for (unsigned i = 0; i < 220; i++) {
      const struct finding finding =
          observe_half_second(&subject, floor(5 + noise_gaussian(&noise)));
      assert_true(finding.ratio < 1);
      assert_int_equal(finding.ready, i >= 128 && i >= 120);
    }
    assert_true(observe_half_second(&subject, 100).ratio >= 1);
    subject_destroy(&subject);
  }
}

/* Wild values. */

static void run_gaussian(struct subject *subject, struct noise *noise, double days) {
  for (unsigned i = 0; i < days * 1440; i++)
    (void)subject_update(subject, MINUTE, 50 + 2 * noise_gaussian(noise));
}

/* Before the first true value came something like -1 taken for a count. */
static void test_wild_first_value_is_forgotten(void **unused) {
  (void)unused;
  static const double firsts[] = {4294967295., 18446744073709551615., -1e300, DBL_MAX, 1e12};
  for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
    struct subject subject = subject_create(detector_find("adaptive"), NULL);
    struct noise noise = {i};
    (void)subject_update(&subject, MINUTE, firsts[i]);
    run_gaussian(&subject, &noise, .1);
    assert_near(subject_update(&subject, MINUTE, 50).expected, 50, 2);
    run_gaussian(&subject, &noise, 2);
    const struct finding finding = subject_update(&subject, MINUTE, 90);
    assert_true(finding.ready && finding.ratio >= 1);
    assert_near(finding.expected, 50, 2);
    subject_destroy(&subject);
  }
}

/* A collapse is an incident, not a reason to forget a grown metric. */
static void test_collapse_is_no_new_beginning(void **unused) {
  (void)unused;
  struct subject subject = subject_create(detector_find("adaptive"), NULL);
  struct noise noise = {4};
  for (unsigned i = 0; i < 4 * 1440; i++)
    (void)subject_update(&subject, MINUTE, 1e9 + 1e7 * noise_gaussian(&noise));
  assert_true(subject_update(&subject, MINUTE, 100).ratio >= 1);
  for (unsigned i = 0; i < 200; i++)
    assert_true(subject_update(&subject, MINUTE, 100 + noise_gaussian(&noise)).ready);
  assert_near(subject_update(&subject, MINUTE, 1e9).expected, 1e9, 1e8);
  subject_destroy(&subject);
}

static void test_one_wild_value_spoils_nothing(void **unused) {
  (void)unused;
  static const double wild[] = {18446744073709551615., -1e300, DBL_MAX};
  for (size_t i = 0; i < sizeof wild / sizeof wild[0]; i++) {
    struct subject subject = subject_create(detector_find("adaptive"), NULL);
    struct noise noise = {i};
    run_gaussian(&subject, &noise, 2);
    assert_true(subject_update(&subject, MINUTE, wild[i]).ratio >= 1);
    run_gaussian(&subject, &noise, .1);
    const struct finding usual = subject_update(&subject, MINUTE, 50);
    assert_true(usual.ready && usual.ratio < 1);
    assert_near(usual.expected, 50, 2);
    assert_true(usual.lower > 30 && usual.upper < 70);
    assert_true(subject_update(&subject, MINUTE, 90).ratio >= 1);
    subject_destroy(&subject);
  }
}

/* Half a year of silence, a clock that stands, and one that jumps by a life. */
static void test_odd_times(void **unused) {
  (void)unused;
  struct subject subject = subject_create(detector_find("adaptive"), NULL);
  struct noise noise = {3};
  run_gaussian(&subject, &noise, 3);
  assert_true(subject_observe(&subject, 180 * DAY, 0, 50).ratio < 1);
  run_gaussian(&subject, &noise, 1);
  for (unsigned i = 0; i < 100000; i++)
    assert_true(subject_observe(&subject, 0, 0, 50 + 2 * noise_gaussian(&noise)).ready);
  (void)subject_observe(&subject, 4e9, 0, 50);
  (void)subject_observe(&subject, 9e10, 0, 50);
  run_gaussian(&subject, &noise, 1);
  assert_true(subject_update(&subject, MINUTE, 90).ratio >= 1);
  subject_destroy(&subject);
}

static void test_state_is_small(void **unused) {
  (void)unused;
  assert_true(detector_find("adaptive")->state_size(NULL) <= 2304);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_says_what_is_odd),
      cmocka_unit_test(test_finds_the_wrong_hour),
      cmocka_unit_test(test_finds_what_is_stuck),
      cmocka_unit_test(test_old_runs_count_less),
      cmocka_unit_test(test_finds_roughness),
      cmocka_unit_test(test_first_change),
      cmocka_unit_test(test_young_metrics_tell_what_is_blatant),
      cmocka_unit_test(test_few_false_alarms_at_any_interval),
      cmocka_unit_test(test_short_warmup),
      cmocka_unit_test(test_wild_first_value_is_forgotten),
      cmocka_unit_test(test_collapse_is_no_new_beginning),
      cmocka_unit_test(test_one_wild_value_spoils_nothing),
      cmocka_unit_test(test_odd_times),
      cmocka_unit_test(test_state_is_small),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The detector `adaptive` against a vector of its own, and against its
 * slow twin: tests/golden/adaptive.csv holds what adaptive.py finds.
 */
#include "unit/subject.h"
#include "unit/twin_signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Signals; those of the twin are the same to the last bit but for the sine. */

static double wave(struct rand48 *noise, unsigned i) {
  (void)noise;
  double value = 50 + 10 * sin(2 * acos(-1) * i / 288) + .3 * (7919 * i % 13) - 1.8;
  if (i == 3000 || i == 4500)
    value = 90;
  if (i >= 3500 && i < 3540)
    value = 20;
  if (i >= 5000 && i < 5040)
    value = 55;
  return i >= 5500 ? value + 30 : value;
}

static double minutes(struct rand48 *noise, unsigned i) {
  const double spread = i >= 28000 && i < 28060 ? 12 : 2;
  double value = 40 + 30 * slope(i, 1440) + spread * rand48_bell(noise);
  if (i == 9000 || i == 20000 || i == 20001 || i == 41000)
    value += 60;
  if (i == 30000)
    value -= 45;
  if (i >= 25000 && i < 25600)
    return 55;
  return cents(i >= 36000 ? value + 50 : value);
}

static double hours(struct rand48 *noise, unsigned i) {
  const double value = 1000 + 500 * slope(i, 24) + 60 * rand48_bell(noise);
  return cents(i == 480 || i == 1800 ? value + 1500 : value);
}

static double counts(struct rand48 *noise, unsigned i) {
  const double share = i < 20000 ? .003 : .03;
  const double chance = rand48_uniform(noise);
  const double size = floor(10 * rand48_uniform(noise));
  if (i >= 30000 && i < 30010)
    return 40 + size;
  return chance < share ? 1 + size : 0;
}

static double constant(struct rand48 *noise, unsigned i) {
  (void)noise;
  return i == 2500 ? 9 : 8;
}

static double young(struct rand48 *noise, unsigned i) {
  return i >= 300 && i < 320 ? 100 : floor(5 + 2 * rand48_bell(noise));
}

struct signal {
  const char *name;
  double (*value)(struct rand48 *noise, unsigned i);
  unsigned records;
  double seconds, interval, warmup;
};

static const struct signal signals[] = {
    {"wave", wave, 6000, 300, 0, DAY},         {"minutes", minutes, 44640, 60, 60, DAY},
    {"hours", hours, 2880, 3600, 0, DAY},      {"counts", counts, 34560, 10, 10, DAY},
    {"constant", constant, 2880, 300, 0, DAY}, {"young", young, 600, 1, 1, 60},
};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

/* Record `i` of a signal. */
static struct finding observe(struct subject *subject, const struct signal *signal, unsigned i,
                              double line, double value) {
  const struct observation now = {.time = subject->time + signal->seconds * i,
                                  .interval = signal->interval,
                                  .value = value,
                                  .line = line,
                                  .failure = 4,
                                  .warmup = signal->warmup};
  struct finding finding;
  detector_find("adaptive")->update(subject->state, subject->options, &now, &finding);
  return finding;
}

/* Findings for all records of a signal; the caller frees. */
static struct finding *run_signal(size_t number) {
  const struct signal *const signal = &signals[number];
  struct finding *const findings = calloc(signal->records, sizeof *findings);
  assert_non_null(findings);
  struct subject subject = subject_create(detector_find("adaptive"), NULL);
  struct rand48 noise = rand48_seeded(number);
  for (unsigned i = 0; i < signal->records; i++)
    findings[i] = observe(&subject, signal, i, 1, signal->value(&noise, i));
  subject_destroy(&subject);
  return findings;
}

static void test_vector(void **unused) {
  (void)unused;
  static const struct {
    unsigned record;
    double ratio, expected, lower, upper, onset;
  } rows[] = {
      {299, .0469413, 50.04, 32.7799, 58.67, 0},
      {2000, .0648744, 45.6672, 43.6015, 47.7329, 0},
      {3000, 5.50461, 54.2971, 52.2442, 56.3501, 143.619},
      {3001, .982885, 54.4098, 52.2082, 56.6114, 0},
      {3500, 3.80988, 57.5471, 55.5981, 59.4961, 87.7394},
      {3501, 1.30985, 57.4381, 55.3448, 59.5315, 0},
      {4500, 1.58031, 42.396, 40.4258, 44.3663, 3.15399},
      {5500, 1.5937, 55.5925, 53.6118, 57.5733, 8.97516},
      {5999, .0802324, 45.0457, 37.4727, 125.824, 0},
  };
  struct finding *const found = run_signal(0);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct finding *const finding = &found[rows[i].record];
    assert_near(finding->ratio, rows[i].ratio, 1e-4 * rows[i].ratio);
    assert_near(finding->expected, rows[i].expected, 1e-4 * rows[i].expected);
    assert_near(finding->lower, rows[i].lower, 1e-4 * rows[i].lower);
    assert_near(finding->upper, rows[i].upper, 1e-4 * rows[i].upper);
    assert_near(finding->onset, rows[i].onset, 1e-4 * rows[i].onset);
  }
  free(found);
}

static bool is_alarm_in_vector(unsigned i) {
  return i == 3000 || (i >= 3500 && i <= 3504) || (i >= 3521 && i <= 3539) || i == 3802 ||
         i == 4500 || i == 5014 || (i >= 5500 && i <= 5503) || i == 5542;
}

static bool is_onset_in_vector(unsigned i) {
  return i == 3000 || i == 3500 || i == 3802 || i == 4500 || i == 5014 || i == 5500 || i == 5542;
}

static void test_alarms_of_the_vector(void **unused) {
  (void)unused;
  struct finding *const found = run_signal(0);
  double ratios = 0, onsets = 0;
  for (unsigned i = 0; i < signals[0].records; i++) {
    ratios += found[i].ratio;
    onsets += found[i].onset;
    if ((found[i].ratio >= 1) != is_alarm_in_vector(i))
      fail_msg("record %u: ratio %g", i, found[i].ratio);
    if ((found[i].onset >= 2.5) != is_onset_in_vector(i))
      fail_msg("record %u: onset %g", i, found[i].onset);
  }
  assert_near(ratios, 390.073, .01);
  assert_near(onsets, 362.959, .02);
  free(found);
}

/* The twin. */

static FILE *open_golden(void) {
  const char *const source = getenv("ANOMALY_SRCDIR");
  char path[4096];
  (void)snprintf(path, sizeof path, "%s/tests/golden/adaptive.csv", source == NULL ? "." : source);
  FILE *const file = fopen(path, "r");
  if (file == NULL)
    fail_msg("cannot open %s", path);
  return file;
}

static unsigned parse_numbers(char *text, double *numbers, unsigned most) {
  unsigned count = 0;
  for (char *word; count < most && (word = strsep(&text, ",")) != NULL; count++)
    numbers[count] = strtod(word, NULL);
  return count;
}

/*
 * float and double find nearly the same. Only `wave`, which repeats itself more
 * exactly than any measurement, has hours and windows that are new by no more
 * than a rounding.
 */
static double tolerance(const char *signal) { return strcmp(signal, "wave") == 0 ? .15 : .01; }

static void compare_row(const struct signal *signal, const char *record,
                        const struct finding *found, const double *twin) {
  const double relative = tolerance(signal->name);
  const double ours[] = {found->ratio, found->onset, found->expected, found->lower, found->upper};
  static const char *const names[] = {"ratio", "onset", "expected", "lower", "upper"};
  for (size_t i = 0; i < 5; i++) {
    const double allowed = relative * fabs(twin[i]) + 1e-3;
    if (isnan(ours[i]) != isnan(twin[i]) || fabs(ours[i] - twin[i]) > allowed)
      fail_msg("%s, record %s: %s is %.9g, the twin has %.9g", signal->name, record, names[i],
               ours[i], twin[i]);
  }
}

static void compare_sums(const struct signal *signal, const struct finding *found,
                         const double *twin) {
  double ratios = 0, onsets = 0, alarms = 0;
  for (unsigned i = 0; i < signal->records; i++) {
    ratios += found[i].ratio;
    onsets += found[i].onset;
    alarms += found[i].ratio >= 1;
  }
  assert_near(ratios, twin[0], 2e-3 * twin[0]);
  assert_near(onsets, twin[1], 5e-3 * twin[1]);
  assert_near(alarms, twin[2], 0);
}

static void test_agrees_with_its_twin(void **unused) {
  (void)unused;
  FILE *const file = open_golden();
  struct finding *found[SIGNALS];
  for (size_t i = 0; i < SIGNALS; i++)
    found[i] = run_signal(i);
  unsigned rows = 0, sums = 0;
  char line[256];
  while (fgets(line, sizeof line, file) != NULL) {
    char *rest = line;
    const char *const name = strsep(&rest, ",");
    const char *const record = strsep(&rest, ",");
    size_t at = 0;
    while (at < SIGNALS && strcmp(signals[at].name, name) != 0)
      at++;
    assert_true(at < SIGNALS);
    double twin[5];
    const unsigned numbers = parse_numbers(rest, twin, 5);
    if (strcmp(record, "all") == 0) {
      assert_int_equal(numbers, 3);
      compare_sums(&signals[at], found[at], twin);
      sums++;
      continue;
    }
    assert_int_equal(numbers, 5);
    const unsigned long i = strtoul(record, NULL, 10);
    assert_true(i < signals[at].records);
    compare_row(&signals[at], record, &found[at][i], twin);
    rows++;
  }
  (void)fclose(file);
  assert_int_equal(sums, SIGNALS);
  assert_true(rows > 1000);
  for (size_t i = 0; i < SIGNALS; i++)
    free(found[i]);
}

/* The line moves alarms, not ratios: those are the same up to the first incident. */
static void test_line_does_not_change_ratios(void **unused) {
  (void)unused;
  static const double lines[] = {.8, 1.25};
  struct finding *const usual = run_signal(0);
  for (size_t k = 0; k < 2; k++) {
    struct subject subject = subject_create(detector_find("adaptive"), NULL);
    for (unsigned i = 0; i <= 3000; i++) {
      const struct finding finding = observe(&subject, &signals[0], i, lines[k], wave(NULL, i));
      assert_true(finding_equal(&finding, &usual[i]));
    }
    subject_destroy(&subject);
  }
  free(usual);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_vector),
      cmocka_unit_test(test_alarms_of_the_vector),
      cmocka_unit_test(test_agrees_with_its_twin),
      cmocka_unit_test(test_line_does_not_change_ratios),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Detectors against their slow twins in Python: tests/golden/NAME.csv holds the
 * values and what NAME.py, which shares no code with NAME.c, finds. A comment
 * line gives the options of the lines after it; a line is
 * `time,value,ratio,expected,lower,upper`.
 */
#include "unit/subject.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_golden(const char *name) {
  const char *const source = getenv("ANOMALY_SRCDIR");
  char path[4096];
  (void)snprintf(path, sizeof path, "%s/tests/golden/%s.csv", source == NULL ? "." : source, name);
  FILE *const file = fopen(path, "r");
  if (file == NULL)
    fail_msg("cannot open %s", path);
  return file;
}

enum { COLUMNS = 6 };

/* Relative: of decimals in the file; of a float that a steep tail makes ten times as far off. */
static const double EXACT = 1e-6, STEEP = 1e-5;

static void parse_line(char *line, double *columns) {
  char *at = line;
  for (size_t i = 0; i < COLUMNS; i++) {
    char *end;
    columns[i] = strtod(at, &end);
    assert_ptr_not_equal(end, at);
    at = end + 1;
  }
}

static bool is_near(double found, double expected, double tolerance) {
  if (isnan(expected))
    return isnan(found);
  return fabs(found - expected) <= tolerance * fabs(expected) + 1e-9;
}

static void compare(struct subject *subject, const double *columns, double tolerance,
                    unsigned line) {
  const struct finding finding =
      subject_observe(subject, columns[0] - subject->time, 0, columns[1]);
  const double found[] = {finding.ratio, finding.expected, finding.lower, finding.upper};
  static const char *const names[] = {"ratio", "expected", "lower", "upper"};
  for (size_t i = 0; i < 4; i++)
    if (!is_near(found[i], columns[2 + i], tolerance))
      fail_msg("%s, line %u: %s is %.12g, the twin has %.12g", subject->detector->name, line,
               names[i], found[i], columns[2 + i]);
}

static void compare_with_twin(const char *name, double tolerance) {
  const struct detector *const detector = detector_find(name);
  assert_non_null(detector);
  FILE *const file = open_golden(name);
  struct subject subject = {0};
  char line[512];
  unsigned number = 0, compared = 0;
  while (fgets(line, sizeof line, file) != NULL) {
    number++;
    if (line[0] == '#') {
      line[strcspn(line, "\n")] = '\0';
      subject_destroy(&subject);
      subject = subject_create(detector, line + 1);
      subject.time = 0;
      continue;
    }
    double columns[COLUMNS];
    parse_line(line, columns);
    compare(&subject, columns, tolerance, number);
    compared++;
  }
  (void)fclose(file);
  subject_destroy(&subject);
  assert_true(compared > 1000);
}

static void test_zscore_agrees_with_its_twin(void **unused) {
  (void)unused;
  compare_with_twin("zscore", EXACT);
}

static void test_baseline_agrees_with_its_twin(void **unused) {
  (void)unused;
  compare_with_twin("baseline", EXACT);
}

static void test_ewma_agrees_with_its_twin(void **unused) {
  (void)unused;
  compare_with_twin("ewma", EXACT);
}

static void test_cusum_agrees_with_its_twin(void **unused) {
  (void)unused;
  compare_with_twin("cusum", EXACT);
}

static void test_variance_agrees_with_its_twin(void **unused) {
  (void)unused;
  compare_with_twin("variance", STEEP);
}

static void test_flatline_agrees_with_its_twin(void **unused) {
  (void)unused;
  compare_with_twin("flatline", EXACT);
}

static void test_spot_agrees_with_its_twin(void **unused) {
  (void)unused;
  compare_with_twin("spot", EXACT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_zscore_agrees_with_its_twin),
      cmocka_unit_test(test_baseline_agrees_with_its_twin),
      cmocka_unit_test(test_ewma_agrees_with_its_twin),
      cmocka_unit_test(test_cusum_agrees_with_its_twin),
      cmocka_unit_test(test_variance_agrees_with_its_twin),
      cmocka_unit_test(test_flatline_agrees_with_its_twin),
      cmocka_unit_test(test_spot_agrees_with_its_twin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

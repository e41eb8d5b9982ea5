/*
 * limit: whatever lines a rule draws, values come out as its bounds say, from
 * the first one on.
 */
#include "anomaly/engine.h"
#include "base/option.h"
#include "unit/subject.h"
#include "unit/unit_test.h"

#include <float.h>
#include <math.h>
#include <string.h>

struct lines {
  int sensitivity;
  double warning_score, failure_score;
};

static const struct lines drawn[] = {{SENSITIVITY_NORMAL, .5, .8},   {SENSITIVITY_QUIET, .5, .8},
                                     {SENSITIVITY_HIGH, .5, .8},     {SENSITIVITY_NORMAL, .1, .11},
                                     {SENSITIVITY_QUIET, .01, .999}, {SENSITIVITY_HIGH, .98, .99},
                                     {SENSITIVITY_QUIET, .79, .8}};
#define LINES (sizeof drawn / sizeof drawn[0])

static size_t row_of(const char *name) {
  return (size_t)(option_find(rule_option_rows, name) - rule_option_rows);
}

static void draw(struct rule *rule, const struct lines *lines) {
  struct rule_options *const options = rule_settings(rule);
  options->sensitivity = lines->sensitivity;
  options->warning_score = lines->warning_score;
  options->failure_score = lines->failure_score;
  options->calm = 1;
  rule_mark(rule, row_of("sensitivity"));
  rule_mark(rule, row_of("warning_score"));
  rule_mark(rule, row_of("failure_score"));
  rule_mark(rule, row_of("calm"));
}

/* An engine that watches everything by limit with these options. */
static struct engine *engine_with(const char *settings, const struct lines *lines) {
  struct subject subject = subject_create(detector_find("limit"), settings);
  struct engine_settings engine_settings = engine_settings_preset();
  struct rule *rule;
  struct engine *engine;
  assert_int_equal(rule_set_create(&engine_settings.rules), STATUS_OK);
  assert_int_equal(rule_set_add(engine_settings.rules, &rule), STATUS_OK);
  draw(rule, lines);
  assert_int_equal(rule_add_detector(rule, subject.detector, subject.options), STATUS_OK);
  assert_int_equal(engine_create(&engine, &engine_settings), STATUS_OK);
  subject_destroy(&subject);
  return engine;
}

static struct verdict observe(struct engine *engine, const char *instance, double time,
                              double value) {
  const struct metric_id id = {{"host", "df", instance, "percent", "used", "value"}};
  const struct sample sample = sample_gauge(time, 10, value);
  struct verdict verdict;
  assert_int_equal(engine_observe(engine, &id, &sample, &verdict), OBSERVED);
  return verdict;
}

/* What the first value of a metric is. */
static enum severity severity_of(struct engine *engine, double value) {
  static unsigned metrics;
  char instance[16];
  (void)snprintf(instance, sizeof instance, "%u", metrics++);
  const struct verdict verdict = observe(engine, instance, 1000, value);
  assert_true(verdict.anomaly == (verdict.severity != SEVERITY_OKAY));
  assert_true(verdict.anomaly == (verdict.reason != NULL));
  return verdict.severity;
}

struct expectation {
  double value;
  enum severity severity;
};

static void check(const char *settings, const struct expectation *expected, size_t count) {
  for (size_t l = 0; l < LINES; l++) {
    struct engine *const engine = engine_with(settings, &drawn[l]);
    for (size_t i = 0; i < count; i++)
      if (severity_of(engine, expected[i].value) != expected[i].severity)
        fail_msg("%s, lines %zu: %.17g is not %d", settings, l, expected[i].value,
                 (int)expected[i].severity);
    engine_destroy(engine);
  }
}

#define CHECK(settings, ...)                                                                       \
  do {                                                                                             \
    const struct expectation expected[] = {__VA_ARGS__};                                           \
    check(settings, expected, sizeof expected / sizeof expected[0]);                               \
  } while (0)

static void bounds_part_okay_warning_and_failure(void **state) {
  (void)state;
  CHECK("warning_min=10,warning_max=80,failure_min=5,failure_max=90", {50, SEVERITY_OKAY},
        {80, SEVERITY_OKAY}, {nextafter(80, 81), SEVERITY_WARNING}, {90, SEVERITY_WARNING},
        {nextafter(90, 91), SEVERITY_FAILURE}, {1e9, SEVERITY_FAILURE}, {10, SEVERITY_OKAY},
        {nextafter(10, 9), SEVERITY_WARNING}, {5, SEVERITY_WARNING},
        {nextafter(5, 4), SEVERITY_FAILURE}, {-DBL_MAX, SEVERITY_FAILURE});
}

static void one_bound_is_enough(void **state) {
  (void)state;
  CHECK("warning_max=0", {-DBL_MAX, SEVERITY_OKAY}, {0, SEVERITY_OKAY},
        {DBL_TRUE_MIN, SEVERITY_WARNING}, {DBL_MAX, SEVERITY_WARNING});
  CHECK("failure_min=-1e300", {DBL_MAX, SEVERITY_OKAY}, {-1e300, SEVERITY_OKAY},
        {-DBL_MAX, SEVERITY_FAILURE});
}

static void failure_within_the_warning_bounds_is_a_failure(void **state) {
  (void)state;
  CHECK("warning_max=90,failure_max=80", {80, SEVERITY_OKAY}, {85, SEVERITY_FAILURE},
        {95, SEVERITY_FAILURE});
}

static void inverted_bounds_are_bad_between(void **state) {
  (void)state;
  CHECK("invert=true,warning_min=10,warning_max=80,failure_min=40,failure_max=60",
        {nextafter(10, 9), SEVERITY_OKAY}, {10, SEVERITY_WARNING}, {80, SEVERITY_WARNING},
        {nextafter(80, 81), SEVERITY_OKAY}, {40, SEVERITY_FAILURE}, {60, SEVERITY_FAILURE},
        {nextafter(60, 61), SEVERITY_WARNING});
  CHECK("invert=true,warning_max=10", {-DBL_MAX, SEVERITY_WARNING}, {10, SEVERITY_WARNING},
        {11, SEVERITY_OKAY});
}

/* Back by less than the hysteresis keeps an episode open and opens none. */
static void hysteresis_holds_what_is_open(void **state) {
  (void)state;
  for (size_t l = 0; l < LINES; l++) {
    struct engine *const engine = engine_with("warning_max=80,hysteresis=5", &drawn[l]);
    assert_false(observe(engine, "a", 1000, 78).open);
    assert_true(observe(engine, "a", 1010, 81).open);
    assert_true(observe(engine, "a", 1020, 78).open);
    assert_true(observe(engine, "a", 1030, nextafter(75, 76)).open);
    assert_false(observe(engine, "a", 1040, 75).open);
    engine_destroy(engine);
  }
}

static void further_beyond_scores_higher(void **state) {
  (void)state;
  struct engine *const engine = engine_with("warning_max=80", &drawn[0]);
  double last = .5;
  for (double value = 81; value < 1e6; value *= 2) {
    const struct verdict verdict = observe(engine, "a", 1000 + value, value);
    assert_true(verdict.score > last && verdict.score < .8);
    assert_true(verdict.upper == 80 && isnan(verdict.lower));
    last = verdict.score;
  }
  engine_destroy(engine);
}

static void bounds_must_be_given_and_in_order(void **state) {
  (void)state;
  static const char *const wrong[] = {"", "warning_min=2,warning_max=1",
                                      "failure_min=2,failure_max=1"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    struct subject subject = subject_create(detector_find("limit"), wrong[i]);
    assert_non_null(subject.detector->check(subject.options));
    subject_destroy(&subject);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bounds_part_okay_warning_and_failure),
      cmocka_unit_test(one_bound_is_enough),
      cmocka_unit_test(failure_within_the_warning_bounds_is_a_failure),
      cmocka_unit_test(inverted_bounds_are_bad_between),
      cmocka_unit_test(hysteresis_holds_what_is_open),
      cmocka_unit_test(further_beyond_scores_higher),
      cmocka_unit_test(bounds_must_be_given_and_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit/subject.h"

#include "base/option.h"
#include "engine/snapshot.h"
#include "unit/unit_test.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const double START = 1700000000;

static void set_options(const struct detector *detector, const char *settings, void *options) {
  char buffer[256];
  assert_true(text_copy(buffer, sizeof buffer, settings));
  char *rest = buffer;
  for (char *name = strsep(&rest, ","); name != NULL && *name != '\0'; name = strsep(&rest, ",")) {
    char *const value = strchr(name, '=');
    assert_non_null(value);
    *value = '\0';
    const struct option_row *const row = option_find(detector->options, name);
    assert_non_null(row);
    assert_int_equal(option_set_text(row, options, value + 1, NULL), 0);
  }
}

struct subject subject_create(const struct detector *detector, const char *settings) {
  struct subject subject = {.detector = detector, .time = START};
  subject.options = calloc(1, detector->options_size + 1);
  assert_non_null(subject.options);
  option_set_presets(detector->options, subject.options);
  if (settings != NULL)
    set_options(detector, settings, subject.options);
  subject.state_size = detector->state_size(subject.options);
  subject.state = malloc(subject.state_size);
  assert_non_null(subject.state);
  subject_restart(&subject);
  return subject;
}

void assert_near(double found, double expected, double within) {
  if (!(fabs(found - expected) <= within))
    fail_msg("%.9g is not within %g of %.9g", found, within, expected);
}

void subject_destroy(struct subject *subject) {
  free(subject->options);
  free(subject->state);
}

void subject_restart(struct subject *subject) {
  memset(subject->state, 0, subject->state_size);
  subject->detector->init(subject->state, subject->options);
  subject->time = START;
}

/* NaN equals NaN here. */
static bool same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0 || a == b; }

bool finding_equal(const struct finding *a, const struct finding *b) {
  return same(a->ratio, b->ratio) && same(a->onset, b->onset) && same(a->surprise, b->surprise) &&
         same(a->expected, b->expected) && same(a->lower, b->lower) && same(a->upper, b->upper) &&
         same(a->since, b->since) && a->kind == b->kind && a->reason == b->reason &&
         a->ready == b->ready && a->abstains == b->abstains && a->scored == b->scored &&
         a->outlier == b->outlier && same(a->raw, b->raw) && a->missing == b->missing;
}

static bool is_evidence(double number) { return isfinite(number) && number >= 0; }

static bool is_bound(double number) { return isfinite(number) || isnan(number); }

static void check_finding(const struct detector *detector, double time,
                          const struct finding *finding) {
  const char *wrong = NULL;
  if (!is_evidence(finding->ratio) || !is_evidence(finding->onset) ||
      !is_evidence(finding->surprise))
    wrong = "evidence is negative or not finite";
  else if (!is_bound(finding->expected) || !is_bound(finding->lower) || !is_bound(finding->upper))
    wrong = "an infinite expected, lower or upper";
  else if (!is_evidence(finding->since) || finding->since > time)
    wrong = "it began in the future";
  else if (finding->lower > finding->upper)
    wrong = "lower is above upper";
  else if ((int)finding->kind < 0 || finding->kind >= KINDS)
    wrong = "an unknown kind";
  else if (finding->ratio == 0 && finding->kind != KIND_NONE)
    wrong = "a kind without evidence";
  else if (finding->reason != NULL && *finding->reason == '\0')
    wrong = "an empty reason";
  if (wrong != NULL)
    fail_msg("%s: %s (ratio %g onset %g surprise %g expected %g lower %g upper %g kind %d)",
             detector->name, wrong, finding->ratio, finding->onset, finding->surprise,
             finding->expected, finding->lower, finding->upper, (int)finding->kind);
}

static struct observation observe(double time, double interval, double value) {
  return (struct observation){
      .time = time, .interval = interval, .value = value, .line = 1, .failure = 4, .warmup = DAY};
}

struct finding subject_observe(struct subject *subject, double gap, double interval, double value) {
  subject->time += gap;
  const struct observation now = observe(subject->time, interval, value);
  struct finding finding;
  memset(&finding, subject->fill, sizeof finding);
  subject->detector->update(subject->state, subject->options, &now, &finding);
  check_finding(subject->detector, now.time, &finding);
  return finding;
}

struct finding subject_update(struct subject *subject, double interval, double value) {
  return subject_observe(subject, interval, interval, value);
}

struct finding subject_silence(const struct subject *subject, double seconds) {
  struct finding finding = finding_none();
  const struct observation now = observe(subject->time + seconds, 0, nan(""));
  if (subject->detector->silence != NULL) {
    memset(&finding, subject->fill, sizeof finding);
    subject->detector->silence(subject->state, subject->options, &now, &finding);
    check_finding(subject->detector, now.time, &finding);
  }
  return finding;
}

const double extreme_values[EXTREME_VALUES] = {0,
                                               -0.0,
                                               DBL_MAX,
                                               -DBL_MAX,
                                               DBL_TRUE_MIN,
                                               -DBL_MIN,
                                               1e-300,
                                               -1e-300,
                                               1e300,
                                               -1e300,
                                               1e150,
                                               -1e150,
                                               1,
                                               -1,
                                               DBL_EPSILON,
                                               4294967295.,
                                               18446744073709551615.,
                                               1e-9};

static const double odd_gaps[] = {0, 0, 1, 1, 1, 300, 10, 10, 604800, 1e-3, 60};

void subject_feed_hostile(struct subject *subject, struct noise *noise, uint32_t values) {
  const size_t gaps = sizeof odd_gaps / sizeof odd_gaps[0];
  for (uint32_t i = 0; i < values; i++) {
    const uint64_t choice = noise_bits(noise);
    const double value = choice & 1 ? extreme_values[(choice >> 8) % EXTREME_VALUES]
                                    : ldexp(noise_gaussian(noise), (int)(choice >> 54) - 512);
    const double interval = choice & 2 ? odd_gaps[(choice >> 40) % gaps] : 0;
    (void)subject_observe(subject, odd_gaps[(choice >> 32) % gaps], interval, value);
    (void)subject_silence(subject, odd_gaps[(choice >> 48) % gaps]);
  }
}

unsigned char *subject_save(const struct subject *subject, size_t *ret_size) {
  *ret_size = snapshot_size(subject->detector, subject->options);
  unsigned char *const bytes = malloc(*ret_size);
  assert_non_null(bytes);
  assert_int_equal(
      snapshot_save(subject->detector, subject->options, subject->state, bytes, *ret_size), 0);
  return bytes;
}

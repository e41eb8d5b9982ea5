/*
 * A detector under test: its options and state, and calls that check of every
 * finding what include/anomaly/detector.h and verdict.h promise.
 */
#ifndef ANOMALY_TESTS_SUBJECT_H
#define ANOMALY_TESTS_SUBJECT_H

#include "anomaly/detector.h"
#include "unit/signals.h"

#include <stdbool.h>
#include <stddef.h>

/* Days and minutes of the tests' signals. */
#define DAY 86400.0
#define MINUTE 60.0

struct subject {
  const struct detector *detector;
  void *options;
  void *state;
  size_t state_size;
  double time;        /* of the last observation */
  unsigned char fill; /* what a finding's bytes are before the detector writes them */
};

/* A fresh state with preset options; `settings` is "name=value,name=value" or NULL. */
struct subject subject_create(const struct detector *detector, const char *settings);
void subject_destroy(struct subject *subject);

/* Fails the test where the two are further apart. */
void assert_near(double found, double expected, double within);

/* Forgets everything learned. */
void subject_restart(struct subject *subject);

/* A value `gap` seconds after the last one, with the interval that its sender states; 0 = none. */
struct finding subject_observe(struct subject *subject, double gap, double interval, double value);

/* A value in time. */
struct finding subject_update(struct subject *subject, double interval, double value);

/* No value has come for `seconds` since the last one; nothing where a detector has no such call. */
struct finding subject_silence(const struct subject *subject, double seconds);

/* Finite values that break arithmetic. */
#define EXTREME_VALUES 18
extern const double extreme_values[EXTREME_VALUES];

/* That many such values and others of any magnitude, at odd times, with odd intervals. */
void subject_feed_hostile(struct subject *subject, struct noise *noise, uint32_t values);

/* A snapshot of the state; the caller frees. */
unsigned char *subject_save(const struct subject *subject, size_t *ret_size);

bool finding_equal(const struct finding *a, const struct finding *b);

#endif

/*
 * A detector that says what it is told: the ratio of a value is the value
 * itself (0 below 0). Silence has the ratio of the silent seconds over ten.
 */
#ifndef ANOMALY_TESTS_FAKE_DETECTOR_H
#define ANOMALY_TESTS_FAKE_DETECTOR_H

#include "anomaly/detector.h"

#include <math.h>

struct fake_options {
  uint32_t ready_after;
  bool hears_silence;
};

struct fake_state {
  uint64_t seen;
  double last_time, last_value;
};

static const struct option_row fake_option_rows[] = {
    {.name = "ready_after",
     .kind = OPTION_COUNT,
     .offset = offsetof(struct fake_options, ready_after),
     .preset = 3,
     .min = 0,
     .max = 1000,
     .help = "values before it is ready"},
    OPTION_ROWS_END,
};

static const struct state_row fake_state_rows[] = {
    STATE_FIELD(struct fake_state, seen, STATE_U64),
    STATE_FIELD(struct fake_state, last_time, STATE_F64),
    STATE_FIELD(struct fake_state, last_value, STATE_F64),
    STATE_ROWS_END,
};

static size_t fake_state_size(const void *options) {
  (void)options;
  return sizeof(struct fake_state);
}

static void fake_init(void *state, const void *options) {
  (void)state;
  (void)options;
}

static void fake_update(void *state, const void *options, const struct observation *now,
                        struct finding *ret) {
  struct fake_state *const fake = state;
  const struct fake_options *const settings = options;
  *ret = finding_none();
  ret->ratio = fmax(now->value, 0);
  ret->expected = 0;
  ret->lower = -1;
  ret->upper = 1;
  ret->kind = ret->ratio > 0 ? KIND_SPIKE : KIND_NONE;
  ret->reason = "as it was told";
  ret->ready = ++fake->seen > settings->ready_after;
  fake->last_time = now->time;
  fake->last_value = now->value;
}

static void fake_silence(const void *state, const void *options, const struct observation *now,
                         struct finding *ret) {
  const struct fake_state *const fake = state;
  (void)options;
  *ret = finding_none();
  ret->ratio = (now->time - fake->last_time) / 10;
  ret->kind = KIND_MISSING;
  ret->ready = true;
}

/* Deaf to silence. */
static const struct detector fake_detector = {
    .name = "fake",
    .summary = "says what it is told",
    .source = "this project",
    .options = fake_option_rows,
    .options_size = sizeof(struct fake_options),
    .state = fake_state_rows,
    .state_version = 1,
    .state_size = fake_state_size,
    .init = fake_init,
    .update = fake_update,
};

/* The same, and hears silence. */
static inline struct detector fake_listening_detector(void) {
  struct detector detector = fake_detector;
  detector.name = "fake_listening";
  detector.silence = fake_silence;
  return detector;
}

#endif

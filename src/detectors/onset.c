/*
 * Onset: is this value, or the lowest or highest of the last 48, far from
 * everything the metric did in the last weeks? That is the novelty which
 * `adaptive` mixes with other evidence (novelty.h), alone: what was visited
 * once in six weeks is not new, whenever it comes again.
 *
 * Distances are judged against the largest ones of the past. The young
 * whisper: they have hardly been anywhere.
 */
#include "stats/onset.h"
#include "anomaly/detector.h"
#include "stats/clamp.h"
#include "stats/course.h"
#include "stats/novelty.h"
#include "stats/origin.h"

#include <math.h>
#include <string.h>

#define DAY 86400

static const float LINE = 8.0F; /* decades, of all that is watched together */

struct onset_state {
  struct course course;
  struct origin origin;
  struct onset onset;
  int32_t day; /* since the epoch, of the last record */
  struct novelty novelty;
  struct novelty_past past;
};

static const struct option_row onset_options[] = {OPTION_ROWS_END};

static const struct state_row onset_state_rows[] = {
    STATE_STRUCTS(struct onset_state, course, 1, struct course, course_rows),
    STATE_STRUCTS(struct onset_state, origin, 1, struct origin, origin_rows),
    STATE_STRUCTS(struct onset_state, onset, 1, struct onset, onset_rows),
    STATE_FIELD(struct onset_state, day, STATE_I32),
    STATE_STRUCTS(struct onset_state, novelty, 1, struct novelty, novelty_rows),
    STATE_STRUCTS(struct onset_state, past, 1, struct novelty_past, novelty_past_rows),
    STATE_ROWS_END,
};

static size_t state_size(const void *options) {
  (void)options;
  return sizeof(struct onset_state);
}

static void init(void *opaque, const void *options) {
  (void)options;
  struct onset_state *const state = opaque;
  novelty_init(&state->novelty, &state->past);
}

static void check_origin(struct onset_state *state, double value) {
  if (state->course.records == 0)
    state->origin.first = value;
  const double size = (double)state->novelty.magnitude;
  if (!origin_outlived(&state->origin, value, state->course.records, size))
    return;
  memset(state, 0, sizeof *state);
  init(state, NULL);
  state->origin.first = value;
}

/* Writes the decades of each kind. What is out of reach is judged, but not learned. */
static void judge(struct onset_state *state, const struct course_record *record, double value,
                  float *ret_decades) {
  const struct novelty_record seen = {
      .number = record->number,
      .elapsed = record->elapsed,
      .day = (uint8_t)state->day,
      .value = origin_place(&state->origin, value),
      .magnitude = (float)double_clamp(fabs(value), 0.0, (double)ORIGIN_REACH),
      .offset = state->origin.first,
  };
  ret_decades[NOVELTY_HOUR] = 0.0F;
  struct onset_state scratch;
  struct onset_state *learner = state;
  if (!origin_reaches(&state->origin, value)) {
    scratch = *state;
    learner = &scratch;
  }
  (void)novelty_of_record(&learner->novelty, &learner->past, &seen, ret_decades);
}

static void change_day(struct onset_state *state, const struct course_record *record) {
  const int32_t day = (int32_t)(record->time / DAY);
  if (day != state->day)
    novelty_change_day(&state->novelty, &state->past, (uint8_t)day);
  state->day = day;
}

static void update(void *opaque, const void *options, const struct observation *now,
                   struct finding *ret) {
  (void)options;
  struct onset_state *const state = opaque;
  check_origin(state, now->value);
  const struct course_record record = course_take(&state->course, now);
  change_day(state, &record);
  *ret = finding_none();
  ret->ready = record.ready;
  const bool above = now->value >= state->origin.first;
  float decades[NOVELTY_KINDS];
  judge(state, &record, now->value, decades);
  const float strength = record.maturity * novelty_sum(decades);
  ret->onset = (double)onset_judge(&state->onset, strength, 0.0F, record.number, record.gap);
  if (strength <= 0.0F)
    return;
  ret->ratio = (double)(strength / LINE);
  ret->surprise = (double)strength;
  novelty_explain(&state->past, origin_place(&state->origin, now->value), decades, above, ret);
}

static bool valid(const void *opaque, const void *options) {
  (void)options;
  const struct onset_state *const state = opaque;
  return course_valid(&state->course) && origin_valid(&state->origin) &&
         onset_valid(&state->onset) &&
         novelty_valid(&state->novelty, &state->past, 4.0F * ORIGIN_REACH);
}

const struct detector onset_detector = {
    .name = "onset",
    .summary = "values far from everything the metric did in the last weeks",
    .source = "this project",
    .options = onset_options,
    .options_size = 0,
    .state = onset_state_rows,
    .state_version = 1,
    .state_size = state_size,
    .init = init,
    .update = update,
    .valid = valid,
};

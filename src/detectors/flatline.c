/*
 * Flatline: is a metric stuck? Finds a value that stays for much longer than
 * any did before (flat_run.h), in metrics that vary by however little. One that
 * hardly ever changes is never stuck, and one that stays at its value for
 * `accept` has stopped for good, which is usual from then on.
 *
 * Source: this project.
 */
#include "anomaly/detector.h"
#include "stats/clamp.h"
#include "stats/course.h"
#include "stats/flat_run.h"
#include "stats/pace.h"

#include <math.h>

static const float LINE = 2.0F; /* of what flat_run.h says: some six times the longest run */
static const uint32_t HALVING_SECONDS = 28 * 86400;

struct flatline_options {
  double accept;
};

struct flatline_state {
  struct course course;
  struct pace pace;
  struct flat_run run;
  double last;     /* value */
  double since;    /* time of the last change */
  uint32_t halved; /* when the longest run last was; elapsed */
};

static const struct option_row flatline_option_rows[] = {
    {.name = "accept",
     .kind = OPTION_DURATION,
     .offset = offsetof(struct flatline_options, accept),
     .preset = 86400,
     .min = 600,
     .max = 365 * 86400.,
     .help = "Time after which a metric that is stuck has stopped for good, which is usual then"},
    OPTION_ROWS_END,
};

static const struct state_row flatline_rows[] = {
    STATE_STRUCTS(struct flatline_state, course, 1, struct course, course_rows),
    STATE_STRUCTS(struct flatline_state, pace, 1, struct pace, pace_rows),
    STATE_STRUCTS(struct flatline_state, run, 1, struct flat_run, flat_run_rows),
    STATE_FIELD(struct flatline_state, last, STATE_F64),
    STATE_FIELD(struct flatline_state, since, STATE_F64),
    STATE_FIELD(struct flatline_state, halved, STATE_U32),
    STATE_ROWS_END,
};

static size_t state_size(const void *options) {
  (void)options;
  return sizeof(struct flatline_state);
}

static void init(void *opaque, const void *options) {
  (void)options;
  struct flatline_state *const state = opaque;
  pace_init(&state->pace);
}

static void forget_long_runs(struct flatline_state *state, const struct course_record *record) {
  if (record->elapsed - state->halved < HALVING_SECONDS)
    return;
  state->halved = record->elapsed;
  state->run.longest /= 2;
}

/* The young whisper: they have not seen a weekend. */
static void tell(const struct flatline_state *state, const struct course_record *record,
                 float decades, struct finding *ret) {
  const float strength = record->maturity * decades;
  if (strength <= 0.0F)
    return;
  ret->ratio = (double)(strength / LINE);
  ret->surprise = (double)strength;
  ret->since = state->since;
  ret->kind = KIND_FLATLINE;
  ret->reason = "stuck at one value";
}

static void update(void *opaque, const void *opaque_options, const struct observation *now,
                   struct finding *ret) {
  struct flatline_state *const state = opaque;
  const struct flatline_options *const options = opaque_options;
  const struct course_record record = course_take(&state->course, now);
  pace_learn(&state->pace, record.number, record.gap, now->interval);
  forget_long_runs(state, &record);
  *ret = finding_none();
  ret->ready = record.ready;
  const bool same = record.number > 0 && now->value == state->last;
  const float decades = flat_run_judge(&state->run, same, state->pace.interval);
  if (!same)
    state->since = now->time;
  state->last = now->value;
  tell(state, &record, decades, ret);
  if (decades > 0.0F && now->time - state->since >= options->accept)
    state->run.longest = state->run.length;
}

static bool valid(const void *opaque, const void *options) {
  (void)options;
  const struct flatline_state *const state = opaque;
  return course_valid(&state->course) && pace_valid(&state->pace) && isfinite(state->last) &&
         isfinite(state->since);
}

const struct detector flatline_detector = {
    .name = "flatline",
    .summary = "a value that stays the same for much longer than it ever did",
    .source = "this project",
    .options = flatline_option_rows,
    .options_size = sizeof(struct flatline_options),
    .state = flatline_rows,
    .state_version = 1,
    .state_size = state_size,
    .init = init,
    .update = update,
    .valid = valid,
};

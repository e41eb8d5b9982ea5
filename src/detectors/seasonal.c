/*
 * Seasonal: what is usual at this hour of this day of the week? A level that
 * moves with a time constant of `adapt`, and around it a robust profile: mean
 * and spread for each of the 168 hours of a week and for each of the 24 hours
 * of a day, both in the local time of the host with its daylight saving.
 * Detects values that are not usual at their hour, a missing daily peak among
 * them. Made for this project after the seasonal baselines of monitoring
 * systems (Brutlag, 2000, "Aberrant behavior detection in time series for
 * network monitoring").
 *
 * An hour of the week is used when it has been seen twice and the week has
 * forecast better than the day; till then, and for metrics that know no
 * weekend, the hour of the day is. An hour that has been seen on less than two
 * days has no vote.
 *
 * The residual is measured in its usual size at that hour, and how rare such a
 * size is, is learned from the metric's own past (residual.h).
 *
 * What is odd is learned with care: clipped to CLIP usual residuals. When
 * values have stayed beyond that on one side for ACCEPT_SECONDS, the level is
 * set to where they are. A metric whose steps vanish beside the spread, as after wild
 * values, is learned anew.
 */
#include "anomaly/detector.h"
#include "base/zone.h"
#include "stats/beyond.h"
#include "stats/clamp.h"
#include "stats/course.h"
#include "stats/moments.h"
#include "stats/pace.h"
#include "stats/residual.h"
#include "stats/season.h"
#include "stats/swamped.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define DAY 86400
#define DEVIATION_LIMIT 1e30F /* of a value from the level */
#define STORED_LIMIT 4e30F

enum { READY_SECONDS = 2 * DAY, ACCEPT_SECONDS = DAY / 2 };

static const float VISITED = 0.95F;
static const float VISITS_KNOWN = 1.95F; /* two, less what the arrival of values varies */
static const float DAYS_REMEMBERED = 7.0F, WEEKS_REMEMBERED = 4.0F;
static const float CLIP = 4.0F;
static const float OVERALL_SHARE = 0.2F; /* of the overall spread in that of an hour */
static const float ERROR_SECONDS = 604800.0F;

struct seasonal_options {
  double adapt;
};

/* One of the two profiles: how well it forecasts, and what is unusual for it. */
struct forecaster {
  struct residual residual;
  float error; /* mean absolute residual, where both profiles are known */
};

struct seasonal_state {
  struct forecaster by_day, by_week;
  struct course course;
  double level;
  struct pace pace;
  float overall; /* mean absolute residual at all hours */
  struct swamped swamped;
  struct beyond beyond;
  struct season_slot day[SEASON_DAY];
  struct season_slot week[SEASON_WEEK];
};

static const struct option_row seasonal_options[] = {
    {.name = "adapt",
     .kind = OPTION_DURATION,
     .offset = offsetof(struct seasonal_options, adapt),
     .preset = DAY,
     .min = 3600,
     .max = 52 * 604800.,
     .help = "Time constant with which the level follows a metric that grows or shrinks"},
    OPTION_ROWS_END,
};

static const struct state_row forecaster_rows[] = {
    STATE_STRUCTS(struct forecaster, residual, 1, struct residual, residual_rows),
    STATE_FIELD(struct forecaster, error, STATE_F32),
    STATE_ROWS_END,
};

static const struct state_row seasonal_rows[] = {
    STATE_STRUCTS(struct seasonal_state, by_day, 1, struct forecaster, forecaster_rows),
    STATE_STRUCTS(struct seasonal_state, by_week, 1, struct forecaster, forecaster_rows),
    STATE_FIELD(struct seasonal_state, course.first_time, STATE_I64),
    STATE_FIELD(struct seasonal_state, level, STATE_F64),
    STATE_STRUCTS(struct seasonal_state, swamped, 1, struct swamped, swamped_rows),
    STATE_FIELD(struct seasonal_state, course.records, STATE_U32),
    STATE_FIELD(struct seasonal_state, course.elapsed, STATE_U32),
    STATE_STRUCTS(struct seasonal_state, pace, 1, struct pace, pace_rows),
    STATE_FIELD(struct seasonal_state, overall, STATE_F32),
    STATE_STRUCTS(struct seasonal_state, beyond, 1, struct beyond, beyond_rows),
    STATE_STRUCTS(struct seasonal_state, day, SEASON_DAY, struct season_slot, season_slot_rows),
    STATE_STRUCTS(struct seasonal_state, week, SEASON_WEEK, struct season_slot, season_slot_rows),
    STATE_ROWS_END,
};

/* What one profile says of a value. */
struct forecast {
  struct season_place place;
  float mean;  /* expected deviation from the level */
  float width; /* usual size of a residual */
  float residual;
  float seen; /* visits of the hour */
};

/* One value on its way through `update`. */
struct record {
  struct course_record at;
  int64_t local; /* time, in seconds */
  bool ready;
  float deviation; /* from the level */
  struct forecast day, week;
  const struct forecast *used;
};

static size_t seasonal_state_size(const void *options) {
  (void)options;
  return sizeof(struct seasonal_state);
}

static void seasonal_init(void *opaque, const void *options) {
  (void)options;
  struct seasonal_state *const state = opaque;
  residual_init(&state->by_day.residual);
  residual_init(&state->by_week.residual);
  pace_init(&state->pace);
}

static void take_time(struct seasonal_state *state, const struct observation *now,
                      struct record *record) {
  record->at = course_take(&state->course, now);
  pace_learn(&state->pace, record->at.number, record->at.gap, now->interval);
  record->ready = record->at.ready && record->at.elapsed >= READY_SECONDS;
  record->local = record->at.time + zone_offset(record->at.time);
}

static struct forecast forecast(const struct seasonal_state *state, const struct season_slot *slots,
                                uint32_t hours, const struct record *record) {
  const struct season_place place = season_place(record->local, hours);
  const struct season_usual usual = season_usual(slots, &place);
  return (struct forecast){.place = place,
                           .mean = usual.mean,
                           .width = usual.spread + OVERALL_SHARE * state->overall,
                           .residual = record->deviation - usual.mean,
                           .seen = usual.seen};
}

/* What is usual now, and how far the value is from it. */
static void make_forecasts(const struct seasonal_state *state, double value,
                           struct record *record) {
  const double limit = (double)DEVIATION_LIMIT;
  record->deviation = (float)double_clamp(value - state->level, -limit, limit);
  record->day = forecast(state, state->day, SEASON_DAY, record);
  record->week = forecast(state, state->week, SEASON_WEEK, record);
  const bool by_week =
      record->week.seen >= VISITS_KNOWN && state->by_week.error <= state->by_day.error;
  record->used = by_week ? &record->week : &record->day;
}

static void learn_mean(float *mean, float value, float gain) { *mean += gain * (value - *mean); }

static void learn_season(struct season_slot *slots, const struct forecast *forecast, float memory,
                         const struct record *record) {
  const struct season_lesson lesson = {
      .deviation = record->deviation,
      .most = CLIP * forecast->width,
      .visit = float_clamp((float)record->at.gap, 1.0F, SEASON_HOUR) / SEASON_HOUR,
      .memory = memory};
  season_learn(slots, &forecast->place, &lesson);
}

/* Which of the two profiles forecasts better. */
static void compare_forecasts(struct seasonal_state *state, const struct record *record) {
  if (record->week.seen < VISITS_KNOWN)
    return;
  const float gain = float_min((float)record->at.gap / ERROR_SECONDS, 0.01F);
  const float most = CLIP * record->day.width;
  learn_mean(&state->by_day.error, float_min(fabsf(record->day.residual), most), gain);
  learn_mean(&state->by_week.error, float_min(fabsf(record->week.residual), most), gain);
}

static void learn_level(struct seasonal_state *state, const struct seasonal_options *options,
                        const struct record *record) {
  const float residual = record->used->residual, most = CLIP * record->used->width;
  const double shift =
      beyond_shift(&state->beyond, residual, most, record->at.elapsed, ACCEPT_SECONDS);
  const double gain = record->at.gap / (options->adapt + record->at.gap);
  const double step = gain * (double)float_clamp(residual, -most, most);
  state->level = moments_clamp(state->level + (shift != 0 ? shift : step));
  if (shift == 0)
    residual_learn_size(&state->by_day.residual, residual, record->at.number, &state->overall);
}

static void learn(struct seasonal_state *state, const struct seasonal_options *options,
                  const struct record *record) {
  if (record->day.seen >= VISITED)
    learn_level(state, options, record);
  learn_season(state->day, &record->day, DAYS_REMEMBERED, record);
  learn_season(state->week, &record->week, WEEKS_REMEMBERED, record);
  compare_forecasts(state, record);
}

static void start_anew(struct seasonal_state *state) {
  memset(state, 0, sizeof *state);
  seasonal_init(state, NULL);
}

/* Judges by one profile, from the second visit of the hour on. */
static void judge(const struct seasonal_state *state, struct forecaster *forecaster,
                  const struct forecast *forecast, const struct record *record,
                  const struct observation *observation, struct finding *ret) {
  if (forecast->seen < VISITED)
    return;
  const struct residual_record now = {
      .at = &record->at, .interval = state->pace.interval, .line = (float)observation->line};
  struct residual *const residual = &forecaster->residual;
  const struct band band =
      residual_band(residual, state->level + (double)forecast->mean, (double)forecast->width);
  residual_judge(residual, &now, forecast->residual / (forecast->width + FLT_MIN), ret);
  ret->expected = band.expected;
  ret->lower = band.lower;
  ret->upper = band.upper;
  if (residual->lasting.open != 0)
    ret->since = fmin((double)(state->course.first_time + residual->since), observation->time);
  if (ret->ratio > 0)
    ret->reason = residual->smooth > 0.0F ? "above what is usual at this hour"
                                          : "below what is usual at this hour";
}

static void seasonal_update(void *opaque, const void *options, const struct observation *now,
                            struct finding *ret) {
  struct seasonal_state *const state = opaque;
  const double value = moments_clamp(now->value);
  if (state->course.records == 0)
    state->level = value;
  struct record record;
  take_time(state, now, &record);
  make_forecasts(state, value, &record);
  struct finding by_day = finding_none(), by_week = finding_none();
  judge(state, &state->by_day, &record.day, &record, now, &by_day);
  judge(state, &state->by_week, &record.week, &record, now, &by_week);

  *ret = record.used == &record.week ? by_week : by_day;
  if (!record.ready || record.used->seen < VISITS_KNOWN) {
    *ret = finding_none();
    ret->abstains = true;
  }
  ret->ready = record.ready;
  learn(state, options, &record);
  if (swamped_by(&state->swamped, value, (double)state->overall))
    start_anew(state);
}

static bool is_error(float error) { return float_within(error, 0.0F, STORED_LIMIT); }

static bool seasonal_valid(const void *opaque, const void *options) {
  (void)options;
  const struct seasonal_state *const state = opaque;
  return residual_valid(&state->by_day.residual) && residual_valid(&state->by_week.residual) &&
         is_error(state->by_day.error) && is_error(state->by_week.error) &&
         is_error(state->overall) && course_valid(&state->course) &&
         fabs(state->level) <= MOMENTS_LARGEST && swamped_valid(&state->swamped) &&
         pace_valid(&state->pace) && season_valid(state->day, SEASON_DAY, STORED_LIMIT) &&
         season_valid(state->week, SEASON_WEEK, STORED_LIMIT);
}

const struct detector seasonal_detector = {
    .name = "seasonal",
    .summary = "values that are not usual at this hour of the day and the week, in local time",
    .source = "this project, after Brutlag, 2000, Aberrant behavior detection in time series for "
              "network monitoring",
    .options = seasonal_options,
    .options_size = sizeof(struct seasonal_options),
    .state = seasonal_rows,
    .state_version = 1,
    .state_size = seasonal_state_size,
    .init = seasonal_init,
    .update = seasonal_update,
    .valid = seasonal_valid,
};

/*
 * Holt-Winters: exponential smoothing of a level, a trend, and two additive
 * seasons, the hours of a day and those of a week, which forecast the next
 * value. Detects values that do not fit the forecast. Holt, 1957, "Forecasting
 * seasonals and trends by exponentially weighted moving averages"; Winters,
 * 1960, "Forecasting sales by exponentially weighted moving averages"; the
 * double season: Taylor, 2003, "Short-term electricity demand forecasting using
 * double seasonal exponential smoothing".
 *
 * Smoothing is by time, not by record, and the seasons are kept by the hour, in
 * local time, with values between the middles of two hours: it works at any
 * interval, and a gap advances the season. The trend fades in a forecast over a gap
 * (Gardner and McKenzie, 1985, "Forecasting trends in time series").
 *
 * The week's season holds what the day's leaves. A season forecasts as much of
 * what it has learned as the number of its visits warrants.
 *
 * The prediction band is not the textbook's, which assumes Gaussian errors: how
 * rare an error is, is learned from the metric's own past (residual.h), in units
 * of the mean absolute error at that hour of the day (Brutlag, 2000). Errors are
 * learned clipped, so that what is odd teaches little; when they have stayed
 * beyond the clip on one side for six hours, the level is set to where values
 * are.
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

enum { READY_SECONDS = 2 * DAY, ACCEPT_SECONDS = DAY / 4 };

/* Visits of an hour, less what the arrival of values varies. */
static const float VISITED = 0.95F, VISITS_KNOWN = 1.95F;
static const float WEEKS_HALF_TRUSTED = 2.0F; /* visits of which the week's season shows half */
static const float CLIP = 4.0F;
static const float OVERALL_SHARE = 0.2F; /* of the overall spread in that of an hour */
static const double TREND_FADES = 7. * DAY;

struct holt_winters_options {
  double level, trend;
  uint32_t days, weeks;
};

struct holt_winters_state {
  struct residual residual;
  struct course course;
  double level;
  double trend; /* per second */
  struct pace pace;
  float overall; /* mean absolute error at all hours */
  struct swamped swamped;
  struct beyond beyond;
  struct season_slot day[SEASON_DAY];
  struct season_slot week[SEASON_WEEK];
};

#define FIELD(name_) .name = #name_, .offset = offsetof(struct holt_winters_options, name_)

static const struct option_row holt_winters_options[] = {
    {FIELD(level), .kind = OPTION_DURATION, .preset = 6 * 3600, .min = 60, .max = 52 * 604800.,
     .help = "Time constant of the level: how fast it follows values"},
    {FIELD(trend), .kind = OPTION_DURATION, .preset = 4 * DAY, .min = 60, .max = 520 * 604800.,
     .help = "Time constant of the trend"},
    {FIELD(days), .kind = OPTION_COUNT, .unit = "days", .preset = 7, .min = 1, .max = 1000,
     .help = "Days that the season of the day remembers"},
    {FIELD(weeks), .kind = OPTION_COUNT, .unit = "weeks", .preset = 4, .min = 1, .max = 500,
     .help = "Weeks that the season of the week remembers"},
    OPTION_ROWS_END,
};

static const struct state_row holt_winters_rows[] = {
    STATE_STRUCTS(struct holt_winters_state, residual, 1, struct residual, residual_rows),
    STATE_FIELD(struct holt_winters_state, course.first_time, STATE_I64),
    STATE_FIELD(struct holt_winters_state, level, STATE_F64),
    STATE_FIELD(struct holt_winters_state, trend, STATE_F64),
    STATE_FIELD(struct holt_winters_state, course.records, STATE_U32),
    STATE_FIELD(struct holt_winters_state, course.elapsed, STATE_U32),
    STATE_STRUCTS(struct holt_winters_state, pace, 1, struct pace, pace_rows),
    STATE_FIELD(struct holt_winters_state, overall, STATE_F32),
    STATE_STRUCTS(struct holt_winters_state, swamped, 1, struct swamped, swamped_rows),
    STATE_STRUCTS(struct holt_winters_state, beyond, 1, struct beyond, beyond_rows),
    STATE_STRUCTS(struct holt_winters_state, day, SEASON_DAY, struct season_slot, season_slot_rows),
    STATE_STRUCTS(struct holt_winters_state, week, SEASON_WEEK, struct season_slot,
                  season_slot_rows),
    STATE_ROWS_END,
};

/* One value on its way through `update`. */
struct record {
  struct course_record at;
  struct season_place day_place, week_place;
  struct season_usual day;
  float week;      /* what the season of the week adds */
  double drift;    /* of the level since the last record, by its trend */
  float deviation; /* from the level with its drift */
  float error;     /* of the forecast */
  float width;     /* usual size of an error */
};

static size_t holt_winters_state_size(const void *options) {
  (void)options;
  return sizeof(struct holt_winters_state);
}

static void holt_winters_init(void *opaque, const void *options) {
  (void)options;
  struct holt_winters_state *const state = opaque;
  residual_init(&state->residual);
  pace_init(&state->pace);
}

static void take_time(struct holt_winters_state *state, const struct observation *now,
                      struct record *record) {
  record->at = course_take(&state->course, now);
  pace_learn(&state->pace, record->at.number, record->at.gap, now->interval);
  const int64_t local = record->at.time + zone_offset(record->at.time);
  record->day_place = season_place(local, SEASON_DAY);
  record->week_place = season_place(local, SEASON_WEEK);
}

static void forecast(const struct holt_winters_state *state, double value, struct record *record) {
  const double limit = (double)DEVIATION_LIMIT;
  const struct season_usual week = season_usual(state->week, &record->week_place);
  record->day = season_usual(state->day, &record->day_place);
  record->week = week.mean * week.seen / (week.seen + WEEKS_HALF_TRUSTED);
  record->drift = state->trend * record->at.gap * TREND_FADES / (TREND_FADES + record->at.gap);
  record->deviation = (float)double_clamp(value - (state->level + record->drift), -limit, limit);
  record->error = record->deviation - record->day.mean - record->week;
  record->width = record->day.spread + OVERALL_SHARE * state->overall;
}

static void learn_seasons(struct holt_winters_state *state,
                          const struct holt_winters_options *options, const struct record *record) {
  struct season_lesson lesson = {.deviation = record->deviation - record->week,
                                 .most = CLIP * record->width,
                                 .visit = float_clamp((float)record->at.gap, 1.0F, SEASON_HOUR) /
                                          SEASON_HOUR,
                                 .memory = (float)options->days};
  season_learn(state->day, &record->day_place, &lesson);
  lesson.deviation = record->deviation - record->day.mean;
  lesson.memory = (float)options->weeks;
  season_learn(state->week, &record->week_place, &lesson);
}

/* Level and trend, once the day is known a little: before, all is taken for season. */
static void learn_level(struct holt_winters_state *state,
                        const struct holt_winters_options *options, const struct record *record) {
  const float most = CLIP * record->width;
  const double shift =
      beyond_shift(&state->beyond, record->error, most, record->at.elapsed, ACCEPT_SECONDS);
  if (shift != 0) {
    state->level = moments_clamp(state->level + record->drift + shift);
    return;
  }
  const double error = (double)float_clamp(record->error, -most, most);
  const double step = error / (options->level + record->at.gap);
  state->level = moments_clamp(state->level + record->drift + step * record->at.gap);
  state->trend += record->at.gap / (options->trend + record->at.gap) * step;
  residual_learn_size(&state->residual, record->error, record->at.number, &state->overall);
}

static void learn(struct holt_winters_state *state, const struct holt_winters_options *options,
                  const struct record *record) {
  if (record->day.seen >= VISITED)
    learn_level(state, options, record);
  learn_seasons(state, options, record);
}

static void judge(struct holt_winters_state *state, const struct record *record,
                  const struct observation *observation, struct finding *ret) {
  const double expected =
      state->level + record->drift + (double)record->day.mean + (double)record->week;
  const struct band band = residual_band(&state->residual, expected, (double)record->width);
  const struct residual_record now = {
      .at = &record->at, .interval = state->pace.interval, .line = (float)observation->line};
  residual_judge(&state->residual, &now, record->error / (record->width + FLT_MIN), ret);
  ret->expected = band.expected;
  ret->lower = band.lower;
  ret->upper = band.upper;
  if (state->residual.lasting.open != 0)
    ret->since =
        fmin((double)(state->course.first_time + state->residual.since), observation->time);
  if (ret->ratio > 0)
    ret->reason = state->residual.smooth > 0.0F ? "above its forecast" : "below its forecast";
}

static void holt_winters_update(void *opaque, const void *options, const struct observation *now,
                                struct finding *ret) {
  struct holt_winters_state *const state = opaque;
  const double value = moments_clamp(now->value);
  if (state->course.records == 0)
    state->level = value;
  struct record record;
  take_time(state, now, &record);
  forecast(state, value, &record);
  *ret = finding_none();
  const bool ready = record.at.ready && record.at.elapsed >= READY_SECONDS;
  if (record.day.seen >= VISITED)
    judge(state, &record, now, ret);
  if (!ready || record.day.seen < VISITS_KNOWN) {
    *ret = finding_none();
    ret->abstains = true;
  }
  ret->ready = ready;
  learn(state, options, &record);
  if (swamped_by(&state->swamped, value, (double)state->overall)) {
    memset(state, 0, sizeof *state);
    holt_winters_init(state, options);
  }
}

static bool holt_winters_valid(const void *opaque, const void *options) {
  (void)options;
  const struct holt_winters_state *const state = opaque;
  return residual_valid(&state->residual) && course_valid(&state->course) &&
         fabs(state->level) <= MOMENTS_LARGEST && fabs(state->trend) <= MOMENTS_LARGEST &&
         pace_valid(&state->pace) && float_within(state->overall, 0.0F, STORED_LIMIT) &&
         swamped_valid(&state->swamped) && season_valid(state->day, SEASON_DAY, STORED_LIMIT) &&
         season_valid(state->week, SEASON_WEEK, STORED_LIMIT);
}

const struct detector holt_winters_detector = {
    .name = "holt_winters",
    .summary = "values that do not fit the forecast made of level, trend and two seasons",
    .source = "Holt, 1957, Winters, 1960; Taylor, 2003, Short-term electricity demand forecasting "
              "using double seasonal exponential smoothing",
    .options = holt_winters_options,
    .options_size = sizeof(struct holt_winters_options),
    .state = holt_winters_rows,
    .state_version = 1,
    .state_size = holt_winters_state_size,
    .init = holt_winters_init,
    .update = holt_winters_update,
    .valid = holt_winters_valid,
};

/*
 * Page-Hinkley test (Page, 1954, "Continuous inspection schemes"; Hinkley, 1971,
 * "Inference about the change-point from cumulative sum tests"): the sum of what
 * values are above their mean, less a tolerance, over its least value so far,
 * and likewise downwards. Detects slow drift, and tells when it began.
 *
 * The mean is that of the hour of the day (UTC) over about a week, so that a
 * daily rhythm is no drift, and a drift of hours or days leaves it behind. An
 * hour that has not been seen before has no vote; a metric is known after a day
 * and one warm-up. What lasts becomes usual as in chart.h: all hours move there.
 * A metric whose values vanish beside what was learned is learned anew.
 *
 * How far a sum goes by chance depends on the metric: its line is where it is
 * rare for this one, or, where `threshold` is given, the textbook's.
 */
#include "anomaly/detector.h"
#include "stats/chart.h"
#include "stats/clamp.h"
#include "stats/moments.h"
#include "stats/page_sums.h"
#include "stats/season.h"

#include <math.h>

enum { LOST_RECORDS = 32 };

static const double MEMORY = 604800; /* seconds */
static const float DAYS_REMEMBERED = 7.0F;
static const float VISITED = 0.95F;
/* Records for which a sum stays large by chance: fewer than of cusum, which follows the level. */
static const double LASTING = 10;
static const double LEAST_VISIT = 1e-6;
static const double FARTHEST = 1e30; /* of a value from the origin */
static const float STORED_LIMIT = 4e30F;
static const double LOST = 1e-6; /* share of what was learned: a float hardly tells it */
static const double TEACHES = 2; /* usual deviations */
static const double LATEST = 1e12;

struct page_hinkley_options {
  double tolerance;
  double threshold;
};

struct page_hinkley_state {
  struct chart chart; /* of residuals */
  struct page_sums sums;
  double origin; /* the first value; the season is of distances from it */
  double last_time;
  struct season_slot day[SEASON_DAY];
  uint8_t lost; /* values in a row that vanish beside the origin */
};

#define FIELD(name_) .name = #name_, .offset = offsetof(struct page_hinkley_options, name_)

static const struct option_row page_hinkley_options[] = {
    {FIELD(tolerance), .kind = OPTION_REAL, .unit = "standard deviations", .preset = .25, .min = 0,
     .max = 4, .help = "Deviations up to this do not count"},
    {FIELD(threshold), .kind = OPTION_REAL, .unit = "standard deviations", .preset = 0, .min = 0,
     .max = 1e6, .help = "Sum that is over the line; 0 takes what is rare for the metric"},
    OPTION_ROWS_END,
};

static const struct state_row page_hinkley_rows[] = {
    STATE_STRUCTS(struct page_hinkley_state, chart, 1, struct chart, chart_rows),
    STATE_STRUCTS(struct page_hinkley_state, sums, 1, struct page_sums, page_sums_rows),
    STATE_FIELD(struct page_hinkley_state, origin, STATE_F64),
    STATE_FIELD(struct page_hinkley_state, last_time, STATE_F64),
    STATE_STRUCTS(struct page_hinkley_state, day, SEASON_DAY, struct season_slot, season_slot_rows),
    STATE_FIELD(struct page_hinkley_state, lost, STATE_U8),
    STATE_ROWS_END,
};

static size_t page_hinkley_state_size(const void *options) {
  (void)options;
  return sizeof(struct page_hinkley_state);
}

static void page_hinkley_init(void *state, const void *options) {
  (void)options;
  chart_init(&((struct page_hinkley_state *)state)->chart);
}

/* What lasted is a new level: all hours move there. */
static void move_hours(struct page_hinkley_state *state, double residual) {
  state->origin = moments_clamp(state->origin + residual);
  state->chart.level -= residual;
  state->sums = (struct page_sums){0};
}

/* Values that vanish beside what was learned show that it was learned from wild ones. */
static void check_magnitude(struct page_hinkley_state *state, double value, double usual) {
  const bool lost = value != 0 && fabs(value) < LOST * fmax(fabs(state->origin), fabs(usual));
  state->lost = lost ? (uint8_t)(state->lost + 1) : 0;
  if (state->last_time > 0 && state->lost < LOST_RECORDS)
    return;
  *state = (struct page_hinkley_state){.origin = value};
  page_hinkley_init(state, NULL);
}

static void learn_hour(struct page_hinkley_state *state, const struct season_place *place,
                       double distance, double time) {
  const double visit = (time - state->last_time) / SEASON_HOUR;
  const struct season_lesson lesson = {
      .deviation = (float)distance,
      .most = (float)fmin(TEACHES * chart_deviation(&state->chart), FARTHEST),
      .visit = (float)double_clamp(visit, LEAST_VISIT, 1),
      .memory = DAYS_REMEMBERED};
  season_learn(state->day, place, &lesson);
}

static void judge(struct page_hinkley_state *state, const struct page_hinkley_options *options,
                  const struct chart_record *record, const struct observation *now,
                  struct finding *ret) {
  struct chart *const chart = &state->chart;
  struct page_sums *const sums = &state->sums;
  page_sums_add(sums, record->deviation, options->tolerance, chart->elapsed);
  const struct chart_statistic statistic = {
      .size = page_sums_size(sums), .lasting = LASTING, .limit = options->threshold};
  if (chart_judge(chart, record, &statistic, now, ret))
    ret->reason = page_sums_are_above(sums) ? "drifting upwards" : "drifting downwards";
  if (ret->ratio > 0) {
    ret->kind = KIND_DRIFT;
    ret->since = chart_since(chart, page_sums_began(sums), now);
  }
}

/* `usual` is what the value is expected to be. */
static void judge_and_learn(struct page_hinkley_state *state, const void *options, double usual,
                            const struct observation *now, struct finding *ret) {
  struct observation residual = *now;
  residual.value = now->value - usual;
  const struct chart_record record = chart_take(&state->chart, &residual);
  judge(state, options, &record, now, ret);
  ret->expected += usual;
  ret->lower += usual;
  ret->upper += usual;
  if (chart_learn(&state->chart, &record, MEMORY))
    move_hours(state, record.value);
}

static void page_hinkley_update(void *state_, const void *options, const struct observation *now,
                                struct finding *ret) {
  struct page_hinkley_state *const state = state_;
  struct observation clamped = *now;
  clamped.value = moments_clamp(now->value);
  const double time = double_clamp(now->time, 0, LATEST);
  const struct season_place place = season_place((int64_t)time, SEASON_DAY);
  check_magnitude(state, clamped.value, (double)season_usual(state->day, &place).mean);
  const struct season_usual usual = season_usual(state->day, &place);
  const double distance = double_clamp(clamped.value - state->origin, -FARTHEST, FARTHEST);
  *ret = finding_none();
  ret->ready = chart_is_ready(&state->chart, now);
  ret->abstains = usual.seen < VISITED;
  if (!ret->abstains)
    judge_and_learn(state, options, state->origin + (double)usual.mean, &clamped, ret);
  if (ret->ratio < now->line)
    learn_hour(state, &place, distance, time);
  state->last_time = time;
}

static bool page_hinkley_valid(const void *state, const void *options) {
  (void)options;
  const struct page_hinkley_state *const page = state;
  return chart_valid(&page->chart) && page_sums_valid(&page->sums, page->chart.elapsed) &&
         fabs(page->origin) <= MOMENTS_LARGEST && page->last_time >= 0 &&
         page->last_time <= LATEST && season_valid(page->day, SEASON_DAY, STORED_LIMIT);
}

const struct detector page_hinkley_detector = {
    .name = "page_hinkley",
    .summary = "slow drift away from what is usual at this hour of the day, and when it began",
    .source = "Page, 1954, Continuous inspection schemes; Hinkley, 1971, Inference about the "
              "change-point from cumulative sum tests",
    .options = page_hinkley_options,
    .options_size = sizeof(struct page_hinkley_options),
    .state = page_hinkley_rows,
    .state_version = 1,
    .state_size = page_hinkley_state_size,
    .init = page_hinkley_init,
    .update = page_hinkley_update,
    .valid = page_hinkley_valid,
};

#include "engine/model_detector.h"

#include "anomaly/status.h"
#include "engine/model_calibration.h"
#include "engine/model_life.h"
#include "stats/clamp.h"
#include "stats/course.h"
#include "stats/lasting.h"
#include "stats/moments.h"
#include "stats/pace.h"
#include "stats/score_history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double TIME_MOST = 1e12;

struct model_state {
  struct score_history history; /* of the raw scores, as distances */
  struct course course;
  struct pace pace;
  struct lasting lasting;
  struct model_life life;
  uint32_t held;   /* samples in the window */
  uint32_t newest; /* index of the last */
  struct record window[];
};

static const struct state_row model_state_rows[] = {
    STATE_STRUCTS(struct model_state, history, 1, struct score_history, score_history_rows),
    STATE_STRUCTS(struct model_state, course, 1, struct course, course_rows),
    STATE_STRUCTS(struct model_state, pace, 1, struct pace, pace_rows),
    STATE_STRUCTS(struct model_state, lasting, 1, struct lasting, lasting_rows),
    STATE_STRUCTS(struct model_state, life, 1, struct model_life, model_life_rows),
    STATE_FIELD(struct model_state, held, STATE_U32),
    STATE_FIELD(struct model_state, newest, STATE_U32),
    {.name = "window",
     .kind = STATE_STRUCT,
     .offset = offsetof(struct model_state, window),
     .counted = true,
     .count_option = offsetof(struct model_options, window_size),
     .stride = sizeof(struct record),
     .rows = record_rows},
    STATE_ROWS_END,
};

static size_t state_size(const void *opaque) {
  const struct model_options *const options = opaque;
  return sizeof(struct model_state) + options->window_size * sizeof(struct record);
}

static void init(void *opaque, const void *options_) {
  const struct model_options *const options = options_;
  struct model_state *const state = opaque;
  pace_init(&state->pace);
  state->life.wait = options->min_samples;
}

/* ---- The window ----------------------------------------------------------- */

static struct record_ring ring_of(const struct model_state *state,
                                  const struct model_options *options) {
  return (struct record_ring){
      .records = state->window, .size = options->window_size, .newest = state->newest};
}

static void keep(struct model_state *state, const struct model_options *options,
                 const struct observation *now) {
  if (state->held > 0)
    state->newest = state->newest + 1 < options->window_size ? state->newest + 1 : 0;
  state->held += state->held < options->window_size;
  model_life_pass(&state->life);
  model_life_see(&state->life, &options->terms);
  state->window[state->newest] = (struct record){.time = double_clamp(now->time, 0, TIME_MOST),
                                                 .value = moments_clamp(now->value)};
}

static const struct record *record_at(const struct model_state *state,
                                      const struct model_options *options, uint32_t back) {
  const uint32_t behind = state->newest >= back ? 0 : options->window_size;
  return &state->window[state->newest + behind - back];
}

static double newest_time(const struct model_state *state) {
  return state->held > 0 ? state->window[state->newest].time : 0;
}

/* Rows in the window. */
static uint32_t rows_held(const struct model_state *state, const struct model_options *options) {
  const uint32_t reach = feature_reach(&options->features);
  return state->held > reach ? state->held - reach : 0;
}

/* Rows that a fit would get now. */
static uint32_t count_rows(const struct model_state *state, const struct model_options *options) {
  uint32_t rows = rows_held(state, options);
  if (options->window_age > 0 && rows > 0) {
    const double oldest = record_at(state, options, 0)->time - options->window_age;
    while (rows > 1 && record_at(state, options, rows - 1)->time < oldest)
      rows--;
  }
  return rows;
}

/* ---- The seat ------------------------------------------------------------- */

static uint32_t count_for_fit(const struct model_seat *seat) {
  return count_rows(seat->window, seat->options);
}

static int read_newest(const struct model_seat *seat, uint32_t count, struct model_rows *ret_rows) {
  const struct model_options *const options = seat->options;
  const struct model_state *const state = seat->window;
  const struct record_ring ring = ring_of(state, options);
  const uint32_t held = rows_held(state, options), rows = count < held ? count : held;
  const int status = model_rows_create(ret_rows, rows, feature_columns(&options->features));
  for (uint32_t i = 0; status == STATUS_OK && i < rows; i++) {
    const uint32_t back = rows - 1 - i;
    feature_row(&options->features, &ring, back, ret_rows->cells + i * ret_rows->matrix.columns);
    ret_rows->time[i] = record_at(state, options, back)->time;
  }
  return status;
}

static int read_scored(const struct model_seat *seat, struct model_rows *ret_rows) {
  const uint32_t scored = seat->life->scored;
  return scored <= rows_held(seat->window, seat->options) ? read_newest(seat, scored, ret_rows)
                                                          : STATUS_LIMIT;
}

static const struct model_source source = {
    .count = count_for_fit, .newest = read_newest, .scored = read_scored};

struct model_seat model_detector_seat(const struct detector *detector, const void *options_,
                                      void *opaque) {
  const struct model_options *const options = options_;
  struct model_state *const state = opaque;
  return (struct model_seat){.model = detector->model,
                             .common = options->common,
                             .own = model_options_own(options),
                             .terms = model_terms_within(&options->terms, options->window_size),
                             .life = &state->life,
                             .columns = feature_columns(&options->features),
                             .reach = options->window_size,
                             .newest = newest_time(state),
                             .source = &source,
                             .window = state,
                             .options = options,
                             .window_size = state_size(options)};
}

/* ---- Scores --------------------------------------------------------------- */

static const char *reason_of(enum feature feature) {
  static const char *const reasons[FEATURES] = {
      [FEATURE_VALUE] = "a fitted model finds its value unusual",
      [FEATURE_DIFF] = "a fitted model finds its last step unusual",
      [FEATURE_MEAN] = "a fitted model finds its moving mean unusual",
      [FEATURE_STD] = "a fitted model finds its spread unusual",
      [FEATURE_MIN] = "a fitted model finds its lowest values unusual",
      [FEATURE_MAX] = "a fitted model finds its highest values unusual",
      [FEATURE_RANGE] = "a fitted model finds its range unusual",
      [FEATURE_SLOPE] = "a fitted model finds its slope unusual",
      [FEATURE_LAG] = "a fitted model finds its value unusual after those before",
      [FEATURE_HOUR_OF_DAY] = "a fitted model finds its value unusual for the hour",
      [FEATURE_DAY_OF_WEEK] = "a fitted model finds its value unusual for the day of the week",
  };
  return reasons[feature];
}

static size_t largest(const double *shares, size_t count) {
  size_t at = 0;
  for (size_t i = 1; i < count; i++)
    if (shares[i] > shares[at])
      at = i;
  return at;
}

static enum anomaly_kind kind_of(enum feature feature, double value, double usual) {
  if (feature == FEATURE_STD || feature == FEATURE_RANGE)
    return KIND_VARIANCE;
  if (feature == FEATURE_VALUE || (feature >= FEATURE_MEAN && feature <= FEATURE_MAX))
    return value < usual ? KIND_DIP : KIND_SPIKE;
  return KIND_PATTERN;
}

/* What stands out, by the column that has most of the score. */
static void name(const struct model_options *options, const struct observation *now,
                 const double *row, struct finding *ret) {
  double shares[FEATURE_COLUMNS_MAX];
  model_explain(now->block, row, now->scratch, shares);
  const size_t column = largest(shares, block_columns(now->block));
  const enum feature feature = feature_of(&options->features, column);
  ret->kind = kind_of(feature, row[column], block_column(now->block, column)->median);
  ret->reason = reason_of(feature);
}

static void judge(struct model_state *state, const struct model_options *options,
                  const struct course_record *record, const struct observation *now,
                  const double *row, struct finding *ret) {
  const struct model_calibration calibration = {.history = &state->history,
                                                .lasting = &state->lasting};
  const struct model_case score = {.block = now->block,
                                   .row = row,
                                   .raw = ret->raw,
                                   .record = record,
                                   .line = model_line(options->threshold, state->pace.interval),
                                   .alarm = (float)now->line};
  const struct model_judgement judgement = model_calibration_judge(&calibration, &score);
  ret->ready = judgement.ready;
  ret->surprise = judgement.surprise;
  ret->ratio = judgement.ratio;
  ret->onset = judgement.change == LASTING_BEGINS ? judgement.ratio : 0;
}

static void update(void *opaque, const void *options_, const struct observation *now,
                   struct finding *ret) {
  struct model_state *const state = opaque;
  const struct model_options *const options = options_;
  const struct course_record record = course_take(&state->course, now);
  pace_learn(&state->pace, record.number, record.gap, now->interval);
  keep(state, options, now);
  *ret = finding_none();
  if (now->block == NULL) {
    ret->missing = options->min_samples > state->held ? options->min_samples - state->held : 0;
    return;
  }
  const struct record_ring ring = ring_of(state, options);
  double row[FEATURE_COLUMNS_MAX];
  feature_row(&options->features, &ring, 0, row);
  ret->scored = true;
  model_life_score(&state->life);
  ret->raw = model_score(now->block, row, now->scratch);
  ret->outlier = ret->raw > block_threshold(now->block);
  judge(state, options, &record, now, row, ret);
  if (ret->ratio > 0) {
    ret->kind = KIND_PATTERN;
    if (feature_of(&options->features, 0) == FEATURE_VALUE)
      ret->expected = block_column(now->block, 0)->median;
  }
  if (ret->ratio >= now->line)
    name(options, now, row, ret);
  if (block_learns(now->block))
    model_learn(now->block, row, now->scratch);
}

/* ---- Stored bytes --------------------------------------------------------- */

static bool window_valid(const struct model_state *state, const struct model_options *options) {
  if (state->held > options->window_size || state->newest >= options->window_size ||
      (state->held < options->window_size && state->newest + 1 != state->held && state->held > 0))
    return false;
  for (uint32_t i = 0; i < state->held; i++) {
    const struct record *const record = &state->window[i];
    if (!(record->time >= 0 && record->time <= TIME_MOST) ||
        !(fabs(record->value) <= MOMENTS_LARGEST))
      return false;
  }
  return true;
}

static bool valid(const void *opaque, const void *options) {
  const struct model_state *const state = opaque;
  return score_history_valid(&state->history) && course_valid(&state->course) &&
         pace_valid(&state->pace) && model_life_valid(&state->life) && window_valid(state, options);
}

/* ---- The descriptor ------------------------------------------------------- */

struct detector model_detector(const struct model *model, const char *(*check)(const void *options),
                               struct option_row *rows) {
  return (struct detector){.name = model->name,
                           .summary = model->summary,
                           .source = model->source,
                           .model = model,
                           .options = rows,
                           .options_size = model_options_write(model, rows),
                           .state = model_state_rows,
                           .state_version = 4,
                           .state_size = state_size,
                           .check = check,
                           .init = init,
                           .update = update,
                           .valid = valid};
}

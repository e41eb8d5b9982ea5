#include "engine/model_detector.h"

#include "anomaly/status.h"
#include "engine/model_calibration.h"
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
  double tried;        /* time of the newest sample when the last fit came to an end */
  uint32_t wait;       /* samples until the next fit is due */
  double created;      /* time of the newest sample that the block was fitted to */
  uint32_t version;    /* of the last fit */
  uint32_t in_use;     /* version of the block */
  uint32_t bad;        /* version that labels have shown to be bad; 0 = none */
  uint32_t scored;     /* samples that it has scored; stays at its largest */
  uint32_t until_look; /* samples until its drift is measured */
  uint32_t held;       /* samples in the window */
  uint32_t newest;     /* index of the last */
  bool fitted;         /* a block belongs to this state */
  struct record window[];
};

static const struct state_row model_state_rows[] = {
    STATE_STRUCTS(struct model_state, history, 1, struct score_history, score_history_rows),
    STATE_STRUCTS(struct model_state, course, 1, struct course, course_rows),
    STATE_STRUCTS(struct model_state, pace, 1, struct pace, pace_rows),
    STATE_STRUCTS(struct model_state, lasting, 1, struct lasting, lasting_rows),
    STATE_FIELD(struct model_state, tried, STATE_F64),
    STATE_FIELD(struct model_state, wait, STATE_U32),
    STATE_FIELD(struct model_state, created, STATE_F64),
    STATE_FIELD(struct model_state, version, STATE_U32),
    STATE_FIELD(struct model_state, in_use, STATE_U32),
    STATE_FIELD(struct model_state, bad, STATE_U32),
    STATE_FIELD(struct model_state, scored, STATE_U32),
    STATE_FIELD(struct model_state, until_look, STATE_U32),
    STATE_FIELD(struct model_state, held, STATE_U32),
    STATE_FIELD(struct model_state, newest, STATE_U32),
    STATE_FIELD(struct model_state, fitted, STATE_U8),
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
  state->wait = options->min_samples;
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
  state->wait -= state->wait > 0;
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

/* `count` rows but for the newest `skip`, the oldest first; both together are at most rows_held. */
static int make_rows(const struct model_state *state, const struct model_options *options,
                     uint32_t skip, uint32_t count, struct matrix *ret_rows, double **ret_cells) {
  const struct record_ring ring = ring_of(state, options);
  const size_t columns = feature_columns(&options->features);
  double *const cells = calloc(count * columns + 1, sizeof *cells);
  if (cells == NULL)
    return STATUS_NO_MEMORY;
  for (uint32_t i = 0; i < count; i++)
    feature_row(&options->features, &ring, skip + count - 1 - i, cells + i * columns);
  *ret_rows = (struct matrix){.cells = cells, .rows = count, .columns = columns};
  *ret_cells = cells;
  return STATUS_OK;
}

int model_detector_newest(const void *state, const void *options, uint32_t count,
                          struct matrix *ret_rows, double **ret_cells) {
  const uint32_t held = rows_held(state, options);
  return make_rows(state, options, 0, count < held ? count : held, ret_rows, ret_cells);
}

/* ---- Fits ----------------------------------------------------------------- */

uint32_t model_detector_recent(const void *options) {
  return ((const struct model_options *)options)->drift_window;
}

uint32_t model_detector_shadow(const void *state, const void *options_) {
  const struct model_options *const options = options_;
  const uint32_t half = count_rows(state, options) / 2;
  return options->shadow < half ? options->shadow : half;
}

int model_detector_fit(const struct detector *detector, const void *options_, const void *opaque,
                       uint32_t skip, const atomic_bool *stop, struct model_fit *ret_fit) {
  const struct model_options *const options = options_;
  const struct model_state *const state = opaque;
  const uint32_t count = count_rows(state, options) - skip;
  struct matrix rows;
  double *cells;
  int status = make_rows(state, options, skip, count, &rows, &cells);
  if (status != STATUS_OK)
    return status;
  const struct fit_control control = {.threads = 1, .stop = stop};
  status = model_fit(detector->model, &rows, &options->common, model_options_own(options), &control,
                     &ret_fit->block);
  free(cells);
  if (status == STATUS_OK) {
    ret_fit->from = record_at(state, options, skip + count - 1)->time;
    ret_fit->created = record_at(state, options, skip)->time;
  }
  return status;
}

static bool is_fit_due(const struct model_state *state, const struct model_options *options,
                       bool fitted) {
  const bool lost = state->fitted && !fitted;
  const bool old = fitted && options->retrain_after > 0 &&
                   newest_time(state) - state->tried >= options->retrain_after;
  return state->wait == 0 || lost || old;
}

enum model_task model_detector_task(const void *opaque, const void *options, bool fitted) {
  const struct model_state *const state = opaque;
  if (is_fit_due(state, options, fitted))
    return MODEL_FIT;
  return fitted && state->until_look == 0 ? MODEL_LOOK : MODEL_IDLE;
}

/*
 * Samples from a look at the drift to the next: as many as are compared, but not so
 * few that early fits were more than ten times as many as those in their turn. A model
 * that is fitted anew before all of its window is new keeps up with what comes anyway.
 */
static uint32_t look_interval(const struct model_options *options) {
  if (!(options->drift_limit > 0) || options->retrain_interval < options->window_size)
    return UINT32_MAX;
  const uint32_t least = options->retrain_interval / 10;
  return options->drift_window > least ? options->drift_window : least;
}

void model_detector_looked(void *opaque, const void *options, bool drifted) {
  struct model_state *const state = opaque;
  state->until_look = look_interval(options);
  if (drifted)
    state->wait = 0;
}

static void wait_again(struct model_state *state, const struct model_options *options) {
  state->wait = options->retrain_interval;
  state->tried = newest_time(state);
}

uint32_t model_detector_took(void *opaque, const void *options_, const struct model_fit *fit,
                             uint32_t spread) {
  struct model_state *const state = opaque;
  const struct model_options *const options = options_;
  wait_again(state, options);
  state->wait -= spread % (state->wait / 4 + 1);
  state->tried = fmax(state->tried - options->retrain_after / 4 * (spread % 1024 / 1024.), 0);
  state->fitted = true;
  state->created = fit->created;
  state->scored = 0;
  state->until_look = look_interval(options);
  state->until_look -= spread % (state->until_look / 4 + 1);
  state->version += state->version < UINT32_MAX;
  state->in_use = state->version;
  return state->version;
}

void model_detector_went_back(void *opaque, const void *options_, uint32_t version,
                              double created) {
  struct model_state *const state = opaque;
  const struct model_options *const options = options_;
  wait_again(state, options);
  if (state->wait < options->window_size)
    state->wait = options->window_size;
  state->until_look = state->wait;
  state->fitted = true;
  state->created = created;
  state->scored = 0;
  state->in_use = version;
  if (state->version < version)
    state->version = version;
}

enum model_grade model_detector_graded(void *opaque, const void *options_, double f1, double best) {
  struct model_state *const state = opaque;
  const struct model_options *const options = options_;
  if (!(f1 < options->min_f1) || state->bad == state->in_use)
    return MODEL_GOOD;
  state->bad = state->in_use;
  if (best >= options->min_f1)
    return MODEL_RETURN;
  state->wait = 0;
  return MODEL_REFIT;
}

bool model_detector_wants(const void *opaque, uint32_t version, double created) {
  const struct model_state *const state = opaque;
  return state->fitted && state->in_use == version && state->created == created;
}

bool model_detector_relearn(const void *opaque, const void *options_, struct block *block,
                            double *scratch) {
  const struct model_state *const state = opaque;
  const struct model_options *const options = options_;
  const struct record_ring ring = ring_of(state, options);
  if (!block_learns(block))
    return true;
  if (state->scored == UINT32_MAX ||
      state->scored + feature_reach(&options->features) > state->held)
    return false;
  for (uint32_t back = state->scored; back > 0; back--) {
    double row[FEATURE_COLUMNS_MAX];
    feature_row(&options->features, &ring, back - 1, row);
    (void)model_score(block, row, scratch);
    model_learn(block, row, scratch);
  }
  return true;
}

void model_detector_missed(void *opaque, const void *options, bool fitted) {
  struct model_state *const state = opaque;
  wait_again(state, options);
  state->fitted = fitted;
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
  state->scored += state->scored < UINT32_MAX;
  state->until_look -= state->until_look > 0 && options->drift_limit > 0;
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
  uint8_t fitted;
  memcpy(&fitted, &state->fitted, sizeof fitted);
  return score_history_valid(&state->history) && course_valid(&state->course) &&
         pace_valid(&state->pace) && state->tried >= 0 && state->tried <= TIME_MOST &&
         state->created >= 0 && state->created <= TIME_MOST && fitted <= 1 &&
         window_valid(state, options);
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
                           .state_version = 3,
                           .state_size = state_size,
                           .check = check,
                           .init = init,
                           .update = update,
                           .valid = valid};
}

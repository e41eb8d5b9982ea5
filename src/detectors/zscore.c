/*
 * Moving z-score: how many standard deviations a value is from the mean of the
 * last `window` values (Shewhart, 1931, "Economic control of quality of
 * manufactured product"; with a moving window). Detects spikes, dips and steps
 * of a metric whose level moves slowly against the window.
 *
 * What is odd is learned with care (winsorised): a value more than `sigma`
 * (but at least 3) standard deviations off is learned clipped to that edge, and
 * of a run of such values only each tenth. After a run of `window` values they
 * are learned as they are: a lasting new level, however far, is usual after at
 * most two windows.
 *
 * It is ready after 30 values, or a full window if that is less: the error of a
 * mean and spread estimated from 30 Gaussian values makes alarms at 3 sigma 2.3
 * times as frequent as the .27 % of the textbook (from 100 values 1.3 times,
 * from 10 values 7 times). It counts values and does not wait for the rule's
 * warm-up, since a moving window never knows more than its length.
 */
#include "anomaly/detector.h"
#include "stats/band.h"
#include "stats/moments.h"
#include "stats/moving.h"

#include <math.h>

enum { READY_AFTER = 30, LEARNED_OF_RUN = 10, RUN_OF_NEW_LEVEL = 10 };

/* Clipping nearer than this would make the spread shrink by itself. */
static const double LEARNED_SIGMA = 3;

struct zscore_options {
  uint32_t window;
  double sigma;
  double min_band;
};

struct zscore_state {
  struct moving moving;
  uint32_t run; /* values beyond the edge in a row, at most window + 1 */
  uint8_t over; /* the last value was over the alarm line */
  double values[];
};

static const struct option_row zscore_options[] = {
    {.name = "window",
     .kind = OPTION_COUNT,
     .unit = "samples",
     .offset = offsetof(struct zscore_options, window),
     .preset = 100,
     .min = 2,
     .max = 10000,
     .help = "Values that the moving mean and standard deviation are taken over"},
    {.name = "sigma",
     .kind = OPTION_REAL,
     .unit = "standard deviations",
     .offset = offsetof(struct zscore_options, sigma),
     .preset = 3,
     .min = 1,
     .max = 100,
     .help = "Distance from the mean at which a value is over the line"},
    {.name = "min_band",
     .kind = OPTION_REAL,
     .unit = "of the mean",
     .offset = offsetof(struct zscore_options, min_band),
     .preset = .001,
     .min = 1e-9,
     .max = 10,
     .help = "Smallest distance of the limits from the mean, as a share of it: how far a constant "
             "metric may move"},
    OPTION_ROWS_END,
};

static const struct state_row zscore_rows[] = {
    STATE_STRUCTS(struct zscore_state, moving, 1, struct moving, moving_rows),
    STATE_FIELD(struct zscore_state, run, STATE_U32),
    STATE_FIELD(struct zscore_state, over, STATE_U8),
    STATE_ARRAY_BY(struct zscore_state, values, STATE_F64, struct zscore_options, window),
    STATE_ROWS_END,
};

static size_t zscore_state_size(const void *options) {
  const struct zscore_options *const zscore = options;
  return sizeof(struct zscore_state) + zscore->window * sizeof(double);
}

static void zscore_init(void *state, const void *options) {
  (void)state;
  (void)options;
}

static bool is_ready(const struct zscore_state *state, const struct zscore_options *options) {
  return state->moving.count >= (options->window < READY_AFTER ? options->window : READY_AFTER);
}

/* `magnitude` is what min_band is a share of. */
static struct band band_of(const struct zscore_state *state, const struct zscore_options *options,
                           double sigma, double magnitude) {
  return band_around(moving_mean(&state->moving),
                     fmax(sigma * moving_deviation(&state->moving), options->min_band * magnitude));
}

static void judge(struct zscore_state *state, const struct zscore_options *options, double value,
                  double line, struct finding *ret) {
  const double mean = moving_mean(&state->moving);
  const struct band band = band_of(state, options, options->sigma, fabs(mean));
  const bool over_before = state->over;
  *ret = band_judge(&band, value);
  ret->surprise = gaussian_surprise(ret->ratio * options->sigma);
  state->over = ret->ratio >= line;
  if (!state->over)
    return;
  ret->onset = over_before ? 0 : ret->ratio;
  ret->reason = "far from the mean of its last values";
  if (state->run >= RUN_OF_NEW_LEVEL) {
    ret->kind = KIND_LEVEL_SHIFT;
    ret->reason = "on a new level";
  }
}

/* Of the edge, min_band is a share of the value too, so that a constant 0 can be left. */
static double clip(const struct zscore_state *state, const struct zscore_options *options,
                   double value) {
  const double magnitude = fmax(fabs(moving_mean(&state->moving)), fabs(value));
  const struct band edge = band_of(state, options, fmax(options->sigma, LEARNED_SIGMA), magnitude);
  return band_clip(&edge, value);
}

static void learn(struct zscore_state *state, const struct zscore_options *options, double value,
                  double ratio) {
  const double clipped = ratio > 1 ? clip(state, options, value) : value;
  if (clipped == value)
    state->run = 0;
  else if (state->run <= options->window)
    state->run++;
  if (state->run == 0 || state->run > options->window)
    moving_add(&state->moving, state->values, options->window, value);
  else if (state->run % LEARNED_OF_RUN == 1)
    moving_add(&state->moving, state->values, options->window, clipped);
}

static void zscore_update(void *state, const void *options, const struct observation *now,
                          struct finding *ret) {
  const double value = moments_clamp(now->value);
  if (is_ready(state, options))
    judge(state, options, value, now->line, ret);
  else
    *ret = finding_none();
  learn(state, options, value, ret->ratio);
}

static bool zscore_valid(const void *state, const void *options) {
  const struct zscore_state *const zscore = state;
  const struct zscore_options *const limits = options;
  return moving_valid(&zscore->moving, zscore->values, limits->window);
}

const struct detector zscore_detector = {
    .name = "zscore",
    .summary = "spikes, dips and steps against the mean and spread of the last values",
    .source = "Shewhart, 1931, Economic control of quality of manufactured product; over a moving "
              "window",
    .options = zscore_options,
    .options_size = sizeof(struct zscore_options),
    .state = zscore_rows,
    .state_version = 1,
    .state_size = zscore_state_size,
    .init = zscore_init,
    .update = zscore_update,
    .valid = zscore_valid,
};

/*
 * SPOT: extreme value theory on a stream. A value is over the line when chance
 * would bring one like it with a probability of less than `risk`, by a
 * generalized Pareto tail fitted to the peaks of the past. With drift and on
 * both sides, as DSPOT: values are taken relative to the mean of the last
 * `depth` ones. Detects spikes, dips and steps.
 *
 * Siffer, Fouque, Termier and Largouet, 2017, "Anomaly detection in streams with
 * extreme value theory". What is other here:
 *  - the threshold that peaks lie over is not that of the first values for ever:
 *    it is held at the quantile `level`, in units of the mean distance from the
 *    moving mean (Robbins and Monro, 1951, "A stochastic approximation method"),
 *    so it follows a metric that becomes noisier or quieter;
 *  - the last PEAKS peaks are kept on each side, and the tail is fitted anew when
 *    an eighth of them are new, by Zhang and Stephens (excess_tail.h) instead of
 *    Grimshaw's search for roots;
 *  - the first value of a run over the line is not ignored but learned as a peak,
 *    and a value that FAMILIAR of the last peaks have reached is no rarer than
 *    they are: what happens again and again becomes usual, also where no Pareto
 *    tail fits it, as for a metric that jumps to and fro;
 *  - after a run of `depth` values over the line they are taken into the moving
 *    mean: a lasting new level is usual after about twice as many.
 *
 * It is ready after `depth` and CALIBRATION values and the rule's warm-up. With
 * fewer than ten peaks a value is as rare as such peaks were.
 */
#include "anomaly/detector.h"
#include "stats/clamp.h"
#include "stats/excess_tail.h"
#include "stats/moments.h"
#include "stats/moving.h"
#include "stats/pace.h"
#include "stats/swamped.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  PEAKS = 200,             /* on each side */
  CALIBRATION = 2 * PEAKS, /* values, held where the peaks will be */
  REFIT = 8,               /* of the peaks, one in so many is new */
  FAMILIAR = 3,            /* peaks that are no chance any more */
  RUN_OF_NEW_LEVEL = 10,
};

static const double HEAVY_SHAPE = 1. / 3; /* as the tails of most metrics have it */
static const double GAIN = .02;           /* of the mean distance and the thresholds */
static const double PEAK_MOST = 1e30;
static const double UNITS_MOST = 1e6;
static const double TIME_LIMIT = 1e12;

struct spot_options {
  uint32_t depth;
  double level;
  double risk;
};

struct side {
  struct excess_tail tail;
  double threshold; /* in mean distances from the moving mean */
  double reach;     /* excess that is at the line */
  uint32_t peaks;   /* in the ring */
  uint32_t next;    /* place of the next one */
  uint32_t fresh;   /* since the tail was fitted */
  uint8_t fitted;
  float peak[PEAKS]; /* distances from the moving mean */
};

enum { BELOW, ABOVE, SIDES };

struct spot_state {
  struct side side[SIDES];
  double first_time;
  double distance; /* mean distance from the moving mean */
  struct pace pace;
  uint32_t elapsed; /* seconds from the first value to the last one */
  uint32_t records; /* so far; saturates */
  uint32_t run;     /* values over the line in a row, at most depth + 1 */
  struct swamped swamped;
  struct moving moving;
  double values[];
};

static const struct option_row spot_options[] = {
    {.name = "depth",
     .kind = OPTION_COUNT,
     .unit = "samples",
     .offset = offsetof(struct spot_options, depth),
     .preset = 20,
     .min = 2,
     .max = 10000,
     .help = "Values whose mean the peaks are measured from"},
    {.name = "level",
     .kind = OPTION_REAL,
     .offset = offsetof(struct spot_options, level),
     .preset = .98,
     .min = .8,
     .max = .999,
     .help = "Share of values that are no peaks, on each side"},
    {.name = "risk",
     .kind = OPTION_REAL,
     .offset = offsetof(struct spot_options, risk),
     .preset = 0,
     .min = 0,
     .max = .1,
     .help = "Probability at which a value is over the line, on each side; 0 = what chance brings "
             "once in two weeks, by the metric's interval"},
    OPTION_ROWS_END,
};

static const struct state_row side_rows[] = {
    STATE_STRUCTS(struct side, tail, 1, struct excess_tail, excess_tail_rows),
    STATE_FIELD(struct side, threshold, STATE_F64),
    STATE_FIELD(struct side, reach, STATE_F64),
    STATE_FIELD(struct side, peaks, STATE_U32),
    STATE_FIELD(struct side, next, STATE_U32),
    STATE_FIELD(struct side, fresh, STATE_U32),
    STATE_FIELD(struct side, fitted, STATE_U8),
    STATE_ARRAY(struct side, peak, STATE_F32, PEAKS),
    STATE_ROWS_END,
};

static const struct state_row spot_rows[] = {
    STATE_STRUCTS(struct spot_state, side, SIDES, struct side, side_rows),
    STATE_FIELD(struct spot_state, first_time, STATE_F64),
    STATE_FIELD(struct spot_state, distance, STATE_F64),
    STATE_STRUCTS(struct spot_state, pace, 1, struct pace, pace_rows),
    STATE_FIELD(struct spot_state, elapsed, STATE_U32),
    STATE_FIELD(struct spot_state, records, STATE_U32),
    STATE_FIELD(struct spot_state, run, STATE_U32),
    STATE_STRUCTS(struct spot_state, swamped, 1, struct swamped, swamped_rows),
    STATE_STRUCTS(struct spot_state, moving, 1, struct moving, moving_rows),
    STATE_ARRAY_BY(struct spot_state, values, STATE_F64, struct spot_options, depth),
    STATE_ROWS_END,
};

static size_t spot_state_size(const void *options) {
  const struct spot_options *const spot = options;
  return sizeof(struct spot_state) + spot->depth * sizeof(double);
}

static void spot_init(void *state, const void *options) {
  (void)options;
  pace_init(&((struct spot_state *)state)->pace);
}

/* Values that have a moving mean, so far. */
static uint32_t measured(const struct spot_state *state, const struct spot_options *options) {
  return state->records > options->depth ? state->records - options->depth : 0;
}

static bool is_calibrated(const struct spot_state *state, const struct spot_options *options) {
  return measured(state, options) >= CALIBRATION;
}

/* Where no risk is given, that of once in two weeks; see rarity_line. */
static double line_decades(const struct spot_state *state, const struct spot_options *options) {
  static const double fortnight = 1209600, least = 2;
  const double interval = fmax((double)state->pace.interval, 1);
  return options->risk > 0 ? -log10(options->risk) : fmax(log10(fortnight / interval), least);
}

static double peak_decades(const struct spot_options *options) {
  return -log10(1 - options->level);
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Excesses of a side's peaks over the threshold in ascending order; returns how many. */
static size_t sorted_excesses(const struct side *side, double threshold, double *ret_excess) {
  size_t count = 0;
  for (uint32_t i = 0; i < side->peaks; i++)
    if ((double)side->peak[i] > threshold)
      ret_excess[count++] = (double)side->peak[i] - threshold;
  qsort(ret_excess, count, sizeof *ret_excess, compare);
  return count;
}

static void fit(struct side *side, double threshold, double decades) {
  double excess[PEAKS];
  const size_t count = sorted_excesses(side, threshold, excess);
  side->fresh = 0;
  side->fitted = count >= EXCESS_TAIL_LEAST;
  if (!side->fitted)
    return;
  side->tail = excess_tail_fit(excess, count, HEAVY_SHAPE);
  side->fitted = excess_tail_valid(&side->tail);
  side->reach = fmin(excess_tail_quantile(&side->tail, decades), PEAK_MOST);
}

static void add_peak(struct side *side, double peak) {
  side->peak[side->next] = (float)fmin(peak, PEAK_MOST);
  side->next = (side->next + 1) % PEAKS;
  side->peaks += side->peaks < PEAKS;
  side->fresh++;
}

/* What the peaks themselves say of a distance, where enough of them have reached it. */
static double familiar_decades(const struct side *side, double distance) {
  uint32_t reached = 0;
  for (uint32_t i = 0; i < side->peaks; i++)
    reached += (double)side->peak[i] >= distance;
  return reached >= FAMILIAR ? log10((side->peaks + 1.) / reached) : EXCESS_TAIL_MOST;
}

/* Decades of a distance on one side, 0 where it is no peak. */
static double decades_of(const struct spot_state *state, const struct spot_options *options,
                         const struct side *side, double distance) {
  const double threshold = side->threshold * state->distance;
  if (distance <= threshold || distance <= 0)
    return 0;
  if (side->fitted)
    return peak_decades(options) + fmin(excess_tail_decades(&side->tail, distance - threshold),
                                        familiar_decades(side, distance));
  return log10((measured(state, options) + 1.) / (side->peaks + 1.));
}

static double edge_of(const struct spot_state *state, const struct side *side) {
  static const double unknown_reach = 4;
  const double threshold = fmax(side->threshold, 0) * state->distance;
  return threshold + (side->fitted ? side->reach : unknown_reach * state->distance);
}

static void judge(const struct spot_state *state, const struct spot_options *options, double value,
                  struct finding *ret) {
  const double mean = moving_mean(&state->moving);
  const double deviation = value - mean;
  const enum anomaly_kind kind = deviation > 0 ? KIND_SPIKE : KIND_DIP;
  const struct side *const side = &state->side[deviation > 0 ? ABOVE : BELOW];
  ret->surprise = decades_of(state, options, side, fabs(deviation));
  ret->ratio = ret->surprise > 0 ? ret->surprise / line_decades(state, options) : 0;
  ret->expected = mean;
  ret->lower = mean - edge_of(state, &state->side[BELOW]);
  ret->upper = mean + edge_of(state, &state->side[ABOVE]);
  if (ret->ratio > 0) {
    ret->kind = state->run >= RUN_OF_NEW_LEVEL ? KIND_LEVEL_SHIFT : kind;
    ret->reason = deviation > 0 ? "beyond its highest peaks" : "beyond its lowest peaks";
  }
}

/* One value of those that the first thresholds are made of. */
static void calibrate(struct spot_state *state, const struct spot_options *options,
                      double deviation) {
  const uint32_t number = measured(state, options);
  const double bounded = double_clamp(deviation, -PEAK_MOST, PEAK_MOST);
  state->side[number / PEAKS].peak[number % PEAKS] = (float)bounded;
  state->distance += (fabs(bounded) - state->distance) / (number + 1.);
  if (number + 1 < CALIBRATION)
    return;
  double values[CALIBRATION];
  for (uint32_t i = 0; i < CALIBRATION; i++)
    values[i] = (double)state->side[i / PEAKS].peak[i % PEAKS];
  qsort(values, CALIBRATION, sizeof values[0], compare);
  const uint32_t peaks = (uint32_t)(CALIBRATION * (1 - options->level));
  for (int sign = BELOW; sign < SIDES; sign++) {
    struct side *const side = &state->side[sign];
    const uint32_t edge = sign == ABOVE ? CALIBRATION - 1 - peaks : peaks;
    const double threshold = sign == ABOVE ? values[edge] : -values[edge];
    side->threshold = state->distance > 0
                          ? double_clamp(threshold / state->distance, -UNITS_MOST, UNITS_MOST)
                          : 0;
    for (uint32_t i = 0; i < peaks && i < PEAKS; i++) {
      const double peak = sign == ABOVE ? values[edge + 1 + i] : -values[i];
      if (peak > threshold)
        add_peak(side, peak);
    }
    fit(side, side->threshold * state->distance, line_decades(state, options));
  }
}

/* A distance on one side; negative: on the other one. */
static void learn_side(struct spot_state *state, const struct spot_options *options,
                       struct side *side, double distance) {
  const double threshold = side->threshold * state->distance;
  const bool is_peak = distance > threshold;
  if (is_peak && distance > 0) {
    add_peak(side, distance);
    if (side->fresh * REFIT >= side->peaks)
      fit(side, threshold, line_decades(state, options));
  }
  side->threshold += GAIN * ((is_peak ? 1 : 0) - (1 - options->level));
  side->threshold = double_clamp(side->threshold, -UNITS_MOST, UNITS_MOST);
}

static void learn_deviation(struct spot_state *state, const struct spot_options *options,
                            double deviation) {
  const double edge = edge_of(state, &state->side[deviation > 0 ? ABOVE : BELOW]);
  const double distance = fmin(fabs(deviation), PEAK_MOST);
  const double learned = deviation > 0 ? distance : -distance;
  const double clipped = edge > 0 ? fmin(distance, edge) : distance;
  learn_side(state, options, &state->side[BELOW], -learned);
  learn_side(state, options, &state->side[ABOVE], learned);
  state->distance += GAIN * (clipped - state->distance);
}

static void learn(struct spot_state *state, const struct spot_options *options, double value,
                  bool over) {
  const double deviation = value - moving_mean(&state->moving);
  state->run = !over ? 0 : state->run + (state->run <= options->depth);
  const bool usual = !over || state->run > options->depth;
  if (is_calibrated(state, options)) {
    if (usual || state->run == 1)
      learn_deviation(state, options, deviation);
  } else if (state->records >= options->depth) {
    calibrate(state, options, deviation);
  }
  if (usual)
    moving_add(&state->moving, state->values, options->depth, value);
}

static void take_time(struct spot_state *state, const struct observation *now) {
  if (state->records == 0)
    state->first_time = fmin(now->time, TIME_LIMIT);
  const uint32_t elapsed =
      (uint32_t)double_clamp(now->time - state->first_time, 0, (double)UINT32_MAX);
  const uint32_t gap = elapsed > state->elapsed ? elapsed - state->elapsed : 0;
  pace_learn(&state->pace, state->records, gap, now->interval);
  state->elapsed = elapsed;
}

static void start_anew(struct spot_state *state, const struct spot_options *options) {
  memset(state, 0, spot_state_size(options));
  spot_init(state, options);
}

static void spot_update(void *opaque, const void *options, const struct observation *now,
                        struct finding *ret) {
  struct spot_state *const state = opaque;
  const double value = moments_clamp(now->value);
  take_time(state, now);
  *ret = finding_none();
  ret->ready = is_calibrated(state, options) && state->elapsed >= now->warmup;
  if (ret->ready)
    judge(state, options, value, ret);
  const bool over = ret->ratio >= now->line;
  ret->onset = over && state->run == 0 ? ret->ratio : 0;
  learn(state, options, value, over);
  state->records += state->records < UINT32_MAX;
  if (swamped_by(&state->swamped, value, state->distance))
    start_anew(state, options);
}

static bool is_side(const struct side *side) {
  bool valid = fabs(side->threshold) <= UNITS_MOST && fabs(side->reach) <= PEAK_MOST &&
               side->peaks <= PEAKS && side->next < PEAKS && side->fresh <= UINT16_MAX &&
               side->fitted <= 1 && (side->fitted == 0 || excess_tail_valid(&side->tail));
  for (uint32_t i = 0; i < PEAKS; i++)
    valid = valid && fabs((double)side->peak[i]) <= 2 * PEAK_MOST;
  return valid;
}

static bool spot_valid(const void *opaque, const void *options) {
  const struct spot_options *const spot = options;
  const struct spot_state *const state = opaque;
  return is_side(&state->side[BELOW]) && is_side(&state->side[ABOVE]) && state->first_time >= 0 &&
         state->first_time <= TIME_LIMIT && state->distance >= 0 &&
         state->distance <= 2 * PEAK_MOST && pace_valid(&state->pace) &&
         state->run <= spot->depth + 1 && swamped_valid(&state->swamped) &&
         moving_valid(&state->moving, state->values, spot->depth) &&
         (state->moving.count >= spot->depth || state->records < spot->depth);
}

const struct detector spot_detector = {
    .name = "spot",
    .summary = "spikes, dips and steps that chance would bring with less than a given risk",
    .source = "Siffer, Fouque, Termier, Largouet, 2017, Anomaly detection in streams with extreme "
              "value theory",
    .options = spot_options,
    .options_size = sizeof(struct spot_options),
    .state = spot_rows,
    .state_version = 1,
    .state_size = spot_state_size,
    .init = spot_init,
    .update = spot_update,
    .valid = spot_valid,
};

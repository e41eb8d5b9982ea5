#include "stats/decompose.h"

#include "anomaly/status.h"
#include "stats/loess.h"
#include "stats/sorted.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
  INNER_TURNS = 2,
  ROBUST_TURNS = 4,
  SEASON_SPAN = 11,  /* visits of a place in the period that are smoothed together */
  FLAT_SPAN = 25,    /* of the trend where there is no season */
  SPAN_PLACES = 100, /* of a span at which what is smooth is found; a straight line between */
  PERIOD_ROWS_MAX = 20000,
};

size_t decompose_memory(size_t count) { return 3 * count + 2 * (2 * count) + 2 * (count + 3); }

/* Parts of the working memory. */
struct work {
  double *weights, *rest, *low;   /* count each */
  double *cycle, *mean;           /* count + 2 periods each */
  double *visits, *visit_weights; /* of one place in the period */
};

static struct work work_over(double *memory, size_t count, size_t period) {
  struct work work = {.weights = memory};
  work.rest = work.weights + count;
  work.low = work.rest + count;
  work.cycle = work.low + count;
  work.mean = work.cycle + count + 2 * period;
  work.visits = work.mean + count + 2 * period;
  work.visit_weights = work.visits + count / period + 3;
  return work;
}

static size_t next_odd(double number) {
  const size_t whole = (size_t)ceil(number);
  return whole + (whole % 2 == 0);
}

/* Straight from one number to another. */
static void fill_line(double *numbers, size_t from, size_t to) {
  const double slope = (numbers[to] - numbers[from]) / (double)(to - from);
  for (size_t at = from + 1; at < to; at++)
    numbers[at] = numbers[from] + (double)(at - from) * slope;
}

static void smooth(const double *numbers, const double *weights, size_t count, size_t span,
                   double *ret_smooth) {
  const struct loess loess = {
      .numbers = numbers, .weights = weights, .count = count, .span = span, .degree = 1};
  const size_t step = 1 + span / SPAN_PLACES;
  ret_smooth[0] = loess_at(&loess, 0);
  for (size_t from = 0, to; from + 1 < count; from = to) {
    to = from + step < count ? from + step : count - 1;
    ret_smooth[to] = loess_at(&loess, (double)to);
    fill_line(ret_smooth, from, to);
  }
}

/* The visits of each place in the period, smoothed, with one more on each side. */
static void smooth_cycles(const struct work *work, size_t count, size_t period) {
  for (size_t phase = 0; phase < period; phase++) {
    size_t visits = 0;
    for (size_t at = phase; at < count; at += period, visits++) {
      work->visits[visits] = work->rest[at];
      work->visit_weights[visits] = work->weights[at];
    }
    const struct loess loess = {.numbers = work->visits,
                                .weights = work->visit_weights,
                                .count = visits,
                                .span = SEASON_SPAN};
    for (size_t i = 0; i < visits + 2; i++)
      work->cycle[phase + i * period] = loess_at(&loess, (double)i - 1);
  }
}

/* The mean of each `width` numbers in a row, in place or not; returns how many there are. */
static size_t average(const double *numbers, size_t count, size_t width, double *ret_mean) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) {
    sum += numbers[i];
    if (i + 1 < width)
      continue;
    const double oldest = numbers[i + 1 - width];
    ret_mean[i + 1 - width] = sum / (double)width;
    sum -= oldest;
  }
  return count + 1 - width;
}

/* What is slow in the cycles is no season. */
static void find_season(const struct work *work, size_t count, size_t period, double *ret_season) {
  smooth_cycles(work, count, period);
  size_t left = average(work->cycle, count + 2 * period, period, work->mean);
  left = average(work->mean, left, period, work->mean);
  (void)average(work->mean, left, 3, work->mean);
  smooth(work->mean, NULL, count, next_odd((double)period), work->low);
  for (size_t i = 0; i < count; i++)
    ret_season[i] = work->cycle[i + period] - work->low[i];
}

static bool is_stopped(const atomic_bool *stop) {
  return stop != NULL && atomic_load_explicit(stop, memory_order_relaxed);
}

static void find_parts(const struct work *work, const double *series, size_t count, size_t period,
                       const atomic_bool *stop, double *trend, double *season) {
  const double share = 1.5 * (double)period / (1 - 1.5 / SEASON_SPAN);
  const size_t span = period > 1 ? next_odd(share) : FLAT_SPAN;
  for (int turn = 0; turn < INNER_TURNS && !is_stopped(stop); turn++) {
    for (size_t i = 0; i < count; i++)
      work->rest[i] = series[i] - trend[i];
    if (period > 1)
      find_season(work, count, period, season);
    for (size_t i = 0; i < count; i++)
      work->rest[i] = series[i] - season[i];
    smooth(work->rest, work->weights, count, span, trend);
  }
}

/* Bisquare of what is left, in six times its median. */
static void find_weights(const struct work *work, const double *series, size_t count,
                         const double *trend, const double *season) {
  for (size_t i = 0; i < count; i++)
    work->rest[i] = work->low[i] = fabs(series[i] - trend[i] - season[i]);
  sort_numbers(work->low, count);
  const double limit = 6 * sorted_quantile(work->low, count, .5);
  for (size_t i = 0; i < count; i++) {
    const double share = limit > 0 ? work->rest[i] / limit : work->rest[i] > 0;
    const double rest = fmax(1 - share * share, 0);
    work->weights[i] = rest * rest;
  }
}

int decompose(const double *series, size_t count, size_t period, const atomic_bool *stop,
              double *memory, double *ret_trend, double *ret_season) {
  const struct work work = work_over(memory, count, period);
  memset(ret_trend, 0, count * sizeof *ret_trend);
  memset(ret_season, 0, count * sizeof *ret_season);
  for (size_t i = 0; i < count; i++)
    work.weights[i] = 1;
  find_parts(&work, series, count, period, stop, ret_trend, ret_season);
  for (int turn = 0; turn < ROBUST_TURNS && !is_stopped(stop); turn++) {
    find_weights(&work, series, count, ret_trend, ret_season);
    find_parts(&work, series, count, period, stop, ret_trend, ret_season);
  }
  return is_stopped(stop) ? STATUS_STOPPED : STATUS_OK;
}

/* ---- The period ---- */

/* A peak must be so high, and stand so high over the valley before it. */
static const double PEAK = .25, ABOVE_VALLEY = .2, NEARLY = .9;

static double remove_line(const double *series, size_t count, double *ret_rest) {
  const double middle = (double)(count - 1) / 2;
  double mean = 0, product = 0, squares = 0, left = 0;
  for (size_t i = 0; i < count; i++)
    mean += series[i] / (double)count;
  for (size_t i = 0; i < count; i++) {
    product += ((double)i - middle) * (series[i] - mean);
    squares += ((double)i - middle) * ((double)i - middle);
  }
  for (size_t i = 0; i < count; i++) {
    ret_rest[i] = series[i] - mean - product / squares * ((double)i - middle);
    left += ret_rest[i] * ret_rest[i];
  }
  return left;
}

/* The mean product of pairs, so that few pairs of a long lag weigh no less. */
static double correlation_at(const double *rest, size_t count, double squares, size_t lag) {
  double sum = 0;
  for (size_t i = lag; i < count; i++)
    sum += rest[i] * rest[i - lag];
  return sum / (double)(count - lag) / (squares / (double)count);
}

static size_t shortest_peak(const double *correlation, size_t lags, double least) {
  double valley = 1;
  for (size_t lag = 1; lag + 1 < lags; lag++) {
    const double here = correlation[lag];
    if (lag > 1 && here >= least && here >= valley + ABOVE_VALLEY && here >= correlation[lag - 1] &&
        here >= correlation[lag + 1])
      return lag;
    valley = fmin(valley, here);
  }
  return 0;
}

/* The mean over a lag and its multiples, at which a period a little off is far off. */
static double mean_of_multiples(const double *correlation, size_t lags, size_t lag) {
  double sum = 0;
  size_t count = 0;
  for (size_t at = lag; at < lags; at += lag, count++)
    sum += correlation[at];
  return sum / (double)count;
}

static size_t best_near(const double *correlation, size_t lags, size_t lag) {
  size_t best = lag;
  double highest = mean_of_multiples(correlation, lags, lag);
  for (size_t at = lag - lag / 8; at < lags && at <= lag + lag / 4; at++) {
    const double mean = mean_of_multiples(correlation, lags, at);
    if (mean > highest)
      best = at;
    highest = fmax(highest, mean);
  }
  return best;
}

size_t find_period(const double *series, size_t count, double *memory) {
  if (count < 6)
    return 1;
  if (count > PERIOD_ROWS_MAX) {
    series += count - PERIOD_ROWS_MAX;
    count = PERIOD_ROWS_MAX;
  }
  const double squares = remove_line(series, count, memory);
  if (!(squares > 0))
    return 1;
  double *const correlation = memory + count;
  size_t lags = count / 3 + 2;
  lags = lags < DECOMPOSE_PERIOD_MAX ? lags : DECOMPOSE_PERIOD_MAX;
  for (size_t lag = 0; lag < lags; lag++)
    correlation[lag] = correlation_at(memory, count, squares, lag);
  double highest = 0;
  for (size_t lag = shortest_peak(correlation, lags, PEAK); lag > 0 && lag < lags; lag++)
    highest = fmax(highest, correlation[lag]);
  const size_t period = shortest_peak(correlation, lags, fmax(NEARLY * highest, PEAK));
  return period > 0 ? best_near(correlation, lags, period) : 1;
}

#include "stats/forecast.h"

#include "anomaly/status.h"
#include "stats/decompose.h"
#include "stats/holt.h"
#include "stats/sorted.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Steps ahead that are looked at are 1, 2, 4 ...; from so many places of the past. */
enum { LOOKS_MAX = 24, PLACES_MAX = 400 };

static const double LARGEST = 1e100;
static const double DAMPING = .98; /* of the slope, from step to step */

struct forecast {
  struct holt holt;
  double width[LOOKS_MAX]; /* half of the band, so many steps ahead; never falls */
  size_t looks;
  size_t step;            /* so far */
  double damping, fading; /* damping ^ step, and the sum of these */
  size_t period, place;   /* of the next number in it */
  double season[];
};

/* A fit's parts, and room for its work. */
struct work {
  struct holt_parts parts;
  const struct forecast_settings *settings;
  size_t period;
  size_t learned; /* numbers that trend and season are known from; the others put to the test */
  size_t looks;
  size_t apart;           /* numbers from one place to the next */
  double *trend, *season; /* of parts */
  double *memory;         /* decompose_memory */
  double *errors;         /* for each look, PLACES_MAX */
};

/* The sum of the damping over so many steps. */
static double fading_of(size_t steps) {
  return DAMPING * (1 - pow(DAMPING, (double)steps)) / (1 - DAMPING);
}

/* ---- The past --------------------------------------------------------------- */

/* Forecasts from behind number `at`; those whose time has come. */
static void look_ahead(const struct work *work, const struct holt *holt, size_t at, size_t place) {
  const struct holt_parts *const parts = &work->parts;
  for (size_t look = 0; look < work->looks; look++) {
    const size_t ahead = (size_t)1 << look;
    if (at + ahead >= parts->count)
      break;
    const double value = holt->level + fading_of(ahead) * holt->slope + parts->season[at + ahead];
    work->errors[look * PLACES_MAX + place] = fabs(parts->series[at + ahead] - value);
  }
}

/* Places from which so many steps ahead are known. */
static size_t places_of(const struct work *work, size_t look) {
  const size_t ahead = (size_t)1 << look;
  const size_t places = (work->parts.count - work->learned - 1 - ahead) / work->apart + 1;
  return places < PLACES_MAX ? places : PLACES_MAX;
}

static struct holt follow(const struct work *work, double gain) {
  struct holt holt = holt_begin_with(&work->parts, gain, work->memory);
  for (size_t i = 0; i < work->parts.count; i++) {
    (void)holt_learn(&holt, holt_error(&holt, work->parts.season[i], work->parts.series[i]));
    const size_t place = (i - work->learned) / work->apart;
    if (i >= work->learned && (i - work->learned) % work->apart == 0 && place < PLACES_MAX)
      look_ahead(work, &holt, i, place);
  }
  return holt;
}

/* The mean error with this gain, each look as much as another. */
static double error_with(const struct work *work, double gain) {
  double sum = 0;
  (void)follow(work, gain);
  for (size_t look = 0; look < work->looks; look++) {
    double errors = 0;
    for (size_t i = 0; i < places_of(work, look); i++)
      errors += work->errors[look * PLACES_MAX + i];
    sum += errors / (double)places_of(work, look);
  }
  return sum;
}

static double best_gain(const struct work *work) {
  double best = INFINITY, gain = holt_gains[0];
  for (size_t i = 0; i < HOLT_GAINS; i++) {
    const double error = error_with(work, holt_gains[i]);
    if (error < best)
      gain = holt_gains[i];
    best = fmin(best, error);
  }
  return gain;
}

/* Of few errors the largest that comes may well be larger than all of them. */
static void find_widths(const struct work *work, struct forecast *forecast) {
  double width = 0;
  for (size_t look = 0; look < work->looks; look++) {
    double *const errors = work->errors + look * PLACES_MAX;
    const size_t places = places_of(work, look);
    const double share = work->settings->coverage * (double)(places + 1) / (double)places;
    sort_numbers(errors, places);
    width = fmax(width, sorted_quantile(errors, places, fmin(share, 1)));
    forecast->width[look] = width;
  }
  forecast->looks = work->looks;
}

/* Takes the first numbers apart, and has their last season stand for those to come. */
static int take_apart(struct work *work, size_t learned) {
  const struct holt_parts *const parts = &work->parts;
  work->learned = learned;
  const int status = decompose(parts->series, learned, work->period, NULL, work->memory,
                               work->trend, work->season);
  for (size_t i = learned; status == STATUS_OK && i < parts->count; i++)
    work->season[i] = work->season[i - work->period];
  return status;
}

/* ---- Making one ------------------------------------------------------------- */

static bool is_fine(const double *series, size_t count) {
  bool fine = true;
  for (size_t i = 0; i < count; i++)
    fine = fine && fabs(series[i]) <= LARGEST;
  return fine;
}

/* As far as is asked for, but no further than half of what puts it to the test. */
static size_t looks_of(size_t tested, size_t steps) {
  size_t looks = 1;
  while (looks < LOOKS_MAX && ((size_t)1 << looks) <= tested / 2 &&
         ((size_t)1 << (looks - 1)) < steps)
    looks++;
  return looks;
}

/* Learns from two thirds, or two periods, what the rest puts to the test; then from all. */
static int learn(struct work *work, struct forecast *forecast) {
  const size_t count = work->parts.count, two_periods = 2 * work->period;
  const size_t learned = count * 2 / 3 > two_periods ? count * 2 / 3 : two_periods;
  const size_t tested = count - learned;
  work->looks = looks_of(tested, work->settings->steps);
  work->apart = 1 + tested / PLACES_MAX;
  int status = take_apart(work, learned);
  if (status != STATUS_OK)
    return status;
  const double gain = best_gain(work);
  (void)follow(work, gain);
  find_widths(work, forecast);
  status = take_apart(work, count);
  forecast->holt = follow(work, gain);
  for (size_t at = count - work->period; at < count; at++)
    forecast->season[at % work->period] = work->season[at];
  return status;
}

static int fit(struct forecast **ret_forecast, struct work *work) {
  struct forecast *const forecast =
      calloc(1, sizeof *forecast + work->period * sizeof *forecast->season);
  if (forecast == NULL)
    return STATUS_NO_MEMORY;
  *forecast = (struct forecast){
      .damping = 1, .period = work->period, .place = work->parts.count % work->period};
  const int status = learn(work, forecast);
  if (status == STATUS_OK)
    *ret_forecast = forecast;
  else
    free(forecast);
  return status;
}

/* Of a season there must be two periods, and a third of one to put it to the test. */
static bool is_long_enough(size_t count, size_t period) {
  return count >= FORECAST_NUMBERS_MIN && count >= 2 * period + period / 3 + 2;
}

int forecast_create(struct forecast **ret_forecast, const double *series, size_t count,
                    const struct forecast_settings *settings) {
  if (count > FORECAST_NUMBERS_MAX || settings->period > DECOMPOSE_PERIOD_MAX ||
      !is_long_enough(count, settings->period))
    return STATUS_LIMIT;
  if (!is_fine(series, count))
    return STATUS_INVALID;
  const size_t numbers = 2 * count + LOOKS_MAX * PLACES_MAX + decompose_memory(count);
  double *const room = calloc(numbers, sizeof *room);
  if (room == NULL)
    return STATUS_NO_MEMORY;
  struct work work = {.settings = settings, .period = settings->period};
  work.trend = room;
  work.season = room + count;
  work.errors = work.season + count;
  work.memory = work.errors + LOOKS_MAX * PLACES_MAX;
  work.parts = (struct holt_parts){
      .series = series, .trend = work.trend, .season = work.season, .count = count};
  if (work.period == 0)
    work.period = find_period(series, count, work.memory);
  const int status = fit(ret_forecast, &work);
  free(room);
  return status;
}

void forecast_destroy(struct forecast *forecast) { free(forecast); }

size_t forecast_period(const struct forecast *forecast) { return forecast->period; }

/* ---- What comes ------------------------------------------------------------- */

/* Between two looks by straight line; behind the last one as a random walk's. */
static double width_at(const struct forecast *forecast, size_t steps) {
  size_t look = 0;
  while (look + 1 < forecast->looks && ((size_t)1 << (look + 1)) <= steps)
    look++;
  const double before = forecast->width[look], from = (double)((size_t)1 << look);
  if (look + 1 == forecast->looks)
    return before * sqrt((double)steps / from);
  return before + (forecast->width[look + 1] - before) * ((double)steps - from) / from;
}

struct forecast_step forecast_next(struct forecast *forecast) {
  const struct holt *const holt = &forecast->holt;
  forecast->damping *= DAMPING;
  forecast->fading += forecast->damping;
  const double value =
      holt->level + forecast->fading * holt->slope + forecast->season[forecast->place];
  const double width = width_at(forecast, ++forecast->step);
  forecast->place = forecast->place + 1 < forecast->period ? forecast->place + 1 : 0;
  return (struct forecast_step){.value = value, .lower = value - width, .upper = value + width};
}

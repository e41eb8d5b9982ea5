/*
 * What a series will do next: its trend and season, gone on with.
 *
 * The series is taken apart (decompose.h) and followed (holt.h). The slope fades
 * by the step: Gardner and McKenzie, 1985, "Forecasting trends in time series".
 * What is learned from the first two thirds is put to the test by the last: from up to
 * 400 places there, with each gain of the level. The gain with the smallest errors
 * over the steps that are asked for is taken, and the band is as wide, so many steps
 * ahead, as the wanted share of its errors was large: no shape is assumed of them
 * (split conformal prediction: Lei, G'Sell, Rinaldo, Tibshirani and Wasserman, 2018,
 * "Distribution-free predictive inference for regression").
 */
#ifndef ANOMALY_STATS_FORECAST_H
#define ANOMALY_STATS_FORECAST_H

#include <stddef.h>

#define FORECAST_NUMBERS_MIN 32 /* and two periods and a third */
#define FORECAST_NUMBERS_MAX (1u << 22)

struct forecast_settings {
  size_t period;   /* numbers after which the season begins anew; 1 = none, 0 = is found */
  size_t steps;    /* that it should be good for, at least 1 */
  double coverage; /* share of the numbers to come that the band is to hold, 0 .. 1 excluded */
};

struct forecast;

/*
 * Looks at `count` numbers, evenly spaced in time, of at most 1e100. Errors:
 * STATUS_LIMIT (too few or too many, for the period), STATUS_INVALID (a number that is
 * not finite, or too large), STATUS_NO_MEMORY.
 */
int forecast_create(struct forecast **ret_forecast, const double *series, size_t count,
                    const struct forecast_settings *settings);

/* NULL is fine. */
void forecast_destroy(struct forecast *forecast);

/* Numbers after which its season begins anew; 1 = it has none. */
size_t forecast_period(const struct forecast *forecast);

struct forecast_step {
  double value, lower, upper;
};

/* The next number, and the one after that at the next call; finite. */
struct forecast_step forecast_next(struct forecast *forecast);

#endif

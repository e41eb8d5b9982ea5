/*
 * Hours unlike themselves: how far is the mean of an hour from what is usual
 * at that hour of the day, and for how long? Finds what no single record shows,
 * such as a day without its peak.
 *
 * Each direction has a tail. The surprises of hours that follow one another on
 * one side add up, each weighing half of the next. Such an excursion is told
 * once, and is over with the first hour that is no surprise.
 *
 * Source: this project; see pareto_tail.h.
 */
#ifndef ANOMALY_STATS_ODD_HOURS_H
#define ANOMALY_STATS_ODD_HOURS_H

#include "stats/pareto_tail.h"

#include <stdbool.h>
#include <stdint.h>

#define ODD_HOURS_KNOWN 168  /* hours judged before any is odd: a week has two kinds of days */
#define ODD_HOURS_LINE 5.5F  /* decades that are told: two hours at the least */
#define ODD_HOURS_MOST 12.0F /* what the surprises of hours without end add up to */

struct odd_hours {
  struct pareto_tail tail[2]; /* below, above what is usual */
  uint32_t hours;             /* that weigh in the tails */
  float sum;                  /* decades of the excursion */
  uint8_t above;              /* its side */
  uint8_t told;               /* as is what it is about */
};

extern const struct state_row odd_hours_rows[];

/* Makes a zeroed struct ready. */
void odd_hours_init(struct odd_hours *odd);

/*
 * Takes the mean of an hour over what is usual, finite. Returns the decades of
 * the excursion times `weight` in 0 .. 1, 0 .. ODD_HOURS_MOST; what reaches
 * ODD_HOURS_LINE is told, so that the hours after it return 0.
 */
float odd_hours_judge(struct odd_hours *odd, float excess, float weight);

/* Takes an hour that was told of in another way: what goes on after it is not told again. */
void odd_hours_skip(struct odd_hours *odd);

/* Whether restored fields can be gone on from. */
bool odd_hours_valid(const struct odd_hours *odd);

#endif

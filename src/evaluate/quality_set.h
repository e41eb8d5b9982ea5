/*
 * A set of labelled series that have been judged, and how well all in all.
 */
#ifndef ANOMALY_EVALUATE_QUALITY_SET_H
#define ANOMALY_EVALUATE_QUALITY_SET_H

#include "evaluate/events.h"
#include "evaluate/overlap.h"

#include <stdbool.h>
#include <stddef.h>

/* All zero at the start. */
struct quality_set {
  struct event_counts counts;
  struct overlap overlap;
  struct event_truth *truths;
  double **scores; /* of each series, one for each row */
  size_t count, room;
  double *delays; /* rows, of each found segment */
  size_t delay_count;
  double auc_pr, vus_pr; /* sums over the series that have both kinds of rows */
  size_t ranked;         /* how many these are */
};

/* One judged series, borrowed; an entry for each row. */
struct judged_series {
  size_t rows;
  const double *time;
  const bool *label;
  const double *score; /* not NaN */
  const bool *alarm;
};

/*
 * Adds one series, of which nothing is kept but copies. *ret_counts, which may
 * be NULL, are its own counts. Errors, with the set as it was: STATUS_INVALID
 * (times are not in order, or no rows), STATUS_NO_MEMORY.
 */
int quality_set_add(struct quality_set *set, const struct judged_series *series,
                    struct event_counts *ret_counts);

/* The best F1 at one threshold for all; NaN where nothing is found, or no memory. */
double quality_set_best_f1(const struct quality_set *set);

/* Means over the ranked series; NaN where there are none. */
double quality_set_auc_pr(const struct quality_set *set);
double quality_set_vus_pr(const struct quality_set *set);

/* Median delay in rows; NaN where nothing was found. */
double quality_set_delay(const struct quality_set *set);

void quality_set_release(struct quality_set *set);

#endif

/*
 * A set of labelled series that one watch has judged, and its row of a table.
 */
#ifndef ANOMALY_TESTS_BENCH_SCORED_SET_H
#define ANOMALY_TESTS_BENCH_SCORED_SET_H

#include "evaluate/events.h"

#include <stdbool.h>
#include <stddef.h>

struct scored_set {
  bool each; /* print a line for each series that is added */
  struct event_counts counts;
  struct event_truth *truths;
  double **scores; /* of each series, one for each row */
  size_t count, room;
  double *delays; /* of each found segment */
  size_t delay_count;
  double auc_pr, vus_pr; /* sums over the series that have both kinds of rows */
  size_t ranked;
};

/*
 * One judged series, borrowed. `file` and `column` name it.
 */
struct judged_series {
  const char *file, *column;
  size_t rows;
  const double *time;
  const bool *label;
  const double *score;
  const bool *alarm;
};

/*
 * Adds one series, of which nothing is kept but copies. False, with a message
 * on stderr, where its times are not in order or memory runs out.
 */
bool scored_set_add(struct scored_set *set, const struct judged_series *series);
void scored_set_release(struct scored_set *set);

/* Prints the table's head, or one row of it; cost and memory may be NaN. */
void scored_set_print_head(const char *title);
void scored_set_print(const struct scored_set *set, const char *name, double nanoseconds,
                      double bytes);

#endif

/*
 * Event metrics: how many labelled anomalies were found, and how often nothing
 * was found with great noise.
 *
 * Rows are the records of one series, gaps included. What is counted:
 *
 *   unscored   the first 15 % of the series' time, at least 1 day, at most 7.
 *              Alarm rows in it count as quiet.
 *   segment    a run of labelled rows. One that begins in the unscored part is
 *              not to be found, but alarms in it are not false.
 *   found      a segment with an alarm row between its first and its last row;
 *              where it is shorter than the larger of 10 minutes and 3 rows,
 *              until so long after its first row.
 *   episode    a run of alarm rows; fewer than 10 quiet rows between two runs
 *              join them to one.
 *   false      an episode that touches no segment within 3 rows. It counts
 *              once for its first row and once more for each further `patience`
 *              rows. An episode that touches a segment is free for `patience`
 *              rows before the first, between two and after the last of its
 *              segments, and counts once for each `patience` rows beyond.
 *   patience   60 rows; for series slower than one row in 6 minutes as many
 *              rows as 6 hours have, but at least 24.
 *
 * The interval of a series is the median distance of its rows in time.
 *
 * No function logs or blocks; all are thread-safe for different arguments.
 */
#ifndef ANOMALY_EVALUATE_EVENTS_H
#define ANOMALY_EVALUATE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows are counted from 0; `last` and `reach` are inclusive. */
struct event_segment {
  size_t first, last;
  size_t reach; /* the last row whose alarm still finds it; >= last */
  bool counted; /* begins in the scored part */
};

/* The labels of one series, prepared for any number of judgements. */
struct event_truth {
  size_t rows;
  size_t scored_from; /* first scored row; = rows where nothing is scored */
  size_t patience;    /* rows */
  double weeks;       /* length of the scored part */
  struct event_segment *segments;
  size_t segment_count;
};

/*
 * `time` is in seconds and does not fall from row to row. Errors:
 * STATUS_NO_MEMORY, STATUS_INVALID (no rows, a time that is not finite or
 * falls).
 */
int event_truth_create(const double *time, const bool *label, size_t rows,
                       struct event_truth *ret_truth);

/* Releases what the truth owns and empties it. */
void event_truth_release(struct event_truth *truth);

/* Sums over a set of series; all zero at the start. */
struct event_counts {
  uint64_t segments; /* counted ones */
  uint64_t found;
  uint64_t false_episodes;
  double weeks;
};

/*
 * Adds one series' alarms (one flag for each row) to the counts. `delays` may
 * be NULL; else rows from each found segment's first row to its first alarm
 * row are written there: room for truth->segment_count. Returns how many were
 * written, or would have been.
 */
size_t event_counts_add(struct event_counts *counts, const struct event_truth *truth,
                        const bool *alarm, double *delays);

/* Shares in 0..1; NaN where they are shares of nothing. */
double event_recall(const struct event_counts *counts);
double event_precision(const struct event_counts *counts);

/* Harmonic mean of the two; 0 where something is there and nothing was found. */
double event_f1(const struct event_counts *counts);

/* False episodes per series and week; NaN where no time was scored. */
double event_false_per_week(const struct event_counts *counts);

/* The median of `count` numbers, which are reordered; NaN if there are none. */
double event_median(double *numbers, size_t count);

/* One scored series of a set. */
struct event_scores {
  const struct event_truth *truth;
  const double *score; /* one for each row; not NaN */
};

struct event_best {
  double threshold; /* rows with score >= threshold are alarms */
  double f1;
  struct event_counts counts;
};

/*
 * The single threshold that gives the whole set its best F1. Tried are the
 * scores of the set's scored rows at the ranks 1, 2, 3 ... and, as ranks grow,
 * every 2 % further: the best F1 may be missed by what moves within such a
 * step. STATUS_NOT_FOUND where no threshold finds anything, STATUS_INVALID
 * where a score is NaN, STATUS_NO_MEMORY.
 */
int event_best_f1(const struct event_scores *series, size_t count, struct event_best *ret_best);

#endif

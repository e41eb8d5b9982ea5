/*
 * How much of what is labelled was alarmed about, row by row and run by run.
 * Only the scored rows of a series count (evaluate/events.h).
 *
 * Point based, each row counts alike: precision is the share of alarm rows that
 * are labelled, recall the share of labelled rows with an alarm.
 *
 * Range based, each run counts alike: precision is the mean over the runs of
 * alarm rows of the share of it that is labelled, recall the mean over the runs
 * of labelled rows of the share of it that is alarmed about. That is Tatbul,
 * Lee, Zdonik, Alam, Gottschlich 2018, Precision and Recall for Time Series,
 * without reward for mere existence, with flat positional bias and without a
 * penalty for runs in pieces.
 *
 * Both say what share of a fault is covered by alarms, not whether somebody was
 * told of it: an alarm that comes, is told and ends scores low here.
 */
#ifndef ANOMALY_EVALUATE_OVERLAP_H
#define ANOMALY_EVALUATE_OVERLAP_H

#include "evaluate/events.h"

#include <stdbool.h>
#include <stdint.h>

/* Sums over series; all zero at the start. */
struct overlap {
  uint64_t both, alarm_only, label_only; /* rows */
  uint64_t alarm_runs, label_runs;
  double alarm_shares, label_shares; /* sums over the runs */
};

/* Adds one series: `label` and `alarm` have a flag for each row of the truth. */
void overlap_add(struct overlap *overlap, const struct event_truth *truth, const bool *label,
                 const bool *alarm);

/* 0..1; NaN where there is nothing to take a share of. */
double overlap_point_precision(const struct overlap *overlap);
double overlap_point_recall(const struct overlap *overlap);
double overlap_range_precision(const struct overlap *overlap);
double overlap_range_recall(const struct overlap *overlap);

/* Harmonic mean; 0 where one of them is 0, NaN where one is NaN. */
double overlap_f1(double precision, double recall);

#endif

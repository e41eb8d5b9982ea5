/*
 * How well scores rank labelled rows above others, over all thresholds.
 *
 * Rows with equal scores are always taken together. All functions are
 * thread-safe. Errors: STATUS_INVALID (a score is NaN, or all rows have the
 * same label, so that nothing is to be ranked), STATUS_NO_MEMORY.
 */
#ifndef ANOMALY_EVALUATE_RANKING_H
#define ANOMALY_EVALUATE_RANKING_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Area under the receiver operating characteristic: the probability that a
 * labelled row scores higher than another, ties counting half.
 */
int ranking_auc_roc(const double *score, const bool *label, size_t rows, double *ret_area);

/*
 * Area under precision over recall as average precision: the sum of precision
 * times gain in recall, without interpolation.
 */
int ranking_auc_pr(const double *score, const bool *label, size_t rows, double *ret_area);

/*
 * Volume under the precision-recall surface: the mean of the range-based area
 * over the buffer lengths 0 .. buffer_max, in rows. Paparrizos, Boniol, Palpanas, Tsay,
 * Elmore, Franklin 2022, Volume Under the Surface: A New Accuracy Evaluation
 * Measure for Time-Series Anomaly Detection, PVLDB 15(11).
 *
 * For a buffer of l rows the labels become weights that fall from 1 to the
 * sides of each segment as sqrt(1 - distance / l) over l / 2 rows, added up
 * where segments are near and at most 1. With W the sum of all weights and P
 * the number of labelled rows, at each threshold
 *   precision = weights over the threshold / rows over the threshold,
 *   recall    = min(1, weights over the threshold / ((P + W) / 2))
 *               * share of the widened segments with a row over the threshold.
 *
 * The authors' programs look at 250 thresholds, here it is all of them; that
 * moves the third digit.
 */
int ranking_vus_pr(const double *score, const bool *label, size_t rows, size_t buffer_max,
                   double *ret_volume);

#endif

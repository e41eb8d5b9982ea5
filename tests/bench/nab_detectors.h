/*
 * Two detectors of the scoreboard of the Numenta Anomaly Benchmark, rewritten
 * from their public description. Their published scores check our scorer; they
 * are no part of the product.
 */
#ifndef ANOMALY_TESTS_BENCH_NAB_DETECTORS_H
#define ANOMALY_TESTS_BENCH_NAB_DETECTORS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes one score for each value. False where memory ran out. All are told
 * the whole series, as the benchmark's own runner does.
 */
typedef bool (*nab_detector)(const double *value, size_t rows, double *score);

/*
 * "windowedGaussian": one minus the normal tail probability of a value in a
 * window of 6400 values; the window grows value by value until it is full,
 * then moves on by 100 at a time. The score is rounded to 12 significant
 * digits, as in the files that the published results come from.
 */
bool nab_windowed_gaussian(const double *value, size_t rows, double *score);

/*
 * "relativeEntropy": Wang, Viswanathan, Choudur, Talwar, Satterfield, Schwan
 * 2011, Statistical Techniques for Online Anomaly Detection in Data Centers,
 * as the benchmark runs it: windows of 52 values in 5 bins over the whole
 * file's range, 1 where a window agrees with no histogram seen before (99 % of
 * chi-squared with 4 degrees of freedom), else 0. Values of the two highest
 * bins are counted together, as there.
 */
bool nab_relative_entropy(const double *value, size_t rows, double *score);

#endif

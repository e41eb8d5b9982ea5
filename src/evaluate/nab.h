/*
 * The score of the Numenta Anomaly Benchmark: Lavin, Ahmad 2015, Evaluating
 * Real-Time Anomaly Detection Algorithms - the Numenta Anomaly Benchmark.
 *
 * Of each series the first 15 % of the rows, at most 750, are not scored. A
 * detection is a scored row at or over the threshold. With
 * sig(x) = 2 / (1 + exp(5 x)) - 1:
 *
 *   in a window of w rows that ends at row e, the first detection at row i
 *   earns sig(-(e - i + 1) / w) / sig(-1); further ones earn nothing; a window
 *   without one costs the profile's weight of a missed window;
 *   elsewhere each detection costs the profile's weight of a false alarm
 *   times -sig((i - e) / (w - 1)), e and w of the last window before it; times
 *   1 before any window and from 3 window lengths after one.
 *
 * The sum over the corpus is brought to 0 for no detection at all and 100 for
 * a detection at the first row of each window and none elsewhere. Windows of
 * which no row is scored do not count.
 *
 * This reproduces the scoreboard of the benchmark's repository to all digits it
 * publishes, as `bench_quality nab-check` and the test of this file show with
 * three of its detectors, rewritten from their description (standard / low
 * false alarms / low misses, published and here):
 *
 *   null               0.0000 /  0.0000 /  0.0000
 *   windowedGaussian  39.6495 / 20.8680 / 47.4100
 *   relativeEntropy   54.6427 / 47.5984 / 58.8423
 *
 * windowedGaussian's published scores come from files that hold 12 digits; its
 * exact ones have a better threshold: 40.1349 / 23.9439 / 47.7336.
 */
#ifndef ANOMALY_EVALUATE_NAB_H
#define ANOMALY_EVALUATE_NAB_H

#include <stddef.h>
#include <stdint.h>

/* First and last row, inclusive, counted from 0. */
struct nab_window {
  size_t first, last;
};

/* Borrowed. Windows are in the order of time and do not overlap. */
struct nab_series {
  size_t rows;
  const double *score; /* one for each row; not NaN */
  const struct nab_window *windows;
  size_t window_count;
};

struct nab_profile {
  const char *name;
  double false_alarm; /* weight */
  double missed;      /* weight of a window */
};

/* standard, low_fp, low_fn; ended by a profile whose name is NULL. */
#define NAB_PROFILES 3
extern const struct nab_profile nab_profiles[NAB_PROFILES + 1];

struct nab_result {
  double score;          /* normalised; at most 100 */
  double raw;            /* before normalisation */
  double threshold;      /* infinite where no detection at all is best */
  uint64_t windows;      /* scored ones */
  uint64_t found;        /* of those */
  uint64_t false_alarms; /* detections outside of all windows */
};

/* First scored row of a series of that many rows. */
size_t nab_scored_from(size_t rows);

/*
 * The score of a corpus at its best threshold, which is the same for all
 * series. Thread-safe. Errors: STATUS_INVALID (a score is NaN; windows that
 * overlap or leave the series; no window is scored), STATUS_NO_MEMORY.
 */
int nab_score(const struct nab_series *series, size_t count, const struct nab_profile *profile,
              struct nab_result *ret_result);

#endif

/*
 * Whether a fitted model still is of what comes, and which of two is better of
 * it: by the newest rows of a metric, which neither need have seen.
 */
#ifndef ANOMALY_ENGINE_MODEL_TRIAL_H
#define ANOMALY_ENGINE_MODEL_TRIAL_H

#include "anomaly/model.h"

#include <stdbool.h>

/* Distances of the newest rows from the training rows, see stats/drift.h; NaN = not measured. */
struct model_drift {
  double input; /* of the column that has moved furthest */
  double score; /* of raw scores; not measured of a model that learns: it has seen the rows */
};

/*
 * Measures the drift of rows. Errors: STATUS_NO_MEMORY.
 */
int model_trial_drift(const struct block *block, const struct matrix *rows,
                      struct model_drift *ret_drift);

/* Whether either is over the limit, and more than chance makes of so many rows. */
bool model_trial_drifted(const struct model_drift *drift, const struct block *block, size_t rows,
                         double limit);

/*
 * Whether a challenger is to take a champion's place. It is not where it gives
 * all its training rows the same score and the champion does not. Rows (there may be
 * none) that neither was fitted to are scored by both, and it must
 *
 * - not take more of them for anomalous than the champion does, or not more than
 *   twice the share that contamination says, and
 * - give them scores that lie no further from those of its training rows than the
 *   champion's do, or no further than chance has it.
 *
 * That asks what can be asked without labels: that the new one alarms no more, and
 * is as much of what comes now. A champion that learns has seen the rows: it is
 * not compared. Errors: STATUS_NO_MEMORY.
 */
int model_trial_compare(const struct block *champion, const struct block *challenger,
                        const struct matrix *rows, double contamination, bool *ret_better);

#endif

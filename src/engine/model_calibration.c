#include "engine/model_calibration.h"

#include "stats/rarity.h"

#include <math.h>

static const double DISTANCE_MOST = 1e12; /* a float's powers of it are finite */
static const double FAR_OUT = 3;          /* standard deviations: hardly a fitted row is further */

/* How far the score is above most of the training scores, in units of theirs. */
static double excess_of(const struct block *block, double raw) {
  const struct score_summary *const scores = block_scores(block);
  const double usual = scores->decile[4], excess = raw - usual;
  double unit = scores->decile[8] - usual;
  if (!(unit > 0))
    unit = scores->deviation;
  if (!(excess > 0))
    return 0;
  return unit > 0 ? excess / unit : DISTANCE_MOST;
}

/* How many deviations the furthest column of the row is from its mean. */
static double furthest_of(const struct block *block, const double *row) {
  double furthest = 0;
  for (size_t i = 0; i < block_columns(block); i++) {
    const struct block_column *const column = block_column(block, i);
    if (isfinite(row[i]) && column->deviation > 0)
      furthest = fmax(furthest, fabs(row[i] - column->mean) / column->deviation);
  }
  return furthest;
}

/*
 * Comparable from fit to fit. A score with an upper end says the same of all that
 * is beyond the fitted rows, so there it counts for more the further out the row is.
 */
static float distance_of(const struct model_case *now) {
  const double beyond = fmax(furthest_of(now->block, now->row) / FAR_OUT, 1);
  return (float)fmin(excess_of(now->block, now->raw) * beyond, DISTANCE_MOST);
}

double model_line(double threshold, float interval) {
  return threshold > 0 ? threshold : (double)rarity_line(interval);
}

struct model_judgement model_calibration_judge(const struct model_calibration *calibration,
                                               const struct model_case *now) {
  struct score_history *const history = calibration->history;
  struct model_judgement judgement = {.ready = now->record->ready &&
                                               history->scores >= SCORE_HISTORY_KNOWN};
  const double decades = score_history_judge(history, distance_of(now));
  if (judgement.ready) {
    judgement.surprise = decades;
    judgement.ratio = decades / now->line;
  }
  judgement.change =
      lasting_judge(calibration->lasting, now->record, (float)judgement.ratio, now->alarm);
  if (judgement.change == LASTING_LASTS)
    score_history_hasten(history);
  return judgement;
}

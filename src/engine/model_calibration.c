#include "engine/model_calibration.h"

#include "stats/rarity.h"

#include <math.h>

static const double DISTANCE_MOST = 1e12; /* a float's powers of it are finite */
static const double FAR_OUT = 3;          /* standard deviations: hardly a fitted row is further */
static const double PAIR = 0.6; /* of the decades of two rows: each at 5/6 of the line reaches it */

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
 * is beyond the fitted rows, so there it counts for more the further out the row is; for
 * the root of that where it is a group's: of many columns one is easily far out, and the
 * score still says how many are.
 */
static float distance_of(const struct model_case *now, bool of_rows) {
  const double beyond = fmax(furthest_of(now->block, now->row) / FAR_OUT, 1);
  const double factor = of_rows ? sqrt(beyond) : beyond;
  return (float)fmin(excess_of(now->block, now->raw) * factor, DISTANCE_MOST);
}

static double count_with_before(double *before, double decades) {
  const double both = PAIR * (*before + decades);
  *before = decades;
  return fmin(fmax(decades, both), SCORE_HISTORY_MOST);
}

double model_line(double threshold, float interval) {
  return threshold > 0 ? threshold : (double)rarity_line(interval);
}

struct model_judgement model_calibration_judge(const struct model_calibration *calibration,
                                               const struct model_case *now) {
  struct score_history *const history = calibration->history;
  struct model_judgement judgement = {.ready = now->record->ready &&
                                               history->scores >= SCORE_HISTORY_KNOWN};
  const bool of_rows = calibration->before != NULL;
  const double alone = score_history_judge(history, distance_of(now, of_rows));
  const double decades = of_rows ? count_with_before(calibration->before, alone) : alone;
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

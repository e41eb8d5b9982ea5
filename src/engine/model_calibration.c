#include "engine/model_calibration.h"

#include <math.h>

static const double DISTANCE_MOST = 1e12; /* a float's powers of it are finite */

/*
 * How far the score is above most of the training scores, in units of theirs:
 * comparable from fit to fit.
 */
static float distance_of(const struct block *block, double raw) {
  const struct score_summary *const scores = block_scores(block);
  const double usual = scores->decile[4], excess = raw - usual;
  double unit = scores->decile[8] - usual;
  if (!(unit > 0))
    unit = scores->deviation;
  if (!(excess > 0))
    return 0;
  return unit > 0 ? (float)fmin(excess / unit, DISTANCE_MOST) : (float)DISTANCE_MOST;
}

double model_line(double threshold, float interval) {
  return threshold > 0 ? threshold : (double)rarity_line(interval);
}

struct model_judgement model_calibration_judge(const struct model_calibration *calibration,
                                               const struct model_case *now) {
  struct rarity *const rarity = calibration->rarity;
  struct model_judgement judgement = {.ready =
                                          now->record->ready && rarity->records >= RARITY_KNOWN};
  const float decades =
      rarity_judge(rarity, distance_of(now->block, now->raw), now->record->elapsed);
  if (judgement.ready) {
    judgement.surprise = (double)decades;
    judgement.ratio = (double)decades / now->line;
  }
  judgement.change =
      lasting_judge(calibration->lasting, now->record, (float)judgement.ratio, now->alarm);
  if (judgement.change == LASTING_LASTS)
    rarity_halve(rarity, now->record->elapsed);
  return judgement;
}

/*
 * How unusual a fitted model's raw score is by the past scores of the same
 * stream: so all models have the same lines, from fit to fit.
 */
#ifndef ANOMALY_ENGINE_MODEL_CALIBRATION_H
#define ANOMALY_ENGINE_MODEL_CALIBRATION_H

#include "anomaly/model.h"
#include "stats/course.h"
#include "stats/lasting.h"
#include "stats/score_history.h"

#include <stdbool.h>

/*
 * What a stream keeps, borrowed. Scores of a metric's values, by their features, and
 * those of a model of a sequence are of the records before, too, and are judged each
 * alone. Those of a group's rows are not: two rows that follow one another count together.
 */
struct model_calibration {
  struct score_history *history; /* of the raw scores, as distances */
  struct lasting *lasting;
  double *before; /* decades of the last row, 0 .. SCORE_HISTORY_MOST; NULL: each alone */
};

/* A raw score that is to be judged. */
struct model_case {
  const struct block *block; /* that gave it */
  const double *row;         /* that it is of, as the block sees it */
  double raw;
  const struct course_record *record; /* `ready` says whether it may alarm */
  double line;                        /* decades that make a ratio of 1; > 0 */
  float alarm;                        /* ratio that counts as an alarm */
};

struct model_judgement {
  double surprise, ratio; /* 0 while it is not ready */
  bool ready;             /* the record is, and enough scores are known */
  enum lasting_change change;
};

/*
 * The line in decades: `threshold`, or where that is 0 what is rare for records
 * of this interval in seconds.
 */
double model_line(double threshold, float interval);

/* Judges a score and counts it; what lasts is hastened to become usual. */
struct model_judgement model_calibration_judge(const struct model_calibration *calibration,
                                               const struct model_case *now);

#endif

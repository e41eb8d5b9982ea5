/*
 * How good the stored models of metrics, and of groups of one host, are by labels: precision,
 * recall and F1 of the verdicts that each version gave, in the table models.
 *
 * For each version, over the time in which it scored and as far as verdicts are
 * kept: recall is the share of the labels in which it voted for an anomaly that was
 * stored, precision the share of the episodes it voted for that touch a label.
 * What is in no label was usual, as backtest has it.
 */
#ifndef ANOMALY_STORE_MODEL_GRADES_H
#define ANOMALY_STORE_MODEL_GRADES_H

#include "store/database.h"

#include <stdbool.h>
#include <stdint.h>

struct engine;

/* What is known of the labels; all zero at first. */
struct model_grades {
  int64_t labels, newest; /* how many at the last look, and the id of the newest */
  double next;            /* the monotonic clock's time of the next look in any case */
  uint64_t refits;        /* of models that were too bad, so far */
  uint64_t returns;       /* to earlier versions, likewise */
};

/*
 * Grades the versions that any label speaks of, where labels have changed or an hour
 * has passed (`clock` is monotonic), and tells the engine of those in use; `now` as
 * the samples have time. False, and the reason in *health, where the file cannot be
 * read or written.
 */
bool model_grades_look(struct model_grades *grades, struct database *database,
                       struct health *health, struct engine *engine, double now, double clock);

#endif

/*
 * What is done for a fitted model, whoever it watches: it is fitted to rows, or their
 * drift is measured. That takes its time, and no lock.
 */
#ifndef ANOMALY_ENGINE_MODEL_WORK_H
#define ANOMALY_ENGINE_MODEL_WORK_H

#include "anomaly/model.h"
#include "engine/model_life.h"
#include "engine/model_trial.h"

#include <stdbool.h>
#include <stddef.h>

/* Rows of a window, the oldest first, and the time of each; owned. */
struct model_rows {
  struct matrix matrix;
  double *cells; /* of the matrix; NULL = no memory */
  double *time;
};

/* Undefined rows. Errors: STATUS_NO_MEMORY, with all of *ret_rows zero. */
int model_rows_create(struct model_rows *ret_rows, size_t rows, size_t columns);

/* All zero is fine. */
void model_rows_release(struct model_rows *rows);

/* What is to be done; borrowed. */
struct model_work {
  enum model_task task;
  const struct model *model;
  struct model_common common;
  const void *own;
  struct model_terms terms;
  const struct block *champion; /* that scores now; NULL = none */
  bool copies;                  /* what learns is wanted twice: one to learn, one as it is */
};

/* What came of it. */
struct model_result {
  struct block *block;      /* of a fit; NULL = none */
  struct block *copy;       /* as it is, where that learns and memory has room for it */
  double from, created;     /* times of the oldest and newest row that it was fitted to */
  bool rejected;            /* there was one, and the champion is better */
  int status;               /* of the fit, as model_fit says */
  struct model_drift drift; /* of a look */
  bool drifted;
};

/*
 * Works on rows. A challenger of a champion that does not learn leaves out the newest
 * `shadow` rows, half of all at most, and must do as well on them. Once *stop is true it
 * ends soon; NULL = never.
 */
struct model_result model_work_do(const struct model_work *work, const struct model_rows *rows,
                                  const atomic_bool *stop);

/* Gives up the blocks. */
void model_result_drop(struct model_result *result);

#endif

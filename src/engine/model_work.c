#include "engine/model_work.h"

#include "anomaly/status.h"

#include <math.h>
#include <stdlib.h>

int model_rows_create(struct model_rows *ret_rows, size_t rows, size_t columns) {
  double *const cells = calloc(rows * columns + 1, sizeof *cells);
  double *const time = calloc(rows + 1, sizeof *time);
  if (cells == NULL || time == NULL) {
    free(cells);
    free(time);
    *ret_rows = (struct model_rows){.cells = NULL};
    return STATUS_NO_MEMORY;
  }
  *ret_rows = (struct model_rows){
      .matrix = {.cells = cells, .rows = rows, .columns = columns}, .cells = cells, .time = time};
  return STATUS_OK;
}

void model_rows_release(struct model_rows *rows) {
  free(rows->cells);
  free(rows->time);
  *rows = (struct model_rows){.cells = NULL};
}

void model_result_drop(struct model_result *result) {
  block_destroy(result->copy);
  block_destroy(result->block);
  result->copy = result->block = NULL;
}

/* ---- Fits ----------------------------------------------------------------- */

/* Rows that a challenger is judged by. */
static size_t shadow_of(const struct model_work *work, const struct matrix *rows) {
  if (work->champion == NULL || block_learns(work->champion))
    return 0;
  const size_t half = rows->rows / 2;
  return work->terms.shadow < half ? work->terms.shadow : half;
}

/* Whether what was fitted is as good as the champion; where that cannot be found out, it is not. */
static bool is_better(const struct model_work *work, const struct block *challenger,
                      const struct matrix *newest) {
  bool better = false;
  if (work->champion == NULL)
    return true;
  return model_trial_compare(work->champion, challenger, newest, work->common.contamination,
                             &better) == STATUS_OK &&
         better;
}

static void fit(const struct model_work *work, const struct model_rows *rows,
                const atomic_bool *stop, struct model_result *result) {
  const size_t shadow = shadow_of(work, &rows->matrix), fitted = rows->matrix.rows - shadow;
  const struct matrix older = {
      .cells = rows->cells, .rows = fitted, .columns = rows->matrix.columns};
  const struct matrix newest = {
      .cells = rows->cells + fitted * older.columns, .rows = shadow, .columns = older.columns};
  const struct fit_control control = {.threads = 1, .stop = stop};
  result->status =
      model_fit(work->model, &older, &work->common, work->own, &control, &result->block);
  if (result->status != STATUS_OK)
    return;
  result->from = rows->time[0];
  result->created = rows->time[fitted - 1];
  if (!is_better(work, result->block, &newest)) {
    model_result_drop(result);
    result->rejected = true;
    return;
  }
  if (work->copies && block_learns(result->block))
    (void)block_copy(&result->copy, result->block);
}

/* ---- Drift ---------------------------------------------------------------- */

static void look(const struct model_work *work, const struct matrix *rows,
                 struct model_result *result) {
  if (rows->rows > 0 && model_trial_drift(work->champion, rows, &result->drift) == STATUS_OK)
    result->drifted =
        model_trial_drifted(&result->drift, work->champion, rows->rows, work->terms.drift_limit);
}

struct model_result model_work_do(const struct model_work *work, const struct model_rows *rows,
                                  const atomic_bool *stop) {
  struct model_result result = {.status = STATUS_OK, .drift = {.input = NAN, .score = NAN}};
  if (rows->cells == NULL)
    result.status = STATUS_NO_MEMORY;
  else if (work->task == MODEL_FIT)
    fit(work, rows, stop, &result);
  else
    look(work, &rows->matrix, &result);
  return result;
}

#include "engine/model_trial.h"

#include "anomaly/status.h"
#include "stats/drift.h"
#include "stats/sorted.h"

#include <math.h>
#include <stdlib.h>

/* What a block says of rows. */
struct trial {
  size_t outliers;
  double drift; /* of its scores */
};

static int score_rows(const struct block *block, const struct matrix *rows,
                      struct trial *ret_trial) {
  double *const scores = calloc(rows->rows, sizeof *scores);
  double *const scratch = calloc(block_scratch(block), sizeof *scratch);
  const bool good = scores != NULL && scratch != NULL;
  size_t outliers = 0;
  for (size_t i = 0; good && i < rows->rows; i++) {
    scores[i] = model_score(block, rows->cells + i * rows->columns, scratch);
    outliers += scores[i] > block_threshold(block);
  }
  if (good) {
    sort_numbers(scores, rows->rows);
    ret_trial->outliers = outliers;
    ret_trial->drift = drift_distance(block_scores(block)->decile, scores, rows->rows);
  }
  free(scratch);
  free(scores);
  return good ? STATUS_OK : STATUS_NO_MEMORY;
}

/* ---- One of itself ------------------------------------------------------------ */

/* `sorted` has room for a number of every row. */
static double input_drift(const struct block *block, const struct matrix *rows, double *sorted) {
  double most = 0;
  for (size_t column = 0; column < rows->columns; column++) {
    for (size_t i = 0; i < rows->rows; i++)
      sorted[i] = rows->cells[i * rows->columns + column];
    sort_numbers(sorted, rows->rows);
    most = fmax(most, drift_distance(block_column(block, column)->decile, sorted, rows->rows));
  }
  return most;
}

int model_trial_drift(const struct block *block, const struct matrix *rows,
                      struct model_drift *ret_drift) {
  struct trial trial = {.drift = NAN};
  double *const sorted = calloc(rows->rows, sizeof *sorted);
  int status = sorted != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  if (status == STATUS_OK && !block_learns(block))
    status = score_rows(block, rows, &trial);
  if (status == STATUS_OK)
    *ret_drift =
        (struct model_drift){.input = input_drift(block, rows, sorted), .score = trial.drift};
  free(sorted);
  return status;
}

bool model_trial_drifted(const struct model_drift *drift, const struct block *block, size_t rows,
                         double limit) {
  return fmax(drift->input, drift->score) > fmax(limit, drift_chance(block_rows(block), rows));
}

/* ---- One against another ------------------------------------------------------- */

/* Whether it can tell any row from another. */
static bool tells(const struct block *block) {
  return block_scores(block)->maximum > block_scores(block)->minimum;
}

static bool is_better(const struct trial *champion, const struct trial *challenger,
                      double contamination, const struct block *block, size_t rows) {
  const size_t allowed = (size_t)ceil(2 * contamination * (double)rows);
  return (challenger->outliers <= champion->outliers || challenger->outliers <= allowed) &&
         challenger->drift <= fmax(champion->drift, drift_chance(block_rows(block), rows));
}

int model_trial_compare(const struct block *champion, const struct block *challenger,
                        const struct matrix *rows, double contamination, bool *ret_better) {
  struct trial old, new;
  bool better = tells(challenger) || !tells(champion);
  if (better && rows->rows > 0 && !block_learns(champion)) {
    int status = score_rows(champion, rows, &old);
    if (status == STATUS_OK)
      status = score_rows(challenger, rows, &new);
    if (status != STATUS_OK)
      return status;
    better = is_better(&old, &new, contamination, challenger, rows->rows);
  }
  *ret_better = better;
  return STATUS_OK;
}

/*
 * MCD: how far the row is from where most rows are, in the measure of how their
 * columns go together: the squared Mahalanobis distance by a robust covariance.
 *
 * A column that depends on those before it in most rows has no part in it, as with
 * the pseudo-inverse that others use. The body is the location, then the factor of
 * the covariance.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "stats/linear.h"
#include "stats/robust_covariance.h"

#include <math.h>

struct options {
  double support_fraction;
};

static const struct option_row option_rows[] = {
    {.name = "support_fraction",
     .kind = OPTION_REAL,
     .offset = offsetof(struct options, support_fraction),
     .preset = 0,
     .min = 0,
     .max = 1,
     .help = "Share of the rows that are taken for ordinary at first; 0 is the least that is "
             "possible, a bit more than half"},
    OPTION_ROWS_END,
};

static double score(const struct block *block, const double *row, double *scratch) {
  const size_t columns = block_columns(block);
  const double *const location = block_body_const(block);
  for (size_t i = 0; i < columns; i++)
    scratch[i] = row[i] - location[i];
  return cholesky_distance(location + columns, columns, scratch, scratch);
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  (void)ret_scores;
  const size_t columns = rows->columns;
  struct block *const block =
      block_create(columns, (columns + columns * columns) * sizeof(double), columns);
  if (block == NULL)
    return STATUS_NO_MEMORY;
  double *const location = block_body(block);
  const struct robust_task task = {
      .rows = rows->cells,
      .count = rows->rows,
      .size = columns,
      .share = ((const struct options *)options)->support_fraction,
      .seed = control->seed,
      .stop = control->stop,
  };
  const int status = robust_covariance(&task, location, location + columns);
  if (status == STATUS_OK)
    *ret_block = block;
  else
    block_destroy(block);
  return status;
}

static bool valid(const struct block *block) {
  const size_t columns = block_columns(block), numbers = columns + columns * columns;
  const double *const location = block_body_const(block);
  if (block_scratch_own(block) != columns || block_body_size(block) < numbers * sizeof(double))
    return false;
  bool valid = true;
  for (size_t i = 0; i < numbers; i++)
    valid = valid && isfinite(location[i]);
  return valid;
}

const struct model mcd_model = {
    .name = "mcd",
    .summary = "rows far from most others, where columns that go together are one",
    .source =
        "Rousseeuw and Van Driessen, 1999, \"A fast algorithm for the minimum covariance "
        "determinant estimator\"; Hardin and Rocke, 2004, \"Outlier detection in the multiple "
        "cluster setting using the minimum covariance determinant estimator\"",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 1,
    .rows_min = 2,
    .columns_max = ROBUST_COLUMNS_MAX,
    .standardises = true,
    .fit = fit,
    .score = score,
    .valid = valid,
};

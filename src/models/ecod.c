/*
 * ECOD: how far out in the tails of each column the row is.
 *
 * The body is one column after the other: its skewness, then its training values
 * in order.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "stats/shape.h"
#include "stats/sorted.h"

#include <math.h>

static const struct option_row option_rows[] = {OPTION_ROWS_END};

static const double *column_of(const struct block *block, size_t column) {
  return (const double *)block_body_const(block) + column * (block_rows(block) + 1);
}

static double sign_of(double value) { return (value > 0) - (value < 0); }

/* A value beyond all others counts as one more of them. */
static double surprise(size_t beyond, size_t count) {
  return -log((beyond > 0 ? (double)beyond : 1) / ((double)count + (beyond == 0)));
}

/*
 * The larger of both tails, or the one that a skewed column is expected in less
 * the other; both together where it is not skewed.
 */
static double part_of(const struct block *block, size_t at, double value) {
  const size_t count = block_rows(block);
  const double *const column = column_of(block, at);
  const double skewness = column[0];
  const double left = surprise(sorted_count_to(column + 1, count, value), count);
  const double right = surprise(count - sorted_count_below(column + 1, count, value), count);
  const double skewed = left * sign_of(1 - skewness) + right * sign_of(skewness + 1);
  return fmax(fmax(left, right), skewed);
}

static double score(const struct block *block, const double *row, double *scratch) {
  (void)scratch;
  double sum = 0;
  for (size_t i = 0; i < block_columns(block); i++)
    sum += part_of(block, i, row[i]);
  return sum;
}

static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  (void)scratch;
  for (size_t i = 0; i < block_columns(block); i++)
    ret_parts[i] = part_of(block, i, row[i]);
}

static void fit_column(const struct matrix *rows, size_t at, double *column) {
  for (size_t i = 0; i < rows->rows; i++)
    column[1 + i] = rows->cells[i * rows->columns + at];
  column[0] = skewness_of(column + 1, rows->rows);
  sort_numbers(column + 1, rows->rows);
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               struct block **ret_block) {
  (void)options;
  struct block *const block =
      block_create(rows->columns, rows->columns * (rows->rows + 1) * sizeof(double), 0);
  if (block == NULL)
    return STATUS_NO_MEMORY;
  double *column = block_body(block);
  for (size_t i = 0; i < rows->columns && !fit_stopped(control); i++, column += rows->rows + 1)
    fit_column(rows, i, column);
  *ret_block = block;
  return STATUS_OK;
}

static bool valid(const struct block *block) {
  const size_t numbers = block_columns(block) * (block_rows(block) + 1);
  if (block_scratch_own(block) != 0 || block_body_size(block) < numbers * sizeof(double))
    return false;
  for (size_t i = 0; i < block_columns(block); i++) {
    const double *const column = column_of(block, i);
    bool fine = isfinite(column[0]) && isfinite(column[1]);
    for (size_t at = 1; at < block_rows(block); at++)
      fine = fine && column[at] <= column[at + 1];
    if (!fine || !isfinite(column[block_rows(block)]))
      return false;
  }
  return true;
}

const struct model ecod_model = {
    .name = "ecod",
    .summary = "rows far out in the tails of their columns, each seen alone",
    .source = "Li, Zhao, Hu, Botta, Ionescu and Chen, 2022, \"ECOD: Unsupervised outlier detection "
              "using empirical cumulative distribution functions\"",
    .options = option_rows,
    .version = 1,
    .rows_min = 1,
    .fit = fit,
    .score = score,
    .explain = explain,
    .valid = valid,
};

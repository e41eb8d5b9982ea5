#include "models/tails.h"

#include "anomaly/status.h"
#include "stats/shape.h"
#include "stats/sorted.h"

#include <math.h>

static const double *column_of(const struct block *block, size_t column) {
  return (const double *)block_body_const(block) + column * (block_rows(block) + 1);
}

/* A value beyond all others counts as one more of them. */
static double share_of(size_t beyond, size_t count) {
  return (beyond > 0 ? (double)beyond : 1) / ((double)count + (beyond == 0));
}

/* How many of the column's values are at most this one, of which `below` are less. */
static size_t count_to(const double *sorted, size_t count, size_t below, double value) {
  if (below == count || sorted[below] != value)
    return below;
  if (below + 1 == count || sorted[below + 1] != value)
    return below + 1;
  return sorted_count_to(sorted, count, value);
}

static struct tails tails_of(const struct block *block, size_t at, double value) {
  const size_t count = block_rows(block);
  const double *const column = column_of(block, at);
  const double skewness = column[0];
  const size_t below = sorted_count_below(column + 1, count, value);
  const double left = share_of(count_to(column + 1, count, below, value), count);
  const double right = share_of(count - below, count);
  const double skewed = skewness < 0 ? left : skewness > 0 ? right : left * right;
  return (struct tails){left, right, skewed};
}

/* One logarithm for several columns, whose shares are 1e-12 at least. */
double tails_score(const struct block *block, const double *row, tails_share *share) {
  enum { TOGETHER = 8 };
  double sum = 0;
  for (size_t i = 0; i < block_columns(block);) {
    double product = 1;
    for (size_t end = i + TOGETHER; i < end && i < block_columns(block); i++)
      product *= share(tails_of(block, i, row[i]));
    sum -= log(product);
  }
  return sum;
}

void tails_explain(const struct block *block, const double *row, tails_share *share,
                   double *ret_parts) {
  for (size_t i = 0; i < block_columns(block); i++)
    ret_parts[i] = -log(share(tails_of(block, i, row[i])));
}

static void fit_column(const struct matrix *rows, size_t at, double *column) {
  for (size_t i = 0; i < rows->rows; i++)
    column[1 + i] = rows->cells[i * rows->columns + at];
  column[0] = skewness_of(column + 1, rows->rows);
  sort_numbers(column + 1, rows->rows);
}

int tails_fit(const struct matrix *rows, const void *options, const struct fit_control *control,
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

static bool in_order(const double *numbers, size_t count) {
  for (size_t i = 1; i < count; i++)
    if (!(numbers[i - 1] <= numbers[i]))
      return false;
  return isfinite(numbers[0]) && isfinite(numbers[count - 1]);
}

bool tails_valid(const struct block *block) {
  const size_t count = block_rows(block);
  if (block_scratch_own(block) != 0 ||
      block_body_size(block) < block_columns(block) * (count + 1) * sizeof(double))
    return false;
  for (size_t i = 0; i < block_columns(block); i++)
    if (!isfinite(column_of(block, i)[0]) || !in_order(column_of(block, i) + 1, count))
      return false;
  return true;
}

#include "models/tails.h"

#include "anomaly/status.h"
#include "stats/shape.h"
#include "stats/sorted.h"

#include <math.h>
#include <stdlib.h>

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

/* Of a number that `below` values are less than and `to` at most. */
static struct tails tails_at(double skewness, size_t below, size_t to, size_t count) {
  const double left = share_of(to, count), right = share_of(count - below, count);
  const double skewed = skewness < 0 ? left : skewness > 0 ? right : left * right;
  return (struct tails){left, right, skewed};
}

static struct tails tails_of(const struct block *block, size_t at, double value) {
  const size_t count = block_rows(block);
  const double *const column = column_of(block, at);
  const size_t below = sorted_count_below(column + 1, count, value);
  const size_t to = count_to(column + 1, count, below, value);
  return tails_at(column[0], below, to, count);
}

/* One logarithm for so many columns, whose shares are 1e-12 at least. */
enum { TOGETHER = 8 };

double tails_score(const struct block *block, const double *row, tails_share *share) {
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

/* ---- Fitting ---- */

/* `order` and `products` have room for every row. */
struct work {
  const struct matrix *rows;
  tails_share *share;
  uint32_t *order;  /* rows by a column's values */
  double *products; /* of the rows' shares */
};

static void fit_column(const struct work *work, size_t at, double *column) {
  const struct matrix *const rows = work->rows;
  for (size_t i = 0; i < rows->rows; i++) {
    column[1 + i] = rows->cells[i * rows->columns + at];
    work->order[i] = (uint32_t)i;
  }
  column[0] = skewness_of(column + 1, rows->rows);
  sort_numbered(column + 1, work->order, rows->rows);
}

/* The rows' shares in a fitted column, as tails_of would find them. */
static void multiply_shares(const struct work *work, const double *column) {
  const size_t count = work->rows->rows;
  const double *const sorted = column + 1;
  for (size_t below = 0, to; below < count; below = to) {
    to = below + 1;
    while (to < count && sorted[to] == sorted[below])
      to++;
    const double share = work->share(tails_at(column[0], below, to, count));
    for (size_t i = below; i < to; i++)
      work->products[work->order[i]] *= share;
  }
}

static void take_logarithms(const struct work *work, double *scores) {
  for (size_t i = 0; i < work->rows->rows; i++) {
    scores[i] -= log(work->products[i]);
    work->products[i] = 1;
  }
}

static void fit_columns(const struct work *work, const struct fit_control *control, double *column,
                        double *ret_scores) {
  const size_t columns = work->rows->columns;
  for (size_t i = 0; i < work->rows->rows; i++) {
    ret_scores[i] = 0;
    work->products[i] = 1;
  }
  for (size_t i = 0; i < columns && !fit_stopped(control); i++) {
    fit_column(work, i, column);
    multiply_shares(work, column);
    column += work->rows->rows + 1;
    if ((i + 1) % TOGETHER == 0 || i + 1 == columns)
      take_logarithms(work, ret_scores);
  }
}

int tails_fit(const struct matrix *rows, tails_share *share, const struct fit_control *control,
              double *ret_scores, struct block **ret_block) {
  struct block *const block =
      block_create(rows->columns, rows->columns * (rows->rows + 1) * sizeof(double), 0);
  const struct work work = {.rows = rows,
                            .share = share,
                            .order = calloc(rows->rows, sizeof *work.order),
                            .products = calloc(rows->rows, sizeof *work.products)};
  const bool complete = block != NULL && work.order != NULL && work.products != NULL;
  if (complete) {
    fit_columns(&work, control, block_body(block), ret_scores);
    *ret_block = block;
  } else {
    block_destroy(block);
  }
  free(work.products);
  free(work.order);
  return complete ? STATUS_OK : STATUS_NO_MEMORY;
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

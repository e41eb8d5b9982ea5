/*
 * PCA: how far the row, standardised, is from each principal direction, weighed
 * by how little of all variance that direction has.
 *
 * As PyOD has it, the distance is that between two points, the row and the end
 * of the direction's unit vector. A column that never changed has no direction
 * here, and a direction without variance all the same the share ROUNDING.
 *
 * The body is a header, then for each direction its weight and its vector.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "stats/linear.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Jacobi's rotations of more take minutes. */
enum { COLUMNS_MAX = 256 };

static const double ROUNDING = DBL_EPSILON * DBL_EPSILON;

struct options {
  uint32_t n_selected_components;
  bool weighted;
};

static const struct option_row option_rows[] = {
    {.name = "n_selected_components",
     .kind = OPTION_COUNT,
     .unit = "directions",
     .offset = offsetof(struct options, n_selected_components),
     .preset = 0,
     .min = 0,
     .max = COLUMNS_MAX,
     .help = "How many are used, those with the least variance; 0 is all of them"},
    {.name = "weighted",
     .kind = OPTION_BOOL,
     .offset = offsetof(struct options, weighted),
     .preset = 1,
     .help = "Divide the distance from a direction by its share of all variance"},
    OPTION_ROWS_END,
};

struct header {
  uint64_t directions; /* none: the distance from the mean is the score */
};

static const struct header *header_of(const struct block *block) { return block_body_const(block); }

static const double *direction_of(const struct block *block, size_t at) {
  return (const double *)(header_of(block) + 1) + at * (1 + block_columns(block));
}

static double distance(const double *row, const double *other, size_t size) {
  double squares = 0;
  for (size_t i = 0; i < size; i++)
    squares += (row[i] - other[i]) * (row[i] - other[i]);
  return sqrt(squares);
}

static double score(const struct block *block, const double *row, double *scratch) {
  (void)scratch;
  const size_t columns = block_columns(block);
  double sum = 0;
  for (size_t at = 0; at < header_of(block)->directions; at++) {
    const double *const direction = direction_of(block, at);
    sum += distance(row, direction + 1, columns) * direction[0];
  }
  return sum;
}

/* A distance is shared out by the squares that it is the root of. */
static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  (void)scratch;
  const size_t columns = block_columns(block);
  memset(ret_parts, 0, columns * sizeof *ret_parts);
  for (size_t at = 0; at < header_of(block)->directions; at++) {
    const double *const direction = direction_of(block, at);
    const double far = distance(row, direction + 1, columns);
    for (size_t i = 0; i < columns && far > 0; i++) {
      const double off = row[i] - direction[1 + i];
      ret_parts[i] += off / far * off * direction[0];
    }
  }
}

/* Columns whose number changed at all; to be freed. */
static size_t *find_varied(const struct matrix *rows, size_t *ret_count) {
  size_t *const varied = calloc(rows->columns, sizeof *varied);
  size_t count = 0;
  for (size_t i = 0; varied != NULL && i < rows->columns; i++) {
    size_t at = 1;
    while (at < rows->rows && rows->cells[at * rows->columns + i] == rows->cells[i])
      at++;
    if (at < rows->rows)
      varied[count++] = i;
  }
  *ret_count = count;
  return varied;
}

/* Those columns alone; to be freed. */
static double *take_columns(const struct matrix *rows, const size_t *varied, size_t count) {
  double *const taken = calloc(rows->rows * count + 1, sizeof *taken);
  for (size_t i = 0; taken != NULL && i < rows->rows; i++)
    for (size_t k = 0; k < count; k++)
      taken[i * count + k] = rows->cells[i * rows->columns + varied[k]];
  return taken;
}

/* What the directions are found in and as: `size` columns that varied. */
struct eigen {
  size_t size;
  const size_t *varied;
  double *values, *vectors;
};

static void fill_body(struct header *header, size_t columns, const struct eigen *eigen,
                      const struct options *options) {
  const size_t chosen = options->n_selected_components;
  const size_t skipped = chosen > 0 && chosen < eigen->size ? eigen->size - chosen : 0;
  double total = 0;
  for (size_t i = 0; i < eigen->size; i++)
    total += fmax(eigen->values[i], 0);
  double *direction = (double *)(header + 1);
  header->directions = eigen->size > 0 ? eigen->size - skipped : 1;
  direction[0] = 1;
  for (size_t at = skipped; at < eigen->size; at++, direction += 1 + columns) {
    const bool rounded = eigen->values[at] <= (double)columns * DBL_EPSILON * eigen->values[0];
    const double share = rounded ? ROUNDING : eigen->values[at] / total;
    direction[0] = options->weighted ? 1 / share : 1;
    for (size_t i = 0; i < eigen->size; i++)
      direction[1 + eigen->varied[i]] = eigen->vectors[at * eigen->size + i];
  }
}

/* How far the row is along the direction, from the mean. */
static double projection(const double *row, const double *mean, const double *vector, size_t size) {
  double sum = 0;
  for (size_t i = 0; i < size; i++)
    sum += (row[i] - mean[i]) * vector[i];
  return sum;
}

/* A direction points to the row that is furthest along it, either way. */
static void settle_signs(const struct eigen *eigen, const double *taken, size_t rows,
                         const double *mean) {
  for (size_t at = 0; at < eigen->size; at++) {
    double *const vector = eigen->vectors + at * eigen->size;
    double furthest = 0;
    for (size_t row = 0; row < rows; row++) {
      const double along = projection(taken + row * eigen->size, mean, vector, eigen->size);
      furthest = fabs(along) > fabs(furthest) ? along : furthest;
    }
    for (size_t i = 0; furthest < 0 && i < eigen->size; i++)
      vector[i] = -vector[i];
  }
}

static int find_directions(const struct matrix *rows, struct eigen *eigen, double *work,
                           const struct fit_control *control) {
  double *const taken = take_columns(rows, eigen->varied, eigen->size);
  if (taken == NULL)
    return STATUS_NO_MEMORY;
  double *const matrix = work, *const mean = matrix + eigen->size * eigen->size;
  eigen->values = mean + eigen->size;
  eigen->vectors = eigen->values + eigen->size;
  covariance_of(taken, NULL, rows->rows, eigen->size, mean, matrix);
  const bool found =
      symmetric_eigen(matrix, eigen->size, eigen->values, eigen->vectors, control->stop);
  if (found)
    settle_signs(eigen, taken, rows->rows, mean);
  free(taken);
  return found ? STATUS_OK : STATUS_STOPPED;
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  (void)ret_scores;
  const size_t columns = rows->columns;
  struct eigen eigen = {0};
  size_t *const varied = find_varied(rows, &eigen.size);
  double *const work = calloc(2 * (eigen.size + 1) * (eigen.size + 1), sizeof *work);
  eigen.varied = varied;
  int status = varied != NULL && work != NULL ? find_directions(rows, &eigen, work, control)
                                              : STATUS_NO_MEMORY;
  struct block *block = NULL;
  if (status == STATUS_OK) {
    const size_t directions = eigen.size > 0 ? eigen.size : 1;
    block = block_create(columns,
                         sizeof(struct header) + directions * (1 + columns) * sizeof(double), 0);
    status = block != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  }
  if (status == STATUS_OK) {
    fill_body(block_body(block), columns, &eigen, options);
    *ret_block = block;
  }
  free(work);
  free(varied);
  return status;
}

static bool valid(const struct block *block) {
  const struct header *const header = header_of(block);
  const size_t size = (1 + block_columns(block)) * sizeof(double);
  if (block_scratch_own(block) != 0 || block_body_size(block) < sizeof *header ||
      header->directions == 0 || header->directions > block_columns(block) ||
      header->directions * size > block_body_size(block) - sizeof *header)
    return false;
  for (size_t at = 0; at < header->directions; at++) {
    const double *const direction = direction_of(block, at);
    bool fine = direction[0] > 0 && direction[0] <= 1 / ROUNDING;
    for (size_t i = 0; i < block_columns(block); i++)
      fine = fine && fabs(direction[1 + i]) <= 2;
    if (!fine)
      return false;
  }
  return true;
}

const struct model pca_model = {
    .name = "pca",
    .summary = "rows off the directions in which the columns go together",
    .source = "Shyu, Chen, Sarinnapakorn and Chang, 2003, \"A novel anomaly detection scheme based "
              "on principal component classifier\"",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 1,
    .rows_min = 1,
    .columns_max = COLUMNS_MAX,
    .standardises = true,
    .fit = fit,
    .score = score,
    .explain = explain,
    .valid = valid,
};

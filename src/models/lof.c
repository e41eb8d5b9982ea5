/*
 * Local outlier factor: how thinly the row's surroundings are settled, beside
 * those of its nearest training rows. About 1 in the midst of the rows.
 *
 * Where there are fewer other rows than n_neighbors, all of them are taken.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "stats/neighbours.h"

#include <math.h>
#include <stdlib.h>

/* Keeps the density of rows finite that have enough duplicates. */
static const double DISTANCE_MIN = 1e-10;

struct options {
  uint32_t n_neighbors;
};

static const struct option_row option_rows[] = {
    {.name = "n_neighbors",
     .kind = OPTION_COUNT,
     .unit = "rows",
     .offset = offsetof(struct options, n_neighbors),
     .preset = 20,
     .min = 1,
     .max = 1000,
     .help = "How many of the nearest training rows make up a row's surroundings"},
    OPTION_ROWS_END,
};

/* What is known of a training row. */
struct place {
  double reach;   /* distance of its last neighbour */
  double density; /* its local reachability density */
};

/* Followed by the tree. */
struct body {
  uint64_t wanted;
  struct place place[];
};

static const struct neighbours *tree_of(const struct body *body, size_t rows) {
  return (const struct neighbours *)(body->place + rows);
}

static size_t body_size(size_t rows, size_t columns) {
  return sizeof(struct body) + rows * sizeof(struct place) + neighbours_size(rows, columns);
}

static size_t scratch_of(size_t columns, size_t wanted) {
  return columns + wanted * (sizeof(struct neighbour) / sizeof(double));
}

static double density_among(const struct body *body, const struct neighbour *list) {
  double sum = 0;
  for (size_t i = 0; i < body->wanted; i++) {
    const double distance = sqrt(list[i].square), reach = body->place[list[i].row].reach;
    sum += distance > reach ? distance : reach;
  }
  return 1 / (sum / (double)body->wanted + DISTANCE_MIN);
}

static double factor_among(const struct body *body, const struct neighbour *list, double density) {
  double sum = 0;
  for (size_t i = 0; i < body->wanted; i++)
    sum += body->place[list[i].row].density;
  return sum / (double)body->wanted / density;
}

/* `scratch`: a number for each column, then the neighbours, which are left there. */
static struct neighbour *find(const struct block *block, const double *row, double *scratch) {
  const struct body *const body = block_body_const(block);
  struct neighbour *const list = (struct neighbour *)(scratch + block_columns(block));
  neighbours_find(tree_of(body, block_rows(block)), row, NEIGHBOURS_ALL, body->wanted, scratch,
                  list);
  return list;
}

static double score(const struct block *block, const double *row, double *scratch) {
  const struct body *const body = block_body_const(block);
  const struct neighbour *const list = find(block, row, scratch);
  return factor_among(body, list, density_among(body, list));
}

static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  const struct body *const body = block_body_const(block);
  const struct neighbour *const list = find(block, row, scratch);
  neighbours_explain(tree_of(body, block_rows(block)), row, list, body->wanted, ret_parts);
}

/* Fills in what is known of each row, and its factor; `found` and `scratch` are to work with. */
static void place_rows(struct body *body, const struct matrix *rows,
                       const struct fit_control *control, struct neighbour *found, double *scratch,
                       double *ret_factors) {
  const struct neighbours *const tree = tree_of(body, rows->rows);
  struct place *const place = body->place;
  for (size_t i = 0; i < rows->rows && !fit_stopped(control); i++) {
    struct neighbour *const list = found + i * body->wanted;
    neighbours_find(tree, rows->cells + i * rows->columns, (uint32_t)i, body->wanted, scratch,
                    list);
    place[i].reach = sqrt(list[body->wanted - 1].square);
  }
  for (size_t i = 0; i < rows->rows && !fit_stopped(control); i++)
    place[i].density = density_among(body, found + i * body->wanted);
  for (size_t i = 0; i < rows->rows && !fit_stopped(control); i++)
    ret_factors[i] = factor_among(body, found + i * body->wanted, place[i].density);
}

static int fill(struct body *body, const struct matrix *rows, const struct fit_control *control,
                double *ret_factors) {
  if (rows->rows * body->wanted > MODEL_BLOCK_MAX / sizeof(struct neighbour))
    return STATUS_NO_MEMORY;
  struct neighbour *const found = calloc(rows->rows * body->wanted, sizeof *found);
  double *const scratch = calloc(rows->columns, sizeof *scratch);
  int status = STATUS_NO_MEMORY;
  if (found != NULL && scratch != NULL)
    status = neighbours_build((struct neighbours *)(body->place + rows->rows), rows, control->stop);
  if (status == STATUS_OK)
    place_rows(body, rows, control, found, scratch, ret_factors);
  free(scratch);
  free(found);
  return status;
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  const struct options *const chosen = options;
  const size_t wanted = chosen->n_neighbors < rows->rows ? chosen->n_neighbors : rows->rows - 1;
  struct block *const block = block_create(rows->columns, body_size(rows->rows, rows->columns),
                                           scratch_of(rows->columns, wanted));
  if (block == NULL)
    return STATUS_NO_MEMORY;
  struct body *const body = block_body(block);
  body->wanted = wanted;
  const int status = fill(body, rows, control, ret_scores);
  if (status != STATUS_OK) {
    block_destroy(block);
    return status;
  }
  *ret_block = block;
  return STATUS_OK;
}

static bool valid(const struct block *block) {
  const struct body *const body = block_body_const(block);
  const size_t rows = block_rows(block), columns = block_columns(block);
  if (block_body_size(block) < body_size(rows, columns) || body->wanted < 1 ||
      body->wanted >= rows || block_scratch_own(block) != scratch_of(columns, body->wanted))
    return false;
  for (size_t i = 0; i < rows; i++)
    if (!isfinite(body->place[i].reach) || !isfinite(body->place[i].density))
      return false;
  return neighbours_valid(tree_of(body, rows), neighbours_size(rows, columns), rows, columns);
}

const struct model lof_model = {
    .name = "lof",
    .summary = "rows in places that are more thinly settled than those of their neighbours",
    .source = "Breunig, Kriegel, Ng and Sander, 2000, \"LOF: identifying density-based local "
              "outliers\"",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 2,
    .rows_min = 2,
    .training = TRAINING_APART,
    .fit = fit,
    .score = score,
    .explain = explain,
    .valid = valid,
};

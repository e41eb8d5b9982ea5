/*
 * k nearest neighbours: how far the nearest training rows are.
 *
 * Where there are fewer other rows than n_neighbors, all of them are taken.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "stats/neighbours.h"

#include <math.h>
#include <stdlib.h>

enum method { METHOD_LARGEST, METHOD_MEAN, METHOD_MEDIAN };

static const char *const method_choices[] = {"largest", "mean", "median", NULL};

struct options {
  uint32_t n_neighbors;
  int method;
};

static const struct option_row option_rows[] = {
    {.name = "n_neighbors",
     .kind = OPTION_COUNT,
     .unit = "rows",
     .offset = offsetof(struct options, n_neighbors),
     .preset = 5,
     .min = 1,
     .max = 1000,
     .help = "How many of the nearest training rows are looked at"},
    {.name = "method",
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct options, method),
     .preset = METHOD_LARGEST,
     .choices = method_choices,
     .help = "Which of their distances is the score: the largest, the mean or the median"},
    OPTION_ROWS_END,
};

/* Followed by the tree. */
struct body {
  uint32_t wanted, method;
};

static const struct neighbours *tree_of(const struct body *body) {
  return (const struct neighbours *)(body + 1);
}

static size_t scratch_of(size_t columns, size_t wanted) {
  return columns + wanted * (sizeof(struct neighbour) / sizeof(double));
}

static double distance(const struct neighbour *list, size_t at) { return sqrt(list[at].square); }

static double mean_distance(const struct neighbour *list, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += distance(list, i);
  return sum / (double)count;
}

/* `scratch`: a number for each column, then the neighbours, which are left there. */
static struct neighbour *find(const struct block *block, const double *row, uint32_t except,
                              double *scratch) {
  const struct body *const body = block_body_const(block);
  struct neighbour *const list = (struct neighbour *)(scratch + block_columns(block));
  neighbours_find(tree_of(body), row, except, body->wanted, scratch, list);
  return list;
}

static double score_without(const struct block *block, const double *row, uint32_t except,
                            double *scratch) {
  const struct body *const body = block_body_const(block);
  const struct neighbour *const list = find(block, row, except, scratch);
  const size_t last = body->wanted - 1;
  switch (body->method) {
  case METHOD_MEAN:
    return mean_distance(list, body->wanted);
  case METHOD_MEDIAN:
    return (distance(list, last / 2) + distance(list, last - last / 2)) / 2;
  default:
    return distance(list, last);
  }
}

static double score(const struct block *block, const double *row, double *scratch) {
  return score_without(block, row, NEIGHBOURS_ALL, scratch);
}

static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  const struct body *const body = block_body_const(block);
  const struct neighbour *const list = find(block, row, NEIGHBOURS_ALL, scratch);
  neighbours_explain(tree_of(body), row, list, body->wanted, ret_parts);
}

/* A row does not count itself. */
static int score_rows(const struct block *block, const struct matrix *rows,
                      const struct fit_control *control, double *ret_scores) {
  double *const scratch = calloc(block_scratch_own(block), sizeof *scratch);
  if (scratch == NULL)
    return STATUS_NO_MEMORY;
  for (size_t i = 0; i < rows->rows && !fit_stopped(control); i++)
    ret_scores[i] = score_without(block, rows->cells + i * rows->columns, (uint32_t)i, scratch);
  free(scratch);
  return STATUS_OK;
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  const struct options *const chosen = options;
  const size_t wanted = chosen->n_neighbors < rows->rows ? chosen->n_neighbors : rows->rows - 1;
  struct block *const block =
      block_create(rows->columns, sizeof(struct body) + neighbours_size(rows->rows, rows->columns),
                   scratch_of(rows->columns, wanted));
  if (block == NULL)
    return STATUS_NO_MEMORY;
  struct body *const body = block_body(block);
  *body = (struct body){.wanted = (uint32_t)wanted, .method = (uint32_t)chosen->method};
  int status = neighbours_build((struct neighbours *)(body + 1), rows, control->stop);
  if (status == STATUS_OK)
    status = score_rows(block, rows, control, ret_scores);
  if (status != STATUS_OK) {
    block_destroy(block);
    return status;
  }
  *ret_block = block;
  return STATUS_OK;
}

static bool valid(const struct block *block) {
  const struct body *const body = block_body_const(block);
  return block_body_size(block) >= sizeof *body && body->wanted > 0 &&
         body->wanted < block_rows(block) && body->method <= METHOD_MEDIAN &&
         block_scratch_own(block) == scratch_of(block_columns(block), body->wanted) &&
         neighbours_valid(tree_of(body), block_body_size(block) - sizeof *body, block_rows(block),
                          block_columns(block));
}

const struct model knn_model = {
    .name = "knn",
    .summary = "rows far from their nearest neighbours among the training rows",
    .source = "Ramaswamy, Rastogi and Shim, 2000, \"Efficient algorithms for mining outliers from "
              "large data sets\"",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 1,
    .rows_min = 2,
    .training = TRAINING_APART,
    .fit = fit,
    .score = score,
    .explain = explain,
    .valid = valid,
};

/*
 * Cluster-based local outlier factor: how far the row is from the middle of its
 * cluster, or of the nearest large cluster where its own is small.
 *
 * Where no division into large and small clusters meets alpha or beta, all are
 * large.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "stats/distance.h"
#include "stats/kmeans.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct options {
  uint32_t n_clusters;
  double alpha, beta;
  bool use_weights;
};

static const struct option_row option_rows[] = {
    {.name = "n_clusters",
     .kind = OPTION_COUNT,
     .unit = "clusters",
     .offset = offsetof(struct options, n_clusters),
     .preset = 8,
     .min = 1,
     .max = 1000,
     .help = "Clusters to make; fewer where there are fewer different rows"},
    {.name = "alpha",
     .kind = OPTION_REAL,
     .offset = offsetof(struct options, alpha),
     .preset = .9,
     .min = .01,
     .max = .999,
     .help = "Share of the rows that the large clusters have together"},
    {.name = "beta",
     .kind = OPTION_REAL,
     .offset = offsetof(struct options, beta),
     .preset = 5,
     .min = 1,
     .max = 1e6,
     .help = "How many times larger the last large cluster is than the first small one"},
    {.name = "use_weights",
     .kind = OPTION_BOOL,
     .offset = offsetof(struct options, use_weights),
     .preset = 0,
     .help = "Multiply the distance by the size of the row's cluster"},
    OPTION_ROWS_END,
};

/* Clusters from the largest to the smallest. Followed by their sizes, then their centres. */
struct body {
  uint32_t clusters, large, use_weights, unused;
  double number[];
};

static size_t body_size(size_t clusters, size_t columns) {
  return sizeof(struct body) + clusters * (1 + columns) * sizeof(double);
}

static const double *centres_of(const struct body *body) { return body->number + body->clusters; }

/* The centre that counts; the square of its distance; the cluster that the row belongs to. */
static size_t find_centre(const struct block *block, const double *row, double *ret_square,
                          size_t *ret_own) {
  const struct body *const body = block_body_const(block);
  const size_t columns = block_columns(block);
  *ret_own = kmeans_nearest(centres_of(body), body->clusters, columns, row, ret_square);
  return *ret_own < body->large
             ? *ret_own
             : kmeans_nearest(centres_of(body), body->large, columns, row, ret_square);
}

static double score(const struct block *block, const double *row, double *scratch) {
  (void)scratch;
  const struct body *const body = block_body_const(block);
  double square;
  size_t own;
  (void)find_centre(block, row, &square, &own);
  return sqrt(square) * (body->use_weights != 0 ? body->number[own] : 1);
}

static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  (void)scratch;
  const size_t columns = block_columns(block);
  double square;
  size_t own;
  const double *const centre =
      centres_of(block_body_const(block)) + find_centre(block, row, &square, &own) * columns;
  for (size_t i = 0; i < columns; i++)
    ret_parts[i] = (row[i] - centre[i]) * (row[i] - centre[i]);
}

/* How many of the clusters, from the largest to the smallest, are large. */
static uint32_t count_large(const struct body *body, const struct options *options, size_t rows) {
  uint32_t by_alpha = 0, by_beta = 0;
  double covered = 0;
  for (uint32_t i = 1; i < body->clusters; i++) {
    covered += body->number[i - 1];
    const bool alpha = covered >= options->alpha * (double)rows;
    const bool beta = body->number[i - 1] >= options->beta * body->number[i];
    if (alpha && beta)
      return i;
    if (alpha && by_alpha == 0)
      by_alpha = i;
    if (beta && by_beta == 0)
      by_beta = i;
  }
  return by_alpha > 0 ? by_alpha : by_beta > 0 ? by_beta : body->clusters;
}

/* Of those that are left the largest, which is taken away. */
static size_t take_largest(size_t *sizes, bool *taken, size_t clusters) {
  size_t largest = clusters;
  for (size_t i = 0; i < clusters; i++)
    if (!taken[i] && (largest == clusters || sizes[i] > sizes[largest]))
      largest = i;
  taken[largest] = true;
  return largest;
}

static struct block *make_block(const struct matrix *rows, const struct options *options,
                                const double *centres, size_t *sizes, bool *taken,
                                size_t clusters) {
  const size_t columns = rows->columns;
  struct block *const block = block_create(columns, body_size(clusters, columns), 0);
  if (block == NULL)
    return NULL;
  struct body *const body = block_body(block);
  body->clusters = (uint32_t)clusters;
  body->use_weights = options->use_weights;
  for (size_t i = 0; i < clusters; i++) {
    const size_t from = take_largest(sizes, taken, clusters);
    body->number[i] = (double)sizes[from];
    memcpy(body->number + clusters + i * columns, centres + from * columns,
           columns * sizeof *centres);
  }
  body->large = count_large(body, options, rows->rows);
  return block;
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  (void)ret_scores;
  const struct options *const chosen = options;
  const size_t wanted = chosen->n_clusters < rows->rows ? chosen->n_clusters : rows->rows;
  double *const centres = calloc(wanted * rows->columns, sizeof *centres);
  size_t *const sizes = calloc(wanted, sizeof *sizes);
  bool *const taken = calloc(wanted, sizeof *taken);
  uint64_t random = control->seed;
  size_t clusters;
  int status = STATUS_NO_MEMORY;
  if (centres != NULL && sizes != NULL && taken != NULL)
    status = kmeans(rows, wanted, &random, control->stop, centres, sizes, &clusters);
  if (status == STATUS_OK) {
    struct block *const block = make_block(rows, chosen, centres, sizes, taken, clusters);
    if (block != NULL)
      *ret_block = block;
    else
      status = STATUS_NO_MEMORY;
  }
  free(taken);
  free(sizes);
  free(centres);
  return status;
}

static bool valid(const struct block *block) {
  const struct body *const body = block_body_const(block);
  if (block_scratch_own(block) != 0 || block_body_size(block) < sizeof *body ||
      body->clusters < 1 || body->clusters > block_rows(block) || body->large < 1 ||
      body->large > body->clusters || body->use_weights > 1 ||
      block_body_size(block) < body_size(body->clusters, block_columns(block)))
    return false;
  bool finite = true;
  for (size_t i = 0; i < body->clusters * (1 + block_columns(block)); i++)
    finite = finite && isfinite(body->number[i]);
  return finite;
}

const struct model cblof_model = {
    .name = "cblof",
    .summary = "rows far from the middle of the nearest large cluster of rows",
    .source = "He, Xu and Deng, 2003, \"Discovering cluster-based local outliers\"",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 1,
    .rows_min = 1,
    .fit = fit,
    .score = score,
    .explain = explain,
    .valid = valid,
};

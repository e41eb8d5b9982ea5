/*
 * One-class support vector machine: how far outside the region that holds most
 * training rows, in the space of an RBF kernel. libsvm fits it; scoring is our own.
 *
 * libsvm cannot be stopped, takes time with the square of the rows and more, and
 * does not look at what its allocations return. So it sees max_samples rows at
 * most, evenly chosen, and is called only where as much memory as it will want
 * could be had just before. It sees columns about their means, at most FARTHEST
 * kernel widths from them: it works with differences of squares.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "stats/kernel_sum.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#if __has_include(<libsvm/svm.h>)
#include <libsvm/svm.h>
#else
#include <svm.h>
#endif

static const double FARTHEST = 1e6;

enum { CACHE_MAX = 200 /* megabytes */, BYTES_OF_ROW = 256 /* what libsvm keeps beside it */ };

struct options {
  double nu, gamma, tol;
  uint32_t max_samples;
};

static const struct option_row option_rows[] = {
    {.name = "nu",
     .kind = OPTION_REAL,
     .offset = offsetof(struct options, nu),
     .preset = .5,
     .min = .001,
     .max = 1,
     .help =
         "Share of the training rows that may be outside, at most; of those that become support "
         "vectors, at least"},
    {.name = "gamma",
     .kind = OPTION_REAL,
     .offset = offsetof(struct options, gamma),
     .preset = 0,
     .min = 0,
     .max = 1e6,
     .help = "Of the kernel exp(-gamma distance^2); 0 is one by the number of columns"},
    {.name = "tol",
     .kind = OPTION_REAL,
     .offset = offsetof(struct options, tol),
     .preset = 1e-3,
     .min = 1e-6,
     .max = .1,
     .help = "How exactly it is solved"},
    {.name = "max_samples",
     .kind = OPTION_COUNT,
     .unit = "rows",
     .offset = offsetof(struct options, max_samples),
     .preset = 4000,
     .min = 2,
     .max = 20000,
     .help = "Of more training rows it is fitted to so many, evenly chosen"},
    OPTION_ROWS_END,
};

/*
 * Followed by each support vector's weight, then the support vectors, one column
 * after the other, in whole lots of kernel_sum.h.
 */
struct body {
  uint64_t vectors;
  double rho, gamma;
  double weight[];
};

static size_t body_size(size_t vectors, size_t columns) {
  return sizeof(struct body) + kernels_room(vectors) * (1 + columns) * sizeof(double);
}

static struct kernels kernels_of(const struct block *block) {
  const struct body *const body = block_body_const(block);
  const size_t count = kernels_room(body->vectors);
  return (struct kernels){.count = count,
                          .columns = block_columns(block),
                          .weights = body->weight,
                          .cells = body->weight + count,
                          .gamma = body->gamma};
}

static double score(const struct block *block, const double *row, double *scratch) {
  (void)scratch;
  const struct body *const body = block_body_const(block);
  const struct kernels kernels = kernels_of(block);
  return body->rho - kernel_sum(&kernels, row);
}

static double square_to(const struct kernels *kernels, size_t vector, const double *row) {
  double sum = 0;
  for (size_t column = 0; column < kernels->columns; column++) {
    const double off = kernels->cells[column * kernels->count + vector] - row[column];
    sum += off * off;
  }
  return sum;
}

/* Squared differences to the support vectors, the nearest counting most however far it is. */
static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  (void)scratch;
  const struct body *const body = block_body_const(block);
  const struct kernels kernels = kernels_of(block);
  double nearest = INFINITY;
  for (size_t i = 0; i < body->vectors; i++)
    nearest = fmin(nearest, square_to(&kernels, i, row));
  memset(ret_parts, 0, kernels.columns * sizeof *ret_parts);
  for (size_t i = 0; i < body->vectors; i++) {
    const double beyond = square_to(&kernels, i, row) - nearest;
    const double weight = body->weight[i] * exp(-body->gamma * beyond);
    for (size_t column = 0; column < kernels.columns; column++) {
      const double off = kernels.cells[column * kernels.count + i] - row[column];
      ret_parts[column] += weight * off * off;
    }
  }
}

/* ---- Fitting ---- */

static void print_nothing(const char *text) { (void)text; }

static void silence(void) { svm_set_print_string_function(print_nothing); }

/* What libsvm reads: `rows` of the training rows, each ended by a node of its own. */
struct problem {
  struct svm_problem svm;
  struct svm_node *nodes;
  size_t rows;
};

static size_t training_row(const struct matrix *rows, size_t taken, size_t at) {
  return at * rows->rows / taken;
}

static void fill_column(struct problem *problem, const struct matrix *rows, size_t column,
                        double farthest) {
  const double *const cells = rows->cells + column;
  double mean = 0;
  for (size_t i = 0; i < problem->rows; i++)
    mean += cells[training_row(rows, problem->rows, i) * rows->columns] / (double)problem->rows;
  for (size_t i = 0; i < problem->rows; i++) {
    const double value = cells[training_row(rows, problem->rows, i) * rows->columns] - mean;
    problem->nodes[i * (rows->columns + 1) + column] = (struct svm_node){
        .index = (int)column + 1, .value = fmax(fmin(value, farthest), -farthest)};
  }
}

static void problem_release(struct problem *problem) {
  free(problem->svm.x);
  free(problem->svm.y);
  free(problem->nodes);
}

static int problem_init(struct problem *problem, const struct matrix *rows, size_t taken,
                        double farthest) {
  const size_t columns = rows->columns;
  *problem = (struct problem){.rows = taken,
                              .nodes = calloc(taken * (columns + 1), sizeof *problem->nodes),
                              .svm = {.l = (int)taken,
                                      .x = calloc(taken, sizeof *problem->svm.x),
                                      .y = calloc(taken, sizeof *problem->svm.y)}};
  if (problem->nodes == NULL || problem->svm.x == NULL || problem->svm.y == NULL) {
    problem_release(problem);
    return STATUS_NO_MEMORY;
  }
  for (size_t column = 0; column < columns; column++)
    fill_column(problem, rows, column, farthest);
  for (size_t i = 0; i < taken; i++) {
    problem->svm.x[i] = problem->nodes + i * (columns + 1);
    problem->svm.x[i][columns].index = -1;
  }
  return STATUS_OK;
}

/* libsvm goes on where it gets no memory: is there as much as it will ask for? */
static bool memory_is_there(size_t rows, double cache) {
  char *const asked = malloc((size_t)(cache * 1e6) + rows * BYTES_OF_ROW);
  const bool there = asked != NULL;
  free(asked);
  return there;
}

static int train(const struct problem *problem, const struct options *options, double gamma,
                 struct svm_model **ret_model) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  (void)pthread_once(&once, silence);
  const double all = (double)problem->rows * (double)problem->rows * sizeof(float) / 1e6;
  const struct svm_parameter parameter = {.svm_type = ONE_CLASS,
                                          .kernel_type = RBF,
                                          .gamma = gamma,
                                          .nu = options->nu,
                                          .eps = options->tol,
                                          .cache_size = fmin(all + 1, CACHE_MAX),
                                          .shrinking = 1};
  if (svm_check_parameter(&problem->svm, &parameter) != NULL)
    return STATUS_LIMIT;
  if (!memory_is_there(problem->rows, parameter.cache_size))
    return STATUS_NO_MEMORY;
  *ret_model = svm_train(&problem->svm, &parameter);
  return STATUS_OK;
}

static struct block *make_block(const struct matrix *rows, size_t taken, double gamma,
                                const struct svm_model *model) {
  const size_t vectors = (size_t)model->l, columns = rows->columns;
  const size_t room = kernels_room(vectors);
  struct block *const block = block_create(columns, body_size(vectors, columns), 0);
  if (block == NULL)
    return NULL;
  struct body *const body = block_body(block);
  /* With all rows for support vectors (nu 1) every offset solves it. */
  *body = (struct body){
      .vectors = vectors, .rho = isfinite(model->rho[0]) ? model->rho[0] : 0, .gamma = gamma};
  for (size_t i = 0; i < vectors; i++) {
    const size_t from = training_row(rows, taken, (size_t)model->sv_indices[i] - 1);
    body->weight[i] = model->sv_coef[0][i];
    for (size_t column = 0; column < columns; column++)
      body->weight[room * (1 + column) + i] = rows->cells[from * columns + column];
  }
  return block;
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  (void)ret_scores;
  const struct options *const chosen = options;
  const size_t taken = chosen->max_samples < rows->rows ? chosen->max_samples : rows->rows;
  const double gamma = chosen->gamma > 0 ? chosen->gamma : 1 / (double)rows->columns;
  struct problem problem;
  int status = problem_init(&problem, rows, taken, FARTHEST / sqrt(gamma));
  if (status != STATUS_OK)
    return status;
  struct svm_model *model = NULL;
  status = fit_stopped(control) ? STATUS_STOPPED : train(&problem, chosen, gamma, &model);
  if (status == STATUS_OK) {
    struct block *const block = make_block(rows, taken, gamma, model);
    if (block != NULL)
      *ret_block = block;
    else
      status = STATUS_NO_MEMORY;
    svm_free_and_destroy_model(&model);
  }
  problem_release(&problem);
  return status;
}

static bool valid(const struct block *block) {
  const struct body *const body = block_body_const(block);
  const size_t columns = block_columns(block), size = block_body_size(block);
  if (block_scratch_own(block) != 0 || size < sizeof *body || body->vectors > block_rows(block) ||
      size < body_size(body->vectors, columns))
    return false;
  bool fine = isfinite(body->rho) && isfinite(body->gamma) && body->gamma > 0;
  for (size_t i = 0; i < kernels_room(body->vectors) * (1 + columns); i++)
    fine = fine && isfinite(body->weight[i]);
  return fine;
}

const struct model ocsvm_model = {
    .name = "ocsvm",
    .summary = "rows outside the region that a one-class support vector machine draws around most",
    .source = "Schoelkopf, Platt, Shawe-Taylor, Smola and Williamson, 2001, \"Estimating the "
              "support of a high-dimensional distribution\"; solved by libsvm: Chang and Lin, 2011",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 2,
    .rows_min = 2,
    .fit = fit,
    .score = score,
    .explain = explain,
    .valid = valid,
};

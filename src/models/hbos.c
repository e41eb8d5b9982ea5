/*
 * HBOS: how rare the values of the row are in the histograms of their columns,
 * each of bins of the same width.
 *
 * The body is a header, then for each column its least and greatest value, the
 * score of a value far outside, and that of each bin. NumPy's rules for a value on
 * an edge: the fitted rows are counted in the bin above it, a row is scored by the
 * bin below.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct options {
  uint32_t n_bins;
  double alpha, tol;
};

static const struct option_row option_rows[] = {
    {.name = "n_bins",
     .kind = OPTION_COUNT,
     .offset = offsetof(struct options, n_bins),
     .preset = 10,
     .min = 2,
     .max = 10000,
     .help = "Bins of each column's histogram"},
    {.name = "alpha",
     .kind = OPTION_REAL,
     .offset = offsetof(struct options, alpha),
     .preset = .1,
     .min = 1e-9,
     .max = 1,
     .help = "Added to each bin's density, so that an empty bin has a score"},
    {.name = "tol",
     .kind = OPTION_REAL,
     .unit = "bins",
     .offset = offsetof(struct options, tol),
     .preset = .5,
     .min = 0,
     .max = 1,
     .help = "How far outside all bins a value is still taken for one of the outermost bin"},
    OPTION_ROWS_END,
};

struct header {
  uint64_t bins;
  double tolerance;
};

struct column {
  double low, high, outside;
  double score[];
};

static size_t column_size(size_t bins) { return sizeof(struct column) + bins * sizeof(double); }

static const struct header *header_of(const struct block *block) { return block_body_const(block); }

static const struct column *column_of(const struct block *block, size_t at) {
  const struct header *const header = header_of(block);
  const char *const first = (const char *)(header + 1);
  return (const struct column *)(const void *)(first + at * column_size(header->bins));
}

static double width_of(const struct column *column, size_t bins) {
  return (column->high - column->low) / (double)bins;
}

static double edge(const struct column *column, size_t bins, size_t at) {
  return at == bins ? column->high : (double)at * width_of(column, bins) + column->low;
}

/* Rounding may have put it one too far; low <= value <= high. */
static size_t first_guess(const struct column *column, size_t bins, double value) {
  const double share = (value - column->low) / (column->high - column->low);
  const size_t bin = (size_t)(int64_t)(share * (double)bins);
  return bin < bins ? bin : bins - 1;
}

static double score_inside(const struct column *column, size_t bins, double value) {
  const size_t bin = first_guess(column, bins, value);
  if (bin > 0 && value <= edge(column, bins, bin))
    return column->score[bin - 1];
  return column->score[bin + 1 < bins && value > edge(column, bins, bin + 1) ? bin + 1 : bin];
}

/* A value on the lowest edge is outside, by nothing. */
static double part_of(const struct column *column, const struct header *header, double value) {
  const double reach = header->tolerance * width_of(column, header->bins);
  if (value <= column->low)
    return column->low - value <= reach ? column->score[0] : column->outside;
  if (value > column->high)
    return value - column->high <= reach ? column->score[header->bins - 1] : column->outside;
  return score_inside(column, header->bins, value);
}

static double score(const struct block *block, const double *row, double *scratch) {
  (void)scratch;
  double sum = 0;
  for (size_t i = 0; i < block_columns(block); i++)
    sum += part_of(column_of(block, i), header_of(block), row[i]);
  return sum;
}

/* Where all values are the same, or nearly so, the bins are about as wide as the value is exact. */
static void find_range(struct column *column, const struct matrix *rows, size_t at, size_t bins) {
  column->low = column->high = rows->cells[at];
  for (size_t i = 1; i < rows->rows; i++) {
    const double value = rows->cells[i * rows->columns + at];
    column->low = value < column->low ? value : column->low;
    column->high = value > column->high ? value : column->high;
  }
  const double width = width_of(column, bins);
  if (column->low + width > column->low && column->high - width < column->high)
    return;
  const double half = fmax(.5, 1e-9 * fmax(fabs(column->low), fabs(column->high)));
  column->low -= half;
  column->high += half;
}

/* What a fit works with beside the block. */
struct work {
  const struct matrix *rows;
  const struct options *options;
  double *edges;    /* of the bins, the outermost ones infinite */
  uint32_t *counts; /* of rows in the bins */
  uint32_t *scored; /* by which bin each row is scored */
};

static void work_release(struct work *work) {
  free(work->edges);
  free(work->counts);
  free(work->scored);
}

static int work_init(struct work *work, const struct matrix *rows, const struct options *options) {
  *work = (struct work){.rows = rows,
                        .options = options,
                        .edges = calloc((size_t)options->n_bins + 1, sizeof *work->edges),
                        .counts = calloc(options->n_bins, sizeof *work->counts),
                        .scored = calloc(rows->rows, sizeof *work->scored)};
  return work->edges != NULL && work->counts != NULL && work->scored != NULL ? STATUS_OK
                                                                             : STATUS_NO_MEMORY;
}

/* Counts the rows of each bin; the first guess is at most one bin away. */
static void count_rows(const struct work *work, const struct column *column, size_t at) {
  const struct matrix *const rows = work->rows;
  const size_t bins = work->options->n_bins;
  for (size_t i = 1; i < bins; i++)
    work->edges[i] = edge(column, bins, i);
  work->edges[0] = -INFINITY;
  work->edges[bins] = INFINITY;
  memset(work->counts, 0, bins * sizeof *work->counts);
  for (size_t i = 0; i < rows->rows; i++) {
    const double value = rows->cells[i * rows->columns + at];
    const size_t bin = first_guess(column, bins, value);
    const double low = work->edges[bin], high = work->edges[bin + 1];
    work->counts[bin + (value >= high) - (value < low)]++;
    work->scored[i] = (uint32_t)(bin + (value > high) - (value <= low));
  }
}

static void score_bins(const struct work *work, struct column *column) {
  const size_t bins = work->options->n_bins;
  column->outside = -DBL_MAX;
  for (size_t i = 0; i < bins; i++) {
    const double width = edge(column, bins, i + 1) - edge(column, bins, i);
    const double density = work->counts[i] / (double)work->rows->rows / width;
    column->score[i] = -log2(fmin(density, DBL_MAX) + work->options->alpha);
    column->outside = fmax(column->outside, column->score[i]);
  }
}

static void fit_column(const struct work *work, struct column *column, size_t at, double *scores) {
  const struct matrix *const rows = work->rows;
  find_range(column, rows, at, work->options->n_bins);
  count_rows(work, column, at);
  score_bins(work, column);
  for (size_t i = 0; i < rows->rows; i++)
    scores[i] = (at > 0 ? scores[i] : 0) + column->score[work->scored[i]];
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  const struct options *const chosen = options;
  const size_t size = column_size(chosen->n_bins);
  struct work work;
  struct block *const block =
      block_create(rows->columns, sizeof(struct header) + rows->columns * size, 0);
  if (work_init(&work, rows, chosen) != STATUS_OK || block == NULL) {
    work_release(&work);
    block_destroy(block);
    return STATUS_NO_MEMORY;
  }
  struct header *const header = block_body(block);
  *header = (struct header){.bins = chosen->n_bins, .tolerance = chosen->tol};
  char *column = (char *)(header + 1);
  for (size_t i = 0; i < rows->columns && !fit_stopped(control); i++, column += size)
    fit_column(&work, (struct column *)(void *)column, i, ret_scores);
  work_release(&work);
  *ret_block = block;
  return STATUS_OK;
}

static bool column_is_valid(const struct column *column, size_t bins) {
  bool valid = fabs(column->low) <= 2 * MODEL_CELL_MAX &&
               fabs(column->high) <= 2 * MODEL_CELL_MAX && width_of(column, bins) > 0 &&
               isfinite(column->outside);
  for (size_t i = 0; i < bins; i++)
    valid = valid && isfinite(column->score[i]);
  return valid;
}

static bool valid(const struct block *block) {
  const struct header *const header = header_of(block);
  if (block_scratch_own(block) != 0 || block_body_size(block) < sizeof *header ||
      header->bins < 2 || header->bins > block_body_size(block) ||
      !(header->tolerance >= 0 && header->tolerance <= 1) ||
      block_columns(block) * column_size(header->bins) > block_body_size(block) - sizeof *header)
    return false;
  bool valid = true;
  for (size_t i = 0; i < block_columns(block); i++)
    valid = valid && column_is_valid(column_of(block, i), header->bins);
  return valid;
}

const struct model hbos_model = {
    .name = "hbos",
    .summary = "rows whose values are rare in the histograms of their columns",
    .source = "Goldstein and Dengel, 2012, \"Histogram-based outlier score (HBOS): A fast "
              "unsupervised anomaly detection algorithm\"",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 1,
    .rows_min = 1,
    .training = TRAINING_BY_FIT,
    .fit = fit,
    .score = score,
    .valid = valid,
};

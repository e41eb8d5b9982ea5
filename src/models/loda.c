/*
 * LODA: how rare the row's place is in the histograms of random projections.
 *
 * Each cut weighs a random choice of sqrt(columns) columns. The score is the mean
 * over the cuts of -log of the share of training rows in the row's bin; beyond
 * the outermost bins the row is taken for one of them.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows that a bin has beside those that fell into it. */
static const double NOT_QUITE_NONE = 1e-12;

struct options {
  uint32_t n_bins, n_random_cuts;
};

static const struct option_row option_rows[] = {
    {.name = "n_bins",
     .kind = OPTION_COUNT,
     .unit = "bins",
     .offset = offsetof(struct options, n_bins),
     .preset = 10,
     .min = 2,
     .max = 1000,
     .help = "Bins of each histogram"},
    {.name = "n_random_cuts",
     .kind = OPTION_COUNT,
     .unit = "cuts",
     .offset = offsetof(struct options, n_random_cuts),
     .preset = 100,
     .min = 1,
     .max = 10000,
     .help = "Random projections, each with a histogram"},
    OPTION_ROWS_END,
};

struct term {
  double weight;
  uint64_t column;
};

/* Where the histogram begins, and bins per unit. */
struct range {
  double low, scale;
};

/* Followed by the cuts' terms, their ranges, and -log of the shares of their bins. */
struct body {
  uint64_t bins, cuts, terms; /* terms: of one cut */
};

struct parts {
  const struct term *terms;
  const struct range *ranges;
  const double *surprise;
};

static size_t terms_for(size_t columns) { return (size_t)sqrt((double)columns); }

static size_t body_size(size_t cuts, size_t bins, size_t columns) {
  const size_t cut =
      terms_for(columns) * sizeof(struct term) + sizeof(struct range) + bins * sizeof(double);
  return sizeof(struct body) + cuts * cut;
}

static struct parts parts_of(const struct body *body) {
  const struct term *const terms = (const struct term *)(body + 1);
  const struct range *const ranges = (const struct range *)(terms + body->cuts * body->terms);
  return (struct parts){terms, ranges, (const double *)(ranges + body->cuts)};
}

static double project(const struct term *terms, size_t count, const double *row) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += terms[i].weight * row[terms[i].column];
  return sum;
}

static size_t bin_of(struct range range, size_t bins, double value) {
  const double place = (value - range.low) * range.scale;
  if (!(place > 0))
    return 0;
  return place < (double)bins ? (size_t)(int64_t)place : bins - 1;
}

static double surprise_of(const struct body *body, const struct parts *parts, size_t cut,
                          const double *row) {
  const double value = project(parts->terms + cut * body->terms, body->terms, row);
  return parts->surprise[cut * body->bins + bin_of(parts->ranges[cut], body->bins, value)];
}

static double score(const struct block *block, const double *row, double *scratch) {
  (void)scratch;
  const struct body *const body = block_body_const(block);
  const struct parts parts = parts_of(body);
  double sum = 0;
  for (size_t i = 0; i < body->cuts; i++)
    sum += surprise_of(body, &parts, i, row);
  return sum / (double)body->cuts;
}

/* ---- What a column adds: the surprise of cuts with it against that of cuts without it ---- */

struct sample {
  double count, sum, squares;
};

static double mean_of(struct sample sample) { return sample.sum / sample.count; }

/* The variance of its mean. */
static double error_of(struct sample sample) {
  const double mean = mean_of(sample);
  return fmax(sample.squares / sample.count - mean * mean, 0) / sample.count;
}

static struct sample minus(struct sample all, struct sample with) {
  return (struct sample){all.count - with.count, all.sum - with.sum, all.squares - with.squares};
}

/* Of Welch's test, 1947. */
static double t_statistic(struct sample with, struct sample without) {
  if (with.count == 0)
    return 0;
  if (without.count == 0)
    return 1;
  const double difference = mean_of(with) - mean_of(without);
  return difference / sqrt(error_of(with) + error_of(without) + 1e-12);
}

static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  const struct body *const body = block_body_const(block);
  const struct parts parts = parts_of(body);
  struct sample all = {0};
  struct sample *const with = (struct sample *)scratch;
  for (size_t i = 0; i < block_columns(block); i++)
    with[i] = (struct sample){0};
  for (size_t cut = 0; cut < body->cuts; cut++) {
    const double found = surprise_of(body, &parts, cut, row);
    all = (struct sample){all.count + 1, all.sum + found, all.squares + found * found};
    for (size_t i = 0; i < body->terms; i++) {
      struct sample *const at = &with[parts.terms[cut * body->terms + i].column];
      *at = (struct sample){at->count + 1, at->sum + found, at->squares + found * found};
    }
  }
  for (size_t i = 0; i < block_columns(block); i++)
    ret_parts[i] = t_statistic(with[i], minus(all, with[i]));
}

/* ---- Fitting ---- */

static void draw_terms(struct term *terms, size_t count, size_t columns, uint32_t *list,
                       uint64_t *random) {
  random_choice(random, list, columns, count);
  for (size_t i = 0; i < count; i++)
    terms[i] = (struct term){.weight = random_normal(random), .column = list[i]};
}

static struct range range_of(const double *values, size_t count, size_t bins) {
  double low = INFINITY, high = -INFINITY;
  for (size_t i = 0; i < count; i++) {
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
  }
  const double scale = (double)bins / (high - low);
  return isfinite(scale) ? (struct range){low, scale} : (struct range){low - .5, (double)bins};
}

/* What a fit works with beside the block. */
struct work {
  const struct matrix *rows;
  uint32_t *list; /* columns in any order */
  double *values; /* projections of the rows */
  uint32_t *bins; /* they fall into */
};

static void work_release(struct work *work) {
  free(work->list);
  free(work->values);
  free(work->bins);
}

static int work_init(struct work *work, const struct matrix *rows) {
  *work = (struct work){.rows = rows,
                        .list = calloc(rows->columns, sizeof *work->list),
                        .values = calloc(rows->rows, sizeof *work->values),
                        .bins = calloc(rows->rows, sizeof *work->bins)};
  return work->list != NULL && work->values != NULL && work->bins != NULL ? STATUS_OK
                                                                          : STATUS_NO_MEMORY;
}

/* As `project` does it, of all rows. */
static void project_rows(const struct work *work, const struct term *terms, size_t count) {
  const struct matrix *const rows = work->rows;
  memset(work->values, 0, rows->rows * sizeof *work->values);
  for (size_t at = 0; at < count; at++) {
    const double *cell = rows->cells + terms[at].column;
    for (size_t i = 0; i < rows->rows; i++, cell += rows->columns)
      work->values[i] += terms[at].weight * *cell;
  }
}

static void fill_bins(const struct work *work, struct range range, size_t bins,
                      double *ret_surprise) {
  for (size_t i = 0; i < bins; i++)
    ret_surprise[i] = NOT_QUITE_NONE;
  for (size_t i = 0; i < work->rows->rows; i++) {
    work->bins[i] = (uint32_t)bin_of(range, bins, work->values[i]);
    ret_surprise[work->bins[i]]++;
  }
  const double sum = (double)work->rows->rows + (double)bins * NOT_QUITE_NONE;
  for (size_t i = 0; i < bins; i++)
    ret_surprise[i] = -log(ret_surprise[i] / sum);
}

static void fit_cuts(struct body *body, const struct work *work, const struct fit_control *control,
                     double *ret_scores) {
  struct term *terms = (struct term *)(body + 1);
  struct range *const ranges = (struct range *)(terms + body->cuts * body->terms);
  double *surprise = (double *)(ranges + body->cuts);
  uint64_t random = control->seed;
  memset(ret_scores, 0, work->rows->rows * sizeof *ret_scores);
  for (size_t cut = 0; cut < body->cuts && !fit_stopped(control); cut++) {
    draw_terms(terms, body->terms, work->rows->columns, work->list, &random);
    project_rows(work, terms, body->terms);
    ranges[cut] = range_of(work->values, work->rows->rows, body->bins);
    fill_bins(work, ranges[cut], body->bins, surprise);
    for (size_t i = 0; i < work->rows->rows; i++)
      ret_scores[i] += surprise[work->bins[i]];
    terms += body->terms;
    surprise += body->bins;
  }
  for (size_t i = 0; i < work->rows->rows; i++)
    ret_scores[i] /= (double)body->cuts;
}

static size_t scratch_of(size_t columns) {
  return columns * (sizeof(struct sample) / sizeof(double));
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  const struct options *const chosen = options;
  struct work work;
  struct block *const block =
      block_create(rows->columns, body_size(chosen->n_random_cuts, chosen->n_bins, rows->columns),
                   scratch_of(rows->columns));
  const bool complete = work_init(&work, rows) == STATUS_OK && block != NULL;
  if (complete) {
    struct body *const body = block_body(block);
    body->bins = chosen->n_bins;
    body->cuts = chosen->n_random_cuts;
    body->terms = terms_for(rows->columns);
    fit_cuts(body, &work, control, ret_scores);
    *ret_block = block;
  } else {
    block_destroy(block);
  }
  work_release(&work);
  return complete ? STATUS_OK : STATUS_NO_MEMORY;
}

static bool parts_are_valid(const struct body *body, size_t columns) {
  const struct parts parts = parts_of(body);
  bool valid = true;
  for (size_t i = 0; i < body->cuts * body->terms; i++)
    valid = valid && isfinite(parts.terms[i].weight) && parts.terms[i].column < columns;
  for (size_t i = 0; i < body->cuts; i++)
    valid = valid && isfinite(parts.ranges[i].low) && isfinite(parts.ranges[i].scale);
  for (size_t i = 0; i < body->cuts * body->bins; i++)
    valid = valid && isfinite(parts.surprise[i]);
  return valid;
}

static bool valid(const struct block *block) {
  const struct body *const body = block_body_const(block);
  const size_t columns = block_columns(block), size = block_body_size(block);
  return block_scratch_own(block) == scratch_of(columns) && size >= sizeof *body &&
         body->bins > 0 && body->cuts > 0 && body->bins <= size && body->cuts <= size &&
         body->terms == terms_for(columns) && size >= body_size(body->cuts, body->bins, columns) &&
         parts_are_valid(body, columns);
}

const struct model loda_model = {
    .name = "loda",
    .summary = "rows whose places are rare in the histograms of many random projections",
    .source = "Pevny, 2016, \"Loda: Lightweight on-line detector of anomalies\"",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 1,
    .rows_min = 1,
    .training = TRAINING_BY_FIT,
    .fit = fit,
    .score = score,
    .explain = explain,
    .valid = valid,
};

#include "anomaly/status.h"
#include "base/stop.h"
#include "models/block_private.h"
#include "stats/clamp.h"
#include "stats/moments.h"
#include "stats/sorted.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool fit_stopped(const struct fit_control *control) { return stop_asked(control->stop); }

/* The numbers that are there, clamped and in order; returns how many. */
static size_t gather(const struct matrix *rows, size_t at, double *ret_sorted) {
  size_t count = 0;
  for (size_t i = 0; i < rows->rows; i++) {
    const double value = rows->cells[i * rows->columns + at];
    ret_sorted[count] = value > MODEL_CELL_MAX    ? MODEL_CELL_MAX
                        : value < -MODEL_CELL_MAX ? -MODEL_CELL_MAX
                                                  : value;
    count += !isnan(value);
  }
  sort_numbers(ret_sorted, count);
  return count;
}

/* Two sums at a time, as each addition has to wait for the one before it. */
static double sum_of(const double *numbers, size_t count) {
  double even = 0, odd = 0;
  for (size_t i = 0; i + 1 < count; i += 2) {
    even += numbers[i];
    odd += numbers[i + 1];
  }
  return even + odd + (count % 2 != 0 ? numbers[count - 1] : 0);
}

static double squares_of(const double *numbers, size_t count, double mean) {
  double even = 0, odd = 0;
  for (size_t i = 0; i + 1 < count; i += 2) {
    even += (numbers[i] - mean) * (numbers[i] - mean);
    odd += (numbers[i + 1] - mean) * (numbers[i + 1] - mean);
  }
  const double last = count % 2 != 0 ? numbers[count - 1] - mean : 0;
  return even + odd + last * last;
}

/* Mean and deviation of numbers in order; those of one number are exact. */
static void measure(const double *sorted, size_t count, double *ret_mean, double *ret_deviation) {
  const bool constant = sorted[0] == sorted[count - 1];
  *ret_mean = constant ? sorted[0] : sum_of(sorted, count) / (double)count;
  *ret_deviation = sqrt(squares_of(sorted, count, *ret_mean) / (double)count);
}

/* What is known of a column before the model sees it. `sorted` has room for every row. */
static struct block_column column_of(const struct matrix *rows, size_t at, double *sorted) {
  struct block_column column = {.scale = 1};
  const size_t count = gather(rows, at, sorted);
  if (count == 0)
    return column;
  measure(sorted, count, &column.mean, &column.deviation);
  column.median = sorted_quantile(sorted, count, .5);
  if (column.deviation > DBL_EPSILON * fabs(column.mean))
    column.scale = column.deviation;
  for (size_t i = 0; i < sizeof column.decile / sizeof column.decile[0]; i++)
    column.decile[i] = sorted_quantile(sorted, count, (double)(i + 1) / 10);
  return column;
}

/* The block that cleans rows before there is one of the model's own. */
static struct block *make_cleaner(const struct matrix *rows, bool standardises, double *sorted) {
  struct block *const cleaner = block_create(rows->columns, 0, 0);
  if (cleaner == NULL)
    return NULL;
  cleaner->standardises = standardises;
  for (size_t i = 0; i < rows->columns; i++)
    cleaner->column[i] = column_of(rows, i, sorted);
  return cleaner;
}

/* Of numbers in order. */
static void clamp_for_squares(double *sorted, size_t count) {
  for (size_t i = 0; i < count && sorted[i] < -MOMENTS_LARGEST; i++)
    sorted[i] = -MOMENTS_LARGEST;
  for (size_t i = count; i > 0 && sorted[i - 1] > MOMENTS_LARGEST; i--)
    sorted[i - 1] = MOMENTS_LARGEST;
}

static void summarise(struct block *block, double contamination, double *scores, size_t count) {
  sort_numbers(scores, count);
  block->threshold = sorted_quantile(scores, count, 1 - contamination);
  block->scores.minimum = scores[0];
  block->scores.maximum = scores[count - 1];
  for (size_t i = 0; i < sizeof block->scores.decile / sizeof block->scores.decile[0]; i++)
    block->scores.decile[i] = sorted_quantile(scores, count, (double)(i + 1) / 10);
  clamp_for_squares(scores, count);
  measure(scores, count, &block->scores.mean, &block->scores.deviation);
}

/* Room for a number of every row; may be the same. */
struct room {
  double *scores, *sorted;
};

static int score_by_model(const struct block *block, const struct matrix *rows,
                          const struct fit_control *control, double *ret_scores) {
  const struct model *const model = block_model(block);
  double *const scratch = calloc(block->scratch + 1, sizeof *scratch);
  if (scratch == NULL)
    return STATUS_NO_MEMORY;
  for (size_t i = 0; i < rows->rows && !fit_stopped(control); i++)
    ret_scores[i] = model->score(block, rows->cells + i * rows->columns, scratch);
  free(scratch);
  return STATUS_OK;
}

/* What the scores of the rows it was fitted to say of the block. */
static int learn_from_scores(struct block *block, const struct matrix *rows, double contamination,
                             const struct fit_control *control, const struct room *room) {
  int status = STATUS_OK;
  if (block_model(block)->training == TRAINING_BY_SCORE)
    status = score_by_model(block, rows, control, room->scores);
  if (status != STATUS_OK || fit_stopped(control))
    return status != STATUS_OK ? status : STATUS_STOPPED;
  for (size_t i = 0; i < rows->rows; i++) {
    const double score = room->scores[i];
    room->scores[i] =
        isnan(score) ? MODEL_SCORE_MAX : double_clamp(score, -MODEL_SCORE_MAX, MODEL_SCORE_MAX);
  }
  memmove(room->sorted, room->scores, rows->rows * sizeof *room->scores);
  summarise(block, contamination, room->sorted, rows->rows);
  return STATUS_OK;
}

static void describe(struct block *block, const struct model *model, const struct block *cleaner,
                     const struct matrix *rows, uint64_t options) {
  memcpy(block->model, model->name, strlen(model->name));
  (void)block_name(block);
  block->version = model->version;
  block->rows = rows->rows;
  block->options = options;
  block->standardises = cleaner->standardises;
  memcpy(block->column, cleaner->column, rows->columns * sizeof block->column[0]);
}

static int fit_clean(const struct model *model, const struct matrix *clean,
                     const struct block *cleaner, const struct model_common *common,
                     const void *options, const struct fit_control *control,
                     const struct room *room, struct block **ret_block) {
  struct block *block = NULL;
  int status = model->fit(clean, options, control, room->scores, &block);
  if (status != STATUS_OK)
    return status;
  describe(block, model, cleaner, clean, model_options_hash(model, common, options));
  status = learn_from_scores(block, clean, common->contamination, control, room);
  if (status != STATUS_OK) {
    block_destroy(block);
    return status;
  }
  block_seal(block);
  *ret_block = block;
  return STATUS_OK;
}

static bool standardises(const struct model *model, const struct model_common *common) {
  return common->standardise == STANDARDISE_AUTO ? model->standardises
                                                 : common->standardise == STANDARDISE_ALWAYS;
}

int model_fit(const struct model *model, const struct matrix *rows,
              const struct model_common *common, const void *options,
              const struct fit_control *control, struct block **ret_block) {
  return model_fit_scored(model, rows, common, options, control, NULL, ret_block);
}

int model_fit_scored(const struct model *model, const struct matrix *rows,
                     const struct model_common *common, const void *options,
                     const struct fit_control *control, double *ret_scores,
                     struct block **ret_block) {
  if (rows->columns == 0)
    return STATUS_INVALID;
  if (rows->rows < model->rows_min || rows->rows > MODEL_ROWS_MAX ||
      rows->columns > model_columns_max(model) ||
      rows->rows * rows->columns > MODEL_BLOCK_MAX / sizeof(double))
    return STATUS_LIMIT;
  double *const cells = calloc(rows->rows * rows->columns, sizeof *cells);
  double *const work = calloc(rows->rows, sizeof *work);
  struct block *const cleaner =
      work != NULL ? make_cleaner(rows, standardises(model, common), work) : NULL;
  int status = STATUS_NO_MEMORY;
  if (cells != NULL && cleaner != NULL) {
    for (size_t i = 0; i < rows->rows; i++)
      block_clean(cleaner, rows->cells + i * rows->columns, cells + i * rows->columns);
    const struct matrix clean = {.cells = cells, .rows = rows->rows, .columns = rows->columns};
    const struct room room = {ret_scores != NULL ? ret_scores : work, work};
    struct fit_control seeded = *control;
    seeded.seed += common->random_state;
    status = fit_clean(model, &clean, cleaner, common, options, &seeded, &room, ret_block);
  }
  block_destroy(cleaner);
  free(work);
  free(cells);
  return status;
}

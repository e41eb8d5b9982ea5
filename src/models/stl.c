/*
 * STL: how far a row is from where trend and season would have it.
 *
 * A fit takes each column apart (decompose.h); then a level with a slope follows
 * it row by row (holt.h), as it will follow the rows to come.
 *
 * The body is this head, what follows each column, and a period of each column's
 * season.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "stats/decompose.h"
#include "stats/holt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct options {
  uint32_t period;
};

static const struct option_row option_rows[] = {
    {.name = "period",
     .kind = OPTION_COUNT,
     .unit = "rows",
     .offset = offsetof(struct options, period),
     .preset = 0,
     .min = 0,
     .max = DECOMPOSE_PERIOD_MAX,
     .help = "Rows after which the season begins anew; 1 is no season, 0 finds it by the first "
             "column that has one"},
    OPTION_ROWS_END,
};

struct head {
  uint32_t period;
  uint32_t place; /* of the next row in it */
};

static const double SEASON_GAIN = .1;
static const double LARGEST = 1e100;

static const struct holt *courses(const struct block *block) {
  return (const void *)((const struct head *)block_body_const(block) + 1);
}

static const double *seasons(const struct block *block) {
  return (const void *)(courses(block) + block_columns(block));
}

static struct holt *courses_of(void *body) { return (void *)((struct head *)body + 1); }

static double *seasons_of(void *body, size_t columns) {
  return (void *)(courses_of(body) + columns);
}

static size_t body_size(size_t period, size_t columns) {
  return sizeof(struct head) + columns * (sizeof(struct holt) + period * sizeof(double));
}

static void find_sizes(const struct block *block, const double *row, double *ret_sizes) {
  const struct head *const head = block_body_const(block);
  const double *season = seasons(block) + head->place;
  for (size_t i = 0; i < block_columns(block); i++, season += head->period) {
    const struct holt *const course = &courses(block)[i];
    ret_sizes[i] = fabs(holt_error(course, *season, row[i])) / course->scale;
  }
}

static double largest_of(const double *numbers, size_t count) {
  double largest = 0;
  for (size_t i = 0; i < count; i++)
    largest = fmax(largest, numbers[i]);
  return largest;
}

static double score(const struct block *block, const double *row, double *scratch) {
  find_sizes(block, row, scratch);
  return largest_of(scratch, block_columns(block));
}

static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  (void)scratch;
  find_sizes(block, row, ret_parts);
}

static void learn(struct block *block, const double *row, double *scratch) {
  (void)scratch;
  void *const body = block_body(block);
  struct head *const head = body;
  const size_t columns = block_columns(block);
  double *season = seasons_of(body, columns) + head->place;
  for (size_t i = 0; i < columns; i++, season += head->period) {
    struct holt *const course = &courses_of(body)[i];
    const double lesson = holt_learn(course, holt_error(course, *season, row[i]));
    if (head->period > 1)
      *season += SEASON_GAIN * lesson;
  }
  head->place = head->place + 1 < head->period ? head->place + 1 : 0;
}

/* What a fit needs beside the block. */
struct work {
  const struct matrix *rows;
  const struct fit_control *control;
  double *series, *trend, *season; /* of one column */
  double *memory;
  double *scores; /* of the rows */
};

static int work_create(struct work *ret_work, const struct matrix *rows,
                       const struct fit_control *control, double *scores) {
  const size_t count = rows->rows;
  double *const numbers = calloc(3 * count + decompose_memory(count), sizeof *numbers);
  if (numbers == NULL)
    return STATUS_NO_MEMORY;
  *ret_work = (struct work){.rows = rows, .control = control, .series = numbers, .scores = scores};
  ret_work->trend = numbers + count;
  ret_work->season = ret_work->trend + count;
  ret_work->memory = ret_work->season + count;
  return STATUS_OK;
}

static void read_series(const struct work *work, size_t column) {
  const struct matrix *const rows = work->rows;
  for (size_t i = 0; i < rows->rows; i++)
    work->series[i] = rows->cells[i * rows->columns + column];
}

static size_t period_of(const struct work *work) {
  size_t period = 1;
  for (size_t i = 0; i < work->rows->columns && period == 1 && !fit_stopped(work->control); i++) {
    read_series(work, i);
    period = find_period(work->series, work->rows->rows, work->memory);
  }
  return period;
}

static int fit_column(const struct work *work, size_t column, size_t period, void *body) {
  const size_t count = work->rows->rows, columns = work->rows->columns;
  read_series(work, column);
  const int status = decompose(work->series, count, period, work->control->stop, work->memory,
                               work->trend, work->season);
  if (status != STATUS_OK)
    return status;
  const struct holt_parts parts = {
      .series = work->series, .trend = work->trend, .season = work->season, .count = count};
  struct holt course = holt_begin(&parts, work->memory);
  for (size_t i = 0; i < count; i++) {
    const double error = holt_error(&course, work->season[i], work->series[i]);
    work->scores[i] = fmax(work->scores[i], fabs(error) / course.scale);
    (void)holt_learn(&course, error);
  }
  courses_of(body)[column] = course;
  double *const season = seasons_of(body, columns) + column * period;
  for (size_t at = count - period; at < count; at++)
    season[at % period] = work->season[at];
  return STATUS_OK;
}

static int fit_body(const struct work *work, size_t period, void *body) {
  *(struct head *)body =
      (struct head){.period = (uint32_t)period, .place = (uint32_t)(work->rows->rows % period)};
  int status = fit_stopped(work->control) ? STATUS_STOPPED : STATUS_OK;
  memset(work->scores, 0, work->rows->rows * sizeof *work->scores);
  for (size_t i = 0; i < work->rows->columns && status == STATUS_OK; i++)
    status = fit_column(work, i, period, body);
  return status;
}

static int fit_block(const struct work *work, size_t period, struct block **ret_block) {
  const struct matrix *const rows = work->rows;
  const size_t size = body_size(period, rows->columns);
  if (rows->rows < 2 * period || size > MODEL_BLOCK_MAX)
    return STATUS_LIMIT;
  struct block *const block = block_create(rows->columns, size, rows->columns);
  if (block == NULL)
    return STATUS_NO_MEMORY;
  const int status = fit_body(work, period, block_body(block));
  if (status == STATUS_OK)
    *ret_block = block;
  else
    block_destroy(block);
  return status;
}

static int fit(const struct matrix *rows, const void *of, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  const struct options *const options = of;
  struct work work;
  if (work_create(&work, rows, control, ret_scores) != STATUS_OK)
    return STATUS_NO_MEMORY;
  const int status =
      fit_block(&work, options->period > 0 ? options->period : period_of(&work), ret_block);
  free(work.series);
  return status;
}

static bool course_is_valid(const struct holt *course) {
  return fabs(course->level) <= LARGEST && fabs(course->slope) <= LARGEST && course->smallest > 0 &&
         course->smallest <= course->scale && course->scale <= LARGEST && course->gain > 0 &&
         course->gain <= 1;
}

static bool valid(const struct block *block) {
  const struct head *const head = block_body_const(block);
  const size_t columns = block_columns(block);
  if (block_body_size(block) < sizeof *head || head->period < 1 ||
      head->period > DECOMPOSE_PERIOD_MAX || head->place >= head->period ||
      block_scratch_own(block) != columns ||
      block_body_size(block) < body_size(head->period, columns))
    return false;
  bool fine = true;
  for (size_t i = 0; i < columns; i++)
    fine = fine && course_is_valid(&courses(block)[i]);
  for (size_t i = 0; i < columns * head->period; i++)
    fine = fine && fabs(seasons(block)[i]) <= LARGEST;
  return fine;
}

const struct model stl_model = {
    .name = "stl",
    .summary = "rows far from where trend and season would have them, in the course of time",
    .source = "Cleveland, Cleveland, McRae and Terpenning, 1990, \"STL: a seasonal-trend "
              "decomposition procedure based on loess\"; forecasts of one row as in Holt, 1957",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 2,
    .rows_min = 16,
    .standardises = true,
    .sequential = true,
    .training = TRAINING_APART,
    .fit = fit,
    .score = score,
    .explain = explain,
    .learn = learn,
    .valid = valid,
};

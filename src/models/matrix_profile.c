/*
 * Matrix profile: how unlike anything before it the shape of the last rows is.
 *
 * The body is this head, a left_profile for each column, and the memory of each
 * column.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "stats/left_profile.h"
#include "stats/moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct options {
  uint32_t window, history, columns;
  double floor;
};

static const struct option_row option_rows[] = {
    {.name = "window",
     .kind = OPTION_COUNT,
     .unit = "rows",
     .offset = offsetof(struct options, window),
     .preset = 24,
     .min = LEFT_PROFILE_WINDOW_MIN,
     .max = 10000,
     .help = "Length of the shapes that are compared: as long as what is to be found, or a period"},
    {.name = "history",
     .kind = OPTION_COUNT,
     .unit = "rows",
     .offset = offsetof(struct options, history),
     .preset = 1000,
     .min = 2 * LEFT_PROFILE_WINDOW_MIN,
     .max = 1000000,
     .help = "How many rows of the past are compared with; cost and memory grow with it"},
    {.name = "columns",
     .kind = OPTION_COUNT,
     .offset = offsetof(struct options, columns),
     .preset = 0,
     .min = 0,
     .max = MODEL_COLUMNS_MAX,
     .help = "The score is the mean over so many columns with the largest distances; 0 is all of "
             "them"},
    {.name = "floor",
     .kind = OPTION_REAL,
     .offset = offsetof(struct options, floor),
     .preset = 1,
     .min = 0,
     .max = 100,
     .help = "What varies by much less than so many deviations of its column is nearly constant; 0 "
             "compares shapes of any size, the noise of quiet times too"},
    OPTION_ROWS_END,
};

struct head {
  uint32_t window, history;
  uint32_t columns; /* that the score is the mean of; at least 1 */
  uint32_t unused;
};

static const char *check(const void *of) {
  const struct options *const options = of;
  return options->history < 2 * options->window ? "history must be at least twice the window"
                                                : NULL;
}

static struct left_profile *profiles_of(void *body) { return (void *)((struct head *)body + 1); }

static double *memory_of(void *body, size_t columns) {
  return (double *)(profiles_of(body) + columns);
}

static const struct left_profile *profiles(const struct block *block) {
  return (const void *)((const struct head *)block_body_const(block) + 1);
}

static const double *memories(const struct block *block) {
  return (const double *)(profiles(block) + block_columns(block));
}

static size_t body_size(const struct head *head, size_t columns) {
  return sizeof *head + columns * sizeof(struct left_profile) +
         columns * left_profile_memory(head->window, head->history) * sizeof(double);
}

/* A distance for each column, and what finding one wants. */
static size_t scratch_size(const struct head *head, size_t columns) {
  return columns + left_profile_scratch(head->window, head->history);
}

static int compare_falling(const void *a, const void *b) {
  const double one = *(const double *)a, other = *(const double *)b;
  return (one < other) - (one > other);
}

static double mean_of_largest(double *distances, size_t count, size_t largest) {
  double sum = 0;
  if (largest < count)
    qsort(distances, count, sizeof *distances, compare_falling);
  for (size_t i = 0; i < largest; i++)
    sum += distances[i];
  return sum / (double)largest;
}

static void find_distances(const struct block *block, const double *row, double *scratch,
                           double *distances) {
  const struct head *const head = block_body_const(block);
  const size_t columns = block_columns(block);
  const size_t numbers = left_profile_memory(head->window, head->history);
  const double *memory = memories(block);
  for (size_t i = 0; i < columns; i++, memory += numbers)
    distances[i] = left_profile_distance(&profiles(block)[i], memory, row[i], scratch);
}

static double score(const struct block *block, const double *row, double *scratch) {
  const struct head *const head = block_body_const(block);
  const size_t columns = block_columns(block);
  find_distances(block, row, scratch + columns, scratch);
  return mean_of_largest(scratch, columns, head->columns);
}

static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  const size_t columns = block_columns(block);
  find_distances(block, row, scratch + columns, ret_parts);
  for (size_t i = 0; i < columns; i++)
    ret_parts[i] *= ret_parts[i];
}

static void learn(struct block *block, const double *row, double *scratch) {
  void *const body = block_body(block);
  const struct head *const head = body;
  const size_t columns = block_columns(block);
  const size_t numbers = left_profile_memory(head->window, head->history);
  double *memory = memory_of(body, columns);
  for (size_t i = 0; i < columns; i++, memory += numbers)
    (void)left_profile_learn(&profiles_of(body)[i], memory, row[i], scratch);
}

/* What a fit needs beside the block. */
struct work {
  const struct matrix *rows;
  const struct fit_control *control;
  double *series;        /* the rows of one column */
  double *past, *future; /* distances of it */
  double *distances;     /* of each row and column */
  double *memory, *scratch;
  double floor; /* in deviations */
};

static int work_create(struct work *ret_work, const struct matrix *rows, const struct head *head,
                       const struct fit_control *control) {
  const size_t memory = left_profile_memory(head->window, head->history);
  const size_t scratch = left_profile_scratch(head->window, head->history);
  double *const numbers =
      calloc(rows->rows * (3 + rows->columns) + memory + scratch, sizeof *numbers);
  if (numbers == NULL)
    return STATUS_NO_MEMORY;
  *ret_work = (struct work){.rows = rows, .control = control, .series = numbers};
  ret_work->past = ret_work->series + rows->rows;
  ret_work->future = ret_work->past + rows->rows;
  ret_work->distances = ret_work->future + rows->rows;
  ret_work->memory = ret_work->distances + rows->rows * rows->columns;
  ret_work->scratch = ret_work->memory + memory;
  return STATUS_OK;
}

static void read_series(const struct work *work, size_t column) {
  const struct matrix *const rows = work->rows;
  for (size_t i = 0; i < rows->rows; i++)
    work->series[i] = rows->cells[i * rows->columns + column];
}

static void reverse_series(const struct work *work) {
  for (size_t i = 0, j = work->rows->rows - 1; i < j; i++, j--) {
    const double kept = work->series[i];
    work->series[i] = work->series[j];
    work->series[j] = kept;
  }
}

static double deviation_of(const double *series, size_t count) {
  struct moments moments = {0};
  for (size_t i = 0; i < count; i++)
    moments_add(&moments, moments_clamp(series[i]));
  return moments_deviation(&moments);
}

static int take_series(const struct work *work, struct left_profile *profile, double *memory,
                       double *ret_distances) {
  for (size_t i = 0; i < work->rows->rows; i++) {
    if (fit_stopped(work->control))
      return STATUS_STOPPED;
    ret_distances[i] = left_profile_learn(profile, memory, work->series[i], work->scratch);
  }
  return STATUS_OK;
}

/*
 * A training row is told how far it is from all others, as a row to come will be:
 * what was seen first has no past, and would make the threshold too high. The way
 * back finds the same subsequence by its first row.
 */
static void join_distances(const struct work *work, size_t column, size_t window) {
  const size_t count = work->rows->rows;
  for (size_t end = window - 1; end < count; end++) {
    const size_t back = count - 2 - end + window;
    const bool has_past = end >= 2 * window - 1, has_future = back >= 2 * window - 1;
    const double past = has_past ? work->past[end] : INFINITY;
    const double future = has_future ? work->future[back] : INFINITY;
    if (has_past || has_future)
      work->distances[end * work->rows->columns + column] = fmin(past, future);
  }
}

static int fit_column(const struct work *work, size_t column, const struct head *head,
                      struct left_profile *ret_profile, double *memory) {
  const size_t numbers = left_profile_memory(head->window, head->history);
  read_series(work, column);
  *ret_profile = (struct left_profile){.window = head->window, .history = head->history};
  ret_profile->floor = work->floor * deviation_of(work->series, work->rows->rows);
  struct left_profile back = *ret_profile;
  int status = take_series(work, ret_profile, memory, work->past);
  reverse_series(work);
  memset(work->memory, 0, numbers * sizeof *work->memory);
  if (status == STATUS_OK)
    status = take_series(work, &back, work->memory, work->future);
  if (status == STATUS_OK)
    join_distances(work, column, head->window);
  return status;
}

static int fit_body(const struct work *work, const struct head *head, void *body,
                    double *ret_scores) {
  const size_t columns = work->rows->columns;
  double *memory = memory_of(body, columns);
  int status = STATUS_OK;
  *(struct head *)body = *head;
  for (size_t i = 0; i < columns && status == STATUS_OK; i++) {
    status = fit_column(work, i, head, &profiles_of(body)[i], memory);
    memory += left_profile_memory(head->window, head->history);
  }
  for (size_t i = 0; i < work->rows->rows; i++)
    ret_scores[i] = mean_of_largest(work->distances + i * columns, columns, head->columns);
  return status;
}

static int fit(const struct matrix *rows, const void *of, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  const struct options *const options = of;
  const size_t columns = rows->columns;
  const bool all = options->columns == 0 || options->columns > columns;
  const struct head head = {.window = options->window,
                            .history = options->history,
                            .columns = all ? (uint32_t)columns : options->columns};
  const size_t size = body_size(&head, columns);
  if (rows->rows < 2 * (size_t)head.window || size > MODEL_BLOCK_MAX)
    return STATUS_LIMIT;
  struct work work;
  if (work_create(&work, rows, &head, control) != STATUS_OK)
    return STATUS_NO_MEMORY;
  work.floor = options->floor;
  struct block *const block = block_create(columns, size, scratch_size(&head, columns));
  const int status =
      block != NULL ? fit_body(&work, &head, block_body(block), ret_scores) : STATUS_NO_MEMORY;
  free(work.series);
  if (status == STATUS_OK)
    *ret_block = block;
  else
    block_destroy(block);
  return status;
}

static bool head_is_valid(const struct block *block, const struct head *head) {
  const size_t columns = block_columns(block);
  return head->window >= LEFT_PROFILE_WINDOW_MIN && head->history >= 2 * (uint64_t)head->window &&
         head->history <= MODEL_BLOCK_MAX && head->columns >= 1 && head->columns <= columns &&
         head->unused == 0 && scratch_size(head, columns) == block_scratch_own(block) &&
         body_size(head, columns) <= block_body_size(block);
}

static bool valid(const struct block *block) {
  const struct head *const head = block_body_const(block);
  if (block_body_size(block) < sizeof *head || !head_is_valid(block, head))
    return false;
  const size_t numbers = left_profile_memory(head->window, head->history);
  const double *memory = memories(block);
  for (size_t i = 0; i < block_columns(block); i++, memory += numbers) {
    const struct left_profile *const profile = &profiles(block)[i];
    if (profile->window != head->window || profile->history != head->history ||
        !left_profile_valid(profile, memory))
      return false;
  }
  return true;
}

const struct model matrix_profile_model = {
    .name = "matrix_profile",
    .summary = "rows with which a shape ends that is unlike all before it, in the course of time",
    .source = "Yeh, Zhu, Ulanova, Begum, Ding, Dau, Silva, Mueen and Keogh, 2016, \"Matrix profile "
              "I\"; left discords as in Lu, Wu, Mueen, Zuluaga and Keogh, 2022, \"Matrix profile "
              "XXIV\"",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 2,
    .rows_min = 48,
    .standardises = true,
    .sequential = true,
    .training = TRAINING_APART,
    .check = check,
    .fit = fit,
    .score = score,
    .explain = explain,
    .learn = learn,
    .valid = valid,
};

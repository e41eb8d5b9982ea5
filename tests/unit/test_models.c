/*
 * Every promise of include/anomaly/model.h about sound data, for every model of
 * the list. Bytes and numbers that are not sound: test_models_hostile.c. What
 * the scores are: test_model_golden.c, test_model_parity.c.
 */
#include "anomaly/status.h"
#include "base/option.h"
#include "unit/each_model.h"
#include "unit/fitting.h"
#include "unit/unit_test.h"

#include <ctype.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 300, COLUMNS = 4, PLANTED = 150 };

static bool is_name(const char *name) {
  if (!islower((unsigned char)*name))
    return false;
  for (const char *at = name; *at != '\0'; at++)
    if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '_')
      return false;
  return true;
}

static bool is_phrase(const char *text) {
  return text != NULL && *text != '\0' && text[strlen(text) - 1] != '.';
}

static void rows_are_sound(const struct option_row *rows) {
  for (; rows->name != NULL; rows++) {
    assert_true(is_name(rows->name));
    assert_true(is_phrase(rows->help));
  }
}

static void is_described(const struct model *model) {
  assert_true(is_name(model->name));
  assert_ptr_equal(model_find(model->name), model);
  assert_true(is_phrase(model->summary));
  assert_true(is_phrase(model->source));
  assert_true(model->version > 0 && model->rows_min > 0);
  rows_are_sound(model->options);
  for (const struct option_row *row = model_common_rows; row->name != NULL; row++)
    assert_null(option_find(model->options, row->name));
}

static void assert_same_bytes(struct block *a, struct block *b) {
  assert_int_equal(block_size(a), block_size(b));
  assert_memory_equal(block_bytes(a), block_bytes(b), block_size(a));
}

static void same_rows_make_the_same_bytes(const struct model *model) {
  struct sheet rows = sheet_create(ROWS, COLUMNS, 1);
  struct fitting fitting = fitting_create(model);
  struct block *const first = fitting_fit(&fitting, rows);
  struct block *const second = fitting_fit(&fitting, rows);
  assert_same_bytes(first, second);
  fitting.control.threads = 4;
  struct block *const parallel = fitting_fit(&fitting, rows);
  assert_same_bytes(first, parallel);
  block_destroy(first);
  block_destroy(second);
  block_destroy(parallel);
  fitting_destroy(&fitting);
  sheet_release(&rows);
}

/* The seed of the one and random_state of the other add up to the same. */
static void random_state_is_a_seed(const struct model *model) {
  struct sheet rows = sheet_create(ROWS, COLUMNS, 1);
  struct fitting fitting = fitting_create(model);
  fitting.control.seed = 8;
  struct block *const first = fitting_fit(&fitting, rows);
  fitting_set(&fitting, "random_state", "7");
  fitting.control.seed = 1;
  struct block *const second = fitting_fit(&fitting, rows);
  for (size_t i = 0; i < 50; i++)
    assert_true(watched_score(first, sheet_row(&rows, i)) ==
                watched_score(second, sheet_row(&rows, i)));
  assert_true(block_options(first) != block_options(second));
  block_destroy(first);
  block_destroy(second);
  fitting_destroy(&fitting);
  sheet_release(&rows);
}

static void knows_what_it_was_fitted_to(const struct model *model) {
  struct sheet rows = sheet_create(ROWS, COLUMNS, 2);
  struct fitting fitting = fitting_create(model);
  struct block *const block = fitting_fit(&fitting, rows);
  assert_ptr_equal(block_model(block), model);
  assert_int_equal(block_rows(block), ROWS);
  assert_int_equal(block_columns(block), COLUMNS);
  assert_true(block_options(block) == model_options_hash(model, &fitting.common, fitting.options));
  assert_true(block_learns(block) == (model->learn != NULL));
  const struct score_summary *const scores = block_scores(block);
  assert_true(scores->minimum <= scores->decile[0] && scores->decile[8] <= scores->maximum);
  assert_true(scores->mean >= scores->minimum && scores->mean <= scores->maximum);
  assert_true(scores->deviation > 0);
  assert_true(fabs(block_column(block, 1)->mean - 10) < 1);
  block_destroy(block);
  fitting_destroy(&fitting);
  sheet_release(&rows);
}

static void assert_scores_alike(const struct block *a, const struct block *b,
                                const struct sheet *rows) {
  for (size_t i = 0; i < rows->rows; i++)
    assert_true(watched_score(a, sheet_row(rows, i)) == watched_score(b, sheet_row(rows, i)));
  assert_true(block_threshold(a) == block_threshold(b));
}

static void scores_the_same_anywhere(const struct model *model) {
  struct sheet rows = sheet_create(ROWS, COLUMNS, 3);
  struct fitting fitting = fitting_create(model);
  struct block *const block = fitting_fit(&fitting, rows);
  struct block *copy, *loaded;
  assert_int_equal(block_copy(&copy, block), STATUS_OK);
  assert_scores_alike(block, copy, &rows);

  char *const bytes = malloc(block_size(block) + 1);
  assert_non_null(bytes);
  memcpy(bytes + 1, block_bytes(block), block_size(block));
  assert_int_equal(block_load(&loaded, bytes + 1, block_size(block)), STATUS_OK);
  memset(bytes, 0xff, block_size(block) + 1);
  free(bytes);
  assert_scores_alike(copy, loaded, &rows);
  assert_same_bytes(block, loaded);
  block_destroy(block);
  assert_scores_alike(copy, loaded, &rows);
  block_destroy(copy);
  block_destroy(loaded);
  fitting_destroy(&fitting);
  sheet_release(&rows);
}

/* Far out in each column, up or down. */
static void plant_in_all(const struct sheet *rows, size_t row, unsigned signs) {
  for (size_t i = 0; i < rows->columns; i++)
    sheet_row(rows, row)[i] += ((signs >> i) % 2 == 0 ? 20 : -20) * (double)(i + 1);
}

static void assert_ranks_first(const struct block *block, const struct sheet *rows, size_t row) {
  const double planted = watched_score(block, sheet_row(rows, row));
  for (size_t i = 0; i < rows->rows; i++)
    if (watched_score(block, sheet_row(rows, i)) > planted)
      fail_msg("row %zu scores %g, the outlier in row %zu %g", i,
               watched_score(block, sheet_row(rows, i)), row, planted);
  if (!(planted > block_threshold(block)))
    fail_msg("the outlier scores %g, threshold %g", planted, block_threshold(block));
}

static void an_outlier_among_the_rows_ranks_first(const struct model *model) {
  if (model->sequential) /* scores what comes after the rows */
    return;
  struct fitting fitting = fitting_create(model);
  for (unsigned signs = 0; signs < 8; signs++) {
    struct sheet rows = sheet_create(ROWS, COLUMNS, 100 + signs);
    plant_in_all(&rows, PLANTED, signs);
    struct block *const block = fitting_fit(&fitting, rows);
    assert_ranks_first(block, &rows, PLANTED);
    block_destroy(block);
    sheet_release(&rows);
  }
  fitting_destroy(&fitting);
}

/*
 * The rows go on, are scored one by one and learnt where the model does. Returns
 * by how much row `outlier` scores above all others; a model of sequences has it
 * in mind after that.
 */
static double lead_of(struct block *block, const struct sheet *rows, size_t outlier) {
  double highest = -INFINITY, planted = -INFINITY;
  for (size_t i = ROWS; i < rows->rows; i++) {
    const double score = watched_score(block, sheet_row(rows, i));
    if (i == outlier)
      planted = score;
    else if (i < outlier || !block_model(block)->sequential)
      highest = fmax(highest, score);
    if (block_learns(block))
      watched_learn(block, sheet_row(rows, i));
  }
  return planted - highest;
}

static void an_outlier_later_ranks_first(const struct model *model) {
  struct fitting fitting = fitting_create(model);
  for (unsigned signs = 0; signs < 8; signs++) {
    struct sheet all = sheet_create(ROWS + 100, COLUMNS, 200 + signs);
    plant_in_all(&all, ROWS + 50, signs);
    struct block *const block = fitting_fit(&fitting, (struct sheet){all.cells, ROWS, COLUMNS});
    const double lead = lead_of(block, &all, ROWS + 50);
    if (!(lead >= 0))
      fail_msg("another row scores %g higher than the outlier", -lead);
    block_destroy(block);
    sheet_release(&all);
  }
  fitting_destroy(&fitting);
}

/* In a row that is in the middle of all others. */
static void the_outlying_column_is_named(const struct model *model) {
  struct sheet rows = sheet_create(ROWS, COLUMNS, 12);
  struct fitting fitting = fitting_create(model);
  struct block *const block = fitting_fit(&fitting, rows);
  for (size_t column = 0; column < COLUMNS; column++) {
    double row[COLUMNS], shares[COLUMNS], sum = 0;
    for (size_t i = 0; i < COLUMNS; i++)
      row[i] = block_column(block, i)->median;
    row[column] += 20 * (double)(column + 1);
    watched_explain(block, row, shares);
    for (size_t i = 0; i < COLUMNS; i++) {
      sum += shares[i];
      if (shares[i] > shares[column])
        fail_msg("column %zu has share %g, the outlying %zu %g", i, shares[i], column,
                 shares[column]);
    }
    assert_true(fabs(sum - 1) < 1e-9);
  }
  block_destroy(block);
  fitting_destroy(&fitting);
  sheet_release(&rows);
}

/* Where the model scores rows that it was fitted to like any other, they can be counted. */
static void contamination_is_the_share_of_labels(const struct model *model) {
  struct sheet rows = sheet_create(ROWS, COLUMNS, 13);
  struct fitting fitting = fitting_create(model);
  fitting_set(&fitting, "contamination", "0.1");
  struct block *block = fitting_fit(&fitting, rows);
  assert_true(block_threshold(block) == block_scores(block)->decile[8]);
  size_t above = 0, same = 0;
  for (size_t i = 0; i < ROWS; i++) {
    const double score = watched_score(block, sheet_row(&rows, i));
    above += score > block_threshold(block);
    same += score == block_threshold(block);
  }
  if (model->training != TRAINING_APART)
    assert_true(above <= ROWS / 10 && above + same >= ROWS / 10);
  block_destroy(block);

  fitting_set(&fitting, "contamination", "0.5");
  block = fitting_fit(&fitting, rows);
  assert_true(block_threshold(block) == block_scores(block)->decile[4]);
  block_destroy(block);
  fitting_destroy(&fitting);
  sheet_release(&rows);
}

/* However the fit comes by them; of many columns, some of them with ties. */
static void training_scores_are_those_of_score(const struct model *model) {
  struct sheet rows = sheet_create(ROWS, 20, 14);
  for (size_t i = 0; i < ROWS * 20; i++)
    if (i % 20 < 3)
      rows.cells[i] = i % 20 == 0 ? 7 : floor(rows.cells[i] * 2) / 2;
  struct fitting fitting = fitting_create(model);
  const struct matrix matrix = {.cells = rows.cells, .rows = ROWS, .columns = 20};
  struct block *block = NULL;
  double scores[ROWS];
  assert_int_equal(model_fit_scored(model, &matrix, &fitting.common, fitting.options,
                                    &fitting.control, scores, &block),
                   STATUS_OK);
  for (size_t i = 0; i < ROWS && model->training != TRAINING_APART; i++)
    assert_true(scores[i] == watched_score(block, sheet_row(&rows, i)));
  double mean = 0, variance = 0;
  for (size_t i = 0; i < ROWS; i++)
    mean += scores[i] / ROWS;
  for (size_t i = 0; i < ROWS; i++)
    variance += (scores[i] - mean) * (scores[i] - mean) / ROWS;
  const double rounding = 1e-9 * (fabs(mean) + sqrt(variance));
  assert_true(fabs(block_scores(block)->mean - mean) <= rounding);
  assert_true(fabs(block_scores(block)->deviation - sqrt(variance)) <= rounding);
  block_destroy(block);
  fitting_destroy(&fitting);
  sheet_release(&rows);
}

/* Of rows that make up the time of a fit: it may give up, but not be wrong. */
struct deadline {
  atomic_bool stop;
  atomic_bool over;
  double seconds;
};

static double now(void) {
  struct timespec time;
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *stop_late(void *argument) {
  struct deadline *const deadline = argument;
  const double end = now() + deadline->seconds;
  while (now() < end && !atomic_load(&deadline->over))
    (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  atomic_store(&deadline->stop, true);
  return NULL;
}

static int fit_for(struct fitting *fitting, struct sheet rows, double seconds,
                   struct block **ret_block) {
  struct deadline deadline = {.seconds = seconds};
  pthread_t thread;
  fitting->control.stop = &deadline.stop;
  assert_int_equal(pthread_create(&thread, NULL, stop_late, &deadline), 0);
  const int status = fitting_try(fitting, rows, ret_block);
  atomic_store(&deadline.over, true);
  (void)pthread_join(thread, NULL);
  fitting->control.stop = NULL;
  return status;
}

static void scores_with(struct fitting *fitting, const struct option_row *row, double number) {
  if (fitting->model->check != NULL && fitting->model->check(fitting->options) != NULL)
    return;
  struct sheet rows = sheet_create(60, 3, 14);
  struct block *block = NULL;
  const int status = fit_for(fitting, rows, 2, &block);
  if (status == STATUS_OK) {
    score_anything(block, sheet_row(&rows, 7));
    block_destroy(block);
  } else if (status != STATUS_LIMIT && status != STATUS_STOPPED) {
    fail_msg("with %s=%g: %s", row->name, number, status_text(status));
  }
  sheet_release(&rows);
}

static void try_rows(struct fitting *fitting, const struct option_row *rows, void *options) {
  for (const struct option_row *row = rows; row->name != NULL; row++) {
    size_t choices = 0;
    while (row->kind == OPTION_CHOICE && row->choices[choices] != NULL)
      choices++;
    const double numbers[] = {row->min, row->max};
    const bool ranged = row->kind != OPTION_CHOICE && row->kind != OPTION_BOOL;
    const size_t count = ranged ? 2 : row->kind == OPTION_BOOL ? 2 : choices;
    for (size_t i = 0; i < count; i++) {
      const double number = ranged ? numbers[i] : (double)i;
      assert_int_equal(option_set_number(row, options, number, NULL), STATUS_OK);
      scores_with(fitting, row, number);
    }
    assert_int_equal(option_set_number(row, options, row->preset, NULL), STATUS_OK);
  }
}

static void each_option_works_at_its_ends(const struct model *model) {
  struct fitting fitting = fitting_create(model);
  assert_true(model->check == NULL || model->check(fitting.options) == NULL);
  try_rows(&fitting, model->options, fitting.options);
  try_rows(&fitting, model_common_rows, &fitting.common);
  fitting_destroy(&fitting);
}

static void stops_soon(const struct model *model) {
  struct sheet rows = sheet_create(20000, 10, 15);
  struct fitting fitting = fitting_create(model);
  struct block *block = NULL;
  const double start = now();
  const int status = fit_for(&fitting, rows, .01, &block);
  const double took = now() - start;
  if (status == STATUS_OK)
    block_destroy(block);
  else if (status != STATUS_STOPPED)
    fail_msg("stopped with: %s", status_text(status));
  if (status == STATUS_STOPPED && took > 2)
    fail_msg("took %.1f s to stop", took);

  const atomic_bool stop = true;
  fitting.control.stop = &stop;
  block = NULL;
  assert_int_equal(fitting_try(&fitting, (struct sheet){rows.cells, ROWS, 10}, &block),
                   STATUS_STOPPED);
  assert_null(block);
  fitting_destroy(&fitting);
  sheet_release(&rows);
}

/* Two threads and one block; ThreadSanitizer looks on. */
struct reader {
  const struct block *block;
  const struct sheet *rows;
  double sum;
};

static void *read_scores(void *argument) {
  struct reader *const reader = argument;
  double shares[COLUMNS];
  for (size_t i = 0; i < reader->rows->rows; i++) {
    reader->sum += watched_score(reader->block, sheet_row(reader->rows, i));
    watched_explain(reader->block, sheet_row(reader->rows, i), shares);
    reader->sum += shares[0];
  }
  return NULL;
}

static void threads_share_a_block(const struct model *model) {
  struct sheet rows = sheet_create(ROWS, COLUMNS, 16);
  struct fitting fitting = fitting_create(model);
  struct block *const block = fitting_fit(&fitting, rows);
  struct reader readers[3] = {{block, &rows, 0}, {block, &rows, 0}, {block, &rows, 0}};
  pthread_t thread[2];
  for (size_t i = 0; i < 2; i++)
    assert_int_equal(pthread_create(&thread[i], NULL, read_scores, &readers[i]), 0);
  for (size_t i = 0; i < 2; i++)
    (void)pthread_join(thread[i], NULL);
  (void)read_scores(&readers[2]);
  assert_true(readers[0].sum == readers[2].sum && readers[1].sum == readers[2].sum);
  block_destroy(block);
  fitting_destroy(&fitting);
  sheet_release(&rows);
}

static void learning_keeps_it_sound(const struct model *model) {
  if (model->learn == NULL)
    return;
  static const double unusual[] = {NAN, INFINITY, -1e300, 4e-320};
  struct sheet rows = sheet_create(3000, COLUMNS, 17);
  struct fitting fitting = fitting_create(model);
  struct block *const block = fitting_fit(&fitting, (struct sheet){rows.cells, ROWS, COLUMNS});
  const size_t size = block_size(block);
  for (size_t i = ROWS; i < rows.rows; i++) {
    double *const row = sheet_row(&rows, i);
    if (i % 100 < 5)
      row[i % COLUMNS] = unusual[i % 4];
    (void)watched_score(block, row);
    watched_learn(block, row);
    if (i % 200 == 0) {
      struct block *loaded;
      assert_int_equal(block_load(&loaded, block_bytes(block), size), STATUS_OK);
      assert_scores_alike(block, loaded, &(struct sheet){rows.cells, 20, COLUMNS});
      score_anything(block, row);
      block_destroy(loaded);
    }
  }
  assert_int_equal(block_size(block), size);
  block_destroy(block);
  fitting_destroy(&fitting);
  sheet_release(&rows);
}

int main(int count, char **argument) {
  const struct model_test tests[] = {
      {"is described", is_described},
      {"same rows make the same bytes", same_rows_make_the_same_bytes},
      {"random_state is a seed", random_state_is_a_seed},
      {"knows what it was fitted to", knows_what_it_was_fitted_to},
      {"scores the same anywhere", scores_the_same_anywhere},
      {"an outlier among the rows ranks first", an_outlier_among_the_rows_ranks_first},
      {"an outlier later ranks first", an_outlier_later_ranks_first},
      {"the outlying column is named", the_outlying_column_is_named},
      {"contamination is the share of labels", contamination_is_the_share_of_labels},
      {"training scores are those of score", training_scores_are_those_of_score},
      {"each option works at its ends", each_option_works_at_its_ends},
      {"stops soon", stops_soon},
      {"threads share a block", threads_share_a_block},
      {"learning keeps it sound", learning_keeps_it_sound},
  };
  return run_for_each_model(tests, sizeof tests / sizeof tests[0], count - 1, argument + 1);
}

/* The autoencoder's net against arithmetic, and what it finds in the classic outlier tables. */
#include "models/dense_net.h"
#include "unit/fitting.h"
#include "unit/signals.h"
#include "unit/tabular.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct dense_net NET = {{3, 4, 2, 4, 3}};
enum { COLUMNS = 3, ROWS = 20, WEIGHTS = 16 + 10 + 12 + 15 };

static void fill(float *numbers, size_t count, uint64_t seed) {
  struct noise noise = {seed};
  for (size_t i = 0; i < count; i++)
    numbers[i] = (float)noise_gaussian(&noise);
}

static float *trainer_create(struct dense_trainer *trainer, float *weights) {
  float *const memory = calloc(dense_trainer_memory(&NET), sizeof *memory);
  assert_non_null(memory);
  dense_trainer_init(trainer, &NET, weights, memory);
  return memory;
}

static int by_size(const void *a, const void *b) {
  const double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

/* The loss of a batch, row by row: the five rows of twenty that fit worst do not count. */
static void a_batch_is_its_rows(void **state) {
  (void)state;
  float weights[WEIGHTS], cells[ROWS * COLUMNS];
  uint32_t rows[ROWS];
  double loss[ROWS] = {0}, sum = 0;
  assert_int_equal(dense_weights(&NET), WEIGHTS);
  assert_int_equal(dense_width(&NET), 4);
  fill(weights, WEIGHTS, 1);
  fill(cells, ROWS * COLUMNS, 2);
  for (uint32_t i = 0; i < ROWS; i++) {
    float in[4], work[4];
    rows[i] = i;
    memcpy(in, cells + i * COLUMNS, COLUMNS * sizeof *in);
    dense_run(&NET, weights, in, work);
    for (size_t at = 0; at < COLUMNS; at++)
      loss[i] += pow((double)in[at] - (double)cells[i * COLUMNS + at], 2) / COLUMNS;
  }
  qsort(loss, ROWS, sizeof *loss, by_size);
  for (size_t i = 0; i < 15; i++)
    sum += loss[i] / 15;
  struct dense_trainer trainer;
  float *const memory = trainer_create(&trainer, weights);
  assert_true(fabs(dense_loss(&trainer, cells, rows, ROWS) / sum - 1) < 1e-5);
  free(memory);
}

/* The gradient by which a step is made, against the loss with each weight a bit off. */
static void the_gradient_is_the_slope_of_the_loss(void **state) {
  (void)state;
  float weights[WEIGHTS], cells[ROWS * COLUMNS];
  const uint32_t rows[] = {0, 1, 2};
  fill(weights, WEIGHTS, 3);
  fill(cells, ROWS * COLUMNS, 4);
  struct dense_trainer trainer;
  float *const memory = trainer_create(&trainer, weights);
  float before[WEIGHTS];
  memcpy(before, weights, sizeof before);
  dense_learn(&trainer, cells, rows, 3, 0);
  for (size_t i = 0; i < WEIGHTS; i++) {
    const float little = 1e-2F;
    weights[i] = before[i] + little;
    const float above = dense_loss(&trainer, cells, rows, 3);
    weights[i] = before[i] - little;
    const float below = dense_loss(&trainer, cells, rows, 3);
    weights[i] = before[i];
    const float found = (above - below) / (2 * little);
    if (fabsf(trainer.gradient[i] - found) > 2e-3F + .01F * fabsf(found))
      fail_msg("weight %zu: gradient %g, slope %g", i, (double)trainer.gradient[i], (double)found);
  }
  free(memory);
}

static void what_has_one_cause_is_learnt(void **state) {
  (void)state;
  struct noise noise = {5};
  struct sheet rows = sheet_filled(1000, 4, 0);
  for (size_t i = 0; i < rows.rows; i++) {
    const double cause = noise_gaussian(&noise);
    for (size_t at = 0; at < 4; at++)
      sheet_row(&rows, i)[at] = (at % 2 == 0 ? cause : -cause) + .1 * noise_gaussian(&noise);
  }
  struct fitting fitting = fitting_create(model_find("autoencoder"));
  struct block *const block = fitting_fit(&fitting, rows);
  const double together[4] = {1, -1, 1, -1}, apart[4] = {1, 1, 1, -1};
  assert_true(watched_score(block, together) < .3);
  assert_true(watched_score(block, apart) > 1);
  block_destroy(block);
  fitting_destroy(&fitting);
  sheet_release(&rows);
}

/* Mean ROC areas of ten seeds; the floors are the lower one of PyOD's pca and mcd, less .02. */
static void finds_what_pca_or_mcd_find(void **state) {
  (void)state;
  static const struct {
    const char *table;
    double floor;
  } floors[] = {{"cardio", .7857},  {"glass", .6868},  {"ionosphere", .7390},
                {"thyroid", .9316}, {"vowels", .6054}, {"wbc", .98}};
  enum { SEEDS = 10, TABLES = sizeof floors / sizeof floors[0] };
  double mean = 0;
  for (size_t i = 0; i < TABLES; i++) {
    struct tabular data;
    if (!tabular_read(floors[i].table, &data)) {
      print_message("tabular/%s.csv is not in the labelled data\n", floors[i].table);
      skip();
    }
    double area = 0;
    struct fitting fitting = fitting_create(model_find("autoencoder"));
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
      fitting.control.seed = seed;
      struct block *const block = fitting_fit(&fitting, data.train);
      area += tabular_area_of(block, &data) / SEEDS;
      block_destroy(block);
    }
    print_message("autoencoder, %s: ROC area %.4f\n", floors[i].table, area);
    if (area < floors[i].floor)
      fail_msg("%s: %g", floors[i].table, area);
    mean += area / TABLES;
    fitting_destroy(&fitting);
    tabular_release(&data);
  }
  assert_true(mean > .87);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_batch_is_its_rows),
      cmocka_unit_test(the_gradient_is_the_slope_of_the_loss),
      cmocka_unit_test(what_has_one_cause_is_learnt),
      cmocka_unit_test(finds_what_pca_or_mcd_find),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

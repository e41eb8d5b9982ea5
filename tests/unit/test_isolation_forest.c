/* Isolation forests of rows whose paths can be worked out by hand. */
#include "models/isolation_tree.h"
#include "unit/fitting.h"
#include "unit/unit_test.h"

#include <math.h>

/* Of one column. */
static struct sheet column_of(const double *values, size_t count) {
  struct sheet sheet = sheet_filled(count, 1, 0);
  for (size_t i = 0; i < count; i++)
    sheet.cells[i] = values[i];
  return sheet;
}

static struct block *fit_to(struct sheet rows, const char *trees) {
  struct fitting fitting = fitting_create(model_find("isolation_forest"));
  fitting_set(&fitting, "n_estimators", trees);
  struct block *const block = fitting_fit(&fitting, rows);
  fitting_destroy(&fitting);
  return block;
}

static double score_of(const struct block *block, double value) {
  return watched_score(block, &value);
}

/* The mean path that a score is made of, where the sample has `rows` rows. */
static double path_of(const struct block *block, double value, size_t rows) {
  return -log2(score_of(block, value) + .5) * isolation_mean_path(rows);
}

static void mean_paths_are_those_of_the_paper(void **state) {
  (void)state;
  assert_true(isolation_mean_path(0) == 0 && isolation_mean_path(1) == 0);
  assert_true(isolation_mean_path(2) == 1);
  assert_true(fabs(isolation_mean_path(3) - 1.2073923575896222) < 1e-12);
  assert_true(fabs(isolation_mean_path(256) - 10.244770920119917) < 1e-12);
}

/* The only cut there is: between the one and the others, which stay together. */
static void one_row_apart_takes_one_cut(void **state) {
  (void)state;
  enum { ROWS = 41 };
  double values[ROWS] = {0};
  values[17] = 5;
  struct sheet rows = column_of(values, ROWS);
  struct block *const block = fit_to(rows, "20");
  assert_true(fabs(path_of(block, 5, ROWS) - 1) < 1e-6);
  assert_true(fabs(path_of(block, 0, ROWS) - 1 - isolation_mean_path(ROWS - 1)) < 1e-5);
  assert_true(score_of(block, 1e300) == score_of(block, 5));
  assert_true(score_of(block, -1e300) == score_of(block, 0));
  block_destroy(block);
  sheet_release(&rows);
}

/* The first cut parts 10 from the others in nine of ten trees, else it is 0 that is alone. */
static void cuts_are_even_over_the_range(void **state) {
  (void)state;
  const double values[] = {0, 1, 10};
  struct sheet rows = column_of(values, 3);
  struct block *const block = fit_to(rows, "1000");
  assert_true(fabs(path_of(block, 10, 3) - 1.1) < .03);
  assert_true(fabs(path_of(block, 0, 3) - 1.9) < .03);
  assert_true(fabs(path_of(block, 1, 3) - 2) < 1e-6);
  block_destroy(block);
  sheet_release(&rows);
}

/* 256 rows: eight cuts at most, and then the mean path among those left. */
static void trees_end_at_the_height_of_their_sample(void **state) {
  (void)state;
  enum { ROWS = 256 };
  double values[ROWS];
  for (size_t i = 0; i < ROWS; i++)
    values[i] = exp2((double)i);
  for (size_t i = 200; i < ROWS; i++)
    values[i] = values[199];
  struct sheet rows = column_of(values, ROWS);
  struct block *const block = fit_to(rows, "50");
  const double path = path_of(block, 1, ROWS);
  assert_true(path > 8 + isolation_mean_path(170) && path < 8 + isolation_mean_path(200));
  block_destroy(block);
  sheet_release(&rows);
}

static void rows_alike_are_usual(void **state) {
  (void)state;
  struct sheet rows = sheet_filled(300, 1, 7);
  struct block *const block = fit_to(rows, "100");
  assert_true(fabs(score_of(block, 7)) < 1e-6 && score_of(block, 8) == score_of(block, 7));
  block_destroy(block);
  sheet_release(&rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mean_paths_are_those_of_the_paper),
      cmocka_unit_test(one_row_apart_takes_one_cut),
      cmocka_unit_test(cuts_are_even_over_the_range),
      cmocka_unit_test(trees_end_at_the_height_of_their_sample),
      cmocka_unit_test(rows_alike_are_usual),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

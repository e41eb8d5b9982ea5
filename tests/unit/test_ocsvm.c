/*
 * What nu means (Schoelkopf and others, 2001, proposition 4), and that no more rows
 * than max_samples are looked at. Skipped where the build has no libsvm.
 */
#include "unit/fitting.h"
#include "unit/unit_test.h"

#include <math.h>

enum { ROWS = 400, COLUMNS = 3 };

static struct fitting fitting_or_skip(void) {
  if (model_find("ocsvm") == NULL)
    skip();
  return fitting_create(model_find("ocsvm"));
}

static double share_above(const struct block *block, const struct sheet *rows, double score) {
  size_t above = 0;
  for (size_t i = 0; i < rows->rows; i++)
    above += watched_score(block, sheet_row(rows, i)) > score;
  return (double)above / (double)rows->rows;
}

static void test_nu_is_the_share_outside(void **state) {
  (void)state;
  struct fitting fitting = fitting_or_skip();
  struct sheet rows = sheet_create(ROWS, COLUMNS, 5);
  static const char *const shares[] = {"0.05", "0.2", "0.5", "0.8"};
  static const double nu[] = {.05, .2, .5, .8};
  fitting_set(&fitting, "standardise", "always");
  for (size_t i = 0; i < 4; i++) {
    fitting_set(&fitting, "nu", shares[i]);
    struct block *const block = fitting_fit(&fitting, rows);
    const double outside = share_above(block, &rows, 2e-3);
    const double not_inside = share_above(block, &rows, -2e-3);
    if (!(outside <= nu[i] && not_inside >= nu[i] && not_inside - outside < .1))
      fail_msg("nu %g: %g outside, %g not inside", nu[i], outside, not_inside);
    block_destroy(block);
  }
  sheet_release(&rows);
  fitting_destroy(&fitting);
}

static void test_of_more_rows_some_are_chosen(void **state) {
  (void)state;
  struct fitting fitting = fitting_or_skip();
  struct sheet rows = sheet_create(ROWS, COLUMNS, 6), half = sheet_create(ROWS, COLUMNS, 6);
  for (size_t i = 0; i < ROWS / 2; i++)
    for (size_t column = 0; column < COLUMNS; column++)
      sheet_row(&half, i)[column] = sheet_row(&rows, 2 * i)[column];
  half.rows = ROWS / 2;
  struct block *const expected = fitting_fit(&fitting, half);
  fitting_set(&fitting, "max_samples", "200");
  struct block *const found = fitting_fit(&fitting, rows);
  for (size_t i = 0; i < ROWS; i++)
    assert_true(watched_score(found, sheet_row(&rows, i)) ==
                watched_score(expected, sheet_row(&rows, i)));
  block_destroy(expected);
  block_destroy(found);
  sheet_release(&rows);
  sheet_release(&half);
  fitting_destroy(&fitting);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nu_is_the_share_outside),
      cmocka_unit_test(test_of_more_rows_some_are_chosen),
  };
  return cmocka_run_group_tests_name("ocsvm", tests, NULL, NULL);
}

/* SUOD against its members fitted one by one, and in the classic outlier tables. */
#include "unit/fitting.h"
#include "unit/tabular.h"
#include "unit/unit_test.h"

#include <math.h>

static struct block *fit_to(const char *model, struct sheet rows, const char *bases, unsigned seed,
                            unsigned threads) {
  struct fitting fitting = fitting_create(model_find(model));
  fitting.control.seed = seed;
  fitting.control.threads = threads;
  if (bases != NULL) {
    fitting_set(&fitting, "base_models", bases);
    fitting_set(&fitting, "weights", "equal");
  }
  struct block *const block = fitting_fit(&fitting, rows);
  fitting_destroy(&fitting);
  return block;
}

static void a_score_is_the_mean_of_its_members(void **state) {
  (void)state;
  const char *const names[] = {"ecod", "copod", "hbos", "isolation_forest", "pca"};
  enum { MEMBERS = sizeof names / sizeof names[0] };
  struct sheet rows = sheet_create(400, 3, 1), later = sheet_create(50, 3, 2);
  struct block *const block = fit_to("suod", rows, "fast", 7, 2), *members[MEMBERS];
  for (unsigned i = 0; i < MEMBERS; i++)
    members[i] = fit_to(names[i], rows, NULL, 7 + i, 1);
  for (size_t row = 0; row < later.rows; row++) {
    double mean = 0;
    for (size_t i = 0; i < MEMBERS; i++) {
      const struct score_summary *const scores = block_scores(members[i]);
      mean += (watched_score(members[i], sheet_row(&later, row)) - scores->mean) /
              scores->deviation / MEMBERS;
    }
    assert_true(fabs(watched_score(block, sheet_row(&later, row)) - mean) < 1e-9);
  }
  assert_true(fabs(block_scores(block)->mean) < 1e-9);
  for (size_t i = 0; i < MEMBERS; i++)
    block_destroy(members[i]);
  block_destroy(block);
  sheet_release(&later);
  sheet_release(&rows);
}

/* Training rows are scored as their members score them: neighbours do not find the row itself. */
static void training_rows_are_no_neighbours_of_themselves(void **state) {
  (void)state;
  struct sheet rows = sheet_create(400, 3, 1);
  struct block *const block = fit_to("suod", rows, "near", 1, 1);
  double mean = 0;
  for (size_t i = 0; i < rows.rows; i++)
    mean += watched_score(block, sheet_row(&rows, i)) / (double)rows.rows;
  assert_true(fabs(block_scores(block)->mean) < 1e-9 && mean < -.05);
  block_destroy(block);
  sheet_release(&rows);
}

/* Mean ROC areas of ten seeds: over the tables what no single one of PyOD's but two reaches. */
static void finds_more_than_its_members(void **state) {
  (void)state;
  enum { SEEDS = 10 };
  double mean = 0;
  size_t tables = 0;
  for (const char *const *name = tabular_names; *name != NULL; name++, tables++) {
    struct tabular data;
    if (!tabular_read(*name, &data)) {
      print_message("tabular/%s.csv is not in the labelled data\n", *name);
      skip();
    }
    double area = 0;
    struct fitting fitting = fitting_create(model_find("suod"));
    fitting.control.threads = 2;
    for (fitting.control.seed = 1; fitting.control.seed <= SEEDS; fitting.control.seed++) {
      struct block *const block = fitting_fit(&fitting, data.train);
      area += tabular_area_of(block, &data) / SEEDS;
      block_destroy(block);
    }
    print_message("suod, %s: ROC area %.4f\n", *name, area);
    assert_true(area > .78);
    mean += area;
    fitting_destroy(&fitting);
    tabular_release(&data);
  }
  assert_true(mean / (double)tables > .885);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_score_is_the_mean_of_its_members),
      cmocka_unit_test(training_rows_are_no_neighbours_of_themselves),
      cmocka_unit_test(finds_more_than_its_members),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "anomaly/status.h"
#include "stats/kmeans.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>

enum { COLUMNS = 2, GROUPS = 5, ROWS = 500 };

static void make_groups(double *cells, uint64_t seed) {
  struct noise noise = {seed};
  for (size_t i = 0; i < ROWS; i++) {
    cells[2 * i] = 100.0 * (double)(i % GROUPS) + noise_gaussian(&noise);
    cells[2 * i + 1] = -7 * (double)(i % GROUPS) + noise_gaussian(&noise);
  }
}

static void test_groups_are_found(void **state) {
  (void)state;
  static double cells[ROWS * COLUMNS];
  const struct matrix rows = {.cells = cells, .rows = ROWS, .columns = COLUMNS};
  for (uint64_t seed = 0; seed < 20; seed++) {
    make_groups(cells, seed);
    double centres[GROUPS * COLUMNS];
    size_t sizes[GROUPS], clusters;
    uint64_t random = seed;
    assert_int_equal(kmeans(&rows, GROUPS, &random, NULL, centres, sizes, &clusters), STATUS_OK);
    assert_int_equal(clusters, GROUPS);
    for (size_t group = 0; group < GROUPS; group++) {
      const double middle[] = {100.0 * (double)group, -7 * (double)group};
      double square;
      const size_t at = kmeans_nearest(centres, clusters, COLUMNS, middle, &square);
      assert_true(square < 1);
      assert_int_equal(sizes[at], ROWS / GROUPS);
    }
  }
}

static void test_there_are_no_more_clusters_than_different_rows(void **state) {
  (void)state;
  const double cells[] = {1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 9, 9};
  const struct matrix rows = {.cells = cells, .rows = 6, .columns = 2};
  double centres[6 * 2], square;
  size_t sizes[6], clusters;
  uint64_t random = 3;
  assert_int_equal(kmeans(&rows, 6, &random, NULL, centres, sizes, &clusters), STATUS_OK);
  assert_int_equal(clusters, 3);
  assert_int_equal(sizes[kmeans_nearest(centres, 3, 2, cells, &square)], 3);
  assert_true(square == 0);
  assert_int_equal(sizes[kmeans_nearest(centres, 3, 2, cells + 10, &square)], 1);
  assert_true(square == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_groups_are_found),
      cmocka_unit_test(test_there_are_no_more_clusters_than_different_rows),
  };
  return cmocka_run_group_tests_name("kmeans", tests, NULL, NULL);
}

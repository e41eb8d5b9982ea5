#include "anomaly/status.h"
#include "stats/neighbours.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

enum { WANTED = 12 };

static struct matrix make_rows(size_t rows, size_t columns, double steps, uint64_t seed) {
  struct noise noise = {seed};
  double *const cells = calloc(rows * columns, sizeof *cells);
  assert_non_null(cells);
  for (size_t i = 0; i < rows * columns; i++)
    cells[i] = floor(steps * noise_uniform(&noise)) / fmax(steps, 1);
  return (struct matrix){.cells = cells, .rows = rows, .columns = columns};
}

static struct neighbours *make_tree(const struct matrix *rows) {
  struct neighbours *const tree = calloc(1, neighbours_size(rows->rows, rows->columns));
  assert_non_null(tree);
  assert_int_equal(neighbours_build(tree, rows, NULL), STATUS_OK);
  assert_true(neighbours_valid(tree, neighbours_size(rows->rows, rows->columns), rows->rows,
                               rows->columns));
  return tree;
}

static double square_between(const struct matrix *rows, size_t at, const double *row) {
  double sum = 0;
  for (size_t i = 0; i < rows->columns; i++) {
    const double difference = rows->cells[at * rows->columns + i] - row[i];
    sum += difference * difference;
  }
  return sum;
}

static int by_distance(const void *left, const void *right) {
  const struct neighbour *const a = left, *const b = right;
  if (a->square != b->square)
    return a->square < b->square ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

/* To the last bit the first of all rows, put in order by their distances and then their numbers. */
static void assert_nearest(const struct neighbours *tree, const struct matrix *rows,
                           const double *row, uint32_t except, size_t wanted) {
  double *const scratch = calloc(rows->columns, sizeof *scratch);
  struct neighbour *const all = calloc(rows->rows, sizeof *all);
  struct neighbour *const list = calloc(wanted, sizeof *list);
  assert_true(scratch != NULL && all != NULL && list != NULL);
  size_t count = 0;
  for (uint32_t i = 0; i < rows->rows; i++)
    if (i != except)
      all[count++] = (struct neighbour){.square = square_between(rows, i, row), .row = i};
  qsort(all, count, sizeof *all, by_distance);
  neighbours_find(tree, row, except, wanted, scratch, list);
  for (size_t i = 0; i < wanted; i++) {
    if (i >= count)
      assert_true(list[i].square == INFINITY);
    else if (list[i].row != all[i].row || list[i].square != all[i].square)
      fail_msg("%zu x %zu: neighbour %zu of %zu is row %u at %g, not row %u at %g", rows->rows,
               rows->columns, i, wanted, list[i].row, list[i].square, all[i].row, all[i].square);
  }
  free(list);
  free(all);
  free(scratch);
}

static void assert_finds_nearest(const struct matrix *rows, const struct matrix *others) {
  static const size_t wanted[] = {1, 5, 20, 100};
  struct neighbours *const tree = make_tree(rows);
  for (size_t at = 0; at < sizeof wanted / sizeof wanted[0]; at++) {
    for (size_t i = 0; i < rows->rows; i += 1 + rows->columns / 20)
      assert_nearest(tree, rows, rows->cells + i * rows->columns, (uint32_t)i, wanted[at]);
    for (size_t i = 0; i < others->rows; i++)
      assert_nearest(tree, rows, others->cells + i * rows->columns, NEIGHBOURS_ALL, wanted[at]);
  }
  free(tree);
}

static void test_finds_what_looking_at_all_rows_finds(void **state) {
  (void)state;
  static const size_t sizes[][2] = {{1, 1},   {2, 3},   {8, 2},    {9, 2},     {64, 1},    {65, 5},
                                    {500, 3}, {500, 9}, {300, 40}, {100, 257}, {100, 1024}};
  static const double steps[] = {1e6, 10, 2, 1};
  for (size_t size = 0; size < sizeof sizes / sizeof sizes[0]; size++)
    for (size_t step = 0; step < sizeof steps / sizeof steps[0]; step++) {
      const struct matrix rows = make_rows(sizes[size][0], sizes[size][1], steps[step], size);
      const struct matrix others = make_rows(20, rows.columns, steps[step], 99);
      assert_finds_nearest(&rows, &others);
      free((double *)(uintptr_t)rows.cells);
      free((double *)(uintptr_t)others.cells);
    }
}

/* Columns whose scales are as far apart as can be: what is small is lost beside what is large. */
static void test_finds_them_at_any_scale(void **state) {
  (void)state;
  static const double scales[] = {1e75, 1, 1e-75, 1e60, 0};
  enum { COLUMNS = sizeof scales / sizeof scales[0] };
  const struct matrix rows = make_rows(300, COLUMNS, 20, 3), others = make_rows(20, COLUMNS, 20, 4);
  for (size_t i = 0; i < 300 * COLUMNS; i++)
    ((double *)(uintptr_t)rows.cells)[i] *= scales[i % COLUMNS];
  for (size_t i = 0; i < 20 * COLUMNS; i++)
    ((double *)(uintptr_t)others.cells)[i] *= scales[i % COLUMNS];
  assert_finds_nearest(&rows, &others);
  free((double *)(uintptr_t)rows.cells);
  free((double *)(uintptr_t)others.cells);
}

static void test_explains_by_columns(void **state) {
  (void)state;
  const double cells[] = {0, 0, 1, 0, 0, 1};
  const struct matrix rows = {.cells = cells, .rows = 3, .columns = 2};
  struct neighbours *const tree = make_tree(&rows);
  const double row[] = {3, 0};
  double scratch[2], parts[2];
  struct neighbour list[2];
  neighbours_find(tree, row, NEIGHBOURS_ALL, 2, scratch, list);
  neighbours_explain(tree, row, list, 2, parts);
  assert_true(parts[0] == 4 + 9 && parts[1] == 0);
  free(tree);
}

/* Seconds of CPU to build a tree and ask it of some of its rows. */
static double time_of(size_t count, double steps) {
  const struct matrix rows = make_rows(count, 3, steps, 5);
  const clock_t start = clock();
  struct neighbours *const tree = make_tree(&rows);
  double scratch[3];
  struct neighbour list[WANTED];
  for (size_t i = 0; i < count; i += 50)
    neighbours_find(tree, rows.cells + 3 * i, (uint32_t)i, WANTED, scratch, list);
  const double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
  free(tree);
  free((double *)(uintptr_t)rows.cells);
  return seconds;
}

static void test_duplicates_cost_no_more(void **state) {
  (void)state;
  const double different = time_of(100000, 1e9);
  for (double steps = 1; steps <= 8; steps *= 2)
    if (time_of(100000, steps) > 5 * different + .1)
      fail_msg("rows of %.0f values cost more than 5 times as much", steps);
}

static void test_stored_bytes_are_checked(void **state) {
  (void)state;
  const struct matrix rows = make_rows(20, 2, 1e6, 6);
  struct neighbours *const tree = make_tree(&rows);
  const size_t size = neighbours_size(20, 2);
  assert_false(neighbours_valid(tree, size - 8, 20, 2));
  assert_false(neighbours_valid(tree, size, 19, 2));
  assert_false(neighbours_valid(tree, size, 20, 1));
  uint32_t *const words = (uint32_t *)tree;
  size_t refused = 0;
  for (size_t i = 0; i < size / sizeof *words; i++) {
    const uint32_t kept = words[i];
    words[i] = UINT32_MAX; /* no number, no column, no row */
    refused += neighbours_valid(tree, size, 20, 2) ? 0 : 1;
    words[i] = kept;
  }
  /* sizes, cells' upper halves (padding: both), splits but for values' lower halves, row numbers */
  assert_int_equal(refused, 6 + 48 + 8 + 6 + 24);
  free(tree);
  free((double *)(uintptr_t)rows.cells);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_finds_what_looking_at_all_rows_finds),
      cmocka_unit_test(test_finds_them_at_any_scale),
      cmocka_unit_test(test_explains_by_columns),
      cmocka_unit_test(test_duplicates_cost_no_more),
      cmocka_unit_test(test_stored_bytes_are_checked),
  };
  return cmocka_run_group_tests_name("neighbours", tests, NULL, NULL);
}

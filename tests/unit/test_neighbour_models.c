/*
 * knn and lof against their definitions: for each row all the others in the order
 * of their distances, those equally far in the order of the table. To the last bit.
 */
#include "anomaly/status.h"
#include "models/block_private.h"
#include "unit/fitting.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct other {
  double square;
  size_t row;
};

static int by_distance(const void *left, const void *right) {
  const struct other *const a = left, *const b = right;
  if (a->square != b->square)
    return a->square < b->square ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

/* All rows but `except`, from the nearest on; to be freed. */
static struct other *others_of(const struct sheet *rows, const double *row, size_t except) {
  struct other *const others = calloc(rows->rows, sizeof *others);
  assert_non_null(others);
  size_t count = 0;
  for (size_t i = 0; i < rows->rows; i++) {
    if (i == except)
      continue;
    double square = 0;
    for (size_t column = 0; column < rows->columns; column++) {
      const double difference = sheet_row(rows, i)[column] - row[column];
      square += difference * difference;
    }
    others[count++] = (struct other){.square = square, .row = i};
  }
  qsort(others, count, sizeof *others, by_distance);
  return others;
}

/* Clean rows, and what the definitions say of each among the others. */
struct known {
  struct sheet rows;
  size_t count; /* of neighbours */
  double *reach, *density;
};

static double density_by(const struct known *known, const struct other *others) {
  double sum = 0;
  for (size_t i = 0; i < known->count; i++)
    sum += fmax(sqrt(others[i].square), known->reach[others[i].row]);
  return 1 / (sum / (double)known->count + 1e-10);
}

static struct known know(const struct block *block, const struct sheet *table, size_t wanted) {
  struct known known = {.rows = sheet_filled(table->rows, table->columns, 0),
                        .count = wanted < table->rows ? wanted : table->rows - 1,
                        .reach = calloc(table->rows, sizeof *known.reach),
                        .density = calloc(table->rows, sizeof *known.density)};
  struct other **const others = calloc(table->rows, sizeof(struct other *));
  assert_true(known.reach != NULL && known.density != NULL && others != NULL);
  for (size_t i = 0; i < table->rows; i++)
    block_clean(block, sheet_row(table, i), sheet_row(&known.rows, i));
  for (size_t i = 0; i < table->rows; i++) {
    others[i] = others_of(&known.rows, sheet_row(&known.rows, i), i);
    known.reach[i] = sqrt(others[i][known.count - 1].square);
  }
  for (size_t i = 0; i < table->rows; i++)
    known.density[i] = density_by(&known, others[i]);
  for (size_t i = 0; i < table->rows; i++)
    free(others[i]);
  free(others);
  return known;
}

static void forget(struct known *known) {
  free(known->density);
  free(known->reach);
  sheet_release(&known->rows);
}

/* The score of a row by its nearest others. */
typedef double definition(const struct known *known, const struct other *others);

static double largest_distance(const struct known *known, const struct other *others) {
  return sqrt(others[known->count - 1].square);
}

static double median_distance(const struct known *known, const struct other *others) {
  return (sqrt(others[(known->count - 1) / 2].square) + sqrt(others[known->count / 2].square)) / 2;
}

static double mean_distance(const struct known *known, const struct other *others) {
  double sum = 0;
  for (size_t i = 0; i < known->count; i++)
    sum += sqrt(others[i].square);
  return sum / (double)known->count;
}

static double outlier_factor(const struct known *known, const struct other *others) {
  double sum = 0;
  for (size_t i = 0; i < known->count; i++)
    sum += known->density[others[i].row];
  return sum / (double)known->count / density_by(known, others);
}

static double defined_score(const struct known *known, definition *defined, size_t row,
                            size_t except) {
  struct other *const others = others_of(&known->rows, sheet_row(&known->rows, row), except);
  const double score = defined(known, others);
  free(others);
  return score;
}

/* As a training row, which does not count itself, and as a row that comes later. */
static void assert_defined(const struct fitting *fitting, const struct sheet *table,
                           definition *defined, size_t wanted) {
  const struct matrix rows = {table->cells, table->rows, table->columns};
  double *const scores = calloc(rows.rows, sizeof *scores);
  struct block *block = NULL;
  assert_non_null(scores);
  assert_int_equal(model_fit_scored(fitting->model, &rows, &fitting->common, fitting->options,
                                    &fitting->control, scores, &block),
                   STATUS_OK);
  struct known known = know(block, table, wanted);
  for (size_t i = 0; i < rows.rows; i++) {
    const double fitted = defined_score(&known, defined, i, i);
    const double later = defined_score(&known, defined, i, SIZE_MAX);
    const double scored = watched_score(block, sheet_row(table, i));
    if (scores[i] != fitted || scored != later)
      fail_msg(
          "%s, %zu x %zu, %zu neighbours: row %zu has %.17g, not %.17g; later %.17g, not %.17g",
          fitting->model->name, rows.rows, rows.columns, wanted, i, scores[i], fitted, scored,
          later);
  }
  forget(&known);
  block_destroy(block);
  free(scores);
}

/* Few different values, some missing; columns of any scale. */
static struct sheet make_table(size_t rows, size_t columns, double steps, uint64_t seed) {
  static const double scales[] = {1, 1, 1e75, 1, 1e-9, 0};
  struct noise noise = {seed};
  struct sheet table = sheet_filled(rows, columns, 0);
  for (size_t i = 0; i < rows * columns; i++) {
    const double scale = seed % 2 == 0 ? 1 : scales[i % columns % 6];
    table.cells[i] = scale * floor(steps * noise_uniform(&noise)) / steps;
    if (noise_uniform(&noise) < .02)
      table.cells[i] = NAN;
  }
  return table;
}

static void assert_defined_everywhere(const char *model, const char *method, definition *defined) {
  static const size_t sizes[][2] = {{2, 1}, {3, 2}, {33, 1}, {90, 4}, {70, 10}, {12, 1024}};
  static const double steps[] = {1, 2, 10, 1e9};
  static const size_t wanted[] = {1, 5, 20, 1000};
  struct fitting fitting = fitting_create(model_find(model));
  if (method != NULL)
    fitting_set(&fitting, "method", method);
  for (size_t size = 0; size < sizeof sizes / sizeof sizes[0]; size++)
    for (size_t step = 0; step < sizeof steps / sizeof steps[0]; step++)
      for (size_t at = 0; at < sizeof wanted / sizeof wanted[0]; at++) {
        char text[24];
        (void)snprintf(text, sizeof text, "%zu", wanted[at]);
        fitting_set(&fitting, "n_neighbors", text);
        struct sheet table =
            make_table(sizes[size][0], sizes[size][1], steps[step], size + step + at);
        assert_defined(&fitting, &table, defined, wanted[at]);
        sheet_release(&table);
      }
  fitting_destroy(&fitting);
}

static void test_knn(void **state) {
  (void)state;
  assert_defined_everywhere("knn", "largest", largest_distance);
  assert_defined_everywhere("knn", "mean", mean_distance);
  assert_defined_everywhere("knn", "median", median_distance);
}

static void test_lof(void **state) {
  (void)state;
  assert_defined_everywhere("lof", NULL, outlier_factor);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_knn), cmocka_unit_test(test_lof)};
  return cmocka_run_group_tests_name("models of neighbours", tests, NULL, NULL);
}

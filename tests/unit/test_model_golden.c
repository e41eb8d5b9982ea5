/*
 * Models against their slow twins in Python: tests/golden/model_NAME.csv holds
 * rows and the scores that model_NAME.py, which shares no code with NAME.c,
 * gives them. A comment line gives the options of the lines after it; a line is
 * `fitted,x0,…,score`.
 */
#include "unit/fitting.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Relative, of the score or 1. */
static const struct {
  const char *model;
  double tolerance;
} twins[] = {
    {"cblof", 1e-10}, {"copod", 1e-10},         {"ecod", 1e-10}, {"hbos", 1e-10}, {"knn", 1e-10},
    {"lof", 1e-10},   {"matrix_profile", 1e-7}, {"pca", 1e-10},  {"stl", 1e-8},
};

enum { COLUMNS = 3, ROWS_MAX = 200 };

struct golden {
  double cells[ROWS_MAX * COLUMNS], score[ROWS_MAX];
  size_t rows, fitted;
};

static FILE *open_golden(const char *name) {
  const char *const source = getenv("ANOMALY_SRCDIR");
  char path[4096];
  (void)snprintf(path, sizeof path, "%s/tests/golden/model_%s.csv", source == NULL ? "." : source,
                 name);
  FILE *const file = fopen(path, "r");
  if (file == NULL)
    fail_msg("cannot open %s", path);
  return file;
}

static void add_line(struct golden *golden, const char *line) {
  double number[COLUMNS + 2];
  for (size_t i = 0; i < COLUMNS + 2; i++) {
    char *end;
    number[i] = strtod(line, &end);
    assert_ptr_not_equal(end, line);
    line = end + (*end == ',');
  }
  assert_true(golden->rows < ROWS_MAX);
  memcpy(golden->cells + golden->rows * COLUMNS, number + 1, COLUMNS * sizeof *number);
  golden->score[golden->rows++] = number[COLUMNS + 1];
  golden->fitted += number[0] == 1;
}

static void set_options(struct fitting *fitting, char *settings) {
  char *rest;
  for (char *at = strtok_r(settings, ",", &rest); at != NULL; at = strtok_r(NULL, ",", &rest)) {
    char *const value = strchr(at, '=');
    assert_non_null(value);
    *value = '\0';
    fitting_set(fitting, at, value + 1);
  }
}

static void compare_number(double found, double expected, double tolerance, const char *what,
                           size_t row) {
  if (!(fabs(found - expected) <= tolerance * fmax(fabs(expected), 1)))
    fail_msg("%s, row %zu: %.14g, the twin has %.14g", what, row, found, expected);
}

/* A model of sequences cannot be asked once more for the rows that it was fitted to. */
static void compare_fitted(const struct block *block, const struct golden *golden, double tolerance,
                           const char *what) {
  double sum = 0, largest = -INFINITY;
  for (size_t i = 0; i < golden->fitted; i++) {
    sum += golden->score[i];
    largest = fmax(largest, golden->score[i]);
  }
  compare_number(block_scores(block)->maximum, largest, tolerance, what, 0);
  compare_number(block_scores(block)->mean, sum / (double)golden->fitted, tolerance, what, 0);
}

static void compare(const struct fitting *fitting, const struct golden *golden, double tolerance,
                    const char *options) {
  double cells[ROWS_MAX * COLUMNS];
  memcpy(cells, golden->cells, sizeof cells);
  struct block *const block = fitting_fit(fitting, (struct sheet){cells, golden->fitted, COLUMNS});
  char what[600];
  (void)snprintf(what, sizeof what, "%s with \"%s\"", fitting->model->name, options);
  const bool sequential = fitting->model->sequential;
  if (sequential)
    compare_fitted(block, golden, tolerance, what);
  for (size_t i = sequential ? golden->fitted : 0; i < golden->rows; i++) {
    const double *const row = golden->cells + i * COLUMNS;
    compare_number(watched_score(block, row), golden->score[i], tolerance, what, i);
    if (sequential && block_learns(block))
      watched_learn(block, row);
  }
  block_destroy(block);
}

static void compare_block(const char *name, double tolerance, const char *options,
                          const struct golden *golden) {
  if (golden->rows == 0)
    return;
  char settings[512];
  (void)snprintf(settings, sizeof settings, "%s", options);
  assert_non_null(model_find(name));
  struct fitting fitting = fitting_create(model_find(name));
  set_options(&fitting, settings);
  compare(&fitting, golden, tolerance, options);
  fitting_destroy(&fitting);
}

static void compare_with_twin(const char *name, double tolerance) {
  FILE *const file = open_golden(name);
  struct golden golden = {.rows = 0};
  char line[512], options[512] = "";
  while (fgets(line, sizeof line, file) != NULL) {
    if (line[0] != '#') {
      add_line(&golden, line);
      continue;
    }
    compare_block(name, tolerance, options, &golden);
    golden.rows = golden.fitted = 0;
    line[strcspn(line, "\n")] = '\0';
    (void)snprintf(options, sizeof options, "%s", line + 1);
  }
  (void)fclose(file);
  assert_true(golden.rows > 50);
  compare_block(name, tolerance, options, &golden);
}

static void test_models_agree_with_their_twins(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++)
    compare_with_twin(twins[i].model, twins[i].tolerance);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_models_agree_with_their_twins),
  };
  return cmocka_run_group_tests_name("model golden", tests, NULL, NULL);
}

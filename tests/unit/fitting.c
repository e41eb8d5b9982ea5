#include "unit/fitting.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct fitting fitting_create(const struct model *model) {
  struct fitting fitting = {.model = model, .control = {.seed = 1, .threads = 1}};
  option_set_presets(model_common_rows, &fitting.common);
  fitting.options = calloc(1, model->options_size + 1);
  assert_non_null(fitting.options);
  option_set_presets(model->options, fitting.options);
  return fitting;
}

void fitting_destroy(struct fitting *fitting) { free(fitting->options); }

void fitting_set(struct fitting *fitting, const char *name, const char *value) {
  const struct option_row *const common = option_find(model_common_rows, name);
  const struct option_row *const own = option_find(fitting->model->options, name);
  if (common == NULL && own == NULL)
    fail_msg("%s has no option %s", fitting->model->name, name);
  assert_int_equal(common != NULL ? option_set_text(common, &fitting->common, value, NULL)
                                  : option_set_text(own, fitting->options, value, NULL),
                   STATUS_OK);
}

int fitting_try(const struct fitting *fitting, struct sheet rows, struct block **ret_block) {
  const struct matrix matrix = {rows.cells, rows.rows, rows.columns};
  return model_fit(fitting->model, &matrix, &fitting->common, fitting->options, &fitting->control,
                   ret_block);
}

struct block *fitting_fit(const struct fitting *fitting, struct sheet rows) {
  struct block *block = NULL;
  const int status = fitting_try(fitting, rows, &block);
  if (status != STATUS_OK)
    fail_msg("%s does not fit %zu rows: %s", fitting->model->name, rows.rows, status_text(status));
  return block;
}

struct sheet sheet_filled(size_t rows, size_t columns, double value) {
  double *const cells = calloc(rows * columns + 1, sizeof *cells);
  assert_non_null(cells);
  for (size_t i = 0; i < rows * columns; i++)
    cells[i] = value;
  return (struct sheet){.cells = cells, .rows = rows, .columns = columns};
}

double *sheet_row(const struct sheet *sheet, size_t row) {
  return sheet->cells + row * sheet->columns;
}

struct sheet sheet_create(size_t rows, size_t columns, uint64_t seed) {
  struct sheet sheet = sheet_filled(rows, columns, 0);
  struct noise noise = {seed};
  for (size_t row = 0; row < rows; row++) {
    const double common = noise_gaussian(&noise);
    for (size_t i = 0; i < columns; i++) {
      const double own = noise_gaussian(&noise);
      const double wave = 2 * sin(acos(-1) / 12 * (double)row + (double)i);
      sheet_row(&sheet, row)[i] =
          10 * (double)i + (double)(i + 1) * (wave + .3 * common + .4 * own);
    }
  }
  return sheet;
}

void sheet_release(struct sheet *sheet) { free(sheet->cells); }

static const double CANARY = 0x1.6d0f9d2b0c7a5p-300;
enum { CANARIES = 8 };

/* Scratch memory with numbers behind it that must stay, full of those of somebody else. */
static double *borrow_scratch(const struct block *block) {
  const size_t count = block_scratch(block);
  double *const scratch = malloc((count + CANARIES) * sizeof *scratch);
  assert_non_null(scratch);
  for (size_t i = 0; i < count; i++)
    scratch[i] = NAN;
  for (size_t i = 0; i < CANARIES; i++)
    scratch[count + i] = CANARY;
  return scratch;
}

static void give_back(const struct block *block, double *scratch) {
  for (size_t i = 0; i < CANARIES; i++)
    if (memcmp(&scratch[block_scratch(block) + i], &CANARY, sizeof CANARY) != 0)
      fail_msg("%s writes beyond its scratch memory", block_model(block)->name);
  free(scratch);
}

double watched_score(const struct block *block, const double *row) {
  double *const scratch = borrow_scratch(block);
  const double score = model_score(block, row, scratch);
  give_back(block, scratch);
  if (!(fabs(score) <= MODEL_SCORE_MAX))
    fail_msg("%s scores %g", block_model(block)->name, score);
  return score;
}

void watched_explain(const struct block *block, const double *row, double *shares) {
  double *const scratch = borrow_scratch(block);
  model_explain(block, row, scratch, shares);
  give_back(block, scratch);
  double sum = 0;
  bool fine = true;
  for (size_t i = 0; i < block_columns(block); i++) {
    fine = fine && shares[i] >= 0 && shares[i] <= 1;
    sum += shares[i];
  }
  if (!fine || (sum != 0 && fabs(sum - 1) > 1e-9))
    fail_msg("%s explains with shares whose sum is %g", block_model(block)->name, sum);
}

void watched_learn(struct block *block, const double *row) {
  double *const scratch = borrow_scratch(block);
  model_learn(block, row, scratch);
  give_back(block, scratch);
}

void score_anything(const struct block *block, const double *row) {
  static const double unusual[] = {NAN, INFINITY, -INFINITY, 1e300,  -1e300,
                                   0,   DBL_MIN,  4e-320,    DBL_MAX};
  const size_t columns = block_columns(block);
  double *const mixed = calloc(2 * columns, sizeof *mixed);
  assert_non_null(mixed);
  double *const shares = mixed + columns;
  (void)watched_score(block, row);
  watched_explain(block, row, shares);
  for (size_t at = 0; at < sizeof unusual / sizeof unusual[0]; at++) {
    for (size_t i = 0; i < columns; i++)
      mixed[i] = unusual[at];
    (void)watched_score(block, mixed);
    watched_explain(block, mixed, shares);
    memcpy(mixed, row, columns * sizeof *mixed);
    mixed[at % columns] = unusual[at];
    (void)watched_score(block, mixed);
    watched_explain(block, mixed, shares);
  }
  free(mixed);
}

#include "unit/tabular.h"

#include "anomaly/status.h"
#include "bench/data.h"
#include "evaluate/ranking.h"
#include "history/csv.h"
#include "unit/unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const tabular_names[] = {"cardio", "glass", "ionosphere", "thyroid",
                                     "vowels", "wbc",   NULL};

/* Every column and row of the file, whose header goes to *ret_csv; false where there is none. */
static bool read_numbers(const char *name, const char *ending, struct csv **ret_csv,
                         struct sheet *ret_sheet, FILE **ret_file) {
  char file_name[128], path[DATA_PATH_SIZE];
  (void)snprintf(file_name, sizeof file_name, "tabular/%s%s", name, ending);
  data_path(file_name, path, sizeof path);
  FILE *const file = fopen(path, "r");
  if (file == NULL)
    return false;
  assert_int_equal(csv_open(ret_csv, file), STATUS_OK);
  const size_t columns = csv_columns(*ret_csv);
  struct sheet sheet = {.columns = columns};
  while (csv_next(*ret_csv) == STATUS_OK) {
    sheet.cells = realloc(sheet.cells, (sheet.rows + 1) * columns * sizeof *sheet.cells);
    assert_non_null(sheet.cells);
    for (size_t i = 0; i < columns; i++)
      assert_int_equal(csv_number(*ret_csv, i, &sheet.cells[sheet.rows * columns + i]), STATUS_OK);
    sheet.rows++;
  }
  *ret_sheet = sheet;
  *ret_file = file;
  return true;
}

static void split(const struct sheet *all, size_t train, size_t label, struct tabular *table) {
  const size_t columns = all->columns - 2; /* x0, x1, ..., train, label */
  table->rows = sheet_filled(all->rows, columns, 0);
  table->train = sheet_filled(all->rows, columns, 0);
  table->train.rows = 0;
  table->held_out = calloc(all->rows, sizeof(bool));
  table->label = calloc(all->rows, sizeof(bool));
  assert_true(table->held_out != NULL && table->label != NULL);
  for (size_t i = 0; i < all->rows; i++) {
    const double *const row = sheet_row(all, i);
    memcpy(sheet_row(&table->rows, i), row, columns * sizeof *row);
    table->held_out[i] = row[train] == 0;
    table->label[i] = row[label] == 1;
    if (!table->held_out[i])
      memcpy(sheet_row(&table->train, table->train.rows++), row, columns * sizeof *row);
  }
}

bool tabular_read(const char *name, struct tabular *ret_table) {
  struct csv *csv;
  struct sheet all;
  FILE *file;
  if (!read_numbers(name, ".csv", &csv, &all, &file))
    return false;
  const ptrdiff_t train = csv_column_find(csv, "train"), label = csv_column_find(csv, "label");
  assert_true(train == (ptrdiff_t)all.columns - 2 && label == train + 1);
  split(&all, (size_t)train, (size_t)label, ret_table);
  csv_close(csv);
  (void)fclose(file);
  sheet_release(&all);
  return true;
}

void tabular_release(struct tabular *table) {
  sheet_release(&table->rows);
  sheet_release(&table->train);
  free(table->held_out);
  free(table->label);
}

double *tabular_scores(const char *name, const char *model) {
  struct csv *csv;
  struct sheet all;
  FILE *file;
  assert_true(read_numbers(name, ".pyod-scores.csv", &csv, &all, &file));
  const ptrdiff_t column = csv_column_find(csv, model);
  double *scores = NULL;
  if (column >= 0) {
    scores = calloc(all.rows, sizeof *scores);
    assert_non_null(scores);
    for (size_t i = 0; i < all.rows; i++)
      scores[i] = sheet_row(&all, i)[column];
  }
  csv_close(csv);
  (void)fclose(file);
  sheet_release(&all);
  return scores;
}

double tabular_area(const double *scores, const struct tabular *table) {
  double *const held_out = calloc(table->rows.rows, sizeof *held_out);
  bool *const label = calloc(table->rows.rows, sizeof *label);
  assert_true(held_out != NULL && label != NULL);
  size_t count = 0;
  for (size_t i = 0; i < table->rows.rows; i++)
    if (table->held_out[i]) {
      held_out[count] = scores[i];
      label[count++] = table->label[i];
    }
  double area;
  assert_int_equal(ranking_auc_roc(held_out, label, count, &area), STATUS_OK);
  free(label);
  free(held_out);
  return area;
}

double tabular_area_of(const struct block *block, const struct tabular *table) {
  double *const scores = calloc(table->rows.rows, sizeof *scores);
  assert_non_null(scores);
  for (size_t i = 0; i < table->rows.rows; i++)
    scores[i] = watched_score(block, sheet_row(&table->rows, i));
  const double area = tabular_area(scores, table);
  free(scores);
  return area;
}

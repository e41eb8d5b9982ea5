#include "history/features.h"

#include "anomaly/model.h"
#include "anomaly/status.h"
#include "base/nearest.h"
#include "history/csv.h"
#include "history/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct feature_rows {
  struct csv *csv;
  size_t *fields; /* in the file, of each feature */
  const char **names;
  size_t columns;
};

bool is_feature(const char *name) {
  static const char *const others[] = {"timestamp", "label", "train", "test"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    if (strcasecmp(name, others[i]) == 0)
      return false;
  return true;
}

static int add_feature(struct feature_rows *rows, size_t field, struct text *why) {
  const char *const name = csv_column_name(rows->csv, field);
  if (csv_column_find(rows->csv, name) != (ptrdiff_t)field) {
    text_addf(why, "column \"%.64s\" is there twice", name);
    return STATUS_INVALID;
  }
  if (rows->columns == MODEL_COLUMNS_MAX) {
    text_addf(why, "there are more than %d columns", MODEL_COLUMNS_MAX);
    return STATUS_LIMIT;
  }
  rows->fields[rows->columns] = field;
  rows->names[rows->columns++] = name;
  return STATUS_OK;
}

static int take_all(struct feature_rows *rows, struct text *why) {
  int status = STATUS_OK;
  for (size_t field = 0; field < csv_columns(rows->csv) && status == STATUS_OK; field++)
    if (is_feature(csv_column_name(rows->csv, field)))
      status = add_feature(rows, field, why);
  if (status != STATUS_OK || rows->columns > 0)
    return status;
  text_add(why, "there is no column beside timestamp, label, train and test");
  return STATUS_INVALID;
}

static int say_missing(const struct feature_rows *rows, const char *name, struct text *why) {
  struct nearest nearest = {.name = name};
  for (size_t field = 0; field < csv_columns(rows->csv); field++)
    nearest_try(&nearest, csv_column_name(rows->csv, field));
  text_addf(why, "there is no column \"%.64s\"", name);
  if (nearest.best != NULL)
    text_addf(why, "; did you mean \"%.64s\"?", nearest.best);
  return STATUS_INVALID;
}

static int take_named(struct feature_rows *rows, const char *const *names, size_t count,
                      struct text *why) {
  int status = STATUS_OK;
  for (size_t i = 0; i < count && status == STATUS_OK; i++) {
    size_t field = 0;
    while (field < csv_columns(rows->csv) &&
           strcmp(csv_column_name(rows->csv, field), names[i]) != 0)
      field++;
    status = field < csv_columns(rows->csv) ? add_feature(rows, field, why)
                                            : say_missing(rows, names[i], why);
  }
  return status;
}

static int take_columns(struct feature_rows *rows, const char *const *names, size_t count,
                        struct text *why) {
  const size_t most = names != NULL ? count : csv_columns(rows->csv);
  rows->fields = calloc(most + 1, sizeof *rows->fields);
  rows->names = calloc(most + 1, sizeof *rows->names);
  if (rows->fields == NULL || rows->names == NULL) {
    text_add(why, status_text(STATUS_NO_MEMORY));
    return STATUS_NO_MEMORY;
  }
  return names != NULL ? take_named(rows, names, count, why) : take_all(rows, why);
}

int feature_rows_open(struct feature_rows **ret_rows, FILE *stream, const char *const *names,
                      size_t count, struct text *why) {
  struct feature_rows *const rows = calloc(1, sizeof *rows);
  if (rows == NULL) {
    text_add(why, status_text(STATUS_NO_MEMORY));
    return STATUS_NO_MEMORY;
  }
  int status = csv_open_or_why(&rows->csv, stream, "timestamp,cpu,load", why);
  if (status == STATUS_OK)
    status = take_columns(rows, names, count, why);
  if (status == STATUS_OK)
    *ret_rows = rows;
  else
    feature_rows_close(rows);
  return status;
}

void feature_rows_close(struct feature_rows *rows) {
  if (rows == NULL)
    return;
  free(rows->names);
  free(rows->fields);
  csv_close(rows->csv);
  free(rows);
}

size_t feature_rows_columns(const struct feature_rows *rows) { return rows->columns; }

const char *const *feature_rows_names(const struct feature_rows *rows) { return rows->names; }

uint64_t feature_rows_bytes(const struct feature_rows *rows) { return csv_bytes(rows->csv); }

static int say_row(const struct feature_rows *rows, int status, struct text *why) {
  if (status == STATUS_IO) {
    text_add(why, input_error(errno));
    return status;
  }
  text_addf(why, "line %llu: ", (unsigned long long)csv_line(rows->csv));
  if (status == STATUS_LIMIT)
    text_addf(why, "longer than %u bytes", CSV_LINE_MAX);
  else
    text_addf(why, "not a row of %zu fields", csv_columns(rows->csv));
  return status;
}

int feature_rows_next(struct feature_rows *rows, double *ret_row, struct text *why) {
  const int status = csv_next(rows->csv);
  if (status == STATUS_NOT_FOUND)
    return status;
  if (status != STATUS_OK)
    return say_row(rows, status, why);
  for (size_t i = 0; i < rows->columns; i++) {
    const size_t field = rows->fields[i];
    if (csv_number(rows->csv, field, &ret_row[i]) == STATUS_OK)
      continue;
    text_addf(why, "line %llu, column \"%.64s\": \"%.32s\" is no number",
              (unsigned long long)csv_line(rows->csv), rows->names[i], csv_field(rows->csv, field));
    return STATUS_INVALID;
  }
  return STATUS_OK;
}

static int make_room(struct feature_table *table) {
  if (table->rows < table->room)
    return STATUS_OK;
  const size_t room = table->room + table->room / 2 + 64;
  double *const cells = realloc(table->cells, room * table->columns * sizeof *cells);
  if (cells == NULL)
    return STATUS_NO_MEMORY;
  table->cells = cells;
  table->room = room;
  return STATUS_OK;
}

int feature_table_add(struct feature_table *table, const double *row) {
  if (table->rows == MODEL_ROWS_MAX ||
      (table->rows + 1) * table->columns > MODEL_BLOCK_MAX / sizeof *row)
    return STATUS_LIMIT;
  const int status = make_room(table);
  if (status != STATUS_OK)
    return status;
  memcpy(table->cells + table->rows++ * table->columns, row, table->columns * sizeof *row);
  return STATUS_OK;
}

void feature_table_release(struct feature_table *table) {
  free(table->cells);
  *table = (struct feature_table){0};
}

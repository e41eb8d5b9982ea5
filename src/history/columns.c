#include "history/columns.h"

#include "anomaly/status.h"
#include "base/nearest.h"
#include "engine/describe.h"
#include "engine/identity.h"
#include "history/number.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_time_name(const char *name) {
  static const char *const names[] = {"timestamp", "time", "datetime", "date", "epoch", "ts"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcasecmp(name, names[i]) == 0)
      return true;
  return false;
}

int columns_check_header(const struct csv *csv, struct text *why) {
  double number;
  if (is_time_name(csv_column_name(csv, 0))) {
    if (csv_columns(csv) > 1)
      return STATUS_OK;
    text_add(why, "there is no column behind the first one");
  } else if (number_parse(csv_column_name(csv, 0), &number) == STATUS_OK) {
    text_add(why, "there is no header line, such as \"timestamp,value\"");
  } else {
    text_addf(why, "the first column must be called \"timestamp\", not \"%.64s\"",
              csv_column_name(csv, 0));
  }
  return STATUS_INVALID;
}

static int find_field(const struct csv *csv, const char *chosen, size_t *ret_field,
                      struct text *why) {
  struct nearest nearest = {.name = chosen};
  for (size_t i = 1; i < csv_columns(csv); i++) {
    if (strcmp(csv_column_name(csv, i), chosen) == 0) {
      *ret_field = i;
      return STATUS_OK;
    }
    nearest_try(&nearest, csv_column_name(csv, i));
  }
  text_addf(why, "there is no column \"%.64s\"", chosen);
  if (nearest.best != NULL)
    text_addf(why, "; did you mean \"%.64s\"?", nearest.best);
  return STATUS_INVALID;
}

/* `lone`: the only column replayed. */
static int name_column(struct column *column, const char *header, const char *metric, bool lone,
                       struct text *why) {
  if (identity_is_meant(header))
    return identity_parse(header, &column->name, why);
  const int status = identity_parse(metric != NULL ? metric : "csv/gauge", &column->name, why);
  if (status != STATUS_OK || (lone && metric != NULL))
    return status;
  if (*header == '\0') {
    text_addf(why, "column %zu has no name", column->field + 1);
    return STATUS_INVALID;
  }
  if (!text_copy(column->name.part[METRIC_DATA_SOURCE], METRIC_PART_SIZE, header)) {
    text_addf(why, "the name of column %zu is longer than %d bytes", column->field + 1,
              METRIC_PART_SIZE - 1);
    return STATUS_INVALID;
  }
  return STATUS_OK;
}

static int by_name(const void *left, const void *right) {
  const struct column *const *const one = left;
  const struct column *const *const other = right;
  int order = 0;
  for (size_t part = 0; part < METRIC_PARTS && order == 0; part++)
    order = strcmp((*one)->name.part[part], (*other)->name.part[part]);
  return order;
}

/* Columns of one name would be one metric, and disturb each other. */
static int check_distinct(const struct columns *columns, struct text *why) {
  const struct column **const sorted = calloc(columns->count, sizeof(const struct column *));
  if (sorted == NULL)
    return STATUS_NO_MEMORY;
  for (size_t i = 0; i < columns->count; i++)
    sorted[i] = &columns->list[i];
  qsort(sorted, columns->count, sizeof *sorted, by_name);
  int status = STATUS_OK;
  for (size_t i = 1; i < columns->count && status == STATUS_OK; i++)
    if (by_name(&sorted[i - 1], &sorted[i]) == 0) {
      text_addf(why, "columns %zu and %zu are the same metric \"%.64s\"", sorted[i - 1]->field + 1,
                sorted[i]->field + 1, sorted[i]->label);
      status = STATUS_INVALID;
    }
  free(sorted);
  return status;
}

static int fill(struct columns *columns, const struct csv *csv, const char *metric,
                const char *const *chosen, struct text *why) {
  const bool lone = columns->count == 1;
  for (size_t i = 0; i < columns->count; i++) {
    struct column *const column = &columns->list[i];
    column->field = i + 1;
    int status = STATUS_OK;
    if (chosen != NULL)
      status = find_field(csv, chosen[i], &column->field, why);
    const char *const header = csv_column_name(csv, column->field);
    if (status == STATUS_OK)
      status = name_column(column, header, metric, lone, why);
    if (status != STATUS_OK)
      return status;
    column->label = lone && metric != NULL ? metric : header;
    column->id = metric_name_id(&column->name);
  }
  return check_distinct(columns, why);
}

int columns_create(struct columns *ret_columns, const struct csv *csv, const char *metric,
                   const char *const *chosen, size_t chosen_count, struct text *why) {
  int status = columns_check_header(csv, why);
  if (status != STATUS_OK)
    return status;
  struct columns columns = {.count = chosen_count > 0 ? chosen_count : csv_columns(csv) - 1};
  columns.list = calloc(columns.count, sizeof *columns.list);
  if (columns.list == NULL)
    return STATUS_NO_MEMORY;
  status = fill(&columns, csv, metric, chosen_count > 0 ? chosen : NULL, why);
  if (status == STATUS_OK)
    *ret_columns = columns;
  else
    columns_release(&columns);
  return status;
}

void columns_release(struct columns *columns) {
  free(columns->list);
  columns->list = NULL;
  columns->count = 0;
}

#include "cli/group_table.h"

#include "anomaly/group.h"
#include "anomaly/status.h"
#include "history/columns.h"
#include "history/features.h"
#include "history/input.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void group_names_release(struct group_names *names) {
  for (uint32_t i = 0; i < names->count; i++)
    free(names->name[i]);
  free(names->name);
  *names = (struct group_names){0};
}

static uint32_t find_name(const struct group_names *names, const char *name) {
  for (uint32_t i = 0; i < names->count; i++)
    if (strcmp(names->name[i], name) == 0)
      return i;
  return GROUP_NO_COLUMN;
}

static int add_name(struct group_names *names, const char *name) {
  if (names->count == GROUP_COLUMNS_MAX)
    return STATUS_LIMIT;
  char **const room = realloc(names->name, (names->count + 1) * sizeof *room);
  if (room == NULL)
    return STATUS_NO_MEMORY;
  names->name = room;
  names->name[names->count] = text_duplicate(name);
  if (names->name[names->count] == NULL)
    return STATUS_NO_MEMORY;
  names->count++;
  return STATUS_OK;
}

static bool is_wanted(const char *name, const char *const *chosen, size_t chosen_count) {
  for (size_t i = 0; i < chosen_count; i++)
    if (strcmp(chosen[i], name) == 0)
      return true;
  return chosen_count == 0 && is_feature(name);
}

static int check_chosen(const struct csv *csv, const char *const *chosen, size_t chosen_count,
                        struct text *why) {
  for (size_t i = 0; i < chosen_count; i++)
    if (csv_column_find(csv, chosen[i]) < 1) {
      text_addf(why, "there is no column \"%.64s\"", chosen[i]);
      return STATUS_INVALID;
    }
  return STATUS_OK;
}

static bool is_taken(const struct group_table *table, size_t field) {
  for (size_t i = 1; i < field; i++)
    if (table->column[i] == table->column[field])
      return true;
  return false;
}

static int take_field(struct group_table *table, size_t field, struct group_names *names,
                      struct text *why) {
  const char *const name = csv_column_name(table->csv, field);
  if (*name == '\0') {
    text_addf(why, "column %zu has no name", field + 1);
    return STATUS_INVALID;
  }
  table->column[field] = find_name(names, name);
  if (table->column[field] == GROUP_NO_COLUMN) {
    const int status = add_name(names, name);
    if (status == STATUS_LIMIT)
      text_addf(why, "more than %d columns", GROUP_COLUMNS_MAX);
    if (status != STATUS_OK)
      return status;
    table->column[field] = names->count - 1;
  }
  if (!is_taken(table, field))
    return STATUS_OK;
  text_addf(why, "there are two columns \"%.64s\"", name);
  return STATUS_INVALID;
}

static int take_fields(struct group_table *table, const char *const *chosen, size_t chosen_count,
                       struct group_names *names, struct text *why) {
  const size_t fields = csv_columns(table->csv);
  int status = check_chosen(table->csv, chosen, chosen_count, why);
  table->column = calloc(fields, sizeof *table->column);
  if (table->column == NULL)
    return STATUS_NO_MEMORY;
  size_t taken = 0;
  for (size_t i = 0; i < fields && status == STATUS_OK; i++) {
    table->column[i] = GROUP_NO_COLUMN;
    if (i == 0 || !is_wanted(csv_column_name(table->csv, i), chosen, chosen_count))
      continue;
    status = take_field(table, i, names, why);
    taken++;
  }
  if (status != STATUS_OK || taken > 0)
    return status;
  text_add(why, "there is no column that is a feature");
  return STATUS_INVALID;
}

int group_table_open(struct group_table *table, const char *path, const char *const *chosen,
                     size_t chosen_count, struct group_names *names, struct text *why) {
  table->path = strcmp(path, "-") == 0 ? "standard input" : path;
  table->input = input_open(path);
  if (table->input == NULL) {
    text_add(why, input_error(errno));
    return STATUS_IO;
  }
  int status = csv_open_or_why(&table->csv, table->input, "timestamp,cpu,load", why);
  if (status == STATUS_OK)
    status = columns_check_header(table->csv, why);
  if (status != STATUS_OK)
    return status;
  status = take_fields(table, chosen, chosen_count, names, why);
  if (status == STATUS_NO_MEMORY)
    text_add(why, status_text(status));
  return status;
}

void group_table_release(struct group_table *table) {
  csv_close(table->csv);
  input_close(table->input);
  free(table->column);
  *table = (struct group_table){0};
}

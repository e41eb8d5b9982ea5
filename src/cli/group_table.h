/*
 * A CSV file as the rows of a group: which of its columns, of those that are
 * features (history/features.h), are which columns of the group.
 */
#ifndef ANOMALY_CLI_GROUP_TABLE_H
#define ANOMALY_CLI_GROUP_TABLE_H

#include "base/text.h"
#include "history/csv.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The names of a group's columns, owned. */
struct group_names {
  char **name;
  uint32_t count;
};

void group_names_release(struct group_names *names);

struct group_table {
  const char *path; /* for messages; "standard input" */
  FILE *input;
  struct csv *csv;
  uint32_t *column; /* of each field; GROUP_NO_COLUMN where it is none */
};

#define GROUP_NO_COLUMN UINT32_MAX

/*
 * Opens a file ("-" is standard input; .gz is unpacked). Its columns are looked for among the
 * names; one that is not there is added. `chosen` (none: all) says which are
 * taken. Errors, with what is wrong: STATUS_INVALID, STATUS_LIMIT, STATUS_IO,
 * STATUS_NO_MEMORY; release is needed in any case.
 */
int group_table_open(struct group_table *table, const char *path, const char *const *chosen,
                     size_t chosen_count, struct group_names *names, struct text *why);

void group_table_release(struct group_table *table);

#endif

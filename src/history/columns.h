/*
 * Which columns of a CSV file are taken, and as which metrics.
 */
#ifndef ANOMALY_HISTORY_COLUMNS_H
#define ANOMALY_HISTORY_COLUMNS_H

#include "anomaly/metric.h"
#include "base/text.h"
#include "history/csv.h"

#include <stddef.h>

struct column {
  size_t field;            /* in the CSV file */
  const char *label;       /* what the output calls it; borrowed */
  struct metric_name name; /* what the rules see */
  struct metric_id id;     /* borrowed from name */
};

struct columns {
  struct column *list;
  size_t count;
};

/* Whether the first column is a time and others follow. Errors: STATUS_INVALID and what is wrong.
 */
int columns_check_header(const struct csv *csv, struct text *why);

/*
 * Takes the columns named in `chosen` (none: all) behind the first one, which
 * must be the time. A column header with a '/' is the identity of its metric;
 * else `metric` (NULL: localhost/csv/gauge) is, with the header as data source
 * unless `metric` is given and there is but one column. The labels are borrowed
 * from csv and `metric`. Errors: STATUS_INVALID and what is wrong,
 * STATUS_NO_MEMORY.
 */
int columns_create(struct columns *ret_columns, const struct csv *csv, const char *metric,
                   const char *const *chosen, size_t chosen_count, struct text *why);

void columns_release(struct columns *columns);

#endif

/*
 * Which columns of a file are replayed, and as which metrics.
 */
#ifndef ANOMALY_CLI_COLUMNS_H
#define ANOMALY_CLI_COLUMNS_H

#include "anomaly/metric.h"
#include "base/text.h"
#include "history/csv.h"

#include <stdbool.h>
#include <stddef.h>

struct column {
  size_t field;            /* in the CSV file */
  const char *label;       /* what the output calls it; borrowed */
  struct metric_name name; /* what the rules see */
  struct metric_id id;     /* borrowed from name */
  bool ignored;            /* a rule ignores it */
  double last_time;        /* of its last value; 0 before */
  double step;             /* seconds between its last two values; 0 before */
};

struct columns {
  struct column *list;
  size_t count;
};

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

/*
 * anomalyctl detect without --group: each column of a CSV file is a metric, and is
 * judged as if its values came now.
 */
#ifndef ANOMALY_CLI_DETECT_COLUMNS_H
#define ANOMALY_CLI_DETECT_COLUMNS_H

#include "cli/overrides.h"
#include "cli/verb.h"

#include <stdbool.h>
#include <stddef.h>

enum columns_output { PRINT_ROWS, PRINT_EPISODES, PRINT_INCIDENTS };

/* What is asked for; all borrowed. */
struct columns_request {
  const struct verb *verb; /* for messages */
  const char *path;        /* of the file; "-" is standard input */
  const char *config;      /* an anomaly.cfg; NULL = one rule, which matches everything */
  const char *profile;     /* in place of that of the configuration; may be NULL */
  const char *metric;      /* identity that the rules see; may be NULL */
  const struct overrides *overrides;
  const char *const *chosen; /* columns by name; all where chosen_count is 0 */
  size_t chosen_count;
  double interval; /* seconds from value to value; 0 = it is learned */
  enum columns_output print;
  bool json;       /* episodes and incidents, an object in each line */
  bool raw;        /* rows: what a fitted model says, too */
  bool flush_rows; /* each row at once */
};

/* Returns the exit status, having said what is wrong. */
int detect_columns(const struct columns_request *request);

#endif

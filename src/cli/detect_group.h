/*
 * anomalyctl detect --group: the columns of a CSV file judged together, row by
 * row, as if they came now.
 */
#ifndef ANOMALY_CLI_DETECT_GROUP_H
#define ANOMALY_CLI_DETECT_GROUP_H

#include "cli/verb.h"

#include <stdbool.h>
#include <stddef.h>

/* What is asked for; all borrowed. */
struct group_request {
  const struct verb *verb; /* for messages */
  const char *detector;    /* NAME[:option=value,...]; NULL = the default */
  const char *model;       /* the same; judges in place of a detector where it is not NULL */
  const char *train;       /* a file that has been seen already; may be NULL */
  const char *test;        /* the file whose rows are judged */
  const char *const *chosen;
  size_t chosen_count;
  double interval; /* seconds from row to row; 0 = it is learned */
  bool json, flush_rows;
};

/* Returns the exit status, having said what is wrong. */
int detect_group(const struct group_request *request);

#endif

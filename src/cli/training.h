/*
 * A model fitted to a CSV file, and the features of a CSV file as rows.
 */
#ifndef ANOMALY_CLI_TRAINING_H
#define ANOMALY_CLI_TRAINING_H

#include "cli/model_choice.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "history/features.h"
#include "models/model_file.h"

#include <stdio.h>

/* A file of features that is being read. All zero is fine for release. */
struct feature_file {
  const struct verb *verb; /* for messages */
  const char *path;        /* for messages too */
  FILE *input;
  struct feature_rows *rows;
  struct progress progress;
  double *row; /* the current one */
  uint64_t number;
};

/*
 * Opens a file (- is standard input); `names` as in feature_rows_open. Returns the
 * exit status, having said what is wrong.
 */
int feature_file_open(struct feature_file *ret_file, const struct verb *verb, const char *path,
                      const char *const *names, size_t count);

/* Goes to the next row. False at the end, with the exit status, having said what is wrong. */
bool feature_file_next(struct feature_file *file, int *ret_exit_status);

void feature_file_release(struct feature_file *file);

/*
 * Appends the rows that are left. Returns the exit status, having said what is
 * wrong.
 */
int feature_file_read(struct feature_file *file, struct feature_table *table);

/*
 * Reads the file and fits the choice to it. *ret_table (may be NULL) gets its rows,
 * for the caller to release. Returns the exit status, having said what is wrong.
 */
int train_on_file(const struct model_choice *choice, const struct verb *verb, const char *path,
                  struct model_file *ret_model, struct feature_table *ret_table);

/* Fits the choice to rows that were read from that file. Likewise. */
int train_on_table(const struct model_choice *choice, const struct feature_file *file,
                   const struct feature_table *table, struct block **ret_block);

#endif

/*
 * Tables of numbers in CSV files: each column is a feature, but for those that
 * say when a row was and what it was found to be.
 *
 * Cells are numbers as in history/number.h; an empty one is a missing value,
 * NaN. Files are hostile: anything in them is a row or an error with its line.
 */
#ifndef ANOMALY_HISTORY_FEATURES_H
#define ANOMALY_HISTORY_FEATURES_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* All names but timestamp, label, train and test, in capitals or not. */
bool is_feature(const char *name);

/* ---- Row by row ---- */

struct feature_rows;

/*
 * Reads the header from a stream, which is used as csv_open does. `names` are the
 * features that are wanted, in this order; NULL: all there are. Errors, and why:
 * STATUS_INVALID (no header, no feature, one that is missing or there twice),
 * STATUS_LIMIT (more than MODEL_COLUMNS_MAX), STATUS_IO, STATUS_NO_MEMORY.
 */
int feature_rows_open(struct feature_rows **ret_rows, FILE *stream, const char *const *names,
                      size_t count, struct text *why);

/* NULL is fine. */
void feature_rows_close(struct feature_rows *rows);

/* Numbers in a row. */
size_t feature_rows_columns(const struct feature_rows *rows);

/* Borrowed until the rows are closed. */
const char *const *feature_rows_names(const struct feature_rows *rows);

/*
 * Writes the next row, a number for each column. STATUS_NOT_FOUND at the end;
 * errors, and why with the line: STATUS_INVALID (a cell is no number, too many
 * or too few of them), STATUS_LIMIT (too long), STATUS_IO.
 */
int feature_rows_next(struct feature_rows *rows, double *ret_row, struct text *why);

/* Bytes of all rows so far, for a progress bar. */
uint64_t feature_rows_bytes(const struct feature_rows *rows);

/* ---- All of it ---- */

/* All zero is empty. Bounded by MODEL_ROWS_MAX and MODEL_BLOCK_MAX. */
struct feature_table {
  double *cells; /* as in struct matrix; owned */
  size_t rows, columns, room;
};

/* Appends a row of `columns` numbers. Errors: STATUS_LIMIT, STATUS_NO_MEMORY. */
int feature_table_add(struct feature_table *table, const double *row);

void feature_table_release(struct feature_table *table);

#endif

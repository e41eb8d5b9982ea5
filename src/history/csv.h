/*
 * A streaming reader of CSV files (RFC 4180 with LF or CRLF): header line,
 * then rows of as many fields. Constant memory, rows of bounded length.
 *
 * Input is hostile: any bytes are either a row or a counted error, never a
 * crash. A reader belongs to one thread.
 */
#ifndef ANOMALY_HISTORY_CSV_H
#define ANOMALY_HISTORY_CSV_H

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Longest row in bytes, and most columns; longer or more is STATUS_LIMIT. */
#define CSV_LINE_MAX (1u << 20)
#define CSV_COLUMNS_MAX 65536

struct csv;

/*
 * Reads the header (a UTF-8 byte order mark before it is passed over) from
 * `stream`, which the caller keeps open and closes and must not have read
 * from: where the stream has a file descriptor, it is read past the stream's
 * own buffer, so that rows of a pipe are seen as soon as they come. Errors:
 * STATUS_NO_MEMORY, STATUS_LIMIT, STATUS_INVALID (no header, broken quoting,
 * NUL byte), STATUS_IO (errno says why).
 */
int csv_open(struct csv **ret_csv, FILE *stream);

/* The same, with why it could not; `example` is how a header line may look. */
int csv_open_or_why(struct csv **ret_csv, FILE *stream, const char *example, struct text *why);

/* NULL is fine. */
void csv_close(struct csv *csv);

/* Columns of the header, at least 1; names are without blanks around them. */
size_t csv_columns(const struct csv *csv);
const char *csv_column_name(const struct csv *csv, size_t column);

/* Index of the first column of exactly that name, or -1. */
ptrdiff_t csv_column_find(const struct csv *csv, const char *name);

/*
 * Goes to the next row; empty lines are passed over. A quoted field may hold
 * line ends. STATUS_OK, or
 *   STATUS_NOT_FOUND  at the end
 *   STATUS_INVALID    wrong number of fields, NUL byte, broken quoting (then
 *                     only the row's first line is passed over)
 *   STATUS_LIMIT      the line is longer than CSV_LINE_MAX
 *   STATUS_IO         errno says why
 * After STATUS_INVALID and STATUS_LIMIT reading can go on, and csv_field gives
 * what fields were found, empty ones for the others.
 */
int csv_next(struct csv *csv);

/* The current row's field, unquoted; "" before the first row. Valid until the next csv_next. */
const char *csv_field(const struct csv *csv, size_t column);

/* The field as a number, NaN where it is empty; see number_parse. Errors: STATUS_INVALID. */
int csv_number(const struct csv *csv, size_t column, double *ret_number);

/* The field as epoch seconds or as time_parse reads it; finite. Errors: STATUS_INVALID. */
int csv_time(const struct csv *csv, size_t column, double *ret_time);

/* Number of the line on which the current row begins, from 1. */
uint64_t csv_line(const struct csv *csv);

/* Bytes of all rows so far, for a progress bar. */
uint64_t csv_bytes(const struct csv *csv);

#endif

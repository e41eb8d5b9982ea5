/*
 * Any table of the database, row by row, for those who only look. It may be read
 * while the daemon writes.
 */
#ifndef ANOMALY_STORE_READER_H
#define ANOMALY_STORE_READER_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An open database; belongs to one thread. */
struct store_reader;

/*
 * Opens a database of ours to be read; nothing is made or repaired. Errors, with
 * why: STATUS_IO (no such file, or it cannot be read), STATUS_INVALID (it is not
 * ours), STATUS_NO_MEMORY.
 */
int store_reader_open(struct store_reader **ret_reader, const char *path, struct text *why);

/* NULL is fine. */
void store_reader_close(struct store_reader *reader);

/*
 * Calls visit with the name of each table or view, in the order of names. Errors, with
 * why: STATUS_IO.
 */
int store_reader_tables(struct store_reader *reader, void (*visit)(void *context, const char *name),
                        void *context, struct text *why);

/*
 * Begins to read a table, in the order of its first column. Errors, with why:
 * STATUS_NOT_FOUND (there is no such table), STATUS_IO.
 */
int store_reader_begin(struct store_reader *reader, const char *table, struct text *why);

/* The next row; STATUS_NOT_FOUND at the end. Errors, with why: STATUS_IO. */
int store_reader_next(struct store_reader *reader, struct text *why);

/* Of the table that is read: how many columns, and each one's name. */
size_t store_reader_columns(const struct store_reader *reader);
const char *store_reader_name(const struct store_reader *reader, size_t column);

enum stored_kind { STORED_NULL, STORED_WHOLE, STORED_REAL, STORED_TEXT, STORED_BYTES };

/* A field of the row; what it borrows is valid until the next one. */
struct stored_value {
  enum stored_kind kind;
  int64_t whole;
  double real;
  const char *text;           /* NUL-terminated */
  const unsigned char *bytes; /* of STORED_BYTES */
  size_t size;                /* of bytes, or of text without its NUL */
};

/* The field of a column, of the row that store_reader_next has come to. */
struct stored_value store_reader_value(const struct store_reader *reader, size_t column);

#endif

/*
 * Option rows: the one description of a configurable value.
 *
 * Parser, range check, --help, the sample configuration and the manual all
 * read the same rows. A table of rows ends with a row whose name is NULL.
 */
#ifndef ANOMALY_OPTION_H
#define ANOMALY_OPTION_H

#include <stddef.h>
#include <stdint.h>

/* The C type behind `offset` is given in brackets. */
enum option_kind {
  OPTION_BOOL,     /* [bool] true or false */
  OPTION_COUNT,    /* [uint32_t] a whole number */
  OPTION_REAL,     /* [double] a finite number, or an infinity where min/max allow */
  OPTION_DURATION, /* [double] seconds; written as a number or "90s", "5m", "12h", "7d", "2w" */
  OPTION_SIZE,     /* [uint64_t] bytes; written as a number or "64k", "256M", "2G" */
  OPTION_CHOICE,   /* [int] index into `choices` */
  OPTION_SET,      /* [uint32_t] bit i for choice i, at least one; written "mean+std" */
};

struct option_row {
  const char *name; /* lower case, words joined by '_' */
  enum option_kind kind;
  const char *unit;           /* for people, such as "samples"; NULL if none */
  size_t offset;              /* of the field in the options struct */
  double preset;              /* default; a choice's index, a set's bits, 0 or 1 for a bool */
  double min, max;            /* inclusive; not used by bool, choice and set */
  const char *const *choices; /* ended by NULL; for OPTION_CHOICE and OPTION_SET (32 at most) */
  const char *help;           /* one sentence without final full stop */
};

/* Options that are only read: rows, and the struct that their offsets refer to. */
struct option_table {
  const struct option_row *rows;
  const void *options;
};

#define OPTION_ROWS_END                                                                            \
  { .name = NULL }

#endif

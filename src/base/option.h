/*
 * What can be done with option rows: presets, parsing, checking, printing.
 *
 * `options` is always the struct that the rows' offsets refer to.
 */
#ifndef ANOMALY_BASE_OPTION_H
#define ANOMALY_BASE_OPTION_H

#include "anomaly/option.h"
#include "base/text.h"

/* Rows before the end of the table. */
size_t option_count(const struct option_row *rows);

/* The row of that name, or NULL. */
const struct option_row *option_find(const struct option_row *rows, const char *name);

/* Sets every option to its preset. */
void option_set_presets(const struct option_row *rows, void *options);

/* Sets one option of *options to what it is in *from. */
void option_copy(const struct option_row *row, void *options, const void *from);

/*
 * Sets one option from a number (a choice by index, a bool by 0 or 1) or from
 * text ("300", "5m", "256M", "true", "majority"). Errors: STATUS_INVALID; then
 * the option is unchanged and `why` (may be NULL) says what would be right.
 */
int option_set_number(const struct option_row *row, void *options, double number, struct text *why);
int option_set_text(const struct option_row *row, void *options, const char *value,
                    struct text *why);

/* The option's value as a number, as option_set_number takes it. */
double option_get(const struct option_row *row, const void *options);

/* Writes a number as the option's value is written in the configuration. */
void option_print(const struct option_row *row, double number, struct text *text);

/* Writes what would be right: `window must be a whole number, 2 .. 10000 samples`. */
void option_explain(const struct option_row *row, struct text *text);

/* Writes what is allowed: `2 .. 10000 samples`, `at least 0`, `one of "any", "all"`. */
void option_print_range(const struct option_row *row, struct text *text);

#endif

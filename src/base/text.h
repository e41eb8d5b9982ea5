/*
 * A bounded text writer: appends to a caller's buffer, never past its end,
 * always NUL-terminated. What does not fit is cut and remembered.
 */
#ifndef ANOMALY_BASE_TEXT_H
#define ANOMALY_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
  char *buffer;
  size_t size; /* of the buffer, with the final NUL */
  size_t used; /* bytes written, without the final NUL; < size */
  bool cut;    /* something did not fit */
};

/* An empty text over `buffer`; size > 0. */
struct text text_over(char *buffer, size_t size);

/* Append a string, or a formatted one. */
void text_add(struct text *text, const char *string);
void text_addf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Append all or nothing: false, and the text unchanged, where it does not fit.
 * Does not set `cut`.
 */
bool text_try(struct text *text, const char *string);

/*
 * Append a number as people read it, to 4 significant digits and without
 * useless zeros: 0.02341, 97.3, 1234567 (whole from 1000 on), 12.35M, 8.346G
 * (powers of 1000 from ten million on), 1.235e-07.
 */
void text_add_number(struct text *text, double number);

/*
 * Reads the decimal number that `string` begins with: no white space before
 * it, no hexadecimal form, no NaN, nothing beyond double; "inf" and "-inf" are
 * numbers. *ret_rest is what follows. Returns false where there is none, with
 * the outputs untouched. For the C locale, as all of base/.
 */
bool text_to_number(const char *string, double *ret_number, const char **ret_rest);

/* A copy on the heap; NULL if there is no memory. */
char *text_duplicate(const char *string);

/* Copies at most size - 1 bytes and terminates; returns false if cut. */
bool text_copy(char *to, size_t size, const char *from);

#endif

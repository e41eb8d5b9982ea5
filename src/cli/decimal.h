/*
 * Numbers as decimal text, quickly: a replay writes five for each row.
 */
#ifndef ANOMALY_CLI_DECIMAL_H
#define ANOMALY_CLI_DECIMAL_H

#include <stddef.h>

/* Enough for any number, with a final NUL. */
#define DECIMAL_SIZE 40

/*
 * Writes a number with at most `digits` (1 .. 17) significant digits, no
 * useless zeros, and all digits before the point; beyond 1e15 and below 1e-5
 * with an exponent and at most 12 digits. NaN writes nothing. Order is kept: of two numbers the
 * larger is never written smaller. Returns the length; `to` has DECIMAL_SIZE
 * bytes and is NUL-terminated.
 */
size_t decimal_write(char *to, double number, unsigned digits);

/* Writes a finite number with as few digits as strtod needs to read the same one back. */
size_t decimal_write_exactly(char *to, double number);

#endif

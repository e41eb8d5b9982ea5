/*
 * Numbers as they stand in files of the past.
 */
#ifndef ANOMALY_HISTORY_NUMBER_H
#define ANOMALY_HISTORY_NUMBER_H

/*
 * Parses a whole text as strtod does in the C locale, to the same bit but in a
 * small part of its time for short decimals. Blanks around are fine; an empty text and "nan",
 * "null", "na" in any case are NaN, "inf" is infinite. Errors: STATUS_INVALID.
 */
int number_parse(const char *text, double *ret_number);

#endif

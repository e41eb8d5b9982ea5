/*
 * Times as text. Times are seconds since the epoch, UTC, as double.
 */
#ifndef ANOMALY_BASE_TIMEFMT_H
#define ANOMALY_BASE_TIMEFMT_H

#include "base/text.h"

/*
 * Parses epoch seconds ("1700000000", "1700000000.5") or ISO 8601
 * ("2023-11-14 22:13:20", "2023-11-14T22:13:20.5Z", "…+01:00"; without a zone
 * it is UTC; the time of day may be missing). The whole text must fit. Errors:
 * STATUS_INVALID.
 */
int time_parse(const char *text, double *ret_time);

/* Appends "2023-11-14T22:13:20Z", with milliseconds where there are any. */
void time_add_iso(struct text *text, double time);

/* Appends "22:13:20" in the local time zone of the process. */
void time_add_clock(struct text *text, double time);

/* Appends a duration as people say it: "45 s", "12 min", "3 h 20 min", "2 d 4 h". */
void time_add_duration(struct text *text, double seconds);

/*
 * Parses a duration: a number of seconds, or one with a unit of s, m, h, d, w
 * ("90", "1.5h", "7d"). Errors: STATUS_INVALID.
 */
int duration_parse(const char *text, double *ret_seconds);

/* Appends a duration in the form duration_parse reads, the largest unit that divides it. */
void duration_add(struct text *text, double seconds);

#endif

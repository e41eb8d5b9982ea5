/*
 * The values of one metric in the order of time, and the evenly spaced series
 * that they make.
 */
#ifndef ANOMALY_CLI_TIMELINE_H
#define ANOMALY_CLI_TIMELINE_H

#include <stddef.h>

/* All zero: no values. */
struct timeline {
  double *times, *values; /* owned */
  size_t count, room;
};

/* Errors: STATUS_NO_MEMORY. */
int timeline_add(struct timeline *timeline, double time, double value);

void timeline_release(struct timeline *timeline);

struct timeline_series {
  double *values; /* owned: to be freed */
  size_t count;
  double step, last_time; /* seconds; of the last value */
};

/*
 * Spaces the values evenly, by `step` seconds or, where that is 0, by the median of
 * the times between two. What is missing is put on a straight line. Errors:
 * STATUS_LIMIT (fewer than two values, or more than `most` in the series),
 * STATUS_NO_MEMORY.
 */
int timeline_space(const struct timeline *timeline, double step, size_t most,
                   struct timeline_series *ret_series);

#endif

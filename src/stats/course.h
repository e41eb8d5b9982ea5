/*
 * The course of a metric: how many records have come, how long ago the first
 * was, and whether it is known by now.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_COURSE_H
#define ANOMALY_STATS_COURSE_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

#define COURSE_READY_RECORDS 128

/* Zeroed = nothing seen. */
struct course {
  int64_t first_time; /* seconds since the epoch, of the first record */
  uint32_t elapsed;   /* seconds from the first record to the last one */
  uint32_t records;   /* so far; stays at its largest */
};

extern const struct state_row course_rows[];

struct course_record {
  int64_t time;     /* seconds since the epoch */
  uint32_t number;  /* records before it */
  uint32_t elapsed; /* seconds since the first record */
  uint32_t gap;     /* seconds since the last one */
  float age;        /* of the metric, in warm-ups */
  bool ready;       /* COURSE_READY_RECORDS before it, and a warm-up old */
  float maturity;   /* 0 while it is not ready, then from 1/3 towards 1 */
};

/* Counts one record. */
struct course_record course_take(struct course *course, const struct observation *now);

/* Whether restored fields can be gone on from. */
bool course_valid(const struct course *course);

#endif

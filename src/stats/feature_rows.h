/*
 * Feature rows: what a fitted model sees of a metric at one record. Some of the
 * features look at the value alone, some at the clock, and most at the last
 * records, once over a short window and once over a long one.
 */
#ifndef ANOMALY_STATS_FEATURE_ROWS_H
#define ANOMALY_STATS_FEATURE_ROWS_H

#include "anomaly/detector.h"

#include <stddef.h>
#include <stdint.h>

enum feature {
  FEATURE_VALUE,
  FEATURE_DIFF, /* value less the one before it */
  FEATURE_MEAN, /* of the last `window` values, this one among them */
  FEATURE_STD,  /* their standard deviation */
  FEATURE_MIN,
  FEATURE_MAX,
  FEATURE_RANGE,       /* their maximum less their minimum */
  FEATURE_SLOPE,       /* of the straight line through them, per record */
  FEATURE_LAG,         /* the value `window` records before */
  FEATURE_HOUR_OF_DAY, /* sine and cosine of the hour, in UTC */
  FEATURE_DAY_OF_WEEK, /* sine and cosine of the day and hour, in UTC */
  FEATURES,
};

/* Their names, ended by NULL. */
extern const char *const feature_names[];

#define FEATURE_WINDOW_MIN 2
#define FEATURE_WINDOW_MAX 240
#define FEATURE_COLUMNS_MAX 20

struct feature_set {
  uint32_t features;                  /* bit i for enum feature i */
  uint32_t short_window, long_window; /* records; of the same size they are one */
};

/* One record, and its rows for a state. */
struct record {
  double time; /* seconds since the epoch */
  double value;
};
extern const struct state_row record_rows[];

/* Records in a ring; `newest` is the index of the last one. */
struct record_ring {
  const struct record *records;
  uint32_t size, newest;
};

/* Numbers in a row, at most FEATURE_COLUMNS_MAX. */
size_t feature_columns(const struct feature_set *set);

/* Records before a record that its row is made of. */
uint32_t feature_reach(const struct feature_set *set);

/* The feature that a column is of. */
enum feature feature_of(const struct feature_set *set, size_t column);

/*
 * Writes the row of the record `back` records before the newest, which has at
 * least feature_reach records before it in the ring. Values must be in the
 * range of moments_clamp.
 */
void feature_row(const struct feature_set *set, const struct record_ring *ring, uint32_t back,
                 double *ret_row);

#endif

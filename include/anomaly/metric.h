/*
 * What is observed: a metric is one data source of one value list, a sample
 * is one value of it at one time.
 */
#ifndef ANOMALY_METRIC_H
#define ANOMALY_METRIC_H

#include <stddef.h>
#include <stdint.h>

/* Longest part of an identity in bytes, with its final NUL (as collectd). */
#define METRIC_PART_SIZE 128
/* Enough for any identity as text, with its final NUL. */
#define METRIC_TEXT_SIZE (6 * METRIC_PART_SIZE)

enum metric_part {
  METRIC_HOST,
  METRIC_PLUGIN,
  METRIC_PLUGIN_INSTANCE,
  METRIC_TYPE,
  METRIC_TYPE_INSTANCE,
  METRIC_DATA_SOURCE,
  METRIC_PARTS,
};

/*
 * A metric's identity, borrowed: six NUL-terminated strings, none NULL, each
 * shorter than METRIC_PART_SIZE. Instances may be empty. Written
 * `host/plugin-instance/type-instance:ds`.
 */
struct metric_id {
  const char *part[METRIC_PARTS];
};

/* The same, owned: a copy that outlives the metric. */
struct metric_name {
  char part[METRIC_PARTS][METRIC_PART_SIZE];
};

/* How a raw value becomes a rate; the same four as collectd's data sources. */
enum value_kind {
  VALUE_GAUGE,    /* used as it is */
  VALUE_COUNTER,  /* difference per second; going down is a wrap at 32 or 64 bit */
  VALUE_DERIVE,   /* difference per second, may be negative */
  VALUE_ABSOLUTE, /* value per second; resets at each reading */
};

union raw_value {
  double gauge;
  uint64_t counter;
  int64_t derive;
  uint64_t absolute;
};

/*
 * One value of one metric.
 *
 * A gauge that is NaN or infinite, the first value of a counter, and a rate
 * outside of min..max are gaps: they move the metric's clock and teach nothing.
 */
struct sample {
  double time;     /* seconds since the epoch, UTC; the data's own time */
  double interval; /* seconds to the next value as the sender says; 0 = unknown */
  enum value_kind kind;
  union raw_value value;
  double min, max; /* bounds of the rate; NaN = none */
};

/* A gauge without bounds. */
static inline struct sample sample_gauge(double time, double interval, double value) {
  const double none = __builtin_nan("");
  return (struct sample){.time = time,
                         .interval = interval,
                         .kind = VALUE_GAUGE,
                         .value.gauge = value,
                         .min = none,
                         .max = none};
}

#endif

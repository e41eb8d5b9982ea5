/*
 * Metrics in which nothing is wrong, as far as a server's or a machine's ever
 * are: seeded, of any interval, without end. What a detector alarms about in
 * them is a false alarm. What goes wrong is added by history/fault.h.
 *
 * Time constants are in seconds, so that a metric looks the same at every
 * interval. The same kind, interval and seed give the same values on every
 * machine with IEEE arithmetic and the same C library.
 */
#ifndef ANOMALY_HISTORY_GENERATE_H
#define ANOMALY_HISTORY_GENERATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum generated_kind {
  GENERATED_GAUSSIAN,    /* independent normal values around a level */
  GENERATED_WANDERING,   /* autocorrelated over half an hour: a load */
  GENERATED_LATENCY,     /* heavy-tailed: log-normal and rare Pareto times up to a time-out */
  GENERATED_CPU,         /* percent with a daily season, cron jobs and noise */
  GENERATED_WEEKLY,      /* requests per second of a daily season, less at weekends */
  GENERATED_BURSTY,      /* bytes per second in bursts of heavy-tailed length */
  GENERATED_ERRORS,      /* rare counts: most rows are 0 */
  GENERATED_SATURATING,  /* percent that is often 0 and often 100 */
  GENERATED_SAWTOOTH,    /* memory that grows for hours and is given back */
  GENERATED_QUEUE,       /* whole numbers: length of a queue with random arrivals */
  GENERATED_FILLING,     /* disk space: slow growth, cleaned up at night */
  GENERATED_MEMORY,      /* bytes in use, more by day */
  GENERATED_TEMPERATURE, /* degrees of a machine in a hall that follows the day */
  GENERATED_HUMIDITY,    /* percent, low where the hall is warm */
  GENERATED_PRESSURE,    /* bar between a compressor's two marks */
  GENERATED_RPM,         /* turns per minute of a motor under load */
  GENERATED_KINDS,
};

/* What somebody who uses a kind must know of it. */
struct generated_info {
  const char *name;
  const char *metric; /* an identity that fits, as collectd would have it */
  const char *summary;
  double scale;          /* a deviation that is seen at once is some of these */
  double floor, ceiling; /* values stay between them; infinite where nothing bounds them */
  bool seasonal;         /* has a peak by day */
};

/* Never NULL; static. */
const struct generated_info *generated_kind_info(enum generated_kind kind);
const char *generated_kind_name(enum generated_kind kind);

/* The kind of that name, or GENERATED_KINDS. */
enum generated_kind generated_kind_find(const char *name);

struct generator {
  enum generated_kind kind;
  double interval; /* seconds */
  uint64_t random; /* state of the random numbers */
  uint64_t row;
  bool no_peak;    /* the day goes by as if it were night */
  double start;    /* time of row 0; GENERATED_START until it is set */
  double spare;    /* second of a pair of normal numbers; NaN if none */
  double state[3]; /* meaning depends on the kind */
};

/* The generator of one metric; needs no release. */
struct generator generator_of(enum generated_kind kind, double interval, uint64_t seed);

/* The next value; finite. */
double generator_next(struct generator *generator);

/* Time of the next value, in seconds since the epoch. */
double generator_time(const struct generator *generator);
#define GENERATED_START 1700006400.0 /* a Wednesday's midnight (UTC) */

/* A normal number, mean 0 and deviation 1, out of the generator's chance. */
double generator_normal(struct generator *generator);

#endif

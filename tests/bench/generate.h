/*
 * Metrics in which nothing is wrong, as far as a server's ever are: seeded, of
 * any interval, without end. What a detector alarms about in them is a false
 * alarm.
 *
 * Time constants are in seconds, so that a metric looks the same at every
 * interval. The same kind, interval and seed give the same values on every
 * machine with IEEE arithmetic and the same C library.
 */
#ifndef ANOMALY_TESTS_BENCH_GENERATE_H
#define ANOMALY_TESTS_BENCH_GENERATE_H

#include <stddef.h>
#include <stdint.h>

enum generated_kind {
  GENERATED_GAUSSIAN,   /* independent normal values around a level */
  GENERATED_WANDERING,  /* autocorrelated over half an hour: a load */
  GENERATED_LATENCY,    /* heavy-tailed: log-normal and rare Pareto times up to a time-out */
  GENERATED_CPU,        /* percent with a daily season, cron jobs and noise */
  GENERATED_WEEKLY,     /* requests per second of a daily season, less at weekends */
  GENERATED_BURSTY,     /* bytes per second in bursts of heavy-tailed length */
  GENERATED_ERRORS,     /* rare counts: most rows are 0 */
  GENERATED_SATURATING, /* percent that is often 0 and often 100 */
  GENERATED_SAWTOOTH,   /* memory that grows for hours and is given back */
  GENERATED_QUEUE,      /* whole numbers: length of a queue with random arrivals */
  GENERATED_FILLING,    /* disk space: slow growth, cleaned up at night */
  GENERATED_KINDS,
};

const char *generated_kind_name(enum generated_kind kind);

struct generator {
  enum generated_kind kind;
  double interval; /* seconds */
  uint64_t random; /* state of the random numbers */
  uint64_t row;
  double spare;    /* second of a pair of normal numbers; NaN if none */
  double state[3]; /* meaning depends on the kind */
};

/* The generator of one metric; needs no release. */
struct generator generator_of(enum generated_kind kind, double interval, uint64_t seed);

/* The next value; finite. */
double generator_next(struct generator *generator);

/* Time of the next value, in seconds since the epoch; a Wednesday's midnight (UTC) at row 0. */
double generator_time(const struct generator *generator);

/* A whole number below `count`, for whoever needs seeded chance. */
uint64_t random_below(uint64_t *state, uint64_t count);

#endif

/*
 * Series through the engine, exactly as the daemon's values go.
 */
#ifndef ANOMALY_TESTS_BENCH_REPLAY_H
#define ANOMALY_TESTS_BENCH_REPLAY_H

#include "anomaly/engine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What watches: a whole configuration, or one detector on every metric under
 * preset rule options.
 */
struct watch {
  const struct detector *detector; /* NULL: a configuration */
  void *options;                   /* owned; detector->options_size bytes */
  char title[256];                 /* as it was asked for; a configuration's file */
  const char *profile;             /* of the configuration that is built in; NULL: another */
  int sensitivity;                 /* enum rule_sensitivity, or WATCH_AS_IT_SAYS */
};

/* The title of the configuration that is built in. */
#define WATCH_SHIPPED "shipped"

/* The alarm line is where the configuration, or the preset, has it. */
#define WATCH_AS_IT_SAYS (-1)

/*
 * Reads "shipped", a profile, "name" or "name:option=value,option=value", or
 * takes the configuration in a file. False, with a message on stderr, where there is no
 * such detector or option, or the file is wrong.
 */
bool watch_parse(const char *text, int sensitivity, struct watch *ret_watch);
bool watch_config(const char *path, int sensitivity, struct watch *ret_watch);
void watch_release(struct watch *watch);

/* An engine under this watch, without its limit of memory; NULL where memory runs out. */
struct engine *watch_engine(const struct watch *watch);

/* Bytes of its detectors' state for a metric that no rule names. */
size_t watch_state_bytes(const struct watch *watch);

/* What came out, one number for each row of the last series. */
struct replay {
  size_t room; /* rows */
  double *score;
  double *onset;
  bool *alarm;
  uint64_t values;  /* observed so far */
  uint64_t refused; /* so far, gaps not counted */
  double seconds;   /* of CPU that they took */
  double memory;    /* bytes of the last metric, by the engine's own count */
};

/*
 * Runs a series through an engine of its own: `value` with `stride` numbers
 * from row to row, NaN for a gap. Rows that are gaps or refused score 0. The
 * interval is not told, as a file does not say it. False where memory runs
 * out.
 */
bool replay_run(struct replay *replay, const struct watch *watch, const double *time,
                const double *value, size_t stride, size_t rows);
void replay_release(struct replay *replay);

/* Nanoseconds of CPU per value so far; NaN before the first. */
double replay_nanoseconds(const struct replay *replay);

/* CPU seconds of the calling thread. */
double cpu_seconds(void);

#endif

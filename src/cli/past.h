/*
 * The past on the command line: the options that every verb has which reads
 * it, and the walk through one place after another.
 */
#ifndef ANOMALY_CLI_PAST_H
#define ANOMALY_CLI_PAST_H

#include "cli/invocation.h"
#include "history/history.h"

#include <stdio.h>

/* A verb's own options come after these, from PAST_OPTIONS on. */
enum past_option {
  PAST_SINCE,
  PAST_UNTIL,
  PAST_METRIC,
  PAST_INTERVAL,
  PAST_TYPES_DB,
  PAST_OPTIONS,
};

#define PAST_OPTION_ROWS                                                                           \
  [PAST_SINCE] = {.name = "since",                                                                 \
                  .argument = "TIME",                                                              \
                  .help = "begin then: a time, or so long before now, as 30d"},                    \
  [PAST_UNTIL] = {.name = "until", .argument = "TIME", .help = "end before then"},                 \
  [PAST_METRIC] = {.name = "metric",                                                               \
                   .letter = 'm',                                                                  \
                   .argument = "GLOB",                                                             \
                   .help = "only metrics like this, as '*/cpu-*'; may be repeated"},               \
  [PAST_INTERVAL] = {.name = "interval",                                                           \
                     .letter = 'i',                                                                \
                     .argument = "TIME",                                                           \
                     .help = "time from value to value, such as 10 or 5m"},                        \
  [PAST_TYPES_DB] = {                                                                              \
      .name = "types-db", .argument = "FILE", .help = "read this types.db, not collectd's"}

struct past {
  const struct verb *verb;
  struct history_settings settings;
  const char **wanted; /* owned; the globs are argv's */
};

/*
 * Reads those of the options that are there. Returns the exit status, having
 * said what is wrong. past_release must be called in any case.
 */
int past_read(struct past *past, const struct invocation *invocation);
void past_release(struct past *past);

/* What to do with each value; false ends the walk. */
typedef bool (*past_visit)(void *context, const struct history_value *value);

/* What came of one place. */
struct past_place {
  const char *place, *kind;
  const struct history_report *report;
};

/*
 * Walks through a place, with a progress bar, and tells `done` (may be NULL)
 * what came of it. Returns the exit status, having said what is wrong.
 */
int past_walk(const struct past *past, const char *place, past_visit visit, void *context,
              void (*done)(void *context, const struct past_place *place));

/*
 * Says of a place what was used, repaired and skipped. Returns EXIT_FAILURE
 * where something was that could not be read.
 */
int past_print_report(FILE *stream, const struct past_place *place);

#endif

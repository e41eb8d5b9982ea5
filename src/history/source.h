/*
 * The contract of a source of the past: a const descriptor in a file of its
 * own, named in the list of history.c. Whoever drives it cleans, filters by
 * time and counts; a source only reads.
 */
#ifndef ANOMALY_HISTORY_SOURCE_H
#define ANOMALY_HISTORY_SOURCE_H

#include "history/history.h"
#include "history/types_db.h"

/* What a source may use; lives as long as the source is open. */
struct history_context {
  const char *place;
  const struct history_settings *settings;
  struct history_report *report;
  char why_buffer[512];
  struct text why; /* for the message of an error */
};

struct history_source {
  const char *name; /* what the place was taken for */
  size_t state_size;
  bool drains; /* reads ahead; once history_stopped, `next` gives no more than what was read */

  /* Whether a place is of this kind, as far as can be seen from its name and what it is. */
  bool (*knows)(const char *place);

  /* `state` is all zero. After an error close is called all the same. */
  int (*open)(void *state, struct history_context *context);

  /* See history_next. Values of a metric should come in the order of time. */
  int (*next)(void *state, struct history_value *ret_value);

  /* See history_progress. */
  double (*progress)(const void *state);

  void (*close)(void *state);
};

extern const struct history_source collectd_csv_source, csv_source, prometheus_source, rrd_source;

/* Counts a remark; the place, printf-like, is kept where it is the first of its kind. */
void history_note(struct history_context *context, enum history_remark remark, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));

/* Whether the settings want this metric. */
bool history_wants(const struct history_context *context, const struct metric_id *id);

/* Reads types.db as the settings have it; says why where that fails. */
int history_read_types(struct history_context *context, struct types_db *ret_types);

/* Whether somebody asked to stop. */
bool history_stopped(const struct history_context *context);

#endif

/*
 * The past of many metrics, read from wherever it is kept: what the engine
 * would have seen had it been there.
 *
 * A history gives values one by one, those of each metric in the order of
 * time; whether metrics come one after another or side by side depends on the
 * source. It cleans what it reads and counts what it cleaned. Files, answers
 * of servers and programs' output are hostile: anything in them is a value or
 * a remark, never a crash. A history belongs to one thread.
 */
#ifndef ANOMALY_HISTORY_HISTORY_H
#define ANOMALY_HISTORY_HISTORY_H

#include "anomaly/metric.h"
#include "base/text.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct history;

/* Borrowed until the history is closed. All zero is fine but for `until`. */
struct history_settings {
  double since, until;       /* seconds; only values with since <= time < until */
  const char *const *wanted; /* globs over identities as text; NULL-ended, or NULL: all */
  const char *metric;        /* identity of a CSV column that has none; NULL: csv/gauge */
  const char *label_column;  /* of a CSV file: not a metric, says what is labelled; or NULL */
  const char *types_db;      /* NULL: collectd's own */
  double interval;           /* seconds from value to value; 0 = not known */
  const volatile sig_atomic_t *stop; /* not 0: end now; may be NULL */
};

/* One value. */
struct history_value {
  size_t metric;        /* its number in this history, below HISTORY_METRICS_MAX */
  struct metric_id id;  /* borrowed until the next call */
  struct sample sample; /* a gauge that is NaN: no value came */
  bool labelled;        /* by the label column */
};
#define HISTORY_METRICS_MAX (1u << 24)

/* What was noticed while reading. */
enum history_remark {
  HISTORY_GAP,        /* used as silence: no value, or NaN */
  HISTORY_RESET,      /* used, but for one rate: a counter went back */
  HISTORY_COARSE,     /* used: values that are means over longer steps */
  HISTORY_UNSORTED,   /* used: a row of a file older than one before it, sorted in */
  HISTORY_DOUBLED,    /* skipped: same time as the value before */
  HISTORY_LATE,       /* skipped: older than the value before */
  HISTORY_OUTSIDE,    /* skipped: not in since .. until */
  HISTORY_BAD_TIME,   /* skipped: no time, or an impossible one */
  HISTORY_BAD_VALUE,  /* skipped: no number */
  HISTORY_BAD_ROW,    /* skipped: wrong number of fields, too long, broken quotes */
  HISTORY_UNKNOWN,    /* skipped: a column or series that is no metric we know */
  HISTORY_FOREIGN,    /* skipped: a file that is of another kind */
  HISTORY_UNREADABLE, /* skipped: a file that cannot be read */
  HISTORY_REMARKS,
};

/* How a remark is to be taken. */
enum history_weight { HISTORY_USED, HISTORY_REPAIRED, HISTORY_SKIPPED, HISTORY_FAULT };

struct history_report {
  uint64_t values;              /* given out, gaps not counted */
  uint64_t metrics;             /* with at least one of them */
  double first_time, last_time; /* of them; NaN before the first */
  struct {
    uint64_t count;
    char first[160]; /* where it was noticed first, such as "load.csv, line 7" */
  } remarks[HISTORY_REMARKS];
};

/* A phrase for what was noticed; static. */
const char *history_remark_text(enum history_remark remark);
enum history_weight history_remark_weight(enum history_remark remark);

/*
 * Opens a place: a CSV file, the folder of collectd's csv or rrdtool plugin,
 * an RRD file, or the address of a Prometheus server; what it is is seen from
 * the place itself. Errors, with why: STATUS_NOT_FOUND (nothing there),
 * STATUS_INVALID, STATUS_IO, STATUS_NO_MEMORY.
 */
int history_open(struct history **ret_history, const char *place,
                 const struct history_settings *settings, struct text *why);

/*
 * The next value; STATUS_NOT_FOUND at the end. STATUS_IO, STATUS_INVALID and
 * STATUS_NO_MEMORY end the history; history_why says what happened.
 */
int history_next(struct history *history, struct history_value *ret_value);

/* What went wrong in the last history_next; "" if nothing. */
const char *history_why(const struct history *history);

/* How much has been read, 0..1; NaN where that is not known. */
double history_progress(const struct history *history);

/* What has been read so far. */
const struct history_report *history_report(const struct history *history);

/* What the place was taken for, such as "collectd's CSV files". */
const char *history_kind(const struct history *history);

/* NULL is fine. */
void history_close(struct history *history);

#endif

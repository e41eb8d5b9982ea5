/*
 * Incidents of a replay, printed as CSV or as one JSON object a line, in the
 * order in which they end; those still open at the end of the data come last.
 */
#ifndef ANOMALY_CLI_INCIDENTS_H
#define ANOMALY_CLI_INCIDENTS_H

#include "anomaly/episode.h"
#include "history/columns.h"

#include <stdbool.h>
#include <stddef.h>

/* An incident as it is printed. */
struct incident_line {
  const char *metric; /* the column's label */
  const char *ended;  /* "recovered", "accepted", "expired", or "open" */
  const char *severity;
  const char *kind;
  const char *text; /* what was told when it opened, or got worse */
  double start;
  double end; /* NaN while open */
  double duration;
  double peak_score, peak_time, peak_value;
};

struct open_incident; /* what is kept of a column's incident until it ends */

struct incidents {
  const struct columns *columns;
  struct open_incident **open; /* by column; NULL: none */
  bool json;
  bool no_memory; /* an incident was lost */
  size_t column;  /* the one being observed */
};

/* Prints the header line of CSV. Errors: STATUS_NO_MEMORY. */
int incidents_create(struct incidents *ret_incidents, const struct columns *columns, bool json);
void incidents_release(struct incidents *incidents);

/* Has the type of an engine_listener; the context is a struct incidents. */
void incidents_listen(void *context, const struct episode_event *event);

/* Prints what is still open at `time`, the end of the data. */
void incidents_finish(struct incidents *incidents, double time);

#endif

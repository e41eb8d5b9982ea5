/*
 * Incidents of a replay, printed as CSV or as one JSON object a line, in the
 * order in which they end; those still open at the end of the data come last.
 */
#ifndef ANOMALY_CLI_INCIDENT_LIST_H
#define ANOMALY_CLI_INCIDENT_LIST_H

#include "anomaly/engine.h"
#include "engine/incidents.h"

#include <stdbool.h>

/* An incident as it is printed. */
struct incident_line {
  const struct incident *incident;
  bool told;         /* a notification would have said `text` */
  bool open;         /* at the end of the data */
  double duration;   /* seconds, so far */
  double peak_score; /* of the members that are kept */
  const char *first; /* identity of the likely first cause */
  const char *text;  /* of when it was told, or would have been */
};

struct listed_incident; /* what is kept of one until it ends */

struct incident_list {
  struct incidents *incidents;
  struct listed_incident *open;
  bool json;
  bool no_memory; /* an incident was lost */
  double now;     /* latest time of the data */
};

/* Prints the header line of CSV. Errors: STATUS_NO_MEMORY. `list` must stay where it is. */
int incident_list_create(struct incident_list *list, const struct incident_options *options,
                         bool json);
void incident_list_release(struct incident_list *list);

/* Listeners of the engine; the context is the list. */
void incident_list_take_episode(void *context, const struct episode_event *episode);
void incident_list_take_boot(void *context, const char *host, double time);

/* Lets the data's time pass. */
void incident_list_advance(struct incident_list *list, double time);

/* Prints what ends with the data, then what is still open. */
void incident_list_finish(struct incident_list *list);

#endif

/*
 * Incidents of a replay, each given out once: in the order in which they end,
 * those still open at the end of the data last.
 */
#ifndef ANOMALY_CLI_INCIDENT_LIST_H
#define ANOMALY_CLI_INCIDENT_LIST_H

#include "cli/incident_feed.h"

#include <stdbool.h>

/* An incident as it is given out. */
struct incident_line {
  const struct incident *incident;
  bool told;         /* a notification would have said `text` */
  bool open;         /* at the end of the data */
  double duration;   /* seconds, so far */
  double peak_score; /* of the members that are kept */
  const char *first; /* identity of the likely first cause, without its host */
  const char *text;  /* of when it was told, or would have been */
};

/* `line` is valid during the call only. */
typedef void (*incident_sink)(void *context, const struct incident_line *line);

struct listed_incident; /* what is kept of one until it ends */

struct incident_list {
  struct incident_feed feed; /* what goes in */
  incident_sink sink;
  void *context;
  struct listed_incident *open;
  bool no_memory; /* an incident was lost */
};

/* Errors: STATUS_NO_MEMORY. `list` must stay where it is. */
int incident_list_create(struct incident_list *list, const struct incident_options *options,
                         incident_sink sink, void *context);
void incident_list_release(struct incident_list *list);

/* Gives out what ends with the data, then what is still open. */
void incident_list_finish(struct incident_list *list);

#endif

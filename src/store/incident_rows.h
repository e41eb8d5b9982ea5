/*
 * The tables incidents and incident_members.
 */
#ifndef ANOMALY_STORE_INCIDENT_ROWS_H
#define ANOMALY_STORE_INCIDENT_ROWS_H

#include "anomaly/incident.h"
#include "store/database.h"

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct incidents;

/*
 * Writes a change that is about to be told, safe even from a loss of power; it
 * counts as untold until incident_rows_told. False, and the reason in *health,
 * where that failed.
 */
bool incident_rows_put(struct database *database, struct health *health,
                       const struct incident_event *event, double now);

/* Notes that people have been told of the last change that was written. */
bool incident_rows_told(struct database *database, struct health *health, uint64_t incident);

/* What a restart does with the incidents of the last run. */
struct incident_restart {
  struct engine *engine;       /* whose metrics have been restored */
  struct incidents *incidents; /* to go on with those that are open */
  void (*tell)(void *context, const struct incident_event *event); /* what was not told */
  void (*episode)(void *context, const struct episode_event *event);
  void *context;
  double now, clock; /* as the samples have time; the caller's clock of incidents */
};

/*
 * Goes on with open incidents, makes the metrics' episodes agree with what was
 * told, tells what was written but not told, and hands the open episodes that no
 * incident knows to `episode`, as if they had opened now. A row that is damaged
 * costs itself.
 */
bool incident_rows_restart(struct database *database, struct health *health,
                           const struct incident_restart *restart);

/* Removes what ended before `before`, and the oldest beyond a hundred thousand. */
bool incident_rows_forget(struct database *database, struct health *health, double before);

#endif

/*
 * Incidents in words.
 */
#ifndef ANOMALY_ENGINE_DESCRIBE_INCIDENT_H
#define ANOMALY_ENGINE_DESCRIBE_INCIDENT_H

#include "anomaly/incident.h"
#include "base/text.h"

/*
 * Appends the sentence of a change, such as `performance trouble: load/load
 * 14.2 is far above its usual 0.1 .. 2.3 (score 0.86, 1 of 1 agree) since
 * 12:03:10, then 4 more: cpu-0/cpu-user, ...`. It names the likely first cause,
 * says how many followed, and which rule acts on what is told of the host,
 * where one does. What does not fit is left out, the least important first.
 * Times are in the process's time zone.
 */
void describe_incident(const struct incident_event *event, struct text *text);

/* The member that the sentence is about. */
const struct incident_member *incident_lead(const struct incident_event *event);

/* Appends the names of all members that are kept, with their hosts, separated by blanks. */
void describe_members(const struct incident *incident, struct text *text);

#endif

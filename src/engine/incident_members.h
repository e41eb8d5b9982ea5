/*
 * The members of an incident, and what they say together.
 */
#ifndef ANOMALY_ENGINE_INCIDENT_MEMBERS_H
#define ANOMALY_ENGINE_INCIDENT_MEMBERS_H

#include "anomaly/incident.h"

/* Metrics whose strengths add up: more of them is the same trouble seen again. */
enum { STRENGTH_METRICS = 3 };

/*
 * How strongly an episode speaks for its incident: 1 at the alarm line, 1 more
 * for each doubling, at most 3. A group of a host counts 1 more for each of its
 * members that it names, up to STRENGTH_METRICS of them: with as many it reaches
 * the highest bar, so that what it finds is told. An episode that nobody is to hear
 * of, or that came at this time on the last two days, says nothing: 0.
 */
double member_strength(const struct episode_event *episode);

/*
 * Counts an episode that opened, and keeps it if it ranks high enough: early in
 * the incident (by `window` seconds), strong, and rare for its metric.
 */
void incident_add(struct incident *incident, const struct episode_event *episode, double window);

/* Keeps the first member where it is from now on: people know the incident by it. */
void incident_settle(struct incident *incident);

/* Takes note of what became of an episode, which has been added. */
void incident_update(struct incident *incident, const struct episode_event *episode);

#endif

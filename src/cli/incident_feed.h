/*
 * Incidents of a replay: the data's time stands for the clock.
 */
#ifndef ANOMALY_CLI_INCIDENT_FEED_H
#define ANOMALY_CLI_INCIDENT_FEED_H

#include "engine/incidents.h"

/* Begin with all zero. */
struct incident_feed {
  struct incidents *incidents;
  double now; /* latest time of the data */
};

/* Errors: STATUS_NO_MEMORY. */
int incident_feed_create(struct incident_feed *feed, const struct incident_options *options,
                         incident_listener listener, void *context);
void incident_feed_release(struct incident_feed *feed);

/* Listeners of the engine; the context is the feed. */
void incident_feed_take_episode(void *context, const struct episode_event *episode);
void incident_feed_take_boot(void *context, const char *host, double time);

/* Lets the data's time pass; one that goes back is none. */
void incident_feed_advance(struct incident_feed *feed, double time);

/* The data's end: tells all that waits, and ends what has nothing odd any more. */
void incident_feed_finish(struct incident_feed *feed);

#endif

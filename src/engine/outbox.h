/*
 * The outbox: incident events on their way from the write threads to a slow
 * listener (collectd's notification handlers), and the thread that takes them
 * there.
 *
 * Putting never blocks on the listener and never allocates. An outbox that is
 * full merges: an event of an incident that still waits replaces the waiting
 * one, an incident that opened and ended unsent is not told, and what has no
 * room is counted and told in one summary when there is room again, with all
 * that comes later of an incident whose beginning had none. A quarter of the
 * room is kept for the ends of incidents that were told.
 */
#ifndef ANOMALY_ENGINE_OUTBOX_H
#define ANOMALY_ENGINE_OUTBOX_H

#include "anomaly/incident.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct outbox;

/* What did not fit, told at once: never silently lost. */
struct outbox_summary {
  uint64_t opened, escalated, closed; /* events not delivered one by one */
  double first_time, last_time;       /* of those events */
};

/* Called in the outbox's own thread, one call at a time; may take its time. */
struct outbox_receiver {
  void (*event)(void *context, const struct incident_event *event);
  void (*summary)(void *context, const struct outbox_summary *summary);
  void *context;
};

struct outbox_stats {
  uint64_t put, delivered, merged, overflowed;
  size_t waiting;
};

/*
 * Starts the thread. `capacity` events are kept at most, 1 .. 65536. Errors:
 * STATUS_NO_MEMORY, STATUS_INVALID, STATUS_IO (no thread).
 */
int outbox_create(struct outbox **ret_outbox, size_t capacity,
                  const struct outbox_receiver *receiver);

/*
 * Stops the thread after the delivery under way and frees everything; events
 * still waiting are not delivered. NULL is fine.
 */
void outbox_destroy(struct outbox *outbox);

/* Takes a copy of an event that is to be told. Has the type of an incident_listener. */
void outbox_put(void *outbox, const struct incident_event *event);

/* Waits until nothing is waiting or under way, or until `seconds` have passed: false. */
bool outbox_drain(struct outbox *outbox, double seconds);

/* As they are now. Thread-safe. */
void outbox_stats(struct outbox *outbox, struct outbox_stats *ret_stats);

#endif

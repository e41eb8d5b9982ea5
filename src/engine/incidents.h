/*
 * From episodes to incidents.
 *
 * What begins on a host while an incident of that host goes on belongs to it; it
 * ends when nothing has been odd for a while (telling.h says how long). It is
 * told after incident_delay, if it is large enough for its host (telling.h), and
 * again when it becomes a failure, when a limit is passed, and when it has grown
 * much: once each. Where the trouble of several hosts begins within
 * incident_window, and that is more than chance (burst.h), they are one incident
 * over hosts; what was told before that stays as it is. A host of which nine in
 * ten metrics are silent is told as such.
 *
 * Two clocks: episodes are compared by the data's time, in seconds since the
 * epoch; waiting is measured by `now`, the caller's clock, which never goes
 * back: seconds of any origin. A replay gives the data's time for both.
 *
 * All functions but create and destroy are thread-safe. None blocks on anything
 * but the one mutex, which is held for microseconds; after create only a host
 * that has trouble, or is booted, for the first time allocates. Memory is
 * bounded: INCIDENTS_MAX incidents and INCIDENT_EPISODES_MAX episodes at a time,
 * what is beyond is counted; INCIDENT_PLACES_MAX hosts are remembered, those not
 * used for long make room.
 */
#ifndef ANOMALY_ENGINE_INCIDENTS_H
#define ANOMALY_ENGINE_INCIDENTS_H

#include "anomaly/incident.h"
#include "engine/pattern.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INCIDENTS_MAX 1024
#define INCIDENT_EPISODES_MAX 65536
#define INCIDENT_PLACES_MAX 65536

struct incidents;

/*
 * Gets every change of every incident, told or not, one call at a time, with
 * the mutex held: must not block, nor call back. `event` is valid during the
 * call only.
 */
typedef void (*incident_listener)(void *context, const struct incident_event *event);

struct incident_settings {
  struct incident_options options;
  incident_listener listener;
  void *listener_context;
  uint64_t hash_seed; /* random where names come from a network */
};

struct incident_settings incident_settings_preset(void);

/* Errors: STATUS_NO_MEMORY. */
int incidents_create(struct incidents **ret_incidents, const struct incident_settings *settings);

/* Nothing is told of what is open. NULL is fine. */
void incidents_destroy(struct incidents *incidents);

/* Takes a change of an episode; an end may come before its beginning. */
void incidents_observe(struct incidents *incidents, const struct episode_event *episode,
                       double now);

/* Takes note that a host was booted at `time`, of the data. */
void incidents_note_boot(struct incidents *incidents, const char *host, double time);

/* Lets time pass: tells what is due and ends what is quiet. To be called about once a second. */
void incidents_advance(struct incidents *incidents, double now);

/* Tells all that waits, and ends all that has nothing odd any more, at once. */
void incidents_flush(struct incidents *incidents, double now);

enum maintenance_source { MAINTENANCE_BY_FILE, MAINTENANCE_BY_SILENCE, MAINTENANCE_SOURCES };

/*
 * Hosts in maintenance, as one of those who may say so has it: nothing new of them
 * is told until they are not, and what then goes on is. `patterns` are copied by
 * pointer: they must live until the source's next call, or destroy.
 */
void incidents_set_maintenance(struct incidents *incidents, enum maintenance_source source,
                               const struct pattern *patterns, size_t count);

/*
 * Goes on with an incident that was told before a restart: nothing is told of it
 * but its worsening, unless `worsened`, and its end. False where there is no room,
 * or its host has one already.
 */
bool incidents_restore(struct incidents *incidents, const struct incident *incident, bool worsened,
                       double now);

/* Remembers that an incident of this host was told at `time`; the earliest first. */
void incidents_note_told(struct incidents *incidents, const char *host, double time);

/* Whether an episode belongs to an incident that goes on. */
bool incidents_know(struct incidents *incidents, uint64_t episode);

struct incident_stats {
  uint64_t incidents; /* whose shape was known, so far */
  uint64_t told;      /* of those, so far */
  uint64_t held;      /* of those: ended without having been told */
  uint64_t left_out;  /* episodes beyond the bounds */
  uint32_t open;      /* now */
  uint32_t open_told; /* of those */
};

void incidents_stats(struct incidents *incidents, struct incident_stats *ret_stats);

#endif

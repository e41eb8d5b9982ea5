/*
 * An incident in the making: what is known of it, and what it must be known by
 * until it is told and ended. Used by incidents.c alone.
 */
#ifndef ANOMALY_ENGINE_INCIDENT_SLOT_H
#define ANOMALY_ENGINE_INCIDENT_SLOT_H

#include "anomaly/incident.h"
#include "engine/places.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SLOT_SIGNS = 16 };

/* An episode's part in the strength of its incident. */
struct sign {
  double seen;
  uint64_t metric; /* hash of its name */
  double strength;
};

struct slot {
  bool used;
  bool begun;       /* the listener knows of it */
  bool told, grown; /* and so do people; of its growth too, which is told once */
  bool always;      /* to be told in any case */
  bool told_always; /* and has been */
  bool missing;     /* all of its episodes are of missing values */
  bool silent;      /* the host sent next to nothing when the latest began */
  double latest;    /* time at which the latest of its episodes was seen */
  double window;    /* seconds */
  double opened;    /* caller's clock: when its first episode opened */
  double due;       /* caller's clock: when it is to be told */
  double quiet;     /* caller's clock: since when nothing is open */
  double strength;  /* of its strongest burst */
  double told_strength;
  enum severity told_severity;
  struct sign sign[SLOT_SIGNS]; /* the latest, as a ring */
  size_t signs;
  struct place *place; /* of its host; NULL for many hosts */
  struct slot *parent; /* the incident over hosts that it went into; NULL = none */
  struct incident incident;
};

/* Makes a slot that of a new incident. */
void slot_init(struct slot *slot, struct place *place, double window);

/* Makes it what people were told of. */
void slot_restore(struct slot *slot, const struct incident *incident, bool worsened);

/* Adds an episode that opened. */
void slot_add(struct slot *slot, const struct episode_event *episode);

/* Takes note of what became of an episode. */
void slot_update(struct slot *slot, const struct episode_event *episode, double now);

/* Makes a host's incident, with what it has so far, part of one over hosts. */
void slot_join(struct slot *parent, struct slot *slot);

/* Whether a boot of its host may be behind it. */
bool slot_follows_boot(const struct slot *slot);

/* Its severity: a warning at most where a boot may be behind it. */
enum severity slot_severity(const struct slot *slot);

/* Whether its host, or all of its hosts, send nothing, and that is all. */
bool slot_is_silent(const struct slot *slot);

/* Whether it is worse than what was told: a failure now, a limit passed, or grown much. */
bool slot_is_worse(const struct slot *slot);

/* Notes that people were told of it as it is. */
void slot_note_told(struct slot *slot);

#endif

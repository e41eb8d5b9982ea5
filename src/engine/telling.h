/*
 * How much people have been told of one host, and what follows from it.
 *
 * Two rules bound what a person has to read. The bar: an incident is told when
 * its strength reaches the host's bar; each one told raises the bar by a half,
 * and the bar sinks by that half as often a week as incidents_per_week says,
 * down to 1, a single metric at its alarm line. It never rises over 4, three
 * metrics at once of which one is at twice its line, or what a group finds; a
 * failure is told in any case. The hold: an incident ends when none of its
 * metrics has alarmed for as long as it lasted until then, an hour at most:
 * trouble comes in clusters, and the longer it went on, the longer it may pause.
 * Where others of the host were told in the last day, it ends no sooner than
 * after 15 minutes, 1 hour, 4 hours, 16 hours of quiet, so that a host that flaps
 * begins about six incidents in a day. incidents_per_week = 0 lifts both.
 */
#ifndef ANOMALY_ENGINE_TELLING_H
#define ANOMALY_ENGINE_TELLING_H

#include <stdint.h>

#define TELLING_BAR_LEAST 1.0
#define TELLING_BAR_MOST 4.0
#define TELLING_PAUSE_MOST 3600.0 /* later than that nobody waits for the end */

/* All zero: nothing was told yet. */
struct telling {
  double time;       /* of the last incident told */
  float bar;         /* over TELLING_BAR_LEAST, then */
  float recent;      /* incidents told in about the last day, then */
  uint32_t held;     /* incidents not told since */
  double held_since; /* time of the first of those */
};

/* The strength that an incident needs to be told at `time`; 0 where per_week is 0. */
double telling_bar(const struct telling *telling, double time, uint32_t per_week);

/* Incidents of about the last day, older ones fading by e each day, rounded. */
uint32_t telling_recent(const struct telling *telling, double time);

/*
 * Seconds of quiet that end an incident told at `time` at the soonest; 0 for the
 * first of a day, and where per_week is 0.
 */
double telling_hold(const struct telling *telling, double time, uint32_t per_week);

/* Seconds of quiet that end one with that hold, which lasted so long until then. */
double telling_pause(double hold, double lasted, uint32_t per_week);

/* Notes that an incident is told, or is not. */
void telling_note_told(struct telling *telling, double time, uint32_t per_week);
void telling_note_held(struct telling *telling, double time);

#endif

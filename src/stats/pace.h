/*
 * How fast the records of a metric come, and what follows from it: the alarm
 * line in decades grows with the rate, so that there are equally many false
 * alarms in a week at 10 s and at an hour.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_PACE_H
#define ANOMALY_STATS_PACE_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

#define PACE_LINE_LEAST 6.0F

struct pace {
  float interval;     /* mean seconds between records, or as configured */
  float hour_records; /* records of this interval in an hour, at least 1 */
  float line;         /* decades; at least PACE_LINE_LEAST */
};

extern const struct state_row pace_rows[];

/* Makes a zeroed pace ready. */
void pace_init(struct pace *pace);

/*
 * Learns that a record came `gap` seconds after the one before it; `number`
 * counts the records before it. `configured` seconds replace what was learned,
 * unless 0.
 */
void pace_learn(struct pace *pace, uint32_t number, uint32_t gap, double configured);

/* Whether restored fields can be gone on from. */
bool pace_valid(const struct pace *pace);

#endif

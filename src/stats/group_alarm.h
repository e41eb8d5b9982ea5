/*
 * The alarm of a group: begins where the ratio reaches the line, ends after some
 * rows well under it, and is over for people where it lasts: then the state is
 * the new usual, unless it becomes clearly worse.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_GROUP_ALARM_H
#define ANOMALY_STATS_GROUP_ALARM_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

/* Zeroed = off. */
struct group_alarm {
  float peak; /* largest ratio of this alarm */
  uint32_t age;
  uint8_t on, quiet; /* quiet: rows under the end */
};

extern const struct state_row group_alarm_rows[];

/* Whether an alarm is on that people still hear of. */
bool group_alarm_is_fresh(const struct group_alarm *alarm);

/* Takes the ratio of one row. True where an alarm begins, or a new one on top of an old one. */
bool group_alarm_take(struct group_alarm *alarm, float ratio, bool *ret_anomaly);

/* Whether restored fields can be gone on from. */
bool group_alarm_valid(const struct group_alarm *alarm);

#endif

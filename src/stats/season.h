/*
 * What is usual at each hour of a period, such as a day or a week: mean and
 * spread of some deviation, learned with equal weight per visit of the hour.
 * Between the middles of two hours both count, in proportion, so that a slope
 * within an hour is no deviation.
 *
 * Visits are measured in time, not in records: it works at any interval.
 */
#ifndef ANOMALY_STATS_SEASON_H
#define ANOMALY_STATS_SEASON_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

#define SEASON_DAY 24
#define SEASON_WEEK 168
#define SEASON_HOUR 3600

struct season_slot {
  float mean;
  float spread; /* mean absolute residual */
  float seen;   /* visits, at most those that the season remembers */
};

extern const struct state_row season_slot_rows[];

/* Where a time lies in a period. */
struct season_place {
  uint32_t before, after; /* slots whose middles it lies between */
  float share;            /* of the one after, 0 .. 1 */
};

/* What is usual there; `seen` is that of the slot seen less. */
struct season_usual {
  float mean, spread, seen;
};

/* One value to be learned. */
struct season_lesson {
  float deviation; /* what the mean is a mean of */
  float most;      /* residual that it may teach at most, from the second visit on */
  float visit;     /* share of a visit that it stands for, 0 excluded .. 1 */
  float memory;    /* visits that are remembered, >= 1 */
};

/* The place of a local time, in seconds, in a period of so many hours. */
struct season_place season_place(int64_t local, uint32_t hours);

/* `slots` are those of the period that the place is in. */
struct season_usual season_usual(const struct season_slot *slots, const struct season_place *place);

/* Teaches the slots on both sides, each by its share. */
void season_learn(struct season_slot *slots, const struct season_place *place,
                  const struct season_lesson *lesson);

/* Whether restored fields can be gone on from; means must lie within +-limit. */
bool season_valid(const struct season_slot *slots, uint32_t hours, float limit);

#endif

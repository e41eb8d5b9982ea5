/*
 * What a metric's episodes of the past say of the next one: how often it has
 * them, and whether one came at the same time of day before.
 */
#ifndef ANOMALY_ENGINE_HABIT_H
#define ANOMALY_ENGINE_HABIT_H

#include <stdint.h>

enum { HABIT_STARTS = 8 };

/* All zero at first. */
struct habit {
  float count;                  /* episodes of about the last week, when the latest began */
  uint32_t start[HABIT_STARTS]; /* seconds since the epoch, the latest first; 0 = none */
};

/* Notes that an episode begins; times do not go back by much. */
void habit_note(struct habit *habit, double time);

/* Episodes of about the last week, older ones fading by e each week. */
double habit_count(const struct habit *habit, double time);

/*
 * How many days in a row before `time`, 0 .. 2, an episode began at this time of
 * day, ten minutes sooner or later.
 */
unsigned habit_days(const struct habit *habit, double time);

#endif

/*
 * What follows from the time between two rows of a group: memories and ages, in
 * rows.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_ROW_PACE_H
#define ANOMALY_STATS_ROW_PACE_H

struct row_pace {
  float hour_rows;    /* rows in an hour */
  float horizon;      /* rows after which a memory of tails weighs half */
  float slow_gain;    /* of a level that takes days */
  float profile_gain; /* of the level at an hour of the day */
  float lasting_gain; /* of evidence that lasts */
  float mature_rows;  /* until a column is known */
  float adult_rows;   /* until a group is known */
};

/* For rows that are so many seconds apart; a minute where that is 0. */
struct row_pace row_pace_of(double interval);

#endif

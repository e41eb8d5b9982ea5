/*
 * What is usual at each hour of the day (UTC): exponentially weighted mean and
 * mean absolute deviation, learned with equal weight per day, and the mean of
 * the running hour beside them.
 *
 * In two parts, so that what is read at every record lies close together: the
 * running hour, and the profile that it is taken from and put back to.
 */
#ifndef ANOMALY_STATS_DAY_PROFILE_H
#define ANOMALY_STATS_DAY_PROFILE_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

#define DAY_HOURS 24
#define DAY_HOUR_NONE (-1)

struct day_hour {
  int32_t number;         /* hours since the epoch, DAY_HOUR_NONE before the first record */
  float mean, deviation;  /* usual at this hour of the day */
  float usual_error;      /* mean absolute residual over all hours of the day */
  float sum;              /* of the values of this hour */
  uint32_t count;         /* of the values of this hour */
  uint16_t seen;          /* records behind mean and deviation; saturates */
  uint8_t baseline_known; /* the profile's baseline is one */
  uint8_t spoilt;         /* an incident was open: the hour's mean is not one to judge */
};

struct day_profile {
  float mean[DAY_HOURS], deviation[DAY_HOURS]; /* out of date for the running hour */
  uint16_t seen[DAY_HOURS];
  float baseline; /* usual mean when the running hour began */
};

extern const struct state_row day_hour_rows[];
extern const struct state_row day_profile_rows[];

/* Makes zeroed structs ready. */
void day_hour_init(struct day_hour *hour);

/*
 * The mean of the running hour's values over its baseline; false, and
 * *ret_excess untouched, where one of the two is missing or spoilt.
 */
bool day_hour_excess(const struct day_hour *hour, const struct day_profile *profile,
                     float *ret_excess);

/* Puts the running hour away and begins hour `number` >= 0, unspoilt. */
void day_hour_change(struct day_hour *hour, struct day_profile *profile, int32_t number);

/* Usual size of a residual at this hour, for limits. */
static inline float day_hour_width(const struct day_hour *hour) {
  return hour->deviation + 0.2F * hour->usual_error;
}

/*
 * Learns a value. `per_hour` is the number of records in an hour, >= 1; `number`
 * counts the records before this one.
 */
void day_hour_learn(struct day_hour *hour, float value, float per_hour, uint32_t number);

/* Whether restored fields can be gone on from; values must lie within +-limit. */
bool day_hour_valid(const struct day_hour *hour, const struct day_profile *profile, float limit);

#endif

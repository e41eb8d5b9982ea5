/*
 * Are the residuals of a forecast unusual? They are smoothed over about the
 * last nine records, because what matters lasts while noise does not, and each
 * side has a rarity of its own, because many metrics leave their forecast
 * upwards often and downwards hardly ever. What is unusual for long is made
 * usual, by letting the past weigh less.
 *
 * Source: S. W. Roberts, 1959, Control chart tests based on geometric moving
 * averages; its limits are learned as in rarity.h.
 */
#ifndef ANOMALY_STATS_RESIDUAL_H
#define ANOMALY_STATS_RESIDUAL_H

#include "stats/band.h"
#include "stats/course.h"
#include "stats/lasting.h"
#include "stats/rarity.h"

#include <stdbool.h>
#include <stdint.h>

struct residual {
  struct rarity below, above;
  float smooth;             /* residuals of the last records */
  uint32_t since;           /* elapsed when the open episode began */
  uint32_t episode_records; /* of the open episode; saturates */
  struct lasting lasting;   /* the open episode */
};

extern const struct state_row residual_rows[];

/* The record that a residual is of. */
struct residual_record {
  const struct course_record *at;
  float interval; /* seconds between records */
  float line;     /* the ratio that counts as an alarm */
};

/* Makes a zeroed residual ready. */
void residual_init(struct residual *residual);

/*
 * Judges a residual in units of its usual size (signed, not NaN), then learns
 * it. Writes ratio, surprise, onset and kind of *ret: spike or dip, from the
 * tenth record of an episode on pattern. Where there never was any residual,
 * the first one is at the line.
 */
void residual_judge(struct residual *residual, const struct residual_record *record, float size,
                    struct finding *ret);

/*
 * The band around `expected` that single values would leave as rarely as smooth
 * residuals leave 98 % of their past on each side; `width` is the unit of the
 * residuals.
 */
struct band residual_band(const struct residual *residual, double expected, double width);

/*
 * Learns the usual size of residuals at all hours, in the metric's own unit;
 * `number` counts the records before. In an episode a residual counts clipped;
 * else it counts up to a thousand usual ones, or the size of those that are
 * hardly ever off would shrink to nothing.
 */
void residual_learn_size(const struct residual *residual, float error, uint32_t number,
                         float *size);

/* Whether restored fields can be gone on from. */
bool residual_valid(const struct residual *residual);

#endif

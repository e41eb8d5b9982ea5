/*
 * Context surprise of a value: how odd is it here and now, whether or not it
 * was ever seen before?
 *
 * Five deviations are watched: roughness of the last nine values, distance
 * from the mean of the last ten, from what is usual at this hour of the day,
 * from the running center, and the step. Each is judged by a tail of its own,
 * the signed ones by one for each direction.
 *
 * In two parts, so that what is read at every record lies close together. A
 * record counts in five of the nine tails.
 *
 * Source: this project; see pareto_tail.h.
 */
#ifndef ANOMALY_STATS_CONTEXT_H
#define ANOMALY_STATS_CONTEXT_H

#include "stats/band.h"
#include "stats/day_profile.h"
#include "stats/pareto_tail.h"

#include <stdbool.h>
#include <stdint.h>

enum context_feature {
  CONTEXT_ROUGHNESS,
  CONTEXT_RECENT, /* from the mean of the last ten */
  CONTEXT_HOUR,
  CONTEXT_CENTER,
  CONTEXT_STEP,
  CONTEXT_FEATURES,
};

#define CONTEXT_TAIL_DOWN(feature) (2 * (feature)-1)
#define CONTEXT_TAIL_UP(feature) (2 * (feature))
#define CONTEXT_TAILS (2 * CONTEXT_FEATURES - 1)
#define CONTEXT_RECENT_VALUES 10
#define CONTEXT_RECORDS_MAX 120000

struct context {
  uint32_t records;                    /* that weigh in the tails, at most CONTEXT_RECORDS_MAX */
  float center, spread;                /* running mean and mean absolute deviation */
  float recent[CONTEXT_RECENT_VALUES]; /* the last values, oldest first */
};

extern const struct state_row context_rows[];

/* Makes zeroed tails ready; a context is ready when zeroed. */
void context_init(struct pareto_tail *tails);

/*
 * How far a value is from what is usual: CONTEXT_FEATURES numbers, 0 where not
 * known. `number` counts the records before it; hour_usual says whether `hour`
 * has seen enough days. Values must be finite, and small enough for the squares
 * of their differences.
 */
void context_measure(const struct context *context, const struct day_hour *hour, bool hour_usual,
                     uint32_t number, float value, float *ret_deviation);

/* Where about 96 % of the past lie, at this hour if it is usual. */
struct band context_band(const struct context *context, const struct pareto_tail *tails,
                         const struct day_hour *hour, bool hour_usual);

/*
 * Surprise of the deviations of a value, in decades each; both are then
 * learned.
 */
void context_judge(struct context *context, struct pareto_tail *tails, float value,
                   const float *deviation, float *ret_decades);

/* Says in words which of the decades is most, unless all are 0: kind and reason of *ret. */
void context_explain(const float *decades, const float *deviation, struct finding *ret);

/* Lets the past weigh half, unless it is too short for that; returns whether it did. */
bool context_halve(struct context *context, struct pareto_tail *tails);

/* Whether restored fields can be gone on from; values must lie within +-limit. */
bool context_valid(const struct context *context, const struct pareto_tail *tails, float limit);

#endif

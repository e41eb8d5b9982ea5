/*
 * How rare is this size of a detector's statistic for this metric? The tail of
 * pareto_tail.h with what a detector of one statistic needs around it: when to
 * fit, when to forget, and the line that makes surprise comparable from
 * detector to detector.
 *
 * Source: this project; the tail: B. M. Hill, 1975, see pareto_tail.h.
 */
#ifndef ANOMALY_STATS_RARITY_H
#define ANOMALY_STATS_RARITY_H

#include "stats/pareto_tail.h"

#include <stdbool.h>
#include <stdint.h>

#define RARITY_KNOWN 128  /* records before anything is rare */
#define RARITY_MOST 30.0F /* decades */

struct rarity {
  struct pareto_tail tail; /* first, so that it has a cache line of its own */
  uint32_t records;        /* that weigh in the tail */
  uint32_t halved;         /* seconds: when the past last began to weigh half */
};

extern const struct state_row rarity_rows[];

/* Makes a zeroed rarity ready. */
void rarity_init(struct rarity *rarity);

/*
 * Surprise of a finite `distance` >= 0 in decades, 0 .. RARITY_MOST, which is
 * then counted; 0 before RARITY_KNOWN records. `elapsed` is seconds since the
 * metric's first record and does not go back. After 8000 records and half a
 * week the past weighs half.
 */
float rarity_judge(struct rarity *rarity, float distance, uint32_t elapsed);

/* Whether RARITY_KNOWN records have shown no distance but 0: then nothing can be called rare. */
bool rarity_is_blank(const struct rarity *rarity);

/*
 * Lets the past weigh half now: to be called now and then in a lasting
 * incident, so that what goes on becomes usual.
 */
void rarity_halve(struct rarity *rarity, uint32_t elapsed);

/*
 * Decades at which chance alone, in records of this interval that have nothing
 * to do with one another, passes once in two weeks: 4.3 at 60 s, 2.5 at an
 * hour; at least 2, and at most 5.5. The ratio of a finding is surprise over this
 * line.
 */
float rarity_line(float interval);

/* Whether restored fields can be gone on from. */
bool rarity_valid(const struct rarity *rarity);

#endif

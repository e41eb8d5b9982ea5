/*
 * How rare is a distance to everything seen before? An exponential tail over
 * the 128 largest distances of the past, which half-octave counts remember,
 * together with how much rarer such distances have become.
 *
 * Source: this project; the exponential excess over a high threshold is that
 * of J. Pickands, 1975, Statistical inference using extreme order statistics,
 * with shape 0.
 */
#ifndef ANOMALY_STATS_GAP_TAIL_H
#define ANOMALY_STATS_GAP_TAIL_H

#include "stats/half_octaves.h"

#include <stdbool.h>
#include <stdint.h>

#define GAP_TAIL_LEAST 128   /* evaluations before anything is said */
#define GAP_TAIL_MOST 100.0F /* decades; more is never said of one distance */

/* The window's last bin holds the largest distance ever; what falls below bin 0 is dropped. */
struct gap_tail {
  struct half_octaves window;
};

extern const struct state_row gap_tail_rows[];

/* Makes a zeroed tail ready. */
void gap_tail_init(struct gap_tail *tail);

/*
 * Surprise of a distance in decades, 0 .. GAP_TAIL_MOST; the distance is then
 * counted. `evaluations` says how many records were looked at so far, most of
 * them at no distance: those do not come here, and a distance of 0 or less is
 * not counted. `distance` is not NaN.
 */
float gap_tail_surprise(struct gap_tail *tail, float distance, uint32_t evaluations);

/* Lets the past weigh half, unless it is hardly longer than the tail itself. */
void gap_tail_halve(struct gap_tail *tail);

/* Whether restored fields can be gone on from. */
bool gap_tail_valid(const struct gap_tail *tail);

#endif

/*
 * Two-sided cumulative sums: of deviations upwards and downwards, less a slack;
 * each starts anew where it would fall below 0.
 *
 * Source: Page, 1954, Continuous inspection schemes. Deviations are clipped
 * first, so that no single value is a shift: Lucas and Crosier, 1982, Robust
 * CUSUM.
 */
#ifndef ANOMALY_STATS_PAGE_SUMS_H
#define ANOMALY_STATS_PAGE_SUMS_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

/* All zero is empty. */
struct page_sums {
  double up, down; /* 0 .. PAGE_SUMS_MOST */
  uint32_t up_began, down_began;
};

#define PAGE_SUMS_MOST 1e6
#define PAGE_SUMS_CLIP 4.0 /* standard deviations */

extern const struct state_row page_sums_rows[];

/* Adds a deviation in standard deviations at `time`, a count of seconds. */
void page_sums_add(struct page_sums *sums, double deviation, double slack, uint32_t time);

/* Whether the sum upwards is the larger one; the next two are of that. */
bool page_sums_are_above(const struct page_sums *sums);
double page_sums_size(const struct page_sums *sums);

/* Time of the first value since which it has not been 0: when a shift began, if it is one. */
uint32_t page_sums_began(const struct page_sums *sums);

/* Whether restored fields can be gone on from; nothing began after `now`. */
bool page_sums_valid(const struct page_sums *sums, uint32_t now);

#endif

#include "stats/summary.h"

#include "stats/markers.h"

#include <stdint.h>

const struct state_row summary_rows[] = {
    STATE_STRUCTS(struct summary, moments, 1, struct moments, moments_rows),
    STATE_ARRAY(struct summary, height, STATE_F64, SUMMARY_MARKERS),
    STATE_ARRAY(struct summary, position, STATE_F64, SUMMARY_MARKERS),
    STATE_ROWS_END,
};

/* The percentiles and the middles between them. */
static const double share[SUMMARY_MARKERS] = {0, .475, .95, .97, .99, .995, 1};
static const struct marker_shares shares = {share, SUMMARY_MARKERS};

/* Values in the markers: the first few, and then those whose turn it was. */
static uint64_t marked(const struct summary *summary) {
  const uint64_t count = summary->moments.count;
  return count <= SUMMARY_MARKERS ? count : (uint64_t)summary->position[SUMMARY_MAXIMUM] + 1;
}

/* Fibonacci hashing: Knuth, 1973, The Art of Computer Programming, volume 3, 6.4. */
static bool has_turn(uint64_t count) {
  return count < SUMMARY_MARKERS || (uint32_t)count * 2654435769u < UINT32_C(1) << 29;
}

void summary_add(struct summary *summary, double value) {
  const double clamped = moments_clamp(value);
  if (has_turn(summary->moments.count))
    markers_add(&shares, marked(summary), clamped, summary->height, summary->position);
  else if (clamped < summary->height[SUMMARY_MINIMUM])
    summary->height[SUMMARY_MINIMUM] = clamped;
  else if (clamped > summary->height[SUMMARY_MAXIMUM])
    summary->height[SUMMARY_MAXIMUM] = clamped;
  moments_add(&summary->moments, clamped);
}

double summary_get(const struct summary *summary, enum summary_marker which) {
  return markers_get(&shares, marked(summary), summary->height, (int)which);
}

bool summary_valid(const struct summary *summary) {
  const double last = summary->position[SUMMARY_MAXIMUM];
  return moments_valid(&summary->moments) && last >= 0 && last < (double)(UINT64_C(1) << 53) &&
         marked(summary) <= summary->moments.count &&
         markers_valid(&shares, marked(summary), summary->height, summary->position);
}

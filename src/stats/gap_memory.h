/*
 * Everything a metric has visited, as at most ten spans on the number line:
 * a value that lies in none of them is new, and its distance to the nearest
 * says how new. Spans that are not visited for weeks are forgotten.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_GAP_MEMORY_H
#define ANOMALY_STATS_GAP_MEMORY_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

#define GAP_MEMORY_SPANS 10
#define GAP_MEMORY_DAYS 42 /* a span older than this is forgotten */

struct span {
  float low, high; /* both inside */
};

/* Spans are ascending and apart. Zeroed = nothing visited. */
struct gap_memory {
  struct span span[GAP_MEMORY_SPANS];
  uint8_t day[GAP_MEMORY_SPANS]; /* of the last visit, modulo 256 */
  uint8_t spans;                 /* in use */
};

extern const struct state_row span_rows[];
extern const struct state_row gap_memory_rows[];

/* What lies on both sides of a new value. */
struct neighbours {
  unsigned count; /* 0 if the value was not new, or the first ever */
  float value[2];
};

/*
 * Visits a value (finite) on a day that is not before the last one. A new
 * value becomes a span of its own; where that is one too many, the two spans
 * with the smallest gap between them are joined. ret_visited gets the span of a
 * value that is not new, and is untouched by a new one: until the day changes,
 * further values within it need not be brought here.
 */
struct neighbours gap_memory_visit(struct gap_memory *memory, float value, uint8_t day,
                                   struct span *ret_visited);

/* Forgets the spans not visited for GAP_MEMORY_DAYS. Call it at least once in 200 days. */
void gap_memory_forget(struct gap_memory *memory, uint8_t day);

/* Whether restored fields can be gone on from; values must lie within +-limit. */
bool gap_memory_valid(const struct gap_memory *memory, float limit);

#endif

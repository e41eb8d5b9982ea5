/*
 * The nearest of several names: what somebody who mistyped one may have meant.
 */
#ifndef ANOMALY_BASE_NEAREST_H
#define ANOMALY_BASE_NEAREST_H

#include <stddef.h>

/* Begin with {.name = what was typed}; `best` is the nearest so far, or NULL. */
struct nearest {
  const char *name;
  const char *best; /* borrowed from nearest_try */
  size_t distance;  /* of best */
};

/*
 * Looks at one more candidate. Near is what differs by at most a third of the
 * name's letters in the optimal string alignment distance (letters left out,
 * put in, changed, or two neighbours swapped; Boytsov 2011, Indexing methods
 * for approximate dictionary searching), or begins with the whole name.
 */
void nearest_try(struct nearest *nearest, const char *candidate);

/* That distance; names longer than 63 letters are at distance SIZE_MAX. */
size_t name_distance(const char *a, const char *b);

#endif

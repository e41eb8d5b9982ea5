/*
 * What is remembered of each host that had trouble or was booted: how much was
 * told of it, when it was booted, and its incident. Not thread-safe.
 */
#ifndef ANOMALY_ENGINE_PLACES_H
#define ANOMALY_ENGINE_PLACES_H

#include "engine/telling.h"

#include <stddef.h>
#include <stdint.h>

struct slot;

struct place {
  struct place *next;
  struct telling telling;
  double booted;         /* NaN = not known */
  struct slot *incident; /* that goes on; NULL = none */
  char host[];
};

struct places;

/* Room for `most` hosts; then those without an incident make room. NULL if out of memory. */
struct places *places_create(size_t most, uint64_t seed);

/* NULL is fine. */
void places_destroy(struct places *places);

/* The place of a host, made if need be; NULL where there is no room or memory. */
struct place *places_find(struct places *places, const char *host);

#endif

#include "engine/places.h"

#include "base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };

struct places {
  size_t count, most;
  uint64_t seed;
  struct place *bucket[BUCKETS];
};

struct places *places_create(size_t most, uint64_t seed) {
  struct places *const places = calloc(1, sizeof *places);
  if (places == NULL)
    return NULL;
  places->most = most;
  places->seed = seed;
  return places;
}

void places_destroy(struct places *places) {
  for (size_t i = 0; places != NULL && i < BUCKETS; i++)
    while (places->bucket[i] != NULL) {
      struct place *const place = places->bucket[i];
      places->bucket[i] = place->next;
      free(place);
    }
  free(places);
}

static struct place *add(struct places *places, struct place **bucket, const char *host) {
  const size_t length = strlen(host);
  struct place *const place =
      places->count < places->most ? calloc(1, sizeof *place + length + 1) : NULL;
  if (place == NULL)
    return NULL;
  memcpy(place->host, host, length);
  place->booted = (double)NAN;
  place->next = *bucket;
  *bucket = place;
  places->count++;
  return place;
}

struct place *places_find(struct places *places, const char *host) {
  struct place **const bucket =
      &places->bucket[hash_bytes(host, strlen(host), places->seed) % BUCKETS];
  for (struct place *place = *bucket; place != NULL; place = place->next)
    if (strcmp(place->host, host) == 0)
      return place;
  return add(places, bucket, host);
}

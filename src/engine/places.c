#include "engine/places.h"

#include "base/hash.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096, BUCKETS_OF_SEARCH = 64 };

struct places {
  size_t count, most;
  size_t search; /* the bucket to be searched next for a place to give up */
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

static double last_use(const struct place *place) {
  return fmax(place->telling.time, isnan(place->booted) ? 0 : place->booted);
}

/* Gives up the place not used for longest, of a part of all, so that a search is short. */
static bool make_room(struct places *places) {
  struct place **oldest = NULL;
  for (size_t i = 0; i < BUCKETS_OF_SEARCH; i++, places->search = (places->search + 1) % BUCKETS)
    for (struct place **at = &places->bucket[places->search]; *at != NULL; at = &(*at)->next)
      if ((*at)->incident == NULL && (oldest == NULL || last_use(*at) < last_use(*oldest)))
        oldest = at;
  if (oldest == NULL)
    return false;
  struct place *const place = *oldest;
  *oldest = place->next;
  free(place);
  places->count--;
  return true;
}

static struct place *add(struct places *places, struct place **bucket, const char *host) {
  if (places->count == places->most && !make_room(places))
    return NULL;
  const size_t length = strlen(host);
  struct place *const place = calloc(1, sizeof *place + length + 1);
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

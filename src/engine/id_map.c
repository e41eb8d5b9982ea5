#include "engine/id_map.h"

#include <stdlib.h>

struct entry {
  uint64_t id; /* 0 = free */
  uint32_t number;
};

struct id_map {
  size_t capacity, used;
  size_t mask;           /* twice the capacity, less one: half of the entries stay free */
  struct entry *entries; /* mask + 1 */
};

struct id_map *id_map_create(size_t capacity) {
  struct id_map *const map = calloc(1, sizeof *map);
  struct entry *const entries = calloc(2 * capacity, sizeof *entries);
  if (map == NULL || entries == NULL) {
    free(map);
    free(entries);
    return NULL;
  }
  *map = (struct id_map){.capacity = capacity, .mask = 2 * capacity - 1, .entries = entries};
  return map;
}

void id_map_destroy(struct id_map *map) {
  if (map == NULL)
    return;
  free(map->entries);
  free(map);
}

static size_t home_of(const struct id_map *map, uint64_t id) {
  return (size_t)(id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & map->mask;
}

/* The id's entry, or the free one where it would be. */
static size_t find(const struct id_map *map, uint64_t id) {
  size_t at = home_of(map, id);
  while (map->entries[at].id != 0 && map->entries[at].id != id)
    at = (at + 1) & map->mask;
  return at;
}

bool id_map_put(struct id_map *map, uint64_t id, uint32_t number) {
  struct entry *const entry = &map->entries[find(map, id)];
  if (entry->id == 0 && map->used == map->capacity)
    return false;
  map->used += entry->id == 0;
  *entry = (struct entry){.id = id, .number = number};
  return true;
}

bool id_map_find(const struct id_map *map, uint64_t id, uint32_t *ret_number) {
  const struct entry *const entry = &map->entries[find(map, id)];
  if (entry->id == 0)
    return false;
  *ret_number = entry->number;
  return true;
}

/* Entries behind the hole that would be missed from their home move into it. */
void id_map_remove(struct id_map *map, uint64_t id) {
  size_t hole = find(map, id);
  if (map->entries[hole].id == 0)
    return;
  for (size_t at = (hole + 1) & map->mask; map->entries[at].id != 0; at = (at + 1) & map->mask) {
    const size_t home = home_of(map, map->entries[at].id);
    if (((at - home) & map->mask) < ((at - hole) & map->mask))
      continue;
    map->entries[hole] = map->entries[at];
    hole = at;
  }
  map->entries[hole] = (struct entry){.id = 0};
  map->used--;
}

/*
 * A bounded map from episode ids to small numbers: open addressing with linear
 * probing over memory taken once. Not thread-safe.
 */
#ifndef ANOMALY_ENGINE_ID_MAP_H
#define ANOMALY_ENGINE_ID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id_map;

/* Room for `capacity` ids, a power of two. NULL if out of memory. */
struct id_map *id_map_create(size_t capacity);

/* NULL is fine. */
void id_map_destroy(struct id_map *map);

/* False where `id` (not 0) has no room; an id that is there gets the new number. */
bool id_map_put(struct id_map *map, uint64_t id, uint32_t number);

/* False, and *ret_number untouched, where the id is not there. */
bool id_map_find(const struct id_map *map, uint64_t id, uint32_t *ret_number);

/* An id that is not there is fine. */
void id_map_remove(struct id_map *map, uint64_t id);

#endif

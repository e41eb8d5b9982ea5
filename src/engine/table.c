#include "engine/table.h"

#include "anomaly/status.h"

#include <stdlib.h>

enum {
  FIRST_CAPACITY = 16,
  CACHE_LINE = 64,
  PREFETCH_MAX = 40 * CACHE_LINE, /* the states that most metrics have, and no more */
};

void table_release(struct table *table) {
  free(table->slots);
  *table = (struct table){0};
}

static size_t home(const struct table *table, uint32_t hash) {
  return hash & (table->capacity - 1);
}

static size_t next(const struct table *table, size_t index) {
  return (index + 1) & (table->capacity - 1);
}

static void prefetch_block(const struct table_slot *slot) {
  const char *const block = (const char *)slot->metric;
  const size_t size = slot->size < PREFETCH_MAX ? slot->size : PREFETCH_MAX;
  for (size_t at = 0; at < size; at += CACHE_LINE)
    __builtin_prefetch(block + at, 1);
}

struct metric *table_find(const struct table *table, const struct metric_key *key, uint32_t hash) {
  if (table->capacity == 0)
    return NULL;
  for (size_t i = home(table, hash); table->slots[i].metric != NULL; i = next(table, i)) {
    if (table->slots[i].hash != hash)
      continue;
    prefetch_block(&table->slots[i]);
    if (metric_has_key(table->slots[i].metric, key))
      return table->slots[i].metric;
  }
  return NULL;
}

struct metric *table_find_hash(const struct table *table, uint64_t hash, uint64_t seed) {
  if (table->capacity == 0)
    return NULL;
  const uint32_t slot_hash = (uint32_t)hash;
  for (size_t i = home(table, slot_hash); table->slots[i].metric != NULL; i = next(table, i))
    if (table->slots[i].hash == slot_hash && metric_hash(table->slots[i].metric, seed) == hash)
      return table->slots[i].metric;
  return NULL;
}

void table_put(struct table *table, struct metric *metric, uint32_t hash) {
  size_t i = home(table, hash);
  while (table->slots[i].metric != NULL)
    i = next(table, i);
  table->slots[i] = (struct table_slot){.hash = hash, .size = metric->size, .metric = metric};
  table->count++;
}

int table_reserve(struct table *table) {
  if ((table->count + 1) * 4 <= table->capacity * 3)
    return STATUS_OK;
  struct table larger = {.capacity = table->capacity > 0 ? table->capacity * 2 : FIRST_CAPACITY};
  larger.slots = calloc(larger.capacity, sizeof *larger.slots);
  if (larger.slots == NULL)
    return STATUS_NO_MEMORY;
  for (size_t i = 0; i < table->capacity; i++)
    if (table->slots[i].metric != NULL)
      table_put(&larger, table->slots[i].metric, table->slots[i].hash);
  table_release(table);
  *table = larger;
  return STATUS_OK;
}

/* Whether a metric at home in `wanted` may stand in `hole`, found at `at` (cyclic order). */
static bool may_move(const struct table *table, size_t wanted, size_t hole, size_t at) {
  const size_t mask = table->capacity - 1;
  return ((at - wanted) & mask) >= ((at - hole) & mask);
}

void table_remove(struct table *table, size_t index) {
  size_t hole = index;
  for (size_t i = next(table, hole); table->slots[i].metric != NULL; i = next(table, i))
    if (may_move(table, home(table, table->slots[i].hash), hole, i)) {
      table->slots[hole] = table->slots[i];
      hole = i;
    }
  table->slots[hole] = (struct table_slot){0};
  table->count--;
}

size_t table_memory(const struct table *table) { return table->capacity * sizeof *table->slots; }

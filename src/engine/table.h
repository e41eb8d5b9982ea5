/*
 * A shard's table of metrics: open addressing with linear probing, from the
 * identity's hash to the metric's block. Not thread-safe: the shard's lock
 * guards it. The table does not own the blocks.
 */
#ifndef ANOMALY_ENGINE_TABLE_H
#define ANOMALY_ENGINE_TABLE_H

#include "engine/metric.h"

#include <stddef.h>
#include <stdint.h>

struct table_slot {
  uint32_t hash;
  uint32_t size;         /* of the block: known before the block is loaded */
  struct metric *metric; /* NULL = free */
};

struct table {
  struct table_slot *slots;
  size_t capacity; /* power of two, or 0 before the first metric */
  size_t count;
};

void table_release(struct table *table);

/*
 * The metric of that key, or NULL. Starts loading the whole block of a slot
 * whose hash fits, so that its cache lines arrive together.
 */
struct metric *table_find(const struct table *table, const struct metric_key *key, uint32_t hash);

/* The metric whose metric_hash with this seed is `hash`, or NULL. */
struct metric *table_find_hash(const struct table *table, uint64_t hash, uint64_t seed);

/* Makes room for one more; STATUS_NO_MEMORY leaves the table as it is. */
int table_reserve(struct table *table);

/* Puts a metric whose key is not there; table_reserve has succeeded before. */
void table_put(struct table *table, struct metric *metric, uint32_t hash);

/* Takes the metric in slot `index` out; slots behind it may move into its place. */
void table_remove(struct table *table, size_t index);

/* Bytes of the slots. */
size_t table_memory(const struct table *table);

#endif

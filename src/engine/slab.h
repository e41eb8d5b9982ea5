/*
 * Memory for the metrics' blocks: bump allocation from large chunks, freed
 * blocks kept in lists by size. Against malloc it saves the headers, keeps
 * every block on its own cache lines, and lets the system map large pages.
 */
#ifndef ANOMALY_ENGINE_SLAB_H
#define ANOMALY_ENGINE_SLAB_H

#include <stddef.h>

#define SLAB_ALIGNMENT 64
/* Largest block: the largest detector states a metric may have, and its header. */
#define SLAB_BLOCK_MAX ((size_t)16 << 20)

struct slab;

/* NULL if out of memory. */
struct slab *slab_create(void);
void slab_destroy(struct slab *slab);

/*
 * A zeroed block, aligned to SLAB_ALIGNMENT, of size bytes (0 < size <=
 * SLAB_BLOCK_MAX); NULL if out of memory. Thread-safe.
 */
void *slab_take(struct slab *slab, size_t size);

/* Gives a block back for reuse; `size` as it was taken. NULL is fine. Thread-safe. */
void slab_give(struct slab *slab, void *block, size_t size);

/* Bytes that a block of this size costs. */
size_t slab_cost(size_t size);

#endif

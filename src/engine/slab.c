#include "engine/slab.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
  FIRST_CHUNK = 64 << 10,
  LARGE_PAGE = 2 << 20,
  /* Blocks up to here come from chunks, larger ones are allocated singly. */
  SHARED_MAX = 32 << 10,
  CLASSES = SHARED_MAX / SLAB_ALIGNMENT + 1,
};

struct chunk {
  struct chunk *next;
  char *memory;
};

struct free_block {
  struct free_block *next;
};

struct slab {
  pthread_mutex_t lock;
  struct chunk *chunks;
  char *at, *end; /* of the newest chunk */
  size_t chunk_size;
  struct free_block *free[CLASSES];
};

struct slab *slab_create(void) {
  struct slab *const slab = calloc(1, sizeof *slab);
  if (slab == NULL)
    return NULL;
  slab->chunk_size = FIRST_CHUNK;
  pthread_mutex_init(&slab->lock, NULL);
  return slab;
}

void slab_destroy(struct slab *slab) {
  if (slab == NULL)
    return;
  while (slab->chunks != NULL) {
    struct chunk *const chunk = slab->chunks;
    slab->chunks = chunk->next;
    free(chunk->memory);
    free(chunk);
  }
  pthread_mutex_destroy(&slab->lock);
  free(slab);
}

size_t slab_cost(size_t size) {
  return (size + SLAB_ALIGNMENT - 1) / SLAB_ALIGNMENT * SLAB_ALIGNMENT;
}

static char *allocate(size_t size) {
  void *memory;
  if (posix_memalign(&memory, size < LARGE_PAGE ? SLAB_ALIGNMENT : LARGE_PAGE, size) != 0)
    return NULL;
  if (size >= LARGE_PAGE)
    (void)madvise(memory, size, MADV_HUGEPAGE); /* a hint; failing costs only speed */
  return memory;
}

static int add_chunk(struct slab *slab) {
  struct chunk *const chunk = malloc(sizeof *chunk);
  char *const memory = chunk == NULL ? NULL : allocate(slab->chunk_size);
  if (memory == NULL) {
    free(chunk);
    return -1;
  }
  *chunk = (struct chunk){.next = slab->chunks, .memory = memory};
  slab->chunks = chunk;
  slab->at = memory;
  slab->end = memory + slab->chunk_size;
  if (slab->chunk_size < LARGE_PAGE)
    slab->chunk_size *= 2;
  return 0;
}

static void *take_shared(struct slab *slab, size_t cost) {
  struct free_block **const list = &slab->free[cost / SLAB_ALIGNMENT];
  if (*list != NULL) {
    struct free_block *const block = *list;
    *list = block->next;
    return block;
  }
  if ((size_t)(slab->end - slab->at) < cost && add_chunk(slab) != 0)
    return NULL;
  void *const block = slab->at;
  slab->at += cost;
  return block;
}

void *slab_take(struct slab *slab, size_t size) {
  const size_t cost = slab_cost(size);
  void *block;
  if (cost > SHARED_MAX) {
    if (posix_memalign(&block, SLAB_ALIGNMENT, cost) != 0)
      return NULL;
  } else {
    pthread_mutex_lock(&slab->lock);
    block = take_shared(slab, cost);
    pthread_mutex_unlock(&slab->lock);
  }
  return block == NULL ? NULL : memset(block, 0, cost);
}

void slab_give(struct slab *slab, void *block, size_t size) {
  const size_t cost = slab_cost(size);
  if (block == NULL)
    return;
  if (cost > SHARED_MAX) {
    free(block);
    return;
  }
  struct free_block *const free_block = block;
  pthread_mutex_lock(&slab->lock);
  free_block->next = slab->free[cost / SLAB_ALIGNMENT];
  slab->free[cost / SLAB_ALIGNMENT] = free_block;
  pthread_mutex_unlock(&slab->lock);
}

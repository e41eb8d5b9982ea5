#include "unit/alloc_fail_sqlite.h"

#include <sqlite3.h>
#include <stdlib.h>

/* SQLite asks for the size of a block: it is kept in front of it. */
enum { FRONT = 16 };

static void *take(int size) {
  unsigned char *const block = malloc(FRONT + (size_t)size);
  if (block == NULL)
    return NULL;
  *(int *)(void *)block = size;
  return block + FRONT;
}

static void give(void *memory) {
  if (memory != NULL)
    free((unsigned char *)memory - FRONT);
}

static void *resize(void *memory, int size) {
  unsigned char *const block = realloc((unsigned char *)memory - FRONT, FRONT + (size_t)size);
  if (block == NULL)
    return NULL;
  *(int *)(void *)block = size;
  return block + FRONT;
}

static int size_of(void *memory) {
  return memory == NULL ? 0 : *(int *)(void *)((unsigned char *)memory - FRONT);
}

static int round_up(int size) { return (size + 7) / 8 * 8; }

static int begin(void *unused) {
  (void)unused;
  return SQLITE_OK;
}

static void end(void *unused) { (void)unused; }

bool alloc_fail_in_sqlite(void) {
  static sqlite3_mem_methods methods = {.xMalloc = take,
                                        .xFree = give,
                                        .xRealloc = resize,
                                        .xSize = size_of,
                                        .xRoundup = round_up,
                                        .xInit = begin,
                                        .xShutdown = end};
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK &&
         sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK &&
         sqlite3_initialize() == SQLITE_OK;
}

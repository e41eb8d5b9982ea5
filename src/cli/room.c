#include "cli/room.h"

#include <stdlib.h>

void *room_for_one(void *list, size_t count, size_t *room, size_t size) {
  if (count < *room)
    return list;
  const size_t wanted = 2 * *room + 64;
  void *const grown = realloc(list, wanted * size);
  if (grown != NULL)
    *room = wanted;
  return grown;
}

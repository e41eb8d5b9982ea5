/*
 * Room in lists that grow one by one.
 */
#ifndef ANOMALY_CLI_ROOM_H
#define ANOMALY_CLI_ROOM_H

#include <stddef.h>

/*
 * The list, moved if need be, with room for one more behind `count` elements of
 * `size` bytes; *room is that of the list. NULL where memory runs out, with the
 * list as it was.
 */
void *room_for_one(void *list, size_t count, size_t *room, size_t size);

#endif

/*
 * A group detector's state as bytes, and back: as snapshot.h, with the number of
 * columns before the fields, the head's fields, and those of each column.
 */
#ifndef ANOMALY_ENGINE_GROUP_SNAPSHOT_H
#define ANOMALY_ENGINE_GROUP_SNAPSHOT_H

#include "anomaly/group.h"

#include <stddef.h>

/* Exact size in bytes of a snapshot of this state. */
size_t group_snapshot_size(const struct group_detector *detector, const void *options,
                           const struct group_state *state);

/* Writes a snapshot of the state, which is not changed; `size` is group_snapshot_size. */
void group_snapshot_write(const struct group_detector *detector, const void *options,
                          const struct group_state *state, void *bytes, size_t size);

/*
 * Makes `state` what it was. Errors, all with the state as it was: STATUS_CORRUPT,
 * STATUS_VERSION, STATUS_MISMATCH (other detector, options or number of columns),
 * STATUS_NO_MEMORY.
 */
int group_snapshot_load(const struct group_detector *detector, const void *options,
                        const void *bytes, size_t size, const struct group_state *state);

#endif

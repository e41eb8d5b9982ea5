/*
 * An instance of a group as bytes, and back: its columns with the members' identities in
 * their order, the values of the row at hand, and what has been learned. The block of a
 * group that a model judges is no part of it, see anomaly/state.h.
 *
 * Layout, as pack.h has numbers: format version (u32), members (u32), begin and step of
 * the row (f64), a leap's begin (f64) and column (u32), whether only one member has come and
 * its column (u32), what judges it (u32 length and name), then for each member its identity
 * (u32 length and bytes), its last value (f64), sum (f64) and number (u32) of its values in
 * the row at hand and in the one after it, and whether the column was renewed (u32); the
 * columns behind what was learned (u32) and that (u32 length and bytes); checksum (u64).
 */
#ifndef ANOMALY_ENGINE_GROUP_STATE_H
#define ANOMALY_ENGINE_GROUP_STATE_H

#include "engine/group_instance.h"

#include <stddef.h>

/*
 * Packs an instance whose `judging` is held, into a block of malloc's. Errors:
 * STATUS_NO_MEMORY, STATUS_INVALID (a row waits to be judged: not now).
 */
int group_state_pack(struct group_instance *instance, void **ret_bytes, size_t *ret_size);

/*
 * Makes an instance without members what it was, from hostile bytes. Errors, with the
 * instance as it was: STATUS_CORRUPT, STATUS_VERSION, STATUS_MISMATCH (judged by something
 * else, or more members than columns_max), STATUS_NO_MEMORY.
 */
int group_state_load(struct group_instance *instance, const void *bytes, size_t size);

#endif

/*
 * Snapshots: one detector's state as bytes, and back.
 *
 * Layout, little-endian: magic (8 bytes), format version (u32), detector name
 * (u32 length and bytes), state version (u32), the options in effect (u32 count
 * and an f64 each), the fields in the order of the rows, checksum (u64). The
 * bytes are hostile when they come back: anything that does not fit exactly is
 * refused and the state is left untouched, which means a cold start of that
 * one detector. A NaN in a field is refused; infinities are the detector's to judge.
 */
#ifndef ANOMALY_ENGINE_SNAPSHOT_H
#define ANOMALY_ENGINE_SNAPSHOT_H

#include "anomaly/detector.h"
#include "engine/snapshot_header.h"

#include <stddef.h>
#include <stdint.h>

/* Exact size in bytes of a snapshot of this detector with these options. */
size_t snapshot_size(const struct detector *detector, const void *options);

/*
 * Writes a snapshot of `state`, which is not changed. Errors: STATUS_LIMIT
 * (size is less than snapshot_size).
 */
int snapshot_save(const struct detector *detector, const void *options, const void *state,
                  void *bytes, size_t size);

/* The same for a caller who knows the size: it is snapshot_size. */
void snapshot_write(const struct detector *detector, const void *options, const void *state,
                    void *bytes, size_t size);

/*
 * Makes `state` (detector->state_size bytes) what it was. Errors, all with the
 * state untouched: STATUS_CORRUPT, STATUS_VERSION, STATUS_MISMATCH (other
 * detector or options), STATUS_NO_MEMORY.
 */
int snapshot_load(const struct detector *detector, const void *options, const void *bytes,
                  size_t size, void *state);

#endif

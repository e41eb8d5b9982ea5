/*
 * One metric's state as bytes, and back.
 *
 * Layout, as pack.h has numbers: magic (8 bytes), format version (u32), the
 * identity (u32 length and six parts, each with its NUL), the metric's own
 * fields, checksum of all before it (u64); then for each detector a snapshot (u32
 * length and bytes), which has its own checksum. A group's own metric has in their place
 * the host that its last episode was told of (METRIC_PART_SIZE bytes) and its instance (u32
 * length and bytes, see group_state.h). Damage costs what it hits:
 * before the checksum the whole metric, behind it one detector.
 */
#ifndef ANOMALY_ENGINE_METRIC_STATE_H
#define ANOMALY_ENGINE_METRIC_STATE_H

#include "anomaly/metric.h"
#include "engine/metric.h"

#include <stdbool.h>
#include <stddef.h>

/* Exact size of the metric's state. */
size_t metric_state_size(const struct metric *metric);

/* Writes it to `bytes`, which have room for it. */
void metric_state_save(const struct metric *metric, void *bytes, size_t size);

/*
 * Of a group's own metric: what its instance, packed to so many bytes, adds to that, and
 * adds it behind it.
 */
size_t metric_state_group_size(size_t size);
void metric_state_add_group(const struct metric *metric, const void *group, size_t size,
                            void *bytes);

/* The identity that a key's bytes are: six parts, each with its NUL and not too long; else false.
 */
bool metric_key_parse(const unsigned char *bytes, size_t length, struct metric_id *ret_id);

/*
 * The identity that a state is of, borrowed from the bytes. Errors:
 * STATUS_CORRUPT, STATUS_VERSION.
 */
int metric_state_identity(const void *bytes, size_t size, struct metric_id *ret_id);

/*
 * Makes a metric that has seen nothing what it was. A detector whose snapshot is
 * missing, damaged or of other options stays as it is and is counted in
 * *ret_cold. Errors, with the metric as it was: STATUS_CORRUPT, STATUS_VERSION; and
 * STATUS_NO_MEMORY, with a metric that is good for nothing.
 */
int metric_state_load(struct metric *metric, const void *bytes, size_t size, size_t *ret_cold);

#endif

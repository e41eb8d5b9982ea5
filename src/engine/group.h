/*
 * A group detector with its options and its state, which grows with the columns.
 * It belongs to one thread at a time.
 */
#ifndef ANOMALY_ENGINE_GROUP_H
#define ANOMALY_ENGINE_GROUP_H

#include "anomaly/group.h"

#include <stddef.h>
#include <stdint.h>

struct group {
  const struct group_detector *detector;
  const void *options; /* borrowed */
  struct group_state state;
};

/* A group without columns; it needs no release before the first is added. */
struct group group_of(const struct group_detector *detector, const void *options);

/*
 * Adds columns, which come after those that are there, up to `columns`. Errors,
 * with the group as it was: STATUS_NO_MEMORY, STATUS_LIMIT (GROUP_COLUMNS_MAX).
 */
int group_grow(struct group *group, uint32_t columns);

/* Judges and learns one row of as many columns as there are, at least one. */
void group_update(struct group *group, const struct group_row *row, struct group_finding *ret);

/* Forgets what was learned of a column: it is as one that comes later. */
void group_forget_column(struct group *group, uint32_t column);

/* See struct group_detector. */
size_t group_blame(const struct group *group, struct group_blame ret_blames[GROUP_BLAMES]);

/* Bytes of its state. */
size_t group_memory(const struct group *group);

void group_release(struct group *group);

#endif

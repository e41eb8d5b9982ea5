/*
 * The columns of a group that count most, the largest first.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_TOP_BLAMES_H
#define ANOMALY_STATS_TOP_BLAMES_H

#include "anomaly/group.h"

#include <stddef.h>

/* Takes a column's decades, if they belong to the GROUP_BLAMES largest so far; returns how many. */
static inline size_t top_blames_take(struct group_blame *blames, size_t count, uint32_t column,
                                     double decades) {
  size_t at = count < GROUP_BLAMES ? count : GROUP_BLAMES;
  for (; at > 0 && blames[at - 1].decades < decades; at--)
    if (at < GROUP_BLAMES)
      blames[at] = blames[at - 1];
  if (at < GROUP_BLAMES)
    blames[at] = (struct group_blame){.column = column, .decades = decades};
  return count < GROUP_BLAMES ? count + 1 : GROUP_BLAMES;
}

#endif

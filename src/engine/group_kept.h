/*
 * Values of a group's members that are kept until all have come, as a past that is read
 * metric by metric wants it, and are then put in the order of time.
 */
#ifndef ANOMALY_ENGINE_GROUP_KEPT_H
#define ANOMALY_ENGINE_GROUP_KEPT_H

#include <stddef.h>
#include <stdint.h>

/* Values of one member within one interval, as one. */
struct kept_value {
  double time; /* of the first */
  double mean;
  float interval; /* from value to value; 0 = not known */
  uint16_t column, count;
};

/* All zero is empty. */
struct group_kept {
  struct kept_value *list; /* owned */
  size_t count, room;
  int status; /* STATUS_NO_MEMORY or STATUS_LIMIT (GROUP_KEPT_MAX) where some are lost */
};
#define GROUP_KEPT_MAX ((size_t)8 << 20)

/* Where a member's last value is; all zero: nowhere. */
struct kept_place {
  size_t at;
  double until; /* end of what it stands for */
};

/* Adds a value, to the member's last one where that began less than `interval` before. */
void group_kept_add(struct group_kept *kept, struct kept_place *place,
                    const struct kept_value *value, double interval);

/* By time, and by column where that is the same. */
void group_kept_sort(struct group_kept *kept);

#endif

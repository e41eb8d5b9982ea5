/*
 * The members of one instance of a group, each with a column of its own. A column
 * outlives the metric that had it, and may be given to another. It belongs to one
 * thread at a time.
 */
#ifndef ANOMALY_ENGINE_GROUP_MEMBERS_H
#define ANOMALY_ENGINE_GROUP_MEMBERS_H

#include "engine/group_kept.h"
#include "engine/metric.h"

#include <stdbool.h>
#include <stdint.h>

struct group_member {
  uint32_t column;
  uint32_t holders;  /* metrics that are this member: one, and one that is being made */
  bool renewed;      /* another had the column: what was learned of it is to be forgotten */
  double free_since; /* engine's clock; where there are no holders */
  double last;       /* value; NaN before the first */
  struct kept_place kept;
  uint16_t key_length;
  char key[]; /* the identity, as struct metric_key has it */
};

/* All zero has none. */
struct group_members {
  struct group_member **list; /* by column; owned, as each of them is */
  uint32_t count, capacity;
  uint32_t held; /* those with a holder */
};

/* Makes room for so many. False, and nothing changed, where there is no memory. */
bool group_members_reserve(struct group_members *members, uint32_t count);

/* The member with this key, or NULL. */
struct group_member *group_members_find(const struct group_members *members,
                                        const struct metric_key *key);

/* Adds one, for which there is room, held by nobody. NULL where there is no memory. */
struct group_member *group_members_add(struct group_members *members, const struct metric_key *key);

/*
 * Gives the column that has been free the longest, and for `patience` seconds at
 * least, to another member, held by nobody. Errors: STATUS_LIMIT (there is none),
 * STATUS_NO_MEMORY.
 */
int group_members_renew(struct group_members *members, const struct metric_key *key, double clock,
                        double patience, struct group_member **ret_member);

void group_member_hold(struct group_members *members, struct group_member *member);

/* Gives it back; `clock` is the engine's. */
void group_member_give(struct group_members *members, struct group_member *member, double clock);

/* How many different ones two lists have. */
uint32_t group_members_count_both(const struct group_members *members,
                                  const struct group_members *others);

/*
 * Takes over all of `others`, which are then none. Who is in both lists keeps the column
 * of this one and the holders of the others, whose pointers stay valid; the rest comes
 * after them. There is room for all; nobody holds one of this list.
 */
void group_members_take(struct group_members *members, struct group_members *others);

void group_members_release(struct group_members *members);

#endif

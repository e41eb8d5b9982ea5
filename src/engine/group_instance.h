/*
 * One instance of a group: its members, each a column (group_members.h); the rows that
 * their values make (group_rows.h); and what judges a row once it is whole
 * (group_learned.h). Here are the locks, the memory and the order of things.
 *
 * Values come from any thread and cost one short lock. Rows are judged one after
 * the other under a second lock, `judging`, which is taken before any other lock
 * and held while a row, and what follows from it for the group's metric, is worked
 * out.
 */
#ifndef ANOMALY_ENGINE_GROUP_INSTANCE_H
#define ANOMALY_ENGINE_GROUP_INSTANCE_H

#include "anomaly/episode.h"
#include "engine/group_kept.h"
#include "engine/group_learned.h"
#include "engine/group_members.h"
#include "engine/group_rows.h"
#include "engine/group_rule.h"
#include "engine/metric.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct group_instance {
  const struct group_rule *rule;
  struct metric_key key;                  /* of its own metric */
  struct group_instance *next, *previous; /* the engine's list, and its lock's */
  uint32_t holders;                       /* likewise */
  bool listed;                            /* likewise */

  pthread_mutex_t lock; /* for what follows */
  struct group_members members;
  struct group_rows rows;
  bool keeps; /* values are only kept */
  struct group_kept kept;
  atomic_uint_fast64_t *memory; /* of the engine */
  uint64_t charged;             /* bytes of it */

  pthread_mutex_t judging; /* for what follows; taken before `lock` */
  struct group_learned learned;
  double *row; /* that is judged */
  uint32_t row_capacity;
  bool fit_waits; /* for the trainer, or is being made by it */
};

/*
 * Without members. What it has is added to *memory and taken off in the end. NULL
 * where there is no memory.
 */
struct group_instance *group_instance_create(const struct group_rule *rule,
                                             const struct metric_key *key,
                                             atomic_uint_fast64_t *memory,
                                             struct fitted_totals *totals);

/* NULL is fine. */
void group_instance_destroy(struct group_instance *instance);

/* Bytes that it costs without members, and with one more, about. */
size_t group_instance_base_cost(const struct group_rule *rule);
size_t group_instance_member_cost(const struct group_rule *rule, size_t key_length);

/* Whether a member with this key has a column. */
bool group_instance_has(struct group_instance *instance, const struct metric_key *key);

/* The column that the member with this key has or had; NULL where it had none. */
struct group_member *group_instance_rejoin(struct group_instance *instance,
                                           const struct metric_key *key);

/*
 * The same, or a new column, or where there are columns_max already, one that has been
 * free for `patience` seconds. `clock` is the engine's. Errors: STATUS_LIMIT (there is
 * none), STATUS_NO_MEMORY.
 */
int group_instance_join(struct group_instance *instance, const struct metric_key *key, double clock,
                        double patience, struct group_member **ret_member);

/* Gives it back. */
void group_instance_leave(struct group_instance *instance, struct group_member *member,
                          double clock);

/* Forgets everything, and all members, which nobody holds. */
void group_instance_clear(struct group_instance *instance);

/* Adds a value. True where a row has become whole: see group_instance_judge. */
bool group_instance_add(struct group_instance *instance, struct group_member *member,
                        const struct group_value *value);

/*
 * What was kept, in the order of time, the caller's to free; from now on values are
 * added at once.
 */
struct group_kept group_instance_take_kept(struct group_instance *instance);

/*
 * Closes a row that no value has come to for as long as a row is, by the engine's
 * clock. True where there is one to be judged.
 */
bool group_instance_pass(struct group_instance *instance, double clock);

struct group_judged_row {
  double time, interval;
  struct group_finding finding;
  struct episode_causes causes;
};

/*
 * Judges and learns the oldest row that is whole, with `judging` held. False where
 * there is none, or no memory to judge it.
 */
bool group_instance_judge(struct group_instance *instance, struct group_judged_row *ret);

/*
 * Takes over what another instance of the same rule has learned: its columns, with
 * the members of this one in their places, and the rest as it is there. The other one,
 * which no thread can find, is empty after that. `judging` of this one is held. False, and nothing
 * changed, where there is no memory or no room.
 */
bool group_instance_adopt(struct group_instance *instance, struct group_instance *other);

#endif

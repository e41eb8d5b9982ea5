/*
 * Who is a member of which group. Where there are more than one instance has columns for,
 * further parts of it take them as they come, and each keeps its place.
 */
#include "anomaly/status.h"
#include "engine/describe.h"
#include "engine/engine_private.h"
#include "engine/group_instance.h"

static struct metric *lock_own_metric(struct engine *engine, const struct metric_id *own,
                                      const struct metric_key *key, bool make,
                                      struct shard **ret_shard) {
  return make ? engine_lock_or_admit(engine, own, key, ret_shard)
              : engine_lock_metric(engine, key, ret_shard);
}

/* A part of the instance that `id` is a member of, held; NULL where there is none. */
static struct group_instance *hold_part(struct engine *engine, const struct group_rule *rule,
                                        const struct metric_id *id, uint32_t part, bool make) {
  struct metric_name name;
  struct metric_key key;
  if (!group_rule_identity(rule, id, part, &name))
    return NULL;
  const struct metric_id own = metric_name_id(&name);
  if (!metric_key_make(&key, &own))
    return NULL;
  struct shard *shard;
  struct metric *const metric = lock_own_metric(engine, &own, &key, make, &shard);
  struct group_instance *const instance =
      metric != NULL && metric->plan->group == rule ? metric_own(metric)->instance : NULL;
  if (instance != NULL)
    engine_hold_group(engine, instance);
  pthread_mutex_unlock(&shard->lock);
  return instance;
}

/* The place that it has or had; without an instance where it has none. */
static struct group_seat find_seat(struct engine *engine, const struct group_rule *rule,
                                   const struct metric_id *id, const struct metric_key *key) {
  const uint32_t parts = (uint32_t)atomic_load(&engine->group_parts);
  for (uint32_t part = 1; part <= parts; part++) {
    struct group_instance *const instance = hold_part(engine, rule, id, part, false);
    if (instance == NULL)
      continue;
    struct group_member *const member = group_instance_rejoin(instance, key);
    if (member != NULL)
      return (struct group_seat){.instance = instance, .member = member};
    engine_give_group(engine, instance);
  }
  return (struct group_seat){.instance = NULL};
}

static bool has_room(const struct engine *engine, const struct group_rule *rule,
                     const struct metric_key *key) {
  return atomic_load(&engine->memory) + atomic_load(&engine->fitted.bytes) +
             group_instance_member_cost(rule, key->length) <=
         engine->options.memory_limit;
}

/* A place in the first part that has one, which is made if need be. */
static struct group_seat new_seat(struct engine *engine, const struct group_rule *rule,
                                  const struct metric_id *id, const struct metric_key *key) {
  int status = STATUS_LIMIT;
  for (uint32_t part = 1; part <= GROUP_PARTS_MAX && status == STATUS_LIMIT; part++) {
    struct group_instance *const instance =
        has_room(engine, rule, key) ? hold_part(engine, rule, id, part, true) : NULL;
    if (instance == NULL)
      break;
    struct group_member *member;
    status = group_instance_join(instance, key, atomic_load(&engine->clock),
                                 engine->options.restart_grace, &member);
    if (status == STATUS_OK)
      return (struct group_seat){.instance = instance, .member = member};
    engine_give_group(engine, instance);
  }
  return (struct group_seat){.instance = NULL};
}

static struct group_seat take_seat(struct engine *engine, const struct group_rule *rule,
                                   const struct metric_id *id, const struct metric_key *key) {
  const struct group_seat known = find_seat(engine, rule, id, key);
  if (known.instance != NULL)
    return known;
  const struct group_seat seat = new_seat(engine, rule, id, key);
  if (seat.instance == NULL)
    atomic_fetch_add(&engine->refused_columns, 1);
  return seat;
}

void engine_take_seats(struct engine *engine, struct metric *metric, const struct metric_id *id,
                       const struct metric_key *key) {
  for (size_t i = 0; i < metric->plan->seats; i++)
    metric_seats(metric)[i] = take_seat(engine, metric->plan->seat[i], id, key);
}

bool engine_is_member(struct engine *engine, const struct metric_id *group,
                      const struct metric_id *id) {
  struct metric_key own, key;
  if (!metric_key_make(&own, group) || !metric_key_make(&key, id))
    return false;
  struct shard *shard;
  struct metric *const metric = engine_lock_metric(engine, &own, &shard);
  const bool member = metric != NULL && metric->plan->group != NULL &&
                      group_instance_has(metric_own(metric)->instance, &key);
  pthread_mutex_unlock(&shard->lock);
  return member;
}

void engine_leave_seats(struct engine *engine, struct metric *metric) {
  for (size_t i = 0; i < metric->plan->seats; i++) {
    struct group_seat *const seat = &metric_seats(metric)[i];
    if (seat->instance == NULL)
      continue;
    group_instance_leave(seat->instance, seat->member, atomic_load(&engine->clock));
    engine_give_group(engine, seat->instance);
    seat->instance = NULL;
  }
}

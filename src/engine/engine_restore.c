/* State on its way in: stored metrics are made anew, and find their place in a running engine. */
#include "anomaly/state.h"

#include "engine/engine_private.h"
#include "engine/group_instance.h"
#include "engine/metric_state.h"

#include <math.h>
#include <string.h>

/* What was seen long ago expires so much earlier. */
static void set_age(struct engine *engine, struct metric *metric, double now) {
  metric->last_seen = atomic_load(&engine->clock) - fmax(now - metric->rate.time, 0);
  double earliest = atomic_load(&engine->earliest_seen);
  while (metric->last_seen < earliest &&
         !atomic_compare_exchange_weak(&engine->earliest_seen, &earliest, metric->last_seen))
    ;
}

/* New ones go on behind the numbers that are taken. */
static void note_episode(struct engine *engine, const struct metric *metric) {
  const uint64_t number = (metric->decision.episode & EPISODE_NUMBERS) + 1;
  uint64_t next = atomic_load(&engine->next_episode);
  while (metric->decision.episode != 0 && next < number &&
         !atomic_compare_exchange_weak(&engine->next_episode, &next, number))
    ;
}

enum placing { PLACED, REPLACED, POSTPONED, REFUSED };

/* Better is what knows the metric for longer; nothing that was told may get lost. */
static enum placing compare(const struct metric *stored, const struct metric *known) {
  if (stored->size != known->size || stored->first_time <= 0 ||
      (known->first_time > 0 && stored->first_time >= known->first_time))
    return REFUSED;
  if (known->plan->group != NULL && known->first_time == 0)
    return REPLACED; /* its members came first */
  return known->decision.open || stored->rate.time > known->rate.time ? POSTPONED : REPLACED;
}

/* Takes everything over but where the metric is now; nothing is fitted for either from then on. */
static void replace(struct shard *shard, struct metric *known, const struct metric *stored) {
  const double last_seen = known->last_seen;
  const bool missed = known->missed;
  engine_count_metric(shard, known, -1);
  metric_take_learned(known, stored);
  known->last_seen = last_seen;
  known->missed = missed;
  known->awaited = known->trained = false;
  engine_count_metric(shard, known, 1);
}

/* Of a group's own metric the instance is taken over too, where no row of it is being judged. */
static enum placing replace_group(struct shard *shard, struct metric *known,
                                  const struct metric *stored) {
  struct group_instance *const instance = metric_own(known)->instance;
  if (pthread_mutex_trylock(&instance->judging) != 0)
    return POSTPONED;
  const bool adopted = group_instance_adopt(instance, metric_own(stored)->instance);
  if (adopted)
    replace(shard, known, stored);
  pthread_mutex_unlock(&instance->judging);
  return adopted ? REPLACED : REFUSED;
}

/* How much a group has learned is only known once it is there. */
static bool has_room(const struct engine *engine, const struct metric *metric) {
  return metric->plan->group == NULL ||
         atomic_load(&engine->memory) + atomic_load(&engine->fitted.bytes) <=
             engine->options.memory_limit;
}

static enum placing place(struct engine *engine, struct metric *metric,
                          const struct metric_key *key) {
  const uint64_t hash = metric_key_hash(key, engine->hash_seed);
  struct shard *const shard = engine_shard(engine, hash);
  enum placing placing = POSTPONED; /* where there is no memory */
  pthread_mutex_lock(&shard->lock);
  struct metric *const known = table_find(&shard->table, key, (uint32_t)hash);
  if (known == NULL && has_room(engine, metric) && table_reserve(&shard->table) == STATUS_OK) {
    engine_put_metric(engine, shard, metric, (uint32_t)hash);
    placing = PLACED;
  } else if (known != NULL && (placing = compare(metric, known)) == REPLACED) {
    if (known->plan->group != NULL)
      placing = replace_group(shard, known, metric);
    else
      replace(shard, known, metric);
  }
  pthread_mutex_unlock(&shard->lock);
  return placing;
}

/* The own metric of a group that is not configured any more. */
static bool is_of_no_group(const struct metric *metric) {
  return metric->plan->group == NULL &&
         strcmp(metric_identity(metric).part[METRIC_PLUGIN], GROUP_PLUGIN) == 0;
}

/* Makes a metric of the bytes; NULL, and counted, where that cannot be. */
static struct metric *revive(struct engine *engine, const void *state, size_t size,
                             struct metric_key *key, size_t *ret_cold,
                             struct restore_stats *stats) {
  struct metric_id id;
  if (metric_state_identity(state, size, &id) != STATUS_OK || !metric_key_make(key, &id)) {
    stats->cold_metrics++;
    return NULL;
  }
  struct metric *const metric = engine_make_metric(engine, &id, key);
  if (metric == NULL) {
    stats->refused++;
    return NULL;
  }
  if (metric->plan->count == 0 || is_of_no_group(metric)) {
    stats->ignored++;
    engine_drop_metric(engine, metric);
    return NULL;
  }
  const int status = metric_state_load(metric, state, size, ret_cold);
  if (status == STATUS_OK)
    return metric;
  stats->refused += status == STATUS_NO_MEMORY;
  stats->cold_metrics += status != STATUS_NO_MEMORY;
  engine_drop_metric(engine, metric);
  return NULL;
}

/* An alarm that nobody was told of opens again if it goes on, and nobody is awaited. */
static void make_trained(struct metric *metric) {
  metric->decision.open = false;
  metric->decision.hits = 0;
  metric->decision.severity = SEVERITY_OKAY;
  metric->silent = false;
  metric->trained = true;
}

static void await(struct engine *engine, struct metric *metric) {
  metric->awaited = true;
  atomic_store(&engine->awaiting, true);
}

void engine_restore(struct engine *engine, enum learner learner, const void *state, size_t size,
                    double now, struct restore_stats *stats) {
  struct metric_key key;
  size_t cold;
  struct metric *const metric = revive(engine, state, size, &key, &cold, stats);
  if (metric == NULL)
    return;
  if (learner == LEARNED_ELSEWHERE)
    make_trained(metric);
  else if (metric->plan->group == NULL)
    await(engine, metric);
  set_age(engine, metric, now);
  note_episode(engine, metric);
  const enum placing placing = place(engine, metric, &key);
  if (placing != PLACED)
    engine_drop_metric(engine, metric);
  if (placing == POSTPONED || placing == REFUSED) {
    stats->refused++;
    return;
  }
  stats->metrics++;
  stats->cold_detectors += cold;
}

enum taking_over engine_take_over(struct engine *engine, const void *state, size_t size,
                                  double now) {
  struct restore_stats stats = {.metrics = 0};
  struct metric_key key;
  size_t cold = 0;
  struct metric *const metric = revive(engine, state, size, &key, &cold, &stats);
  if (metric == NULL)
    return stats.refused > 0 ? TAKEN_LATER : TAKEN_NOT;
  make_trained(metric);
  metric->unsaved = UNSAVED_STATE | UNSAVED_BASELINE;
  set_age(engine, metric, now);
  note_episode(engine, metric);
  const enum placing placing = cold > 0 ? REFUSED : place(engine, metric, &key);
  if (placing != PLACED)
    engine_drop_metric(engine, metric);
  if (placing == POSTPONED)
    return TAKEN_LATER;
  return placing == REFUSED ? TAKEN_NOT : TAKEN_OVER;
}

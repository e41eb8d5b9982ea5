/* Metrics that come and go: how one is made, found in its shard, and given back. */
#include "engine/engine_private.h"

#include "anomaly/status.h"

struct metric *engine_make_metric(struct engine *engine, const struct metric_id *id,
                                  const struct metric_key *key) {
  const struct plan *const plan = plan_book_find(engine->plans, id);
  if (plan == NULL)
    return NULL;
  const size_t size = metric_size(plan, key);
  const size_t cost = slab_cost(size);
  struct host *const host = hosts_hold(engine->hosts, id->part[METRIC_HOST]);
  struct metric *metric = NULL;
  const uint64_t before =
      atomic_fetch_add(&engine->memory, cost) + atomic_load(&engine->fitted.bytes);
  if (before + cost <= engine->options.memory_limit && host != NULL)
    metric = slab_take(engine->slab, size);
  if (metric == NULL) {
    atomic_fetch_sub(&engine->memory, cost);
    hosts_give(engine->hosts, host);
    return NULL;
  }
  metric_init(metric, plan, key, host);
  metric->last_seen = atomic_load(&engine->clock);
  if (plan->group != NULL)
    atomic_fetch_add(&host->groups, 1);
  if (plan->group != NULL && !engine_make_group(engine, metric, key)) {
    engine_drop_metric(engine, metric);
    return NULL;
  }
  engine_take_seats(engine, metric, id, key);
  return metric;
}

void engine_put_metric(struct engine *engine, struct shard *shard, struct metric *metric,
                       uint32_t hash) {
  table_put(&shard->table, metric, hash);
  engine_count_metric(shard, metric, 1);
  if (metric->plan->group != NULL)
    engine_list_group(engine, metric);
}

void engine_drop_metric(struct engine *engine, struct metric *metric) {
  const size_t size = metric->size;
  engine_count_missed(metric, false);
  if (metric->plan->group != NULL) {
    engine_drop_group(engine, metric);
    atomic_fetch_sub(&metric->host->groups, 1);
  }
  engine_leave_seats(engine, metric);
  hosts_give(engine->hosts, metric->host);
  metric_give_fitted(metric);
  atomic_fetch_sub(&engine->memory, slab_cost(size));
  slab_give(engine->slab, metric, size);
}

struct shard *engine_shard(struct engine *engine, uint64_t hash) {
  return &engine->shards[hash >> (64 - SHARD_BITS)];
}

/* The shard of a key, and its hash in that shard's table. */
static struct shard *find_shard(struct engine *engine, const struct metric_key *key,
                                uint32_t *ret_hash) {
  const uint64_t hash = metric_key_hash(key, engine->hash_seed);
  *ret_hash = (uint32_t)hash;
  return engine_shard(engine, hash);
}

struct metric *engine_lock_metric(struct engine *engine, const struct metric_key *key,
                                  struct shard **ret_shard) {
  uint32_t hash;
  *ret_shard = find_shard(engine, key, &hash);
  pthread_mutex_lock(&(*ret_shard)->lock);
  return table_find(&(*ret_shard)->table, key, hash);
}

/*
 * Admits a metric that was not there. Rules are matched with the shard
 * unlocked, as that may take long; another thread may have been quicker then.
 * Returns with the shard locked; NULL where there is no room.
 */
static struct metric *admit(struct engine *engine, struct shard *shard, const struct metric_id *id,
                            const struct metric_key *key, uint32_t hash) {
  pthread_mutex_unlock(&shard->lock);
  struct metric *const made = engine_make_metric(engine, id, key);
  pthread_mutex_lock(&shard->lock);
  if (made == NULL)
    return NULL;
  struct metric *const other = table_find(&shard->table, key, hash);
  if (other != NULL || table_reserve(&shard->table) != STATUS_OK) {
    engine_drop_metric(engine, made);
    return other;
  }
  engine_put_metric(engine, shard, made, hash);
  return made;
}

struct metric *engine_lock_or_admit(struct engine *engine, const struct metric_id *id,
                                    const struct metric_key *key, struct shard **ret_shard) {
  uint32_t hash;
  *ret_shard = find_shard(engine, key, &hash);
  pthread_mutex_lock(&(*ret_shard)->lock);
  struct metric *const metric = table_find(&(*ret_shard)->table, key, hash);
  return metric != NULL ? metric : admit(engine, *ret_shard, id, key, hash);
}

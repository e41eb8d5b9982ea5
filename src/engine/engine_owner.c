/* Who has fitted models: metrics and groups, and how either is locked. */
#include "engine/engine_private.h"
#include "engine/group_instance.h"
#include "engine/model_detector.h"

/* ---- Locks ---------------------------------------------------------------- */

static bool is_judged_by_model(const struct metric *metric) {
  return metric->plan->group != NULL && metric->plan->group->model != NULL;
}

/* A group is held first, as its lock is to be taken before that of any shard. */
bool engine_lock_owner(struct engine *engine, uint64_t hash, struct model_owner *ret_owner) {
  struct shard *const shard = engine_shard(engine, hash);
  pthread_mutex_lock(&shard->lock);
  struct metric *const metric = table_find_hash(&shard->table, hash, engine->hash_seed);
  if (metric == NULL) {
    pthread_mutex_unlock(&shard->lock);
    return false;
  }
  if (!is_judged_by_model(metric)) {
    *ret_owner = (struct model_owner){.shard = shard, .metric = metric};
    return true;
  }
  struct group_instance *const instance = metric_own(metric)->instance;
  engine_hold_group(engine, instance);
  pthread_mutex_unlock(&shard->lock);
  pthread_mutex_lock(&instance->judging);
  *ret_owner = (struct model_owner){.instance = instance};
  return true;
}

bool engine_lock_owner_of(struct engine *engine, uint64_t key, struct model_owner *ret_owner) {
  for (uint64_t low = 0; low < 2; low++) /* the key is the hash without its lowest bit */
    if (engine_lock_owner(engine, key << 1 | low, ret_owner))
      return true;
  return false;
}

void engine_unlock_owner(struct engine *engine, const struct model_owner *owner) {
  if (owner->instance == NULL) {
    pthread_mutex_unlock(&owner->shard->lock);
    return;
  }
  pthread_mutex_unlock(&owner->instance->judging);
  engine_give_group(engine, owner->instance);
}

/* ---- Seats ---------------------------------------------------------------- */

static struct model_seat seat_of_metric(const struct metric *metric, size_t which) {
  const struct plan_detector *const detector = &metric->plan->detectors[which];
  struct model_seat seat = model_detector_seat(detector->detector, detector->options,
                                               metric_detector_state(metric, which));
  seat.fitted = metric_fitted(metric, which);
  seat.first = metric->first_time;
  seat.odd = metric->decision.open;
  return seat;
}

/* A group has one. */
static bool find_seat(const struct model_owner *owner, size_t *which, struct model_seat *ret_seat) {
  if (owner->instance != NULL) {
    if (*which == 0)
      *ret_seat = group_model_seat(&owner->instance->learned.model);
    return *which == 0;
  }
  const struct metric *const metric = owner->metric;
  while (*which < metric->plan->count && metric_fitted(metric, *which) == NULL)
    ++*which;
  if (*which == metric->plan->count)
    return false;
  *ret_seat = seat_of_metric(metric, *which);
  return true;
}

bool engine_model_seat(struct engine *engine, const struct model_owner *owner, size_t *which,
                       struct model_seat *ret_seat) {
  if (!find_seat(owner, which, ret_seat))
    return false;
  ret_seat->totals = &engine->fitted;
  ret_seat->room = (int64_t)(engine->options.memory_limit - atomic_load(&engine->memory) -
                             atomic_load(&engine->fitted.bytes));
  ret_seat->stores = engine->store_models;
  return true;
}

size_t engine_model_options(const struct model_owner *owner, size_t which,
                            struct option_table ret_tables[MODEL_TABLES_MAX]) {
  if (owner->instance != NULL)
    return group_rule_tables(owner->instance->rule, ret_tables);
  const struct plan_detector *const detector = &owner->metric->plan->detectors[which];
  ret_tables[0] = (struct option_table){detector->detector->options, detector->options};
  return 1;
}

/* ---- News ----------------------------------------------------------------- */

static void add_news(struct engine_stats *stats, const struct owner_news *news) {
  stats->fits += news->fits;
  stats->failed_fits += news->failed_fits;
  stats->rejected_fits += news->rejected_fits;
  stats->drifted += news->drifted;
  stats->postponed_fits += news->postponed_fits;
}

void engine_note_owner(struct engine *engine, const struct model_owner *owner,
                       const struct owner_news *news) {
  struct shard *shard = owner->shard;
  struct metric *metric = owner->metric;
  if (owner->instance != NULL)
    metric = engine_lock_metric(engine, &owner->instance->key, &shard);
  add_news(&shard->stats, news);
  if (metric != NULL)
    metric->unsaved |= (uint8_t)news->unsaved;
  if (owner->instance != NULL)
    pthread_mutex_unlock(&shard->lock);
}

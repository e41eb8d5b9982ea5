/* Fitted blocks that were stored, on their way back. */
#include "anomaly/state.h"
#include "engine/engine_private.h"
#include "engine/model_detector.h"
#include "stats/feature_rows.h"

#include <string.h>

/* A metric with this key, its shard locked; NULL, and not locked, where there is none. */
static struct metric *lock_key(struct engine *engine, uint64_t key, struct shard **ret_shard) {
  for (uint64_t low = 0; low < 2; low++) { /* the key is the hash without its lowest bit */
    const uint64_t hash = key << 1 | low;
    struct shard *const shard = engine_shard(engine, hash);
    pthread_mutex_lock(&shard->lock);
    struct metric *const metric = table_find_hash(&shard->table, hash, engine->hash_seed);
    if (metric != NULL) {
      *ret_shard = shard;
      return metric;
    }
    pthread_mutex_unlock(&shard->lock);
  }
  return NULL;
}

/* The detector of the metric that waits for the block; the plan's count where none does. */
static size_t find_waiting(const struct metric *metric, const struct stored_model *stored) {
  size_t which = 0;
  for (; which < metric->plan->count; which++) {
    struct fitted *const *const fitted = metric_fitted(metric, which);
    if (fitted != NULL && *fitted == NULL &&
        strcmp(metric->plan->detectors[which].detector->name, stored->model) == 0)
      break;
  }
  const bool wants =
      which < metric->plan->count &&
      model_detector_wants(metric_detector_state(metric, which), stored->version, stored->created);
  return wants ? which : metric->plan->count;
}

bool engine_wants_model(struct engine *engine, const struct stored_model *stored) {
  struct shard *shard;
  const struct metric *const metric = lock_key(engine, stored->key, &shard);
  if (metric == NULL)
    return false;
  const bool wants = find_waiting(metric, stored) < metric->plan->count;
  pthread_mutex_unlock(&shard->lock);
  return wants;
}

/* Whether a fit with these options would have made such a block. */
static bool is_of(const struct block *block, const struct plan_detector *detector) {
  const struct model_options *const options = detector->options;
  const struct model *const model = detector->detector->model;
  return block_model(block) == model &&
         block_columns(block) == feature_columns(&options->features) &&
         block_options(block) ==
             model_options_hash(model, &options->common, model_options_own(options));
}

/* Puts the block, which is taken over, where the metric waits for it. */
static int attach(struct engine *engine, struct metric *metric, size_t which,
                  const struct stored_model *stored, struct block *block) {
  const struct plan_detector *const detector = &metric->plan->detectors[which];
  const uint64_t used = atomic_load(&engine->memory) + atomic_load(&engine->fitted.bytes);
  struct fitted *const fitted =
      used + fitted_cost(block) <= engine->options.memory_limit
          ? fitted_create(block, stored->version, stored->created, &engine->fitted)
          : NULL;
  if (fitted == NULL) {
    block_destroy(block);
    return STATUS_LIMIT;
  }
  fitted->from = stored->from;
  if (!model_detector_relearn(metric_detector_state(metric, which), detector->options, block,
                              fitted->scratch)) {
    fitted_give(fitted);
    return STATUS_LIMIT;
  }
  *metric_fitted(metric, which) = fitted;
  return STATUS_OK;
}

static int attach_if_fitting(struct engine *engine, struct metric *metric,
                             const struct stored_model *stored, struct block *block) {
  const size_t which = find_waiting(metric, stored);
  const bool waits = which < metric->plan->count;
  if (waits && is_of(block, &metric->plan->detectors[which]))
    return attach(engine, metric, which, stored, block);
  block_destroy(block);
  return waits ? STATUS_MISMATCH : STATUS_NOT_FOUND;
}

int engine_take_model(struct engine *engine, const struct stored_model *stored) {
  struct block *block;
  struct shard *shard;
  int status = block_load(&block, stored->bytes, stored->size);
  if (status != STATUS_OK)
    return status;
  struct metric *const metric = lock_key(engine, stored->key, &shard);
  if (metric == NULL) {
    block_destroy(block);
    return STATUS_NOT_FOUND;
  }
  status = attach_if_fitting(engine, metric, stored, block);
  pthread_mutex_unlock(&shard->lock);
  return status;
}

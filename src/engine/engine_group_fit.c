/* Fits of models that judge groups. */
#include "anomaly/status.h"
#include "engine/engine_private.h"
#include "engine/group_instance.h"

/* Whether memory_limit has room for the block in place of the one that is there. */
static bool has_room(const struct engine *engine, const struct group_model *model,
                     const struct block *block) {
  const uint64_t freed = model->fitted != NULL ? fitted_cost(model->fitted->block) : 0;
  const uint64_t used = atomic_load(&engine->memory) + atomic_load(&engine->fitted.bytes);
  return used + fitted_cost(block) - freed <= engine->options.memory_limit;
}

static void count(struct engine *engine, const struct group_instance *instance, bool fitted) {
  struct shard *shard;
  (void)engine_lock_metric(engine, &instance->key, &shard);
  shard->stats.fits += fitted;
  shard->stats.failed_fits += !fitted;
  pthread_mutex_unlock(&shard->lock);
}

/* Takes what a fit gave, NULL where it gave none, with `judging` held. */
static void conclude(struct engine *engine, struct group_instance *instance, struct block *block) {
  const bool fitted = block != NULL && has_room(engine, &instance->learned.model, block) &&
                      group_model_take(&instance->learned.model, block) == STATUS_OK;
  if (!fitted) {
    block_destroy(block);
    group_model_missed(&instance->learned.model);
  }
  count(engine, instance, fitted);
}

static void fit_now(struct engine *engine, struct group_instance *instance) {
  struct block *block;
  if (group_model_fit(&instance->learned.model, NULL, &block) != STATUS_OK)
    block = NULL;
  conclude(engine, instance, block);
}

void engine_fit_group_due(struct engine *engine, struct group_instance *instance) {
  if (instance->rule->model == NULL || !group_model_is_due(&instance->learned.model))
    return;
  if (!engine->fit_later) {
    fit_now(engine, instance);
    return;
  }
  if (instance->fit_waits)
    return;
  struct shard *shard;
  instance->fit_waits =
      fit_queue_put(&engine->fit_queue, metric_key_hash(&instance->key, engine->hash_seed));
  (void)engine_lock_metric(engine, &instance->key, &shard);
  shard->stats.postponed_fits += !instance->fit_waits;
  pthread_mutex_unlock(&shard->lock);
}

static bool begin(struct group_instance *instance, struct group_fit *ret_fit) {
  pthread_mutex_lock(&instance->judging);
  const bool due = instance->rule->model != NULL && group_model_is_due(&instance->learned.model);
  if (due)
    *ret_fit = group_fit_begin(&instance->learned.model);
  instance->fit_waits = due;
  pthread_mutex_unlock(&instance->judging);
  return due;
}

void engine_fit_group(struct engine *engine, struct group_instance *instance,
                      const atomic_bool *stop) {
  struct group_fit fit;
  struct block *block;
  if (!begin(instance, &fit))
    return;
  if (group_fit_run(&fit, stop, &block) != STATUS_OK)
    block = NULL;
  pthread_mutex_lock(&instance->judging);
  instance->fit_waits = false;
  if (group_fit_is_of_use(&fit, &instance->learned.model) && (block != NULL || !atomic_load(stop)))
    conclude(engine, instance, block);
  else
    block_destroy(block);
  pthread_mutex_unlock(&instance->judging);
  group_fit_end(&fit);
}

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

/* The detector of the metric that is made from the model; the plan's count where none is. */
static size_t find_model(const struct metric *metric, const char *model) {
  size_t which = 0;
  while (which < metric->plan->count &&
         (metric_fitted(metric, which) == NULL ||
          strcmp(metric->plan->detectors[which].detector->name, model) != 0))
    which++;
  return which;
}

/* The same where that waits for the block. */
static size_t find_waiting(const struct metric *metric, const struct stored_model *stored) {
  const size_t which = find_model(metric, stored->model);
  const bool waits =
      which < metric->plan->count && *metric_fitted(metric, which) == NULL &&
      model_detector_wants(metric_detector_state(metric, which), stored->version, stored->created);
  return waits ? which : metric->plan->count;
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

/* Holds the block, which is taken over, in place of `old`. */
static int hold(struct engine *engine, const struct stored_model *stored, struct block *block,
                const struct fitted *old, struct fitted **ret_fitted) {
  const uint64_t freed = old != NULL ? fitted_cost(old->block) : 0;
  const uint64_t used = atomic_load(&engine->memory) + atomic_load(&engine->fitted.bytes);
  const bool room = used + fitted_cost(block) - freed <= engine->options.memory_limit;
  struct fitted *const fitted =
      room ? fitted_create(block, stored->version, stored->created, &engine->fitted) : NULL;
  if (fitted == NULL) {
    block_destroy(block);
    return room ? STATUS_NO_MEMORY : STATUS_LIMIT;
  }
  fitted->from = stored->from;
  fitted->since = stored->since;
  fitted->quality = stored->quality;
  *ret_fitted = fitted;
  return STATUS_OK;
}

/* Puts the block, which is taken over, where the metric waits for it. */
static int attach(struct engine *engine, struct metric *metric, size_t which,
                  const struct stored_model *stored, struct block *block) {
  struct fitted *fitted;
  const int status = hold(engine, stored, block, NULL, &fitted);
  if (status != STATUS_OK)
    return status;
  if (!model_detector_relearn(metric_detector_state(metric, which),
                              metric->plan->detectors[which].options, block, fitted->scratch)) {
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

/* ---- Going back ---------------------------------------------------------------- */

/* Whether the block is in use already; then it is to be handed out once more. */
static bool is_in_use(struct metric *metric, size_t which, const struct stored_model *stored) {
  struct fitted *const fitted = *metric_fitted(metric, which);
  if (fitted == NULL || fitted->version != stored->version || fitted->created != stored->created)
    return false;
  fitted->unsaved = true;
  metric->unsaved |= UNSAVED_MODEL;
  return true;
}

/* `copy` is of the block, where it learns; both are taken over. */
static int crown(struct engine *engine, struct metric *metric, size_t which,
                 const struct stored_model *stored, struct block *block, struct block *copy) {
  const struct plan_detector *const detector = &metric->plan->detectors[which];
  struct fitted **const place = metric_fitted(metric, which);
  struct fitted *fitted;
  const int status = hold(engine, stored, block, *place, &fitted);
  if (status != STATUS_OK) {
    block_destroy(copy);
    return status;
  }
  fitted_keep(fitted, copy);
  fitted->since = metric->rate.time;
  fitted->unsaved = true;
  fitted_give(*place);
  *place = fitted;
  model_detector_went_back(metric_detector_state(metric, which), detector->options, stored->version,
                           stored->created);
  metric->unsaved |= UNSAVED_STATE | UNSAVED_MODEL;
  return STATUS_OK;
}

static int crown_if_fitting(struct engine *engine, struct metric *metric,
                            const struct stored_model *stored, struct block *block,
                            struct block *copy, bool *ret_went) {
  const size_t which = find_model(metric, stored->model);
  int status = STATUS_NOT_FOUND;
  *ret_went = false;
  if (which < metric->plan->count && is_of(block, &metric->plan->detectors[which])) {
    if (!is_in_use(metric, which, stored)) {
      status = crown(engine, metric, which, stored, block, copy);
      *ret_went = status == STATUS_OK;
      return status;
    }
    status = STATUS_OK;
  } else if (which < metric->plan->count) {
    status = STATUS_MISMATCH;
  }
  block_destroy(copy);
  block_destroy(block);
  return status;
}

/* A copy only of a block that learns. */
static int load(const struct stored_model *stored, struct block **ret_block,
                struct block **ret_copy) {
  int status = block_load(ret_block, stored->bytes, stored->size);
  if (status != STATUS_OK || !block_learns(*ret_block))
    return status;
  status = block_copy(ret_copy, *ret_block);
  if (status != STATUS_OK)
    block_destroy(*ret_block);
  return status;
}

int engine_crown_model(struct engine *engine, const struct stored_model *stored, bool *ret_went) {
  struct block *block, *copy = NULL;
  struct shard *shard;
  /* The metric's state goes on with it; one that comes from a state was looked at there. */
  if (!(stored->created >= 0 && stored->created < ENGINE_TIME_MAX))
    return STATUS_CORRUPT;
  int status = load(stored, &block, &copy);
  if (status != STATUS_OK)
    return status;
  struct metric *const metric = lock_key(engine, stored->key, &shard);
  if (metric == NULL) {
    block_destroy(copy);
    block_destroy(block);
    return STATUS_NOT_FOUND;
  }
  status = crown_if_fitting(engine, metric, stored, block, copy, ret_went);
  pthread_mutex_unlock(&shard->lock);
  return status;
}

/* ---- Labels -------------------------------------------------------------------- */

enum model_grade engine_grade_model(struct engine *engine, const struct stored_model *stored,
                                    double f1, double best) {
  struct shard *shard;
  enum model_grade grade = MODEL_GOOD;
  struct metric *const metric = lock_key(engine, stored->key, &shard);
  if (metric == NULL)
    return MODEL_GOOD;
  const size_t which = find_model(metric, stored->model);
  if (which < metric->plan->count) {
    void *const state = metric_detector_state(metric, which);
    const struct plan_detector *const detector = &metric->plan->detectors[which];
    if (model_detector_wants(state, stored->version, stored->created))
      grade = model_detector_graded(state, detector->options, f1, best);
  }
  pthread_mutex_unlock(&shard->lock);
  return grade;
}

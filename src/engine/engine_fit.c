#include "anomaly/status.h"
#include "engine/engine_private.h"
#include "engine/model_detector.h"

/* Whether memory_limit has room for the block in place of the one that is there. */
static bool has_room(const struct engine *engine, const struct block *block,
                     const struct fitted *old) {
  const uint64_t freed = old != NULL ? fitted_cost(old->block) : 0;
  const uint64_t used = atomic_load(&engine->memory) + atomic_load(&engine->fitted.bytes);
  return used + fitted_cost(block) - freed <= engine->options.memory_limit;
}

/* Puts the block in the place of the one that is there. */
static bool take_block(struct engine *engine, struct metric *metric, size_t which,
                       struct block *block) {
  struct fitted **const place = metric_fitted(metric, which);
  const struct plan_detector *const detector = &metric->plan->detectors[which];
  struct fitted *const fitted = has_room(engine, block, *place)
                                    ? fitted_create(block, 0, metric->last.time, &engine->fitted)
                                    : NULL;
  if (fitted == NULL) {
    block_destroy(block);
    return false;
  }
  fitted_give(*place);
  *place = fitted;
  fitted->version = model_detector_took(metric_detector_state(metric, which), detector->options);
  return true;
}

static void fit(struct engine *engine, struct shard *shard, struct metric *metric, size_t which) {
  const struct plan_detector *const detector = &metric->plan->detectors[which];
  void *const state = metric_detector_state(metric, which);
  struct block *block;
  const int status = model_detector_fit(detector->detector, detector->options, state, NULL, &block);
  if (status == STATUS_OK && take_block(engine, metric, which, block)) {
    shard->stats.fits++;
    return;
  }
  shard->stats.failed_fits++;
  model_detector_missed(state, detector->options, *metric_fitted(metric, which) != NULL);
}

/* What is open is not to become usual: a model that is there waits for its end. */
static bool is_due(const struct metric *metric, size_t which) {
  struct fitted *const *const fitted = metric_fitted(metric, which);
  const struct plan_detector *const detector = &metric->plan->detectors[which];
  return fitted != NULL && (*fitted == NULL || !metric->decision.open) &&
         model_detector_is_due(metric_detector_state(metric, which), detector->options,
                               *fitted != NULL);
}

void engine_fit_due(struct engine *engine, struct shard *shard, struct metric *metric) {
  for (size_t i = 0; i < metric->plan->count; i++)
    if (is_due(metric, i))
      fit(engine, shard, metric, i);
}

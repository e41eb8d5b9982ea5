#include "anomaly/state.h"
#include "anomaly/status.h"
#include "engine/engine_private.h"
#include "engine/model_detector.h"

#include <stdlib.h>
#include <string.h>

/* What came of a fit: a block, or none, and a copy of it where it learns and is to be stored. */
struct result {
  struct model_fit fit;
  struct block *copy;
};

static void drop(const struct result *result) {
  block_destroy(result->copy);
  block_destroy(result->fit.block);
}

/* Whether memory_limit has room for the result in place of the block that is there. */
static bool has_room(const struct engine *engine, const struct result *result,
                     const struct fitted *old) {
  const uint64_t freed = old != NULL ? fitted_cost(old->block) : 0;
  const uint64_t kept = result->copy != NULL ? block_size(result->copy) : 0;
  const uint64_t used = atomic_load(&engine->memory) + atomic_load(&engine->fitted.bytes);
  return used + fitted_cost(result->fit.block) + kept - freed <= engine->options.memory_limit;
}

/* Holds the block, which is taken over; NULL where there is no room for it. */
static struct fitted *hold(struct engine *engine, const struct result *result,
                           const struct fitted *old) {
  struct fitted *const fitted =
      has_room(engine, result, old)
          ? fitted_create(result->fit.block, 0, result->fit.created, &engine->fitted)
          : NULL;
  if (fitted == NULL) {
    drop(result);
    return NULL;
  }
  fitted->from = result->fit.from;
  fitted_keep(fitted, result->copy);
  return fitted;
}

/* Puts the block in the place of the one that is there. */
static bool take_block(struct engine *engine, struct metric *metric, size_t which,
                       const struct result *result) {
  struct fitted **const place = metric_fitted(metric, which);
  const struct plan_detector *const detector = &metric->plan->detectors[which];
  struct fitted *const fitted = hold(engine, result, *place);
  if (fitted == NULL)
    return false;
  const bool first = *place == NULL;
  const uint64_t spread = first && engine->fit_later ? metric_hash(metric, engine->hash_seed) : 0;
  fitted_give(*place);
  *place = fitted;
  fitted->version = model_detector_took(metric_detector_state(metric, which), detector->options,
                                        &result->fit, (uint32_t)spread);
  if (engine->store_models) {
    fitted->unsaved = true;
    metric->unsaved |= UNSAVED_MODEL;
  }
  return true;
}

static void conclude(struct engine *engine, struct shard *shard, struct metric *metric,
                     size_t which, const struct result *result) {
  if (result->fit.block != NULL && take_block(engine, metric, which, result)) {
    shard->stats.fits++;
    return;
  }
  shard->stats.failed_fits++;
  model_detector_missed(metric_detector_state(metric, which),
                        metric->plan->detectors[which].options,
                        *metric_fitted(metric, which) != NULL);
}

/* Without a block where that gives none. */
static struct result fit(const struct engine *engine, const struct plan_detector *detector,
                         const void *state, const atomic_bool *stop) {
  struct result result = {.copy = NULL};
  if (model_detector_fit(detector->detector, detector->options, state, stop, &result.fit) ==
          STATUS_OK &&
      engine->store_models && block_learns(result.fit.block))
    (void)block_copy(&result.copy, result.fit.block);
  return result;
}

/* What is open is not to become usual: a model that is there waits for its end. */
static bool is_due(const struct metric *metric, size_t which) {
  struct fitted *const *const fitted = metric_fitted(metric, which);
  const struct plan_detector *const detector = &metric->plan->detectors[which];
  return fitted != NULL && (*fitted == NULL || !metric->decision.open) &&
         model_detector_is_due(metric_detector_state(metric, which), detector->options,
                               *fitted != NULL);
}

/* The detector whose turn it is; the plan's count where it is no one's. */
static size_t first_due(const struct metric *metric, size_t from) {
  size_t which = from;
  while (which < metric->plan->count && !is_due(metric, which))
    which++;
  return which;
}

static void fit_now(struct engine *engine, struct shard *shard, struct metric *metric) {
  for (size_t which = 0; (which = first_due(metric, which)) < metric->plan->count; which++) {
    const struct result result =
        fit(engine, &metric->plan->detectors[which], metric_detector_state(metric, which), NULL);
    conclude(engine, shard, metric, which, &result);
  }
}

void engine_fit_due(struct engine *engine, struct shard *shard, struct metric *metric) {
  if (!engine->fit_later) {
    fit_now(engine, shard, metric);
    return;
  }
  if (metric->fit_waits || first_due(metric, 0) == metric->plan->count)
    return;
  metric->fit_waits = fit_queue_put(&engine->fit_queue, metric_hash(metric, engine->hash_seed));
  shard->stats.postponed_fits += !metric->fit_waits;
}

/* ---- In the background ---------------------------------------------------- */

/* One detector of one metric, copied to be fitted without the lock. */
struct job {
  uint64_t hash;
  const struct plan *plan;
  double first_time; /* tells the metric from a later one of the same name */
  size_t which;
  void *state;
};

static bool begin(struct engine *engine, struct shard *shard, struct job *job) {
  pthread_mutex_lock(&shard->lock);
  struct metric *const metric = table_find_hash(&shard->table, job->hash, engine->hash_seed);
  bool due = false;
  if (metric != NULL) {
    job->which = first_due(metric, job->which);
    due = job->which < metric->plan->count;
    metric->fit_waits = due;
  }
  if (due) {
    const struct plan_detector *const detector = &metric->plan->detectors[job->which];
    const size_t size = detector->detector->state_size(detector->options);
    job->plan = metric->plan;
    job->first_time = metric->first_time;
    job->state = malloc(size);
    if (job->state != NULL)
      memcpy(job->state, metric_detector_state(metric, job->which), size);
  }
  pthread_mutex_unlock(&shard->lock);
  return due;
}

/* A fit that was stopped has come to no end. */
static void end(struct engine *engine, struct shard *shard, const struct job *job,
                const struct result *result, bool stopped) {
  pthread_mutex_lock(&shard->lock);
  struct metric *const metric = table_find_hash(&shard->table, job->hash, engine->hash_seed);
  const bool same =
      metric != NULL && metric->plan == job->plan && metric->first_time == job->first_time;
  if (same && (result->fit.block != NULL || !stopped))
    conclude(engine, shard, metric, job->which, result);
  else
    drop(result);
  pthread_mutex_unlock(&shard->lock);
}

void engine_fit_next(struct engine *engine, const atomic_bool *stop) {
  struct job job = {.which = 0};
  if (!fit_queue_take(&engine->fit_queue, &job.hash))
    return;
  struct shard *const shard = engine_shard(engine, job.hash);
  for (; !atomic_load(stop) && begin(engine, shard, &job); job.which++) {
    struct result result = {.copy = NULL};
    if (job.state != NULL)
      result = fit(engine, &job.plan->detectors[job.which], job.state, stop);
    free(job.state);
    end(engine, shard, &job, &result, atomic_load(stop));
  }
}

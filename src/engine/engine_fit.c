#include "anomaly/status.h"
#include "engine/engine_private.h"
#include "engine/model_detector.h"

#include <stdlib.h>
#include <string.h>

/* Whether memory_limit has room for the block in place of the one that is there. */
static bool has_room(const struct engine *engine, const struct block *block,
                     const struct fitted *old) {
  const uint64_t freed = old != NULL ? fitted_cost(old->block) : 0;
  const uint64_t used = atomic_load(&engine->memory) + atomic_load(&engine->fitted.bytes);
  return used + fitted_cost(block) - freed <= engine->options.memory_limit;
}

/* Puts the block, which is taken over, in the place of the one that is there. */
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
  const bool first = *place == NULL;
  const uint64_t spread = first && engine->fit_later ? metric_hash(metric, engine->hash_seed) : 0;
  fitted_give(*place);
  *place = fitted;
  fitted->version = model_detector_took(metric_detector_state(metric, which), detector->options,
                                        (uint32_t)spread);
  return true;
}

/* What came of a fit; block is NULL where it gave none. */
static void conclude(struct engine *engine, struct shard *shard, struct metric *metric,
                     size_t which, struct block *block) {
  if (block != NULL && take_block(engine, metric, which, block)) {
    shard->stats.fits++;
    return;
  }
  shard->stats.failed_fits++;
  model_detector_missed(metric_detector_state(metric, which),
                        metric->plan->detectors[which].options,
                        *metric_fitted(metric, which) != NULL);
}

/* NULL where that gives none. */
static struct block *fit(const struct plan_detector *detector, const void *state,
                         const atomic_bool *stop) {
  struct block *block;
  return model_detector_fit(detector->detector, detector->options, state, stop, &block) == STATUS_OK
             ? block
             : NULL;
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
  for (size_t which = 0; (which = first_due(metric, which)) < metric->plan->count; which++)
    conclude(engine, shard, metric, which,
             fit(&metric->plan->detectors[which], metric_detector_state(metric, which), NULL));
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
                struct block *block, bool stopped) {
  pthread_mutex_lock(&shard->lock);
  struct metric *const metric = table_find_hash(&shard->table, job->hash, engine->hash_seed);
  const bool same =
      metric != NULL && metric->plan == job->plan && metric->first_time == job->first_time;
  if (same && (block != NULL || !stopped))
    conclude(engine, shard, metric, job->which, block);
  else
    block_destroy(block);
  pthread_mutex_unlock(&shard->lock);
}

void engine_fit_next(struct engine *engine, const atomic_bool *stop) {
  struct job job = {.which = 0};
  if (!fit_queue_take(&engine->fit_queue, &job.hash))
    return;
  struct shard *const shard = engine_shard(engine, job.hash);
  for (; !atomic_load(stop) && begin(engine, shard, &job); job.which++) {
    struct block *const block =
        job.state != NULL ? fit(&job.plan->detectors[job.which], job.state, stop) : NULL;
    free(job.state);
    end(engine, shard, &job, block, atomic_load(stop));
  }
}

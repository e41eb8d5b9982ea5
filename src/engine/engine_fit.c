#include "anomaly/state.h"
#include "anomaly/status.h"
#include "engine/engine_private.h"
#include "engine/model_detector.h"
#include "engine/model_trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What came of a fit: a block, or none, and a copy of it where it learns and is to be stored. */
struct result {
  struct model_fit fit;
  struct block *copy;
  bool rejected; /* there was one, and the champion is better */
};

/* What came of a look at the drift. */
struct look {
  struct model_drift drift;
  bool drifted;
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
  fitted->since = metric->rate.time;
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

static void conclude_fit(struct engine *engine, struct shard *shard, struct metric *metric,
                         size_t which, const struct result *result) {
  if (result->fit.block != NULL && take_block(engine, metric, which, result)) {
    shard->stats.fits++;
    return;
  }
  shard->stats.rejected_fits += result->rejected;
  shard->stats.failed_fits += !result->rejected;
  model_detector_missed(metric_detector_state(metric, which),
                        metric->plan->detectors[which].options,
                        *metric_fitted(metric, which) != NULL);
}

static void conclude_look(const struct engine *engine, struct shard *shard, struct metric *metric,
                          size_t which, const struct look *look) {
  struct fitted *const fitted = *metric_fitted(metric, which);
  shard->stats.drifted += look->drifted;
  model_detector_looked(metric_detector_state(metric, which),
                        metric->plan->detectors[which].options, look->drifted);
  fitted->quality.input_drift = look->drift.input;
  fitted->quality.score_drift = look->drift.score;
  if (engine->store_models) {
    fitted->judged = true;
    metric->unsaved |= UNSAVED_MODEL;
  }
}

/* ---- Tasks ---------------------------------------------------------------- */

/* What is to be done for one detector of a metric; state and champion may be copied, and held. */
struct task {
  enum model_task kind;
  size_t which;
  const struct plan_detector *detector;
  const void *state;
  struct block *champion; /* NULL = none */
};

/* Whether what was fitted is as good as the champion; where that cannot be found out, it is not. */
static bool is_better(const struct task *task, uint32_t shadow, const struct block *challenger) {
  const struct model_options *const options = task->detector->options;
  struct matrix rows;
  double *cells;
  bool better = false;
  if (task->champion == NULL)
    return true;
  if (model_detector_newest(task->state, options, shadow, &rows, &cells) != STATUS_OK)
    return false;
  const int status = model_trial_compare(task->champion, challenger, &rows,
                                         options->common.contamination, &better);
  free(cells);
  return status == STATUS_OK && better;
}

/* Without a block where that gives none, or none that is better. */
static struct result fit(const struct engine *engine, const struct task *task,
                         const atomic_bool *stop) {
  const struct plan_detector *const detector = task->detector;
  const bool compared = task->champion != NULL && !block_learns(task->champion);
  const uint32_t shadow = compared ? model_detector_shadow(task->state, detector->options) : 0;
  struct result result = {.copy = NULL};
  if (model_detector_fit(detector->detector, detector->options, task->state, shadow, stop,
                         &result.fit) != STATUS_OK)
    return result;
  if (!is_better(task, shadow, result.fit.block)) {
    drop(&result);
    return (struct result){.rejected = true};
  }
  if (engine->store_models && block_learns(result.fit.block))
    (void)block_copy(&result.copy, result.fit.block);
  return result;
}

static struct look look(const struct task *task) {
  const struct model_options *const options = task->detector->options;
  struct look look = {.drift = {.input = NAN, .score = NAN}};
  struct matrix rows;
  double *cells;
  if (model_detector_newest(task->state, options, model_detector_recent(options), &rows, &cells) !=
      STATUS_OK)
    return look;
  if (rows.rows > 0 && model_trial_drift(task->champion, &rows, &look.drift) == STATUS_OK)
    look.drifted =
        model_trial_drifted(&look.drift, task->champion, rows.rows, options->drift_limit);
  free(cells);
  return look;
}

/* What is open is not to become usual: a model that is there waits for its end. */
static enum model_task task_of(const struct metric *metric, size_t which) {
  struct fitted *const *const fitted = metric_fitted(metric, which);
  const struct plan_detector *const detector = &metric->plan->detectors[which];
  if (fitted == NULL || (*fitted != NULL && metric->decision.open))
    return MODEL_IDLE;
  return model_detector_task(metric_detector_state(metric, which), detector->options,
                             *fitted != NULL);
}

/* The first task from detector `from` on; false where there is none. */
static bool find_task(const struct metric *metric, size_t from, struct task *ret_task) {
  for (size_t which = from; which < metric->plan->count; which++) {
    const enum model_task kind = task_of(metric, which);
    if (kind == MODEL_IDLE)
      continue;
    struct fitted *const fitted = *metric_fitted(metric, which);
    *ret_task = (struct task){.kind = kind,
                              .which = which,
                              .detector = &metric->plan->detectors[which],
                              .state = metric_detector_state(metric, which),
                              .champion = fitted != NULL ? fitted->block : NULL};
    return true;
  }
  return false;
}

/* Each is done once: what it has led to is found at the next value. */
static void work_now(struct engine *engine, struct shard *shard, struct metric *metric) {
  struct task task = {.which = 0};
  for (size_t from = 0; find_task(metric, from, &task); from = task.which + 1) {
    if (task.kind == MODEL_FIT) {
      const struct result result = fit(engine, &task, NULL);
      conclude_fit(engine, shard, metric, task.which, &result);
    } else {
      const struct look found = look(&task);
      conclude_look(engine, shard, metric, task.which, &found);
    }
  }
}

void engine_fit_due(struct engine *engine, struct shard *shard, struct metric *metric) {
  struct task task;
  if (!engine->fit_later) {
    work_now(engine, shard, metric);
    return;
  }
  if (metric->fit_waits || !find_task(metric, 0, &task))
    return;
  metric->fit_waits = fit_queue_put(&engine->fit_queue, metric_hash(metric, engine->hash_seed));
  shard->stats.postponed_fits += !metric->fit_waits;
}

/* ---- In the background ---------------------------------------------------- */

/* A task of one metric, with what it needs, to be worked on without the lock. */
struct job {
  uint64_t hash;
  size_t from; /* detectors before it are done */
  const struct plan *plan;
  double first_time; /* tells the metric from a later one of the same name */
  struct task task;
  void *state; /* copied; NULL without memory */
  struct fitted *held;
};

static void prepare(struct job *job, const struct metric *metric) {
  const struct plan_detector *const detector = job->task.detector;
  const size_t size = detector->detector->state_size(detector->options);
  struct fitted *const fitted = *metric_fitted(metric, job->task.which);
  job->plan = metric->plan;
  job->first_time = metric->first_time;
  job->held = fitted != NULL ? fitted_hold(fitted) : NULL;
  job->state = malloc(size);
  if (job->state != NULL)
    memcpy(job->state, job->task.state, size);
  job->task.state = job->state;
}

static bool begin(struct engine *engine, struct shard *shard, struct job *job) {
  pthread_mutex_lock(&shard->lock);
  struct metric *const metric = table_find_hash(&shard->table, job->hash, engine->hash_seed);
  bool due = false;
  if (metric != NULL) {
    due = find_task(metric, job->from, &job->task);
    metric->fit_waits = due;
  }
  if (due)
    prepare(job, metric);
  pthread_mutex_unlock(&shard->lock);
  return due;
}

/* The metric that the job is of, its shard locked; NULL where it is another one by now. */
static struct metric *find_again(const struct engine *engine, const struct shard *shard,
                                 const struct job *job) {
  struct metric *const metric = table_find_hash(&shard->table, job->hash, engine->hash_seed);
  const bool same = metric != NULL && metric->plan == job->plan &&
                    metric->first_time == job->first_time &&
                    *metric_fitted(metric, job->task.which) == job->held;
  return same ? metric : NULL;
}

/* A fit that was stopped has come to no end. */
static void do_fit(struct engine *engine, struct shard *shard, const struct job *job,
                   const atomic_bool *stop) {
  struct result result = {.copy = NULL};
  if (job->state != NULL)
    result = fit(engine, &job->task, stop);
  pthread_mutex_lock(&shard->lock);
  struct metric *const metric = find_again(engine, shard, job);
  if (metric != NULL && (result.fit.block != NULL || !atomic_load(stop)))
    conclude_fit(engine, shard, metric, job->task.which, &result);
  else
    drop(&result);
  pthread_mutex_unlock(&shard->lock);
}

static void do_look(struct engine *engine, struct shard *shard, const struct job *job) {
  struct look found = {.drift = {.input = NAN, .score = NAN}};
  if (job->state != NULL)
    found = look(&job->task);
  pthread_mutex_lock(&shard->lock);
  struct metric *const metric = find_again(engine, shard, job);
  if (metric != NULL)
    conclude_look(engine, shard, metric, job->task.which, &found);
  pthread_mutex_unlock(&shard->lock);
}

/* The group that the metric with this hash is of, held; NULL where it is of none. */
static struct group_instance *find_group(struct engine *engine, struct shard *shard,
                                         uint64_t hash) {
  pthread_mutex_lock(&shard->lock);
  const struct metric *const metric = table_find_hash(&shard->table, hash, engine->hash_seed);
  struct group_instance *const instance =
      metric != NULL && metric->plan->group != NULL ? metric_own(metric)->instance : NULL;
  if (instance != NULL)
    engine_hold_group(engine, instance);
  pthread_mutex_unlock(&shard->lock);
  return instance;
}

void engine_fit_next(struct engine *engine, const atomic_bool *stop) {
  struct job job = {.from = 0};
  if (!fit_queue_take(&engine->fit_queue, &job.hash))
    return;
  struct shard *const shard = engine_shard(engine, job.hash);
  struct group_instance *const instance = find_group(engine, shard, job.hash);
  if (instance != NULL) {
    engine_fit_group(engine, instance, stop);
    engine_give_group(engine, instance);
    return;
  }
  for (; !atomic_load(stop) && begin(engine, shard, &job); job.from = job.task.which + 1) {
    if (job.task.kind == MODEL_FIT)
      do_fit(engine, shard, &job, stop);
    else
      do_look(engine, shard, &job);
    free(job.state);
    fitted_give(job.held);
  }
}

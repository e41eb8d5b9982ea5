/* Fits, and looks at drifts: at once, or by a trainer with no lock held. */
#include "anomaly/state.h"
#include "engine/engine_private.h"
#include "engine/group_instance.h"

#include <stdlib.h>
#include <string.h>

/* ---- What came of it ------------------------------------------------------ */

static uint64_t hash_of(const struct engine *engine, const struct model_owner *owner) {
  return owner->instance != NULL ? metric_key_hash(&owner->instance->key, engine->hash_seed)
                                 : metric_hash(owner->metric, engine->hash_seed);
}

/* The first fits of many come together; the next ones need not. */
static uint32_t spread_of(const struct engine *engine, const struct model_owner *owner,
                          const struct model_seat *seat) {
  const bool first = *seat->fitted == NULL;
  return first && engine->fit_later ? (uint32_t)hash_of(engine, owner) : 0;
}

static void conclude(struct engine *engine, const struct model_owner *owner,
                     const struct model_seat *seat, enum model_task task,
                     struct model_result *result) {
  struct owner_news news = {.unsaved = engine->store_models ? UNSAVED_MODEL : 0};
  if (task == MODEL_LOOK) {
    model_seat_take_look(seat, result);
    news.drifted = result->drifted;
  } else if (model_seat_take_fit(seat, result, spread_of(engine, owner, seat))) {
    news.fits = 1;
  } else {
    news.rejected_fits = result->rejected;
    news.failed_fits = !result->rejected;
  }
  engine_note_owner(engine, owner, &news);
}

/* ---- Tasks ---------------------------------------------------------------- */

/* Whether the owner waits for the trainer, or that is at work for it. */
static bool *queued(const struct model_owner *owner) {
  return owner->instance != NULL ? &owner->instance->fit_waits : &owner->metric->fit_waits;
}

/* The first task from seat *which on, which that becomes; MODEL_IDLE where there is none. */
static enum model_task find_task(struct engine *engine, const struct model_owner *owner,
                                 size_t *which, struct model_seat *ret_seat) {
  enum model_task task = MODEL_IDLE;
  while (engine_model_seat(engine, owner, which, ret_seat) &&
         (task = model_seat_task(ret_seat)) == MODEL_IDLE)
    ++*which;
  return task;
}

/* Each is done once: what it has led to is found at the next sample. */
static void work_now(struct engine *engine, const struct model_owner *owner) {
  struct model_seat seat;
  enum model_task task;
  for (size_t which = 0; (task = find_task(engine, owner, &which, &seat)) != MODEL_IDLE; which++) {
    struct model_result result = model_seat_work_now(&seat, task);
    conclude(engine, owner, &seat, task, &result);
  }
}

void engine_fit_due(struct engine *engine, const struct model_owner *owner) {
  struct model_seat seat;
  size_t which = 0;
  if (!engine->fit_later) {
    work_now(engine, owner);
    return;
  }
  bool *const waits = queued(owner);
  if (*waits || find_task(engine, owner, &which, &seat) == MODEL_IDLE)
    return;
  *waits = fit_queue_put(&engine->fit_queue, hash_of(engine, owner));
  if (!*waits)
    engine_note_owner(engine, owner, &(struct owner_news){.postponed_fits = 1});
}

/* ---- In the background ---------------------------------------------------- */

/* A task of one owner, with what it needs, to be worked on without the lock. */
struct job {
  uint64_t hash;
  size_t which; /* seats before it are done */
  enum model_task task;
  struct model_seat seat; /* as it was: of it, only the window is looked at */
  uint32_t version;       /* of the last fit by then */
  struct model_work work;
  void *window;           /* a copy; NULL without memory, or where rows were read at once */
  struct model_rows rows; /* of the window */
  struct fitted *held;
};

static void prepare(struct job *job) {
  struct model_seat *const seat = &job->seat;
  job->work = model_seat_work(seat, job->task);
  job->version = seat->life->version;
  job->held = *seat->fitted != NULL ? fitted_hold(*seat->fitted) : NULL;
  job->rows = (struct model_rows){.cells = NULL};
  job->window = seat->window_size > 0 ? malloc(seat->window_size) : NULL;
  if (job->window != NULL)
    memcpy(job->window, seat->window, seat->window_size);
  else if (seat->window_size == 0)
    (void)seat->source->newest(seat, model_seat_rows(seat, job->task), &job->rows);
  seat->window = job->window;
}

static bool begin(struct engine *engine, struct job *job) {
  struct model_owner owner;
  if (!engine_lock_owner(engine, job->hash, &owner))
    return false;
  job->task = find_task(engine, &owner, &job->which, &job->seat);
  const bool due = *queued(&owner) = job->task != MODEL_IDLE;
  if (due)
    prepare(job);
  engine_unlock_owner(engine, &owner);
  return due;
}

static struct model_result work(struct job *job, const atomic_bool *stop) {
  if (job->window != NULL)
    (void)job->seat.source->newest(&job->seat, model_seat_rows(&job->seat, job->task), &job->rows);
  return model_work_do(&job->work, &job->rows, stop);
}

/* Whether what was worked for is still there, and another neither has come nor was told. */
static bool is_same(const struct job *job, size_t which, const struct model_seat *seat) {
  return which == job->which && seat->own == job->seat.own && seat->first == job->seat.first &&
         seat->columns == job->seat.columns && seat->life->version == job->version &&
         *seat->fitted == job->held;
}

/* A fit that was stopped has come to no end. */
static void finish(struct engine *engine, struct job *job, struct model_result *result,
                   bool stopped) {
  struct model_owner owner;
  struct model_seat seat;
  size_t which = job->which;
  bool taken = false;
  if (engine_lock_owner(engine, job->hash, &owner)) {
    taken = engine_model_seat(engine, &owner, &which, &seat) && is_same(job, which, &seat) &&
            (job->task == MODEL_LOOK || result->block != NULL || !stopped);
    if (taken)
      conclude(engine, &owner, &seat, job->task, result);
    engine_unlock_owner(engine, &owner);
  }
  if (!taken)
    model_result_drop(result);
  model_rows_release(&job->rows);
  free(job->window);
  fitted_give(job->held);
}

void engine_fit_next(struct engine *engine, const atomic_bool *stop) {
  struct job job = {.which = 0};
  if (!fit_queue_take(&engine->fit_queue, &job.hash))
    return;
  for (; begin(engine, &job); job.which++) {
    struct model_result result = work(&job, stop);
    finish(engine, &job, &result, atomic_load(stop));
  }
}

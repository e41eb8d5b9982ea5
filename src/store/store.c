#include "store/store_private.h"

#include "anomaly/status.h"
#include "base/text.h"
#include "engine/incidents.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

/* Seconds from one look at what others have written to the next. */
static const double CHORE_INTERVAL = 60;

double store_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct timespec store_timespec(double seconds) {
  return (struct timespec){.tv_sec = (time_t)seconds,
                           .tv_nsec = (long)((seconds - floor(seconds)) * 1e9)};
}

static void init_locks(struct store *store) {
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_mutex_init(&store->lock, NULL);
  pthread_cond_init(&store->wake, &monotonic);
  pthread_cond_init(&store->done, &monotonic);
  pthread_condattr_destroy(&monotonic);
}

void store_show_health(struct store *store) {
  const uint64_t bytes = database_bytes(&store->database);
  pthread_mutex_lock(&store->lock);
  store->status.health = store->health;
  store->status.bytes = bytes;
  store->status.silences = store->silences.count;
  store->status.models = store->models.stored;
  store->status.models_left_out = store->models.left_out;
  store->status.models_restored = store->models.restored;
  store->status.models_crowned = store->models.crowned;
  store->status.models_bad = store->grades.refits + store->grades.returns;
  store->status.models_refused = store->models.refused;
  pthread_mutex_unlock(&store->lock);
}

int store_open(struct store **ret_store, const struct store_settings *settings) {
  struct store *const store = calloc(1, sizeof *store);
  char *const copy = text_duplicate(settings->path);
  if (store == NULL || copy == NULL) {
    free(store);
    free(copy);
    return STATUS_NO_MEMORY;
  }
  store->options = settings->options;
  store->models = (struct model_shelf){.keep = settings->options.keep_models,
                                       .bytes_most = settings->options.models_limit};
  store->now = settings->now;
  store->trains = settings->trains;
  store->database.path = copy;
  init_locks(store);
  (void)database_open(&store->database, &store->health);
  database_choose_seed(&store->database);
  if (anomaly_log_create(&store->anomalies, store->database.seed) != STATUS_OK) {
    store_destroy(store);
    return STATUS_NO_MEMORY;
  }
  store_show_health(store);
  *ret_store = store;
  return STATUS_OK;
}

uint64_t store_seed(const struct store *store) { return store->database.seed; }

void store_note_verdict(struct store *store, const struct episode_event *verdict) {
  if (!anomaly_log_put(store->anomalies, verdict))
    return;
  pthread_mutex_lock(&store->lock);
  store->crowded = true;
  pthread_cond_signal(&store->wake);
  pthread_mutex_unlock(&store->lock);
}

/* ---- The writer -------------------------------------------------------------- */

static bool has_work(const struct store *store) {
  return store->stopping || store->crowded || store->requested != store->finished ||
         (store->errand.kind != ERRAND_NONE && !store->errand.done);
}

/* What there is to do, as far as others say it. */
struct call {
  uint64_t requested; /* flushes, so far */
  bool stopping, crowded;
};

/* Waits for a flush, the end, an errand, a crowd, or the time. */
static struct call wait_for_work(struct store *store, double until) {
  const struct timespec deadline = store_timespec(until);
  int status = 0;
  pthread_mutex_lock(&store->lock);
  while (!has_work(store) && status == 0)
    status = pthread_cond_timedwait(&store->wake, &store->lock, &deadline);
  const struct call call = {
      .requested = store->requested, .stopping = store->stopping, .crowded = store->crowded};
  store->crowded = false;
  pthread_mutex_unlock(&store->lock);
  return call;
}

static void finish_flush(struct store *store, uint64_t requested, bool good) {
  pthread_mutex_lock(&store->lock);
  store->finished = requested;
  store->flushed = good;
  pthread_cond_broadcast(&store->done);
  pthread_mutex_unlock(&store->lock);
}

static void *run_writer(void *argument) {
  struct store *const store = argument;
  const double interval = store->options.checkpoint_interval;
  double next = store_seconds() + interval, chores = store_seconds();
  for (bool stopping = false; !stopping;) {
    const struct call call = wait_for_work(store, fmin(next, chores));
    stopping = call.stopping;
    store_run_errand(store);
    const bool asked = stopping || call.requested != store->finished;
    if (asked || call.crowded || store_seconds() >= chores) {
      chores = store_seconds() + CHORE_INTERVAL;
      if (!store_do_chores(store))
        next = fmin(next, store_seconds() + STORE_RETRY);
    }
    if (!asked && store_seconds() < next)
      continue;
    const bool good = store_checkpoint(store, asked);
    next = store_seconds() + (good ? interval : fmin(interval, STORE_RETRY));
    finish_flush(store, call.requested, good);
  }
  return NULL;
}

int store_start(struct store *store, struct engine *engine, const struct store_hearers *hearers) {
  store->engine = engine;
  if (hearers != NULL)
    store->hearers = *hearers;
  if (store_have_file(store))
    health_recover(&store->health);
  store->last_checkpoint = store_seconds();
  store_show_health(store);
  store->threaded = pthread_create(&store->thread, NULL, run_writer, store) == 0;
  return store->threaded ? STATUS_OK : STATUS_IO;
}

bool store_flush(struct store *store, double seconds) {
  const struct timespec deadline = store_timespec(store_seconds() + seconds);
  int status = 0;
  pthread_mutex_lock(&store->lock);
  const uint64_t wanted = ++store->requested;
  pthread_cond_signal(&store->wake);
  while (store->finished < wanted && status == 0)
    status = pthread_cond_timedwait(&store->done, &store->lock, &deadline);
  const bool good = store->finished >= wanted && store->flushed;
  pthread_mutex_unlock(&store->lock);
  return good;
}

void store_destroy(struct store *store) {
  if (store == NULL)
    return;
  if (store->threaded) {
    pthread_mutex_lock(&store->lock);
    store->stopping = true;
    pthread_cond_signal(&store->wake);
    pthread_mutex_unlock(&store->lock);
    pthread_join(store->thread, NULL);
  }
  silences_release(&store->silences, store->hearers.incidents);
  database_close(&store->database);
  anomaly_log_destroy(store->anomalies);
  pthread_cond_destroy(&store->done);
  pthread_cond_destroy(&store->wake);
  pthread_mutex_destroy(&store->lock);
  free(store->database.path);
  free(store);
}

void store_status(struct store *store, struct store_status *ret_status) {
  const double now = store_seconds();
  pthread_mutex_lock(&store->lock);
  *ret_status = store->status;
  ret_status->checkpoint_age = now - store->last_checkpoint;
  pthread_mutex_unlock(&store->lock);
  ret_status->anomalies_left_out = anomaly_log_left_out(store->anomalies);
}

#include "store/store.h"

#include "anomaly/status.h"
#include "base/text.h"
#include "store/database.h"
#include "store/incident_rows.h"
#include "store/states.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* Baselines are for people: they need not be as fresh as states. */
static const double BASELINE_INTERVAL = 3600;

/* What somebody waits for who tells of an incident. */
struct errand {
  enum { ERRAND_NONE, ERRAND_PUT, ERRAND_TOLD } kind;
  bool done, good; /* done: nobody has taken note yet */
  struct incident_event event;
};

struct store {
  struct store_options options;
  double (*now)(void);
  struct database database; /* the writer's, once it runs */
  struct engine *engine;
  struct health health; /* the writer's, which shows it in status */
  double next_baselines;
  bool threaded;
  pthread_t thread;

  pthread_mutex_t lock;
  pthread_cond_t wake, done;
  bool stopping;                /* these are guarded by lock */
  uint64_t requested, finished; /* flushes; the last finished one was complete if `flushed` */
  bool flushed;
  struct errand errand;
  double last_checkpoint; /* by the monotonic clock */
  struct store_status status;
};

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct timespec timespec_of(double seconds) {
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

/* What the writer knows, for those who ask. */
static void show_health(struct store *store) {
  const uint64_t bytes = database_bytes(&store->database);
  pthread_mutex_lock(&store->lock);
  store->status.health = store->health;
  store->status.bytes = bytes;
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
  store->now = settings->now;
  store->database.path = copy;
  init_locks(store);
  (void)database_open(&store->database, &store->health);
  database_choose_seed(&store->database);
  show_health(store);
  *ret_store = store;
  return STATUS_OK;
}

uint64_t store_seed(const struct store *store) { return store->database.seed; }

/* ---- Errands ----------------------------------------------------------------- */

static bool run(struct store *store, const struct errand *errand) {
  struct database *const database = &store->database;
  if (database->handle == NULL || database->unread)
    return false;
  return errand->kind == ERRAND_PUT
             ? incident_rows_put(database, &store->health, &errand->event, store->now())
             : incident_rows_told(database, &store->health, errand->event.incident.id);
}

/* The writer looks between two steps of anything else. */
static void run_errand(struct store *store) {
  pthread_mutex_lock(&store->lock);
  const bool waiting = store->errand.kind != ERRAND_NONE && !store->errand.done;
  pthread_mutex_unlock(&store->lock);
  if (!waiting)
    return;
  const bool good = run(store, &store->errand); /* nobody changes it while it waits */
  show_health(store);
  pthread_mutex_lock(&store->lock);
  store->errand.done = true;
  store->errand.good = good;
  pthread_cond_broadcast(&store->done);
  pthread_mutex_unlock(&store->lock);
}

/* An errand that nobody waited for to the end stays in the way until it is done. */
static bool wait_for_errand(struct store *store, double seconds) {
  const struct timespec deadline = timespec_of(seconds_now() + seconds);
  int status = 0;
  while (store->errand.kind != ERRAND_NONE && !store->errand.done && status == 0)
    status = pthread_cond_timedwait(&store->done, &store->lock, &deadline);
  if (store->errand.kind != ERRAND_NONE && !store->errand.done)
    return false;
  store->errand.kind = ERRAND_NONE;
  return true;
}

static void begin_errand(struct store *store, int kind) {
  store->errand.kind = kind;
  store->errand.done = store->errand.good = false;
  pthread_cond_signal(&store->wake);
}

bool store_put_incident(struct store *store, const struct incident_event *event, double seconds) {
  pthread_mutex_lock(&store->lock);
  bool good = wait_for_errand(store, seconds);
  if (good) {
    store->errand.event = *event;
    begin_errand(store, ERRAND_PUT);
    good = wait_for_errand(store, seconds) && store->errand.good;
  }
  pthread_mutex_unlock(&store->lock);
  return good;
}

bool store_note_told(struct store *store, uint64_t incident, double seconds) {
  pthread_mutex_lock(&store->lock);
  bool good = wait_for_errand(store, seconds);
  if (good) {
    store->errand.event.incident.id = incident;
    begin_errand(store, ERRAND_TOLD);
    good = wait_for_errand(store, seconds) && store->errand.good;
  }
  pthread_mutex_unlock(&store->lock);
  return good;
}

/* ---- Checkpoints ------------------------------------------------------------ */

static void show_restored(struct store *store, const struct restore_stats *restored,
                          double seconds) {
  pthread_mutex_lock(&store->lock);
  store->status.restored = *restored;
  store->status.restore_seconds = seconds;
  pthread_mutex_unlock(&store->lock);
}

/*
 * Gives the engine what it has not seen of a file: at the start, or when one that
 * could not be opened then has come back. What such a file, or one of another
 * seed, holds is written anew.
 */
static bool read_file(struct store *store) {
  struct database *const database = &store->database;
  const double begin = seconds_now();
  const bool is_first = store->status.restore_seconds <= 0;
  const bool is_ours = database->stored_seed == database->seed;
  struct restore_stats restored = store->status.restored;
  const bool good =
      states_restore(database, &store->health, store->engine, store->now(), &restored);
  show_restored(store, &restored, seconds_now() - begin);
  if (!good)
    return false;
  const int code = database_rekey(database);
  if (code != SQLITE_OK) {
    database_fail(database, &store->health, code);
    return false;
  }
  database->unread = false;
  if (!is_first || !is_ours)
    engine_mark_unsaved(store->engine);
  return true;
}

static void look_for_file(struct store *store) {
  struct database *const database = &store->database;
  if (database->handle == NULL || database_is_there(database))
    return;
  database_close(database);
  database->unread = true;
  health_note(&store->health, STORE_GONE, NULL);
}

/* The file to write to. One that is found damaged when it is read makes room for another. */
static bool have_file(struct store *store) {
  struct database *const database = &store->database;
  look_for_file(store);
  for (int attempt = 0; attempt < 2; attempt++) {
    if (!database_open(database, &store->health))
      return false;
    if (!database->unread)
      return true;
    if (read_file(store))
      return true;
  }
  return false;
}

static bool put_all(struct store *store, unsigned unsaved, uint64_t *ret_rows) {
  struct state_export *export;
  const struct metric_record *records;
  uint64_t rows = 0;
  bool good = true;
  if (state_export_begin(&export, store->engine, unsaved) != STATUS_OK) {
    health_fail(&store->health, STORE_NO_MEMORY, NULL);
    return false;
  }
  for (size_t count;
       good && store->database.handle != NULL && (count = state_export_next(export, &records)) > 0;
       rows += count) {
    good = states_put(&store->database, &store->health, records, count, store->now());
    if (!good)
      state_export_refused(export);
    run_errand(store);
  }
  state_export_end(export);
  *ret_rows = rows;
  return good;
}

static void note_checkpoint(struct store *store, double begin, uint64_t rows) {
  const double end = seconds_now();
  pthread_mutex_lock(&store->lock);
  store->last_checkpoint = end;
  store->status.checkpoints++;
  store->status.rows += rows;
  store->status.checkpoint_seconds = end - begin;
  pthread_mutex_unlock(&store->lock);
}

/* Once more where the file was found damaged, as there is a new one then. */
static bool write_all(struct store *store, unsigned unsaved, uint64_t *ret_rows) {
  const uint64_t events = store->health.events;
  if (have_file(store) && put_all(store, unsaved, ret_rows))
    return true;
  return store->health.events > events && have_file(store) && put_all(store, unsaved, ret_rows);
}

/* With the baselines by schedule, as it takes its time; a fault is met again soon. */
static void forget_old(struct store *store) {
  const double now = store->now();
  /* A metric that the engine still knows has a fresher row than that. */
  const double expired = now - engine_expire_after(store->engine) - 2 * BASELINE_INTERVAL;
  if (incident_rows_forget(&store->database, &store->health, now - store->options.keep_incidents) &&
      states_forget(&store->database, &store->health, expired))
    (void)sqlite3_exec(store->database.handle, "PRAGMA incremental_vacuum(1000)", NULL, NULL, NULL);
}

static bool checkpoint(struct store *store, bool with_baselines) {
  const double begin = seconds_now();
  const bool baselines = with_baselines || begin >= store->next_baselines;
  uint64_t rows = 0;
  const bool good =
      write_all(store, UNSAVED_STATE | (baselines ? (unsigned)UNSAVED_BASELINE : 0u), &rows);
  if (good) {
    health_recover(&store->health);
    note_checkpoint(store, begin, rows);
    if (begin >= store->next_baselines)
      forget_old(store);
    if (baselines)
      store->next_baselines = begin + BASELINE_INTERVAL;
  }
  show_health(store);
  return good;
}

/* ---- The writer -------------------------------------------------------------- */

/* Waits for a flush, the end, or the time; returns whether a flush is asked for. */
static uint64_t wait_for_work(struct store *store, double until, bool *ret_stopping) {
  const struct timespec deadline = timespec_of(until);
  int status = 0;
  pthread_mutex_lock(&store->lock);
  while (!store->stopping && store->requested == store->finished && status == 0 &&
         (store->errand.kind == ERRAND_NONE || store->errand.done))
    status = pthread_cond_timedwait(&store->wake, &store->lock, &deadline);
  const uint64_t requested = store->requested;
  *ret_stopping = store->stopping;
  pthread_mutex_unlock(&store->lock);
  return requested;
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
  double next = seconds_now() + interval;
  for (bool stopping = false; !stopping;) {
    const uint64_t requested = wait_for_work(store, next, &stopping);
    run_errand(store);
    const bool asked = stopping || requested != store->finished;
    if (!asked && seconds_now() < next)
      continue;
    const bool good = checkpoint(store, asked);
    next = seconds_now() + (good ? interval : fmin(interval, STORE_RETRY));
    finish_flush(store, requested, good);
  }
  return NULL;
}

/* Incidents of the last run; what is open of those that nobody was told of is told now. */
static void go_on_with_incidents(struct store *store, const struct store_hearers *hearers) {
  const struct incident_restart restart = {.engine = store->engine,
                                           .incidents = hearers->incidents,
                                           .tell = hearers->tell,
                                           .episode = hearers->episode,
                                           .context = hearers->context,
                                           .now = store->now(),
                                           .clock = hearers->clock};
  (void)incident_rows_restart(&store->database, &store->health, &restart);
}

int store_start(struct store *store, struct engine *engine, const struct store_hearers *hearers) {
  store->engine = engine;
  if (have_file(store)) {
    health_recover(&store->health);
    if (hearers != NULL)
      go_on_with_incidents(store, hearers);
  }
  store->last_checkpoint = seconds_now();
  show_health(store);
  store->threaded = pthread_create(&store->thread, NULL, run_writer, store) == 0;
  return store->threaded ? STATUS_OK : STATUS_IO;
}

bool store_flush(struct store *store, double seconds) {
  const struct timespec deadline = timespec_of(seconds_now() + seconds);
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
  database_close(&store->database);
  pthread_cond_destroy(&store->done);
  pthread_cond_destroy(&store->wake);
  pthread_mutex_destroy(&store->lock);
  free(store->database.path);
  free(store);
}

void store_status(struct store *store, struct store_status *ret_status) {
  const double now = seconds_now();
  pthread_mutex_lock(&store->lock);
  *ret_status = store->status;
  ret_status->checkpoint_age = now - store->last_checkpoint;
  pthread_mutex_unlock(&store->lock);
}

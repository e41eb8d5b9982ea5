/* Reading what the file has, and writing what has changed. */
#include "anomaly/status.h"
#include "store/anomaly_rows.h"
#include "store/incident_rows.h"
#include "store/states.h"
#include "store/store_private.h"

/* Baselines are for people: they need not be as fresh as states. */
static const double BASELINE_INTERVAL = 3600;

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
  const double begin = store_seconds();
  const bool is_first = store->status.restore_seconds <= 0;
  const bool is_ours = database->stored_seed == database->seed;
  struct restore_stats restored = store->status.restored;
  bool good = states_restore(database, &store->health, store->engine, store->trains, store->now(),
                             &restored);
  show_restored(store, &restored, store_seconds() - begin);
  if (good && is_ours)
    good = model_shelf_restore(&store->models, database, &store->health, store->engine);
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

/*
 * Incidents of the last run; what is open of those that nobody was told of is told
 * now. Once only: what a file says that comes back later has been told by us.
 */
static void go_on_with_incidents(struct store *store) {
  const struct store_hearers *const hearers = &store->hearers;
  if (store->went_on || hearers->incidents == NULL)
    return;
  const struct incident_restart restart = {.engine = store->engine,
                                           .incidents = hearers->incidents,
                                           .tell = hearers->tell,
                                           .episode = hearers->episode,
                                           .context = hearers->context,
                                           .now = store->now(),
                                           .clock = hearers->clock()};
  store->went_on = true;
  (void)incident_rows_restart(&store->database, &store->health, &restart);
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
bool store_have_file(struct store *store) {
  struct database *const database = &store->database;
  look_for_file(store);
  for (int attempt = 0; attempt < 2; attempt++) {
    if (!database_open(database, &store->health))
      return false;
    if (!database->unread)
      return true;
    if (read_file(store) && store_look_at_silences(store)) {
      go_on_with_incidents(store);
      return database->handle != NULL;
    }
  }
  return false;
}

static bool put_states(struct store *store, unsigned unsaved, uint64_t *ret_rows) {
  struct state_export *export;
  const struct metric_record *records;
  uint64_t rows = 0;
  bool good = true;
  store->models.counted = store->models.thinned = false;
  if (state_export_begin(&export, store->engine, unsaved) != STATUS_OK) {
    health_fail(&store->health, STORE_NO_MEMORY, NULL);
    return false;
  }
  for (size_t count;
       good && store->database.handle != NULL && (count = state_export_next(export, &records)) > 0;
       rows += count) {
    good = states_put(&store->database, &store->health, &store->models, store->trains, records,
                      count, store->now());
    if (!good)
      state_export_refused(export);
    store_run_errand(store);
  }
  state_export_end(export);
  *ret_rows = rows;
  return good;
}

static bool put_all(struct store *store, unsigned unsaved, uint64_t *ret_rows) {
  return store_put_anomalies(store) && put_states(store, unsaved, ret_rows);
}

static void note_checkpoint(struct store *store, double begin, uint64_t rows) {
  const double end = store_seconds();
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
  if (store_have_file(store) && put_all(store, unsaved, ret_rows))
    return true;
  return store->health.events > events && store_have_file(store) &&
         put_all(store, unsaved, ret_rows);
}

/*
 * With the baselines by schedule, as it takes its time; a fault is met again soon. False
 * where the file was found damaged: what was written to it has gone with it.
 */
static bool forget_old(struct store *store) {
  const uint64_t events = store->health.events;
  const double now = store->now();
  /* A metric that the engine still knows has a fresher row than that. */
  const double expired = now - engine_expire_after(store->engine) - 2 * BASELINE_INTERVAL;
  struct database *const database = &store->database;
  struct health *const health = &store->health;
  const struct store_options *const options = &store->options;
  if (incident_rows_forget(database, health, now - options->keep_incidents) &&
      anomaly_rows_forget(database, health, now - options->keep_anomalies) &&
      silences_forget(database, health, now - options->keep_incidents) &&
      states_forget(database, health, expired))
    (void)sqlite3_exec(database->handle, "PRAGMA incremental_vacuum(1000)", NULL, NULL, NULL);
  return store->health.events == events;
}

/* A file that is found damaged only then has to be written once more. */
static bool write_and_forget(struct store *store, unsigned unsaved, bool forget,
                             uint64_t *ret_rows) {
  if (!write_all(store, unsaved, ret_rows))
    return false;
  health_recover(&store->health);
  return !forget || forget_old(store) || write_all(store, unsaved, ret_rows);
}

bool store_checkpoint(struct store *store, bool with_baselines) {
  const double begin = store_seconds();
  const bool baselines = with_baselines || begin >= store->next_baselines;
  uint64_t rows = 0;
  const unsigned unsaved = UNSAVED_STATE | (baselines ? (unsigned)UNSAVED_BASELINE : 0u) |
                           (store->models.keep > 0 ? (unsigned)UNSAVED_MODEL : 0u);
  const bool good = write_and_forget(store, unsaved, begin >= store->next_baselines, &rows);
  if (good) {
    note_checkpoint(store, begin, rows);
    if (baselines)
      store->next_baselines = begin + BASELINE_INTERVAL;
  }
  store_show_health(store);
  return good;
}

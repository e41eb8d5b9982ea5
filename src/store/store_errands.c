/* What those wait for who tell of incidents. */
#include "store/incident_rows.h"
#include "store/store_private.h"

static bool run(struct store *store, const struct errand *errand) {
  struct database *const database = &store->database;
  if (database->handle == NULL || database->unread)
    return false;
  return errand->kind == ERRAND_PUT
             ? incident_rows_put(database, &store->health, &errand->event, store->now())
             : incident_rows_told(database, &store->health, errand->event.incident.id);
}

/* The writer looks between two steps of anything else. */
void store_run_errand(struct store *store) {
  pthread_mutex_lock(&store->lock);
  const bool waiting = store->errand.kind != ERRAND_NONE && !store->errand.done;
  pthread_mutex_unlock(&store->lock);
  if (!waiting)
    return;
  const bool good = run(store, &store->errand); /* nobody changes it while it waits */
  store_show_health(store);
  pthread_mutex_lock(&store->lock);
  store->errand.done = true;
  store->errand.good = good;
  pthread_cond_broadcast(&store->done);
  pthread_mutex_unlock(&store->lock);
}

/* An errand that nobody waited for to the end stays in the way until it is done. */
static bool wait_for_errand(struct store *store, double seconds) {
  const struct timespec deadline = store_timespec(store_seconds() + seconds);
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

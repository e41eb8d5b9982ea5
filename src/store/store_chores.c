/* What is done every minute, and at flushes. */
#include "store/anomaly_rows.h"
#include "store/store_private.h"
#include "store/trained_rows.h"

static void count_anomalies(struct store *store, size_t rows) {
  pthread_mutex_lock(&store->lock);
  store->status.anomalies += rows;
  pthread_mutex_unlock(&store->lock);
}

/* No more than could have waited at first: others go on adding. */
bool store_put_anomalies(struct store *store) {
  size_t rows = 1;
  for (size_t written = 0; rows > 0 && written < ANOMALY_LOG_ROOM; written += rows) {
    if (!anomaly_rows_put(&store->database, &store->health, store->anomalies, &rows))
      return false;
    count_anomalies(store, rows);
    store_run_errand(store);
    if (store->database.handle == NULL)
      return false;
  }
  return true;
}

bool store_look_at_silences(struct store *store) {
  struct incidents *const incidents = store->hearers.incidents;
  return incidents == NULL ||
         silences_look(&store->silences, &store->database, &store->health, incidents, store->now());
}

static bool take_over_trained(struct store *store) {
  int64_t cursor = -1;
  size_t rows = 1;
  uint64_t taken = 0;
  bool good = true;
  while (good && rows > 0 && store->database.handle != NULL) {
    good = trained_rows_take(&store->database, &store->health, store->engine, store->now(), &cursor,
                             &rows, &taken);
    store_run_errand(store);
  }
  pthread_mutex_lock(&store->lock);
  store->status.taken_over += taken;
  pthread_mutex_unlock(&store->lock);
  return good && store->database.handle != NULL;
}

/* By labels, and by people: what that leads to is in the next checkpoint. */
static bool look_after_models(struct store *store) {
  struct database *const database = &store->database;
  return model_grades_look(&store->grades, database, &store->health, store->engine, store->now(),
                           store_seconds()) &&
         model_shelf_crown(&store->models, database, &store->health, store->engine);
}

bool store_do_chores(struct store *store) {
  const bool good = store_have_file(store) && store_put_anomalies(store) &&
                    store_look_at_silences(store) && take_over_trained(store) &&
                    look_after_models(store);
  store_show_health(store);
  return good;
}

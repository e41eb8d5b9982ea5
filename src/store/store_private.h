/*
 * The store's own structure, shared by the files that implement store/store.h.
 * Functions of this header are the writer's thread's, or that of store_start
 * before there is one.
 */
#ifndef ANOMALY_STORE_STORE_PRIVATE_H
#define ANOMALY_STORE_STORE_PRIVATE_H

#include "store/anomaly_log.h"
#include "store/database.h"
#include "store/model_grades.h"
#include "store/model_shelf.h"
#include "store/silences.h"
#include "store/store.h"

#include <pthread.h>

/* What somebody waits for who tells of an incident. */
struct errand {
  enum { ERRAND_NONE, ERRAND_PUT, ERRAND_TOLD } kind;
  bool done, good; /* done: nobody has taken note yet */
  struct incident_event event;
};

struct store {
  struct store_options options;
  double (*now)(void);
  bool trains;
  struct anomaly_log *anomalies;
  struct database database; /* the writer's, once it runs, as all until `lock` */
  struct engine *engine;
  struct store_hearers hearers; /* all zero: none */
  bool went_on;                 /* with the incidents of the last run */
  struct health health;         /* shown in status */
  struct silences silences;
  struct model_shelf models;
  struct model_grades grades;
  double next_baselines;
  bool threaded;
  pthread_t thread;

  pthread_mutex_t lock;
  pthread_cond_t wake, done;
  bool stopping;                /* these are guarded by lock */
  bool crowded;                 /* anomalies wait to be written */
  uint64_t requested, finished; /* flushes; the last finished one was complete if `flushed` */
  bool flushed;
  struct errand errand;
  double last_checkpoint; /* by the monotonic clock */
  struct store_status status;
};

/* The monotonic clock. */
double store_seconds(void);
struct timespec store_timespec(double seconds);

/* What the writer knows, for those who ask. */
void store_show_health(struct store *store);

/* Runs what somebody waits for, if anybody does: to be called between two steps of anything. */
void store_run_errand(struct store *store);

/* Opens the file where it is not, and reads what the engine has not seen of it. */
bool store_have_file(struct store *store);

/* Writes what has changed; with baselines where they are due, or asked for. */
bool store_checkpoint(struct store *store, bool with_baselines);

/* Writes the verdicts that wait; false where that failed. */
bool store_put_anomalies(struct store *store);

/* Looks which silences are in effect; false where that failed. */
bool store_look_at_silences(struct store *store);

/* What is done every minute, and at flushes: verdicts, silences, what was learned elsewhere. */
bool store_do_chores(struct store *store);

#endif

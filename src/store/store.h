/*
 * The store: what was learned survives in one SQLite file (docs/database.md).
 *
 * One thread owns the only connection that writes. Nobody but store_open,
 * store_start, store_flush and store_destroy ever waits for the disk. Whatever
 * happens to the file, the engine goes on; what cannot be written is kept marked
 * and written when it can be.
 */
#ifndef ANOMALY_STORE_STORE_H
#define ANOMALY_STORE_STORE_H

#include "anomaly/incident.h"
#include "anomaly/state.h"
#include "anomaly/store_options.h"
#include "store/health.h"

#include <stdbool.h>
#include <stdint.h>

struct store;
struct incidents;

struct store_settings {
  const char *path;
  struct store_options options;
  double (*now)(void); /* the time as the samples have it */
  bool trains;         /* the engine learns from the past, for a daemon that is yet to start */
};

/*
 * Opens the file at the path, or makes it (mode 0600), so that its seed is known. A
 * file that cannot be opened now is no error: it is tried again later. Errors:
 * STATUS_NO_MEMORY.
 */
int store_open(struct store **ret_store, const struct store_settings *settings);

/* The seed that the engine must have, so that a metric keeps its key. Never 0. */
uint64_t store_seed(const struct store *store);

/*
 * Whose incidents go on, and who hears of what becomes of them. A file that cannot
 * be read at the start is taken up as soon as it can be, in the writer's thread.
 */
struct store_hearers {
  struct incidents *incidents; /* outlive the store; NULL = none of this */
  double (*clock)(void);       /* of the incidents */
  void (*tell)(void *context, const struct incident_event *event);   /* stored, and not told */
  void (*episode)(void *context, const struct episode_event *event); /* open, and in no incident */
  void *context;
};

/*
 * Restores every stored metric into the engine, which must outlive the store, goes
 * on with incidents (`hearers` may be NULL), and starts the writer. Errors:
 * STATUS_IO (no thread).
 */
int store_start(struct store *store, struct engine *engine, const struct store_hearers *hearers);

/*
 * Stores a change of an incident before it is told, and that it has been told.
 * One thread at a time. Waits for the disk, `seconds` at most: false where it is not stored
 * then, which must not keep anybody from telling. Between the two calls a crash
 * has the change told again at the next start: rather twice than never.
 */
bool store_put_incident(struct store *store, const struct incident_event *event, double seconds);
bool store_note_told(struct store *store, uint64_t incident, double seconds);

/*
 * Takes a copy of a verdict for the table anomalies, or counts it (anomaly_log.h);
 * has the type of an engine's listener to verdicts, but for the store. Any thread;
 * does not wait for the disk.
 */
void store_note_verdict(struct store *store, const struct episode_event *verdict);

/* Has everything written, baselines too, and waits for it: false after `seconds`, or if it failed.
 */
bool store_flush(struct store *store, double seconds);

/* Writes what is not yet written, stops the thread and closes the file. NULL is fine. */
void store_destroy(struct store *store);

/* Seconds after a failed attempt to write until the next. */
#define STORE_RETRY 30.0

struct store_status {
  struct health health;
  struct restore_stats restored;
  double restore_seconds;
  uint64_t checkpoints; /* complete ones */
  uint64_t rows;        /* written by them */
  uint64_t anomalies;   /* verdicts written */
  uint64_t anomalies_left_out;
  uint64_t silences;         /* in effect */
  uint64_t taken_over;       /* metrics learned elsewhere */
  uint64_t models;           /* fitted blocks written */
  uint64_t models_left_out;  /* for want of room */
  uint64_t models_restored;  /* that go on */
  uint64_t models_crowned;   /* gone back to */
  uint64_t models_bad;       /* by labels: fitted anew, or gone back from */
  uint64_t models_refused;   /* damaged, or of other options: fitted anew */
  double checkpoint_seconds; /* of the last one */
  double checkpoint_age;     /* seconds since the last one, or since the start */
  uint64_t bytes;            /* of the file */
};

/* Never waits for the disk. */
void store_status(struct store *store, struct store_status *ret_status);

#endif

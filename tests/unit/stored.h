/*
 * A store over an engine of fake detectors, in a folder of its own, and what is
 * in its file.
 */
#ifndef ANOMALY_TESTS_STORED_H
#define ANOMALY_TESTS_STORED_H

#include "anomaly/engine.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* When everything begins, and the seconds from value to value. */
#define STORED_BEGIN 1700000000.0
#define STORED_STEP 10.0

struct stored {
  struct engine *engine;
  struct store *store;
};

extern char stored_path[];

/* Group setup and teardown: makes a folder for the file, removes it with all that is in it. */
int stored_make_folder(void **state);
int stored_remove_folder(void **state);

/* Removes what is in the folder. */
void stored_forget(void);

/* Names in the folder that contain `part`. */
unsigned stored_files(const char *part);

/* Opens the store and makes the engine. */
void stored_open(struct stored *stored, double checkpoint_interval);

/* The same, restores and starts the writer. */
void stored_start(struct stored *stored, double checkpoint_interval);

/* How a store is opened or started; all zero but the interval: as above. */
struct stored_setup {
  double checkpoint_interval;
  const struct store_hearers *hearers;
  struct rule_set *rules; /* NULL = fake detectors */
  uint32_t keep_models;
  uint64_t models_limit;
  bool trains;
};
void stored_open_as(struct stored *stored, const struct stored_setup *setup);
void stored_start_as(struct stored *stored, const struct stored_setup *setup);

/* The same with those who hear of incidents. */
void stored_start_with(struct stored *stored, double checkpoint_interval,
                       const struct store_hearers *hearers);

/* Ends both, as the plugin does. */
void stored_stop(struct stored *stored);

/* One value; the fake detector alarms from 1 on. */
void stored_observe(struct stored *stored, unsigned metric, unsigned at, double value);

/* A harmless value of each metric. */
void stored_feed(struct stored *stored, unsigned metrics, unsigned at);

/* What the store takes for the present; STORED_BEGIN at first. */
void stored_set_time(double time);

struct store_status stored_status(struct stored *stored);
uint64_t stored_metrics(struct stored *stored);

/* Waits until the status has this fault. */
bool stored_wait_for_fault(struct stored *stored, enum store_fault fault);

/* A number by SQL from the file, by a connection of its own; -1 where that fails. */
int64_t stored_number(const char *sql);

/* Runs SQL on the file. */
void stored_run(const char *sql);

#endif

/*
 * The place of a fitted model: its life, the block, and what it is fitted to; of a metric's
 * detector, or of a group. What is done to either is said here once. A seat is borrowed from
 * its owner, and good for as long as that is locked.
 */
#ifndef ANOMALY_ENGINE_MODEL_SEAT_H
#define ANOMALY_ENGINE_MODEL_SEAT_H

#include "anomaly/model.h"
#include "anomaly/state.h"
#include "engine/fitted.h"
#include "engine/model_life.h"
#include "engine/model_work.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model_seat;

/* Where a seat's rows come from: its window. Errors of both: STATUS_NO_MEMORY. */
struct model_source {
  /* How many of the newest rows a fit gets. */
  uint32_t (*count)(const struct model_seat *seat);
  /* The newest rows, at most so many. */
  int (*newest)(const struct model_seat *seat, uint32_t count, struct model_rows *ret_rows);
  /* Those that the block has scored since it was taken, as it saw them; STATUS_LIMIT: not kept. */
  int (*scored)(const struct model_seat *seat, struct model_rows *ret_rows);
};

struct model_seat {
  const struct model *model;
  struct model_common common;
  const void *own; /* the model's options */
  struct model_terms terms;
  struct model_life *life;
  struct fitted **fitted; /* holds the block; NULL in it = none */
  size_t columns;         /* of rows */
  uint32_t reach;         /* samples after which no row of now is in the window */
  double first, newest;   /* times of the first sample and of the newest */
  bool odd;               /* an alarm goes on, which is not to become usual */
  const struct model_source *source;
  const void *window, *options; /* the source's */
  size_t window_size; /* bytes of the window that a copy is made of; 0 = it reads at once */
  /* Who pays for the block. */
  struct fitted_totals *totals;
  int64_t room; /* bytes that are left */
  bool stores;  /* it is handed out to be stored */
};

/* What it is time for. */
enum model_task model_seat_task(const struct model_seat *seat);

/* The work for that, and how many of the newest rows it wants. */
struct model_work model_seat_work(const struct model_seat *seat, enum model_task task);
uint32_t model_seat_rows(const struct model_seat *seat, enum model_task task);

/* Does it at once. */
struct model_result model_seat_work_now(const struct model_seat *seat, enum model_task task);

/*
 * Takes a result over. A block takes the place of the one that is there, if the room is
 * enough: true then. `spread` as in model_life_took.
 */
bool model_seat_take_fit(const struct model_seat *seat, struct model_result *result,
                         uint32_t spread);
void model_seat_take_look(const struct model_seat *seat, const struct model_result *result);

/* Whether it waits for the stored block. */
bool model_seat_wants(const struct model_seat *seat, const struct stored_model *stored);

/*
 * Goes on with a stored block, which is taken over and learns what it had learned. Errors:
 * STATUS_MISMATCH (of other options or columns), STATUS_LIMIT (no room, or more learned than
 * the window keeps), STATUS_NO_MEMORY.
 */
int model_seat_attach(const struct model_seat *seat, const struct stored_model *stored,
                      struct block *block);

/*
 * Goes back to a stored block, which is taken over, as is a copy of one that learns (else
 * NULL). False in *ret_went where it is in use already: then it is only handed out again.
 * Errors as above.
 */
int model_seat_go_back(const struct model_seat *seat, const struct stored_model *stored,
                       struct block *block, struct block *copy, bool *ret_went);

#endif

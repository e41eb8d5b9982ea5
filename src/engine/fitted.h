/*
 * A fitted block as a metric holds it: counted, so that who writes it to the
 * store need not keep the metric's lock.
 *
 * A block that learns is another one with each value. What is stored of it is as
 * it was taken: who takes it up again lets it learn what has come since.
 */
#ifndef ANOMALY_ENGINE_FITTED_H
#define ANOMALY_ENGINE_FITTED_H

#include "anomaly/model.h"
#include "anomaly/state.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What all fitted blocks of an engine come to. */
struct fitted_totals {
  atomic_uint_fast64_t bytes, blocks;
};

struct fitted {
  struct block *block;
  double *scratch;              /* for the holder of the metric's lock */
  uint32_t version;             /* counts up for each model of a metric */
  double created;               /* time of the newest sample that it was fitted to */
  double from;                  /* of the oldest one */
  double since;                 /* time of the newest sample when it was taken */
  struct model_quality quality; /* guarded by the metric's lock, like the next two */
  bool unsaved;                 /* not handed out since it was taken */
  bool judged;                  /* quality was not handed out since it was changed */
  struct block *as_taken; /* of a block that learns, until it is stored; NULL = `block` is it */
  struct fitted_totals *totals;
  atomic_uint holders;
};

/* Bytes that a block costs once it is held. */
uint64_t fitted_cost(const struct block *block);

/* Takes the block over, with one holder; NULL, and the block still the caller's, without memory. */
struct fitted *fitted_create(struct block *block, uint32_t version, double created,
                             struct fitted_totals *totals);

/* Takes over a copy of the block as it was taken; NULL drops the one that is there. */
void fitted_keep(struct fitted *fitted, struct block *as_taken);

/* The block to be stored; NULL where it has learned since, and is not kept as it was. */
struct block *fitted_stored(struct fitted *fitted);

/* The same, with one holder more. Thread-safe, by one who is a holder, as is fitted_give. */
struct fitted *fitted_hold(struct fitted *fitted);

/* The last holder frees it. NULL is fine. */
void fitted_give(struct fitted *fitted);

#endif

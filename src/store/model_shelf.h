/*
 * Fitted blocks of metrics and groups, to the table models and back: the last few versions
 * of each, and not more bytes than told.
 */
#ifndef ANOMALY_STORE_MODEL_SHELF_H
#define ANOMALY_STORE_MODEL_SHELF_H

#include "anomaly/state.h"
#include "store/database.h"

#include <stdbool.h>
#include <stdint.h>

/* How much is kept, and what became of it; used by the writer's thread. */
struct model_shelf {
  unsigned keep;       /* versions for each model of a metric, at least 1 */
  uint64_t bytes_most; /* of all blocks */
  uint64_t bytes;      /* of those that are there, as far as is known */
  bool counted;        /* `bytes` was looked at for this checkpoint */
  bool thinned;        /* and earlier versions have made room */
  uint64_t stored;     /* blocks written, so far; all of these are counted */
  uint64_t left_out;   /* not written, for want of room */
  uint64_t restored;   /* given back to the engine */
  uint64_t crowned;    /* gone back to, as somebody wanted */
  uint64_t refused;    /* damaged, of another version or other options: fitted anew */
};

/*
 * Writes a block as its metric's champion, or only what was found of it. Where all blocks would be
 * too much, earlier versions make room, first those of all metrics. Within a transaction; gives a
 * code of SQLite.
 */
int model_shelf_put(struct model_shelf *shelf, struct database *database,
                    const struct metric_record *metric, const struct model_record *model);

/*
 * Gives the engine the blocks that its restored metrics wait for. False, and the
 * reason in *health, where the file cannot be read.
 */
bool model_shelf_restore(struct model_shelf *shelf, struct database *database,
                         struct health *health, struct engine *engine);

/*
 * Goes back to the versions that somebody wants, where their metrics are known. Those
 * that cannot be used are forgotten. False, and the reason in *health, where the file
 * cannot be read or written.
 */
bool model_shelf_crown(struct model_shelf *shelf, struct database *database, struct health *health,
                       struct engine *engine);

#endif

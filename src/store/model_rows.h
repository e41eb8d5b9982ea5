/*
 * The table models: what was fitted to the past of a metric or a group, and how
 * good it was. Used by whoever has the database, which in the daemon is the
 * writer's thread. Functions that take a handle of SQLite are for within a
 * transaction, and give codes of SQLite.
 */
#ifndef ANOMALY_STORE_MODEL_ROWS_H
#define ANOMALY_STORE_MODEL_ROWS_H

#include "store/database.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest block, in bytes. */
#define MODEL_ROW_BYTES_MAX (UINT64_C(256) << 20)

enum model_scope { MODEL_OF_METRIC, MODEL_OF_GROUP };

/* A row; what it borrows is the caller's for model_rows_put, else valid during the call only. */
struct model_row {
  int64_t id; /* given by model_rows_put */
  enum model_scope scope;
  const char *subject; /* a metric's identity as text, of a group its own */
  int64_t metric_id;   /* the metric's key, as in metric_record */
  const char *model;
  uint32_t version;            /* counts up with the subject's fits of this model */
  const char *options;         /* in effect, those that are not at their presets, as text */
  double created;              /* seconds since the epoch, as the next two */
  double train_from, train_to; /* of the samples; NaN = not known, as all numbers below */
  double since;                /* time from when on it scored */
  uint64_t samples;
  double score_mean, score_stddev, score_min, score_max; /* raw, of the samples */
  double threshold;                                      /* of raw scores */
  double input_drift, score_drift;                       /* as in struct model_quality */
  double precision, recall, f1;                          /* where there are labels */
  bool champion;     /* the one that scores; one for each model of a subject */
  const void *block; /* NULL when rows are listed */
  size_t bytes;      /* of the block */
};

/* Gets a row, with its block where that was asked for. */
typedef void (*model_visitor)(void *context, const struct model_row *row);

/*
 * Adds a row in place of one of the same subject, model and version; a champion
 * takes the place of the last one.
 */
int model_rows_add(sqlite3 *database, const struct model_row *row, int64_t *ret_id);

/*
 * The same in a transaction of its own. Errors: STATUS_LIMIT (the block is too
 * large), STATUS_IO (the reason is in *health).
 */
int model_rows_put(struct database *database, struct health *health, const struct model_row *row,
                   int64_t *ret_id);

/* Writes drifts into the row of the same subject, model and version. */
int model_rows_judge(sqlite3 *database, const struct model_row *row);

/*
 * Calls visit with the rows that somebody wants to be champions, with their blocks,
 * whose bytes are hostile. Errors: STATUS_IO.
 */
int model_rows_crowned(struct database *database, struct health *health, model_visitor visit,
                       void *context);

/* Nobody wants that of the row any more. */
int model_rows_uncrown(sqlite3 *database, int64_t id);

/* Calls visit for each row, without its block, in the order of ids. Errors: STATUS_IO. */
int model_rows_each(struct database *database, struct health *health, model_visitor visit,
                    void *context);

/* Looks at a row without its block, and says whether it is to be visited with it. */
typedef bool (*model_chooser)(void *context, const struct model_row *row);

/*
 * Calls visit for the rows that choose says, with their blocks, whose
 * bytes are hostile. Errors: STATUS_IO.
 */
int model_rows_load(struct database *database, struct health *health, model_chooser choose,
                    model_visitor visit, void *context);

/*
 * Removes all but champions and the latest `keep` rows for each model of each subject;
 * or all but the latest `keep` of the row's own subject and model.
 */
int model_rows_forget(sqlite3 *database, unsigned keep);
int model_rows_forget_like(sqlite3 *database, const struct model_row *row, unsigned keep);

/* Bytes of all blocks, which takes a while; or of those of the row's own subject and model. */
int model_rows_bytes(sqlite3 *database, int64_t *ret_bytes);
int model_rows_bytes_like(sqlite3 *database, const struct model_row *row, int64_t *ret_bytes);

#endif

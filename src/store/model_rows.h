/*
 * The table models: what was fitted to the past of a metric or a group, and how
 * good it was. Used by whoever has the database, which in the daemon is the
 * writer's thread.
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
  const char *subject; /* a metric's identity as text, or a group's name */
  const char *model;
  uint32_t version;
  const char *options;         /* in effect, as text */
  double created;              /* seconds since the epoch, as the next two */
  double train_from, train_to; /* of the samples; NaN = not known, as all numbers below */
  uint64_t samples;
  double score_mean, score_stddev, score_min, score_max; /* raw, of the samples */
  double threshold;                                      /* of raw scores */
  double precision, recall, f1;                          /* where there are labels */
  bool champion;                                         /* the one that scores; one a subject */
  const void *block;                                     /* NULL when rows are listed */
  size_t bytes;                                          /* of the block */
};

/*
 * Adds a row; a champion takes the place of its subject's last one. Errors:
 * STATUS_LIMIT (the block is too large), STATUS_IO (the reason is in *health).
 */
int model_rows_put(struct database *database, struct health *health, const struct model_row *row,
                   int64_t *ret_id);

/*
 * Makes a row its subject's champion, such as an earlier one. Errors:
 * STATUS_NOT_FOUND (no such row), STATUS_IO.
 */
int model_rows_crown(struct database *database, struct health *health, int64_t id);

/* Calls visit for each row, without its block, in the order of ids. Errors: STATUS_IO. */
int model_rows_each(struct database *database, struct health *health,
                    void (*visit)(void *context, const struct model_row *row), void *context);

/*
 * Calls visit with the champion of a subject and its block, whose bytes are
 * hostile. Errors: STATUS_NOT_FOUND (it has none), STATUS_IO.
 */
int model_rows_champion(struct database *database, struct health *health, enum model_scope scope,
                        const char *subject,
                        void (*visit)(void *context, const struct model_row *row), void *context);

/* Removes all but champions and the latest `keep` rows of each subject. Errors: STATUS_IO. */
int model_rows_forget(struct database *database, struct health *health, unsigned keep);

#endif

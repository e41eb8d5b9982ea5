/*
 * The tables labels and silences, as people write them: what somebody says about
 * a span of time.
 */
#ifndef ANOMALY_STORE_MARKS_H
#define ANOMALY_STORE_MARKS_H

#include "store/guest.h"

#include <stdint.h>

enum mark_table { MARK_LABELS, MARK_SILENCES };

/* A row, borrowed. */
struct mark {
  const char *subject; /* of a label: a metric's identity or a glob over it; of a silence: a host */
  double start, end;   /* seconds since the epoch */
  const char *label;   /* of a label only */
  const char *note, *author;
  double created;
};

/* Adds a row. Errors, with why: STATUS_IO. */
int marks_add(struct guest *guest, enum mark_table table, const struct mark *mark, int64_t *ret_id,
              struct text *why);

/* Removes a row. Errors, with why: STATUS_NOT_FOUND (there is none of this id), STATUS_IO. */
int marks_remove(struct guest *guest, enum mark_table table, int64_t id, struct text *why);

#endif

/*
 * Labels: from when to when something was wrong with which metric.
 *
 * A CSV file with the columns `start` and `end` (both included; epoch seconds or
 * ISO 8601) and perhaps `metric`, an identity or a glob over it; without it, or
 * where it is empty, a label is for every metric. Other columns are not looked
 * at.
 */
#ifndef ANOMALY_HISTORY_LABELS_H
#define ANOMALY_HISTORY_LABELS_H

#include "anomaly/metric.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct label {
  char *metric; /* NULL: every metric */
  double start, end;
};

struct labels {
  struct label *list; /* by start */
  size_t count, room;
};

/*
 * Reads a file; `labels` is all zero. Errors, with why: STATUS_INVALID (a line
 * that is wrong), STATUS_IO, STATUS_NO_MEMORY, STATUS_LIMIT (more than
 * LABELS_MAX). labels_release must be called in any case.
 */
int labels_read(struct labels *labels, FILE *file, struct text *why);
#define LABELS_MAX (1u << 20)

void labels_release(struct labels *labels);

/* One metric's labels, walked through in the order of time. */
struct label_walk {
  struct label *list; /* its own and those of every metric, by start; owned */
  size_t count, at;
};

/* Errors: STATUS_NO_MEMORY. */
int label_walk_create(struct label_walk *ret_walk, const struct labels *labels,
                      const struct metric_id *id);
void label_walk_release(struct label_walk *walk);

/* Whether something is wrong at a time; times do not fall from call to call. */
bool label_walk_at(struct label_walk *walk, double time);

#endif

/*
 * Labels: from when to when something was wrong with which metric.
 *
 * A JSON file as labels_windows.h says, known by its first byte (not through a pipe), or a CSV file
 * with the columns `start` and `end` (both included; epoch seconds or ISO 8601)
 * and perhaps `metric`, an identity or a glob over it; without it, or where it is
 * empty, a label is for every metric. Other columns are not looked at.
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
  char *place;  /* file it is about, or the end of its path; NULL: every one */
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

/*
 * Adds a label with copies of its metric and place; those of `label` are not
 * looked at. Errors: STATUS_NO_MEMORY, STATUS_LIMIT.
 */
int labels_add(struct labels *labels, const struct label *label, const char *metric,
               const char *place);

void labels_release(struct labels *labels);

/* One metric's labels, walked through in the order of time. */
struct label_walk {
  struct label *list; /* those that are about it, by start; owned */
  size_t count, at;
};

/*
 * The labels of a metric that is read from `place`: one for a/b.csv is for any
 * path that ends so, and for one that is the end of it. Errors:
 * STATUS_NO_MEMORY.
 */
int label_walk_create(struct label_walk *ret_walk, const struct labels *labels,
                      const struct metric_id *id, const char *place);
void label_walk_release(struct label_walk *walk);

/* Whether something is wrong at a time; times do not fall from call to call. */
bool label_walk_at(struct label_walk *walk, double time);

#endif

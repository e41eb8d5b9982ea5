/*
 * From when to when a metric was labelled, by its values; and the same of several
 * metrics together.
 */
#ifndef ANOMALY_CLI_LABEL_SPANS_H
#define ANOMALY_CLI_LABEL_SPANS_H

#include <stdbool.h>
#include <stddef.h>

/* Times of the first and the last labelled value in a row. */
struct label_span {
  double start, end;
};

/* All zero is empty. */
struct label_spans {
  struct label_span *list; /* by start; owned */
  size_t count, room;
  bool open; /* the last value was labelled */
  size_t at; /* where label_spans_meet goes on */
};

/* Notes a value; times do not fall. False where memory runs out. */
bool label_spans_note(struct label_spans *spans, double time, bool labelled);

/* Adds those of another, in any order. False where memory runs out. */
bool label_spans_add(struct label_spans *spans, const struct label_spans *others);

/* Once all are added: puts them in the order of time, without overlaps. */
void label_spans_join(struct label_spans *spans);

/* Whether something is labelled from `from` until before `until`; times do not fall. */
bool label_spans_meet(struct label_spans *spans, double from, double until);

void label_spans_release(struct label_spans *spans);

#endif

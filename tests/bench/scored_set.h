/*
 * A set of labelled series that one watch has judged, and its row of a table.
 */
#ifndef ANOMALY_TESTS_BENCH_SCORED_SET_H
#define ANOMALY_TESTS_BENCH_SCORED_SET_H

#include "evaluate/quality_set.h"

#include <stdbool.h>
#include <stddef.h>

/* How a table is printed. */
enum scored_style {
  SCORED_TEXT,
  SCORED_MARKDOWN, /* for a document, without what only developers read */
  SCORED_FULL_MARKDOWN,
};

struct scored_set {
  bool each; /* print a line for each series that is added */
  enum scored_style style;
  struct quality_set set;
};

/* A judged series and its names. */
struct named_series {
  const char *file, *column;
  struct judged_series judged;
};

/*
 * Adds one series, of which nothing is kept but copies. False, with a message
 * on stderr, where its times are not in order or memory runs out.
 */
bool scored_set_add(struct scored_set *set, const struct named_series *series);
void scored_set_release(struct scored_set *set);

/* Prints the table's head, or one row of it; cost and memory may be NaN. */
void scored_set_print_head(const char *title, enum scored_style style);
void scored_set_print(const struct scored_set *set, const char *name, double nanoseconds,
                      double bytes);

#endif

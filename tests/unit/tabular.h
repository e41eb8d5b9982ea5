/*
 * The classic outlier tables of the labelled data folder, with the raw scores
 * that PyOD's models gave each row.
 */
#ifndef ANOMALY_TESTS_TABULAR_H
#define ANOMALY_TESTS_TABULAR_H

#include "unit/fitting.h"

#include <stdbool.h>
#include <stddef.h>

extern const char *const tabular_names[]; /* ended by NULL */

struct tabular {
  struct sheet rows;  /* all of them */
  struct sheet train; /* those that PyOD was fitted to */
  bool *held_out;     /* the other ones */
  bool *label;
};

/* False where the labelled data are not there; the test fails where they cannot be read. */
bool tabular_read(const char *name, struct tabular *ret_table);
void tabular_release(struct tabular *table);

/* The area under the ROC curve over the rows held out; of scores of all rows, of a block. */
double tabular_area(const double *scores, const struct tabular *table);
double tabular_area_of(const struct block *block, const struct tabular *table);

/* The scores of the model for all rows, to be freed; NULL where PyOD has none. */
double *tabular_scores(const char *name, const char *model);

#endif

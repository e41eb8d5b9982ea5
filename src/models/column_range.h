/*
 * Where the training rows lie in each column, for models that cut columns at random:
 * they see rows by that, training rows in 0 .. 1, where floats are exact enough for
 * any column.
 */
#ifndef ANOMALY_MODELS_COLUMN_RANGE_H
#define ANOMALY_MODELS_COLUMN_RANGE_H

#include "anomaly/model.h"

#include <stdbool.h>
#include <stddef.h>

struct column_range {
  double low, span; /* of the training rows; span > 0 */
};

/* Of each column of at least one row; those with a single value are given a span of 1. */
void column_ranges_find(const struct matrix *rows, struct column_range *ret_ranges);

/* The places of a row: beyond `reach` spans from the training rows all are the same. */
void column_ranges_place(const struct column_range *ranges, size_t columns, const double *row,
                         double reach, float *ret_places);

/* Whether restored ranges can be gone on with. */
bool column_ranges_valid(const struct column_range *ranges, size_t columns);

#endif

/*
 * Fitting and scoring models in tests, with everything watched that the contract
 * of include/anomaly/model.h promises of each call.
 */
#ifndef ANOMALY_TESTS_FITTING_H
#define ANOMALY_TESTS_FITTING_H

#include "anomaly/model.h"

/* Rows one after the other, `columns` numbers each. */
struct sheet {
  double *cells;
  size_t rows, columns;
};

/* How a model is to be fitted: presets at first. */
struct fitting {
  const struct model *model;
  struct model_common common;
  void *options;
  struct fit_control control;
};

struct fitting fitting_create(const struct model *model);
void fitting_destroy(struct fitting *fitting);

/* Sets a common or an own option from text; the test fails where there is none such. */
void fitting_set(struct fitting *fitting, const char *name, const char *value);

int fitting_try(const struct fitting *fitting, struct sheet rows, struct block **ret_block);

/* The same, and the test fails where that does. */
struct block *fitting_fit(const struct fitting *fitting, struct sheet rows);

/*
 * Rows of `columns` numbers, the same for the same seed: columns that go
 * together, each with a scale of its own. In the order of time they make waves
 * of 24 rows. To be released with sheet_release.
 */
struct sheet sheet_create(size_t rows, size_t columns, uint64_t seed);
struct sheet sheet_filled(size_t rows, size_t columns, double value);
void sheet_release(struct sheet *sheet);
double *sheet_row(const struct sheet *sheet, size_t row);

/* model_score; the test fails where it is not finite or writes beyond its scratch. */
double watched_score(const struct block *block, const double *row);

/* model_explain into shares[columns]; the test fails where they are no shares. */
void watched_explain(const struct block *block, const double *row, double *shares);

void watched_learn(struct block *block, const double *row);

/* Scores and explains the row and rows of unusual numbers. */
void score_anything(const struct block *block, const double *row);

#endif

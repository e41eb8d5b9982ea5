/*
 * A test program that runs each of its tests for each model of the list, or for
 * those that are named on its command line.
 */
#ifndef ANOMALY_TESTS_EACH_MODEL_H
#define ANOMALY_TESTS_EACH_MODEL_H

#include "anomaly/model.h"

#include <stddef.h>

struct model_test {
  const char *name;
  void (*run)(const struct model *model);
};

/* What main returns. */
int run_for_each_model(const struct model_test *tests, size_t count, int names, char *const *name);

#endif

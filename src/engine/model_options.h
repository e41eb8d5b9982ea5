/*
 * Options of a detector that is made from a model.
 */
#ifndef ANOMALY_ENGINE_MODEL_OPTIONS_H
#define ANOMALY_ENGINE_MODEL_OPTIONS_H

#include "anomaly/model.h"
#include "engine/model_life.h"
#include "stats/feature_rows.h"

#include <stddef.h>

/* What they begin with; the model's own are behind. */
struct model_options {
  uint32_t min_samples; /* until the first fit */
  uint32_t window_size; /* samples kept */
  double window_age;    /* seconds; older samples are not fitted to; 0 = none is too old */
  struct model_terms terms;
  struct feature_set features;
  double threshold; /* decades; 0 = what is rare for the metric */
  struct model_common common;
};

/* Of the above but for `common`. */
extern const struct option_row model_stream_rows[];

/* Most rows, the model's own and the end included. */
#define MODEL_OPTIONS_ROWS 40

/* Writes the rows; returns the size of the options. */
size_t model_options_write(const struct model *model, struct option_row *rows);

/* The model's own part. */
const void *model_options_own(const void *options);

/* A static phrase that says what contradicts what; NULL if nothing does. */
const char *model_options_check(const struct model *model, const void *options);

#endif

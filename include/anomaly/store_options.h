/*
 * What is kept on disk, and how often it is written.
 */
#ifndef ANOMALY_STORE_OPTIONS_H
#define ANOMALY_STORE_OPTIONS_H

#include "anomaly/option.h"

/* Described by store_option_rows. */
struct store_options {
  double checkpoint_interval; /* seconds */
  double keep_incidents;      /* seconds after their end */
  double keep_anomalies;      /* seconds */
  uint32_t keep_models;       /* fitted blocks for each model of a metric; 0 = none is stored */
  uint64_t models_limit;      /* bytes of all of them */
};

extern const struct option_row store_option_rows[];

#endif

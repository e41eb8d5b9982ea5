/*
 * Which of collectd's metrics a series of Prometheus is: those that collectd's
 * own write_prometheus plugin exports, and those of node_exporter that a plugin
 * of collectd measures too. docs/prometheus.md is the table for people.
 */
#ifndef ANOMALY_HISTORY_PROMETHEUS_NAMES_H
#define ANOMALY_HISTORY_PROMETHEUS_NAMES_H

#include "anomaly/metric.h"
#include "history/types_db.h"

#include <stdbool.h>
#include <stddef.h>

/* What the label __name__ of all series that may be known matches. */
#define PROMETHEUS_NAMES "collectd_.+|node_.+"

struct prometheus_label {
  const char *name, *value;
};

/* A series; labels are borrowed, in any order, without __name__. */
struct prometheus_series {
  const char *name;
  const struct prometheus_label *labels;
  size_t count;
};

struct prometheus_metric {
  struct metric_name name;
  bool counter; /* its rate is what collectd has */
  double scale; /* what collectd counts in, over what Prometheus does */
};

/* STATUS_OK, or STATUS_NOT_FOUND where the series is none of ours. */
int prometheus_name(const struct prometheus_series *series, const struct types_db *types,
                    struct prometheus_metric *ret_metric);

#endif

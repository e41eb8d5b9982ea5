/*
 * From a metric's name to the class of trouble that it stands for.
 */
#ifndef ANOMALY_ENGINE_TROUBLE_H
#define ANOMALY_ENGINE_TROUBLE_H

#include "anomaly/incident.h"
#include "anomaly/metric.h"

/* By plugin and type as collectd names them; TROUBLE_SYSTEM where nothing better is known. */
enum trouble trouble_of(const struct metric_id *id);

#endif

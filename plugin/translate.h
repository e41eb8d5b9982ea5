/*
 * collectd's value lists as the engine's identities and samples.
 *
 * All functions are thread-safe and allocate nothing.
 */
#ifndef ANOMALY_PLUGIN_TRANSLATE_H
#define ANOMALY_PLUGIN_TRANSLATE_H

#include "anomaly/metric.h"

#include <collectd/core/daemon/plugin.h>

#include <stdbool.h>

/* The name of our own values and notifications, which are never watched. */
#define PLUGIN_NAME "anomaly"

/* Whether we made this list ourselves; also true where it comes back over the network. */
bool translate_is_own(const value_list_t *list);

/* The identity of one data source, borrowed: valid as long as both arguments. */
struct metric_id translate_id(const value_list_t *list, const data_source_t *source);

/*
 * Makes *ret_sample of one value of the list: the data's own time and interval
 * and the bounds of the data source. False, and *ret_sample untouched, where
 * the data source is of none of collectd's four types.
 */
bool translate_sample(const value_list_t *list, const data_source_t *source, value_t value,
                      struct sample *ret_sample);

/*
 * A time or a span in seconds. Present times come out exact to a quarter of a
 * microsecond.
 */
double translate_seconds(cdtime_t time);

/* The way back; 0 for what collectd cannot express (NaN, negative, too large). */
cdtime_t translate_cdtime(double seconds);

#endif

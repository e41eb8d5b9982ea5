/*
 * Identities as people write them.
 */
#ifndef ANOMALY_ENGINE_IDENTITY_H
#define ANOMALY_ENGINE_IDENTITY_H

#include "anomaly/metric.h"
#include "base/text.h"

#include <stdbool.h>

/*
 * Reads `host/plugin-instance/type-instance:ds` as collectd does: the first
 * '-' splits name and instance, which may be missing. A missing host is
 * "localhost", a missing data source "value". Errors: STATUS_INVALID, and why.
 */
int identity_parse(const char *text, struct metric_name *ret_name, struct text *why);

/*
 * The same from its pieces, `plugin` and `type` with their instances, as they
 * are files and folders of collectd. Errors: STATUS_INVALID, and why.
 */
int identity_join(const char *host, const char *plugin, const char *type, const char *data_source,
                  struct metric_name *ret_name, struct text *why);

/* Whether a text is meant as an identity: only that has a '/'. */
bool identity_is_meant(const char *text);

#endif

/*
 * What a group's evidence comes from, written as it is judged and read where it is
 * told (struct episode_causes).
 */
#ifndef ANOMALY_ENGINE_CAUSES_H
#define ANOMALY_ENGINE_CAUSES_H

#include "anomaly/episode.h"
#include "anomaly/metric.h"

#include <stdbool.h>

/* Adds a member; one without room, or beyond EPISODE_CAUSES, is left out: false. */
bool causes_add(struct episode_causes *causes, const struct metric_id *member, double decades);

/*
 * The identity of member `which`, borrowed: of a host all parts but the host are
 * empty, of a metric the host is `host`.
 */
struct metric_id causes_get(const struct episode_causes *causes, unsigned which, const char *host);

/* Whether bytes from elsewhere can be read so. */
bool causes_valid(const struct episode_causes *causes);

#endif

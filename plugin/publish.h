/*
 * What we know as collectd's values, once per read interval.
 *
 * Plugin "anomaly", types of every types.db. Of the whole, on our own host, those that
 * anomaly.cfg(5) has for users under VALUES; tests/checks/documents.sh holds it true.
 *
 * Of each metric that has warmed up and whose rule says publish_score, on the
 * metric's host: anomaly-PLUGIN-INSTANCE/gauge-TYPE-INSTANCE-SOURCE, its score 0..1.
 * Of a group, whose own metric is ours: its identity.
 * Empty parts and the data source "value" are left out; a name too long for
 * collectd ends in a hash of the whole.
 */
#ifndef ANOMALY_PLUGIN_PUBLISH_H
#define ANOMALY_PLUGIN_PUBLISH_H

#include "anomaly/engine.h"
#include "engine/incidents.h"
#include "engine/outbox.h"
#include "plugin/meter.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>

struct published_score;

/* All zero at first. Used by one thread at a time. */
struct publisher {
  struct published_score *scores; /* room for `capacity`, kept from read to read */
  size_t capacity;
};

/* Scores beyond are left out, and so are those that find no memory. */
#define PUBLISHED_SCORES_MAX 20000

/* Hands all values to collectd. `stats` are the engine's of this moment. */
void publisher_run(struct publisher *publisher, struct engine *engine,
                   const struct engine_stats *stats, const struct incident_stats *incidents,
                   struct outbox *outbox, struct meter *meter);

/* The same of the database. */
void publish_store(const struct store_status *status);

/* Frees what the publisher keeps and makes it all zero. */
void publisher_release(struct publisher *publisher);

#endif

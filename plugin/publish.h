/*
 * What we know as collectd's values, once per read interval.
 *
 * Plugin "anomaly", types of every types.db. Of the whole, on our own host:
 *
 *   gauge-metrics, gauge-warming, gauge-ignored    known metrics
 *   gauge-anomalous, percent-anomalous             of those that have warmed up: unusual now
 *   gauge-hosts                                    that metrics come from
 *   gauge-groups, gauge-groups_warming             instances; those that need more rows to judge
 *   gauge-group_columns_refused                    members that had no room in one
 *   gauge-episodes_open, derive-episodes           metrics with an alarm now; alarms so far
 *   gauge-incidents_open, derive-incidents         hosts', or of many: open now; so far
 *   gauge-incidents_told_open, derive-incidents_told  of those, the ones people were told of
 *   derive-incidents_held                          ended, too small to be told
 *   derive-episodes_left_out                       alarms beyond the bounds of incidents.h
 *   gauge-warming_seconds                          until the last of them has warmed up
 *   gauge-models, derive-model_fits                fitted models that metrics hold; fits so far
 *   derive-model_fits_NAME                         that failed, were rejected, came early as values
 *                                                  had drifted, or were postponed
 *   gauge-models_warming                           metrics with too few values for a first fit
 *   gauge-model_fits_waiting                       metrics that wait for the trainer
 *   derive-values                                  values taken
 *   derive-values_NAME                             the same by observation_result_name
 *   bytes-memory                                   of all metrics
 *   gauge-nanoseconds_per_value                    of CPU in our write callback, where measured
 *   gauge-outbox_waiting, derive-outbox_NAME       see struct outbox_stats
 *   gauge-database_fault                           0 = fine, else enum store_fault
 *   bytes-database                                 size of its file
 *   gauge-checkpoint_age, gauge-checkpoint_seconds since the last one; what it took
 *   derive-checkpoints, derive-checkpoint_rows     written so far
 *   derive-anomalies_stored, -anomalies_left_out   verdicts for the table anomalies
 *   derive-models_stored, derive-models_left_out   fitted models for the table models
 *   gauge-silences                                 in effect
 *   gauge-scores_left_out                          of the following, for want of room
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

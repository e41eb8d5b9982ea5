/*
 * Episodes in words: the one place that makes sentences for people.
 */
#ifndef ANOMALY_ENGINE_DESCRIBE_H
#define ANOMALY_ENGINE_DESCRIBE_H

#include "anomaly/episode.h"
#include "base/text.h"

#include <stdbool.h>

/*
 * Appends the sentence of an event, such as `cpu-0/cpu-user 97.3 is far above
 * its usual 2.1 .. 31.0 (score 0.86, 3 of 3 agree) since 12:03:10`. Where it
 * does not fit, the least important parts are left out whole; only a name too
 * long for the whole text is cut. Times are in the process's time zone. Of a group it
 * says what it comes from: `group host: several metrics are unusual at once: load/load:shortterm
 * 5.2, ...`.
 */
void describe_episode(const struct episode_event *event, struct text *text);

/* Appends `host/plugin-instance/type-instance:ds`; `:value` is left out, as is an empty part. */
void describe_metric(const struct metric_id *id, struct text *text);

/* Appends the same without host: `cpu-0/cpu-user`. */
void describe_metric_short(const struct metric_id *id, struct text *text);

/*
 * Appends the members of a group that its evidence comes from, each with its decades:
 * `cpu-0/cpu-user 5.2, load/load:shortterm 3.1`. False where some had no room.
 */
bool describe_causes(const struct episode_event *event, struct text *text);

/* A borrowed view of an owned name; valid as long as `name`. */
struct metric_id metric_name_id(const struct metric_name *name);

#endif

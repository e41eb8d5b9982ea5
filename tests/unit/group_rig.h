/*
 * An engine with groups as a configuration says, values of some hosts for it, and what
 * it tells.
 */
#ifndef ANOMALY_TESTS_GROUP_RIG_H
#define ANOMALY_TESTS_GROUP_RIG_H

#include "anomaly/engine.h"
#include "unit/signals.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GROUP_EVENTS = 12, GROUP_METRICS = 8 };

#define GROUP_BEGIN 1700006400.0
#define GROUP_STEP 60.0

struct group_rig {
  struct engine *engine;
  struct episode_event events[GROUP_EVENTS];
  size_t count;
};

/* The rules of such groups, as below. */
struct rule_set *group_rig_rules(const char *groups);

/*
 * `groups` are the settings of anomaly.cfg; each metric has a detector that never alarms.
 * Later: the engine's groups_later; small: its memory_limit; storing: its store_models.
 */
void group_rig_start(struct group_rig *rig, const char *groups, double expire_after);
void group_rig_start_later(struct group_rig *rig, const char *groups);
void group_rig_start_small(struct group_rig *rig, const char *groups, uint64_t memory_limit);
void group_rig_start_storing(struct group_rig *rig, const char *groups, double expire_after);
void group_rig_end(struct group_rig *rig);

/* Metric `metric` of host `host`, both numbers. */
enum observation_result group_rig_observe(struct group_rig *rig, unsigned host, unsigned metric,
                                          double time, double value);

/* Rows `from` .. `to` of some hosts with GROUP_METRICS metrics each; `odd` may move a value. */
typedef double (*oddity)(unsigned host, unsigned metric, unsigned row);
void group_rig_feed(struct group_rig *rig, unsigned hosts, unsigned from, unsigned to, oddity odd);

/* The last verdict on the group's own metric; fails where there is no such metric. */
struct verdict group_rig_last(struct group_rig *rig, const char *host, const char *name);

struct engine_stats group_rig_stats(struct group_rig *rig);

#endif

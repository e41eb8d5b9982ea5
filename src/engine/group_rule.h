/*
 * A group as it is configured: which metrics are its members, how their values
 * become rows, what judges the rows, and how it alarms.
 *
 * Each group has instances: one for each host, or one for each metric that
 * several hosts have. An instance alarms as a metric of its own, under an identity
 * that no value has (group_rule_identity). A rule set owns its groups.
 */
#ifndef ANOMALY_ENGINE_GROUP_RULE_H
#define ANOMALY_ENGINE_GROUP_RULE_H

#include "anomaly/group.h"
#include "anomaly/metric.h"
#include "anomaly/model.h"
#include "anomaly/rule.h"
#include "anomaly/state.h"
#include "engine/group_model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum group_by { GROUP_BY_HOST, GROUP_BY_METRIC };

/* What a member without a value in a row has. */
enum group_late { LATE_SKIP, LATE_LAST, LATE_WAIT };

/* Described by group_option_rows. */
struct group_options {
  int by;          /* enum group_by */
  double interval; /* seconds of a row, at least */
  int late;        /* enum group_late */
  double wait;     /* seconds, for LATE_WAIT */
  uint32_t columns_max;
};

extern const struct option_row group_option_rows[];

/* A static phrase that says what contradicts what; NULL if nothing does. */
const char *group_options_check(const struct group_options *options);

#define GROUPS_MAX 16
#define GROUP_SELECTORS_MAX 64 /* members, and as many exclusions */
#define GROUP_NAME_SIZE 64

/* The plugin that a group's own identity names. */
#define GROUP_PLUGIN "anomaly"

struct group_rule {
  char name[GROUP_NAME_SIZE];
  struct group_options options;
  struct rule *settings; /* of its alarms; owned by `selectors`, as is what follows */
  struct rule *member[GROUP_SELECTORS_MAX];
  struct rule *exclude[GROUP_SELECTORS_MAX];
  size_t members, excludes;
  struct rule_set *selectors;

  const struct group_detector *detector; /* NULL where a model judges */
  const struct model *model;             /* NULL where a detector does */
  void *own;                             /* options of whichever it is, owned */
  struct group_model_options stream;     /* of a model, as is what follows */
  struct model_common common;

  struct detector watcher; /* stands for what judges in the plan of its own metrics */
};

/* Without members, and with every preset. Errors: STATUS_NO_MEMORY. */
int group_rule_create(struct group_rule **ret_group);

/* NULL is fine. */
void group_rule_destroy(struct group_rule *group);

/* Whether it can stand in an identity: 1 .. GROUP_NAME_SIZE-1 letters, digits, `_`, `.`. */
bool group_name_valid(const char *name);

/*
 * A new selector, which matches everything. Errors: STATUS_LIMIT
 * (GROUP_SELECTORS_MAX), STATUS_NO_MEMORY.
 */
int group_rule_add_member(struct group_rule *group, struct rule **ret_selector);
int group_rule_add_exclude(struct group_rule *group, struct rule **ret_selector);

/* Has a detector judge, with its presets in `own`. Errors: STATUS_NO_MEMORY, all as it was. */
int group_rule_set_detector(struct group_rule *group, const struct group_detector *detector);

/* Has a model judge, with its presets in `own`, `stream` and `common`. Likewise. */
int group_rule_set_model(struct group_rule *group, const struct model *model);

/* The name of what judges. */
const char *group_rule_judge(const struct group_rule *group);

/* The options of that, in so many tables. */
size_t group_rule_tables(const struct group_rule *group,
                         struct option_table ret_tables[MODEL_TABLES_MAX]);

/* Whether a metric is a member. Thread-safe. */
bool group_rule_has(const struct group_rule *group, const struct metric_id *id);

/* What a group's alarms have where neither it nor a rule says otherwise. */
void group_rule_set_presets(struct rule_options *options);

/*
 * Instances that the members of one host, or the hosts of one metric, are spread over: room
 * for ten thousand at the preset of columns_max, and few enough for a new one to look through.
 */
#define GROUP_PARTS_MAX 40

/*
 * The identity under which the instance alarms that `id` is a member of:
 * HOST/anomaly-NAME/gauge-group, or NAME/anomaly-NAME/gauge-METRIC for one metric of
 * several hosts; of part `number` > 1 of it, with anomaly-NAME-NUMBER. False where its text
 * is too long.
 */
bool group_rule_identity(const struct group_rule *group, const struct metric_id *id,
                         uint32_t number, struct metric_name *ret_name);

/* Which part `id` is such an identity of; 0 = it is none of this group. */
uint32_t group_rule_part(const struct group_rule *group, const struct metric_id *id);

/* The same of the plugin's instance alone: NAME or NAME-NUMBER. */
uint32_t group_rule_part_of_name(const struct group_rule *group, const char *instance);

#endif

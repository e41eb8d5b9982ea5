/*
 * The body of rules, for those who make them (rule.c), check them (the
 * configuration) and work out what they come to (plan.c).
 */
#ifndef ANOMALY_ENGINE_RULE_PRIVATE_H
#define ANOMALY_ENGINE_RULE_PRIVATE_H

#include "anomaly/rule.h"
#include "engine/group_rule.h"
#include "engine/pattern.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RULE_PLACE_SIZE 64

struct rule {
  struct pattern patterns[METRIC_PARTS];
  struct rule_options options;   /* a field counts only where its row is marked */
  bool marked[RULE_OPTIONS_MAX]; /* by row of rule_option_rows */
  char place[RULE_PLACE_SIZE];   /* where it stands, as "anomaly.cfg:12"; "": nowhere */
  size_t detector_count;         /* 0: the rule names no detectors */
  struct rule_detector detectors[RULE_DETECTORS_MAX];
};

struct rule_set {
  struct rule **rules; /* size of them, each owned */
  size_t size, capacity;
  struct group_rule *groups[GROUPS_MAX]; /* each owned */
  size_t group_count;
};

/* Takes a group over. Errors, the group still the caller's: STATUS_LIMIT (GROUPS_MAX). */
int rule_set_add_group(struct rule_set *set, struct group_rule *group);

/* Larger is more specific; equal is equally specific; 0 matches everything. */
uint32_t rule_specificity(const struct rule *rule);

/* Whether both select with the same patterns. */
bool rule_selects_same(const struct rule *rule, const struct rule *other);

/* Overwrites those of *options that the rule gives. */
void rule_apply(const struct rule *rule, struct rule_options *options);

#endif

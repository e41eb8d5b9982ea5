/*
 * Rules in words.
 */
#ifndef ANOMALY_CLI_RULE_TEXT_H
#define ANOMALY_CLI_RULE_TEXT_H

#include "anomaly/rule.h"
#include "base/text.h"
#include "engine/plan.h"

/* Writes what a rule selects: `plugin "cpu", type "percent"`, or `every metric`. */
void rule_add_selector(const struct rule *rule, struct text *text);

/* The same, and where it stands: `plugin "cpu" (anomaly.cfg:12)`. */
void rule_add_title(const struct rule *rule, struct text *text);
#define RULE_TITLE_SIZE 512

/* Prints each rule to stdout: what it selects, what it sets. */
void rules_print(const struct rule_set *set);

/* Prints each group to stdout: how it is judged, who its members are, what it sets. */
void groups_print(const struct rule_set *set);

/* Prints to stdout what the rules come to for a metric that is watched. */
void plan_print(const struct plan *plan);

#endif

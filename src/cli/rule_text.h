/*
 * Rules in words.
 */
#ifndef ANOMALY_CLI_RULE_TEXT_H
#define ANOMALY_CLI_RULE_TEXT_H

#include "anomaly/rule.h"
#include "engine/plan.h"

/* Prints each rule to stdout: what it selects, what it sets. */
void rules_print(const struct rule_set *set);

/* Prints to stdout what the rules come to for a metric that is watched. */
void plan_print(const struct plan *plan);

#endif

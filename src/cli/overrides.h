/*
 * What the command line says of rules and detectors; it goes over what the
 * configuration says.
 */
#ifndef ANOMALY_CLI_OVERRIDES_H
#define ANOMALY_CLI_OVERRIDES_H

#include "anomaly/rule.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* All zero overrides nothing. */
struct overrides {
  struct rule_options options;
  bool given[RULE_OPTIONS_MAX];                       /* by row of rule_option_rows */
  struct rule_detector detectors[RULE_DETECTORS_MAX]; /* owned */
  size_t detector_count;
};

/* Sets one of rule_option_rows. Errors: STATUS_INVALID, and what would be right. */
int overrides_set(struct overrides *overrides, const char *row, const char *value,
                  struct text *why);

/*
 * Adds a detector written NAME[:option=value,...]; the first one replaces
 * every list of detectors. Errors: STATUS_INVALID or STATUS_LIMIT and what
 * would be right, STATUS_NO_MEMORY.
 */
int overrides_add_detector(struct overrides *overrides, const char *words, struct text *why);

/*
 * Changes all rules of the set, whose first one matches everything, so that
 * the overrides hold for each metric. Errors: STATUS_NO_MEMORY.
 */
int overrides_apply(const struct overrides *overrides, struct rule_set *set);

void overrides_release(struct overrides *overrides);

#endif

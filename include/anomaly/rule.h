/*
 * Rules: which metrics are watched, by which detectors, and how they alarm.
 *
 * A rule is a selector and some settings. Every rule whose selector matches a
 * metric applies to it; where two of them give the same setting, the more
 * specific one wins, and among equally specific ones the later. What no rule
 * gives has its preset. A list of detectors is one setting: it replaces that
 * of a less specific rule, it does not add to it. A metric whose rules name no
 * detector is not watched.
 *
 * How specific a rule is: first counts the number of parts given as exact
 * text, then the number given as globs, then the number given as regular
 * expressions. So { plugin = "cpu"; type = "percent"; } goes before
 * { plugin = "cpu"; host = "/^db/"; }, and that before { plugin = "cpu"; }.
 */
#ifndef ANOMALY_RULE_H
#define ANOMALY_RULE_H

#include "anomaly/detector.h"
#include "anomaly/metric.h"
#include "anomaly/option.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rule_direction { DIRECTION_BOTH, DIRECTION_ABOVE, DIRECTION_BELOW };
enum rule_consensus { CONSENSUS_ANY, CONSENSUS_MAJORITY, CONSENSUS_ALL, CONSENSUS_STRONGEST };
enum rule_notify { NOTIFY_NEVER, NOTIFY_SPARINGLY, NOTIFY_ALWAYS };
enum rule_sensitivity { SENSITIVITY_QUIET, SENSITIVITY_NORMAL, SENSITIVITY_HIGH };

/* How a metric is judged; described by rule_option_rows. */
struct rule_options {
  bool ignore;
  int direction;   /* enum rule_direction */
  int consensus;   /* enum rule_consensus */
  int sensitivity; /* enum rule_sensitivity */
  int notify;      /* enum rule_notify */
  double min_deviation;
  double min_rel_deviation;
  double range_min, range_max;
  uint32_t hits;
  double hysteresis;
  uint32_t calm;
  double warning_score, failure_score;
  double timeout;
  double warmup;
  bool publish_score;
};

extern const struct option_row rule_option_rows[];

/* A static phrase that says what contradicts what in these options; NULL if nothing does. */
const char *rule_options_check(const struct rule_options *options);

/* Most rows rule_option_rows may have, and most detectors of one metric. */
#define RULE_OPTIONS_MAX 32
#define RULE_DETECTORS_MAX 8

/* One detector with its options; owns the options. */
struct rule_detector {
  const struct detector *detector;
  void *options; /* detector->options_size bytes */
};

struct rule;     /* selector + settings */
struct rule_set; /* rules in the order of the configuration */

/* An empty set. Errors: STATUS_NO_MEMORY. */
int rule_set_create(struct rule_set **ret_set);

/* NULL is fine. */
void rule_set_destroy(struct rule_set *set);

/*
 * Appends an empty rule, which matches every metric and sets nothing. The rule
 * belongs to the set. Errors: STATUS_NO_MEMORY, STATUS_LIMIT (RULES_MAX).
 */
int rule_set_add(struct rule_set *set, struct rule **ret_rule);
#define RULES_MAX 1024

/* Rules so far. */
size_t rule_set_size(const struct rule_set *set);

/* The name of a part of the identity as selectors have it: "host" .. "data_source". */
const char *rule_part_name(enum metric_part part);

/*
 * Restricts one part of the identity. `/…/` is a POSIX extended regular
 * expression (anchored only where it says so), a text with any of `*?[` is a
 * glob over the whole part, anything else must be equal; "" is an empty part,
 * and "*" no restriction at all. Regular expressions and globs are compared
 * byte by byte under the C locale. Errors, with the rule as it was:
 * STATUS_INVALID (bad pattern; what is wrong is written to why, which may be
 * NULL with size 0), STATUS_NO_MEMORY.
 */
int rule_select(struct rule *rule, enum metric_part part, const char *pattern, char *why,
                size_t why_size);
#define RULE_PATTERN_MAX 512 /* bytes of a pattern, without the final NUL */

/* Notes where the rule stands, for people; the folders of `file` are left out. */
void rule_set_place(struct rule *rule, const char *file, unsigned line);

/*
 * The rule's settings and the mark that row number `row` of rule_option_rows
 * is given by this rule. A setting counts only when marked.
 */
struct rule_options *rule_settings(struct rule *rule);
void rule_mark(struct rule *rule, size_t row);

/*
 * Adds a detector to the rule's list; the first call makes the list a setting
 * of this rule. `options` are copied; NULL means the presets. Errors, with the
 * list as it was: STATUS_LIMIT (RULE_DETECTORS_MAX), STATUS_NO_MEMORY,
 * STATUS_INVALID (the detector's own check, or the same detector is there with
 * the same options).
 */
int rule_add_detector(struct rule *rule, const struct detector *detector, const void *options);

/*
 * Whether the selector matches. Thread-safe. An expression that has no memory
 * to run in does not match.
 */
bool rule_matches(const struct rule *rule, const struct metric_id *id);

#endif

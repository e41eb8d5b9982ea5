#include "engine/rule_private.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void rule_destroy(struct rule *rule) {
  for (size_t part = 0; part < METRIC_PARTS; part++)
    pattern_release(&rule->patterns[part]);
  for (size_t i = 0; i < rule->detector_count; i++)
    free(rule->detectors[i].options);
  free(rule);
}

int rule_set_create(struct rule_set **ret_set) {
  struct rule_set *const set = calloc(1, sizeof *set);
  if (set == NULL)
    return STATUS_NO_MEMORY;
  *ret_set = set;
  return STATUS_OK;
}

void rule_set_destroy(struct rule_set *set) {
  if (set == NULL)
    return;
  for (size_t i = 0; i < set->size; i++)
    rule_destroy(set->rules[i]);
  for (size_t i = 0; i < set->group_count; i++)
    group_rule_destroy(set->groups[i]);
  free(set->rules);
  free(set);
}

static int make_room(struct rule_set *set) {
  if (set->size < set->capacity)
    return STATUS_OK;
  const size_t capacity = set->capacity == 0 ? 16 : 2 * set->capacity;
  struct rule **const rules = realloc(set->rules, capacity * sizeof *rules);
  if (rules == NULL)
    return STATUS_NO_MEMORY;
  set->rules = rules;
  set->capacity = capacity;
  return STATUS_OK;
}

int rule_set_add(struct rule_set *set, struct rule **ret_rule) {
  if (set->size >= RULES_MAX)
    return STATUS_LIMIT;
  if (make_room(set) != STATUS_OK)
    return STATUS_NO_MEMORY;
  struct rule *const rule = calloc(1, sizeof *rule);
  if (rule == NULL)
    return STATUS_NO_MEMORY;
  option_set_presets(rule_option_rows, &rule->options);
  set->rules[set->size++] = rule;
  *ret_rule = rule;
  return STATUS_OK;
}

int rule_set_add_group(struct rule_set *set, struct group_rule *group) {
  if (set->group_count == GROUPS_MAX)
    return STATUS_LIMIT;
  set->groups[set->group_count++] = group;
  return STATUS_OK;
}

size_t rule_set_size(const struct rule_set *set) { return set->size; }

const char *rule_part_name(enum metric_part part) {
  static const char *const names[METRIC_PARTS] = {
      [METRIC_HOST] = "host",
      [METRIC_PLUGIN] = "plugin",
      [METRIC_PLUGIN_INSTANCE] = "plugin_instance",
      [METRIC_TYPE] = "type",
      [METRIC_TYPE_INSTANCE] = "type_instance",
      [METRIC_DATA_SOURCE] = "data_source",
  };
  return names[part];
}

int rule_select(struct rule *rule, enum metric_part part, const char *pattern, char *why,
                size_t why_size) {
  char unread[1];
  struct text problem = why_size > 0 ? text_over(why, why_size) : text_over(unread, sizeof unread);
  struct pattern made;
  const int status = pattern_create(&made, pattern, &problem);
  if (status != STATUS_OK)
    return status;
  pattern_release(&rule->patterns[part]);
  rule->patterns[part] = made;
  return STATUS_OK;
}

void rule_set_place(struct rule *rule, const char *file, unsigned line) {
  const char *const slash = strrchr(file, '/');
  struct text place = text_over(rule->place, sizeof rule->place);
  text_addf(&place, "%.40s:%u", slash != NULL ? slash + 1 : file, line);
}

struct rule_options *rule_settings(struct rule *rule) {
  return &rule->options;
}

void rule_mark(struct rule *rule, size_t row) { rule->marked[row] = true; }

static bool same_options(const struct option_row *rows, const void *options, const void *others) {
  for (; rows->name != NULL; rows++)
    if (option_get(rows, options) != option_get(rows, others))
      return false;
  return true;
}

static bool has_detector(const struct rule *rule, const struct detector *detector,
                         const void *options) {
  for (size_t i = 0; i < rule->detector_count; i++)
    if (rule->detectors[i].detector == detector &&
        same_options(detector->options, rule->detectors[i].options, options))
      return true;
  return false;
}

int rule_add_detector(struct rule *rule, const struct detector *detector, const void *options) {
  if (rule->detector_count >= RULE_DETECTORS_MAX)
    return STATUS_LIMIT;
  void *const copy = calloc(1, detector->options_size > 0 ? detector->options_size : 1);
  if (copy == NULL)
    return STATUS_NO_MEMORY;
  if (options == NULL)
    option_set_presets(detector->options, copy);
  else
    memcpy(copy, options, detector->options_size);
  if ((detector->check != NULL && detector->check(copy) != NULL) ||
      has_detector(rule, detector, copy)) {
    free(copy);
    return STATUS_INVALID;
  }
  rule->detectors[rule->detector_count++] =
      (struct rule_detector){.detector = detector, .options = copy};
  return STATUS_OK;
}

bool rule_matches(const struct rule *rule, const struct metric_id *id) {
  for (size_t part = 0; part < METRIC_PARTS; part++)
    if (!pattern_matches(&rule->patterns[part], id->part[part]))
      return false;
  return true;
}

uint32_t rule_specificity(const struct rule *rule) {
  static const uint32_t weight[] = {
      [PATTERN_ANY] = 0, [PATTERN_REGEX] = 1, [PATTERN_GLOB] = 1 << 8, [PATTERN_EXACT] = 1 << 16};
  uint32_t sum = 0;
  for (size_t part = 0; part < METRIC_PARTS; part++)
    sum += weight[rule->patterns[part].kind];
  return sum;
}

bool rule_selects_same(const struct rule *rule, const struct rule *other) {
  for (size_t part = 0; part < METRIC_PARTS; part++)
    if (!pattern_equal(&rule->patterns[part], &other->patterns[part]))
      return false;
  return true;
}

void rule_apply(const struct rule *rule, struct rule_options *options) {
  for (size_t i = 0; rule_option_rows[i].name != NULL; i++)
    if (rule->marked[i])
      option_copy(&rule_option_rows[i], options, &rule->options);
}

#include "config/reader.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "engine/rule_private.h"

#include <stdbool.h>
#include <string.h>

bool reader_part(const char *name, enum metric_part *ret_part) {
  for (int part = 0; part < METRIC_PARTS; part++)
    if (strcmp(rule_part_name((enum metric_part)part), name) == 0) {
      *ret_part = (enum metric_part)part;
      return true;
    }
  return false;
}

int reader_selector(const struct reader *reader, const config_setting_t *setting,
                    enum metric_part part, struct rule *rule) {
  char why[160];
  if (config_setting_type(setting) != CONFIG_TYPE_STRING)
    return reader_fail(reader, setting,
                       "%s must be a text, a glob or a /regular expression/, "
                       "in quotes",
                       rule_part_name(part));
  switch (rule_select(rule, part, config_setting_get_string(setting), why, sizeof why)) {
  case STATUS_OK:
    return STATUS_OK;
  case STATUS_NO_MEMORY:
    return reader_fail_memory(reader);
  default:
    return reader_fail(reader, setting, "%s: %s", rule_part_name(part), why);
  }
}

static int fail_unknown(const struct reader *reader, const config_setting_t *setting) {
  struct nearest nearest = {.name = config_setting_name(setting)};
  for (int part = 0; part < METRIC_PARTS; part++)
    nearest_try(&nearest, rule_part_name((enum metric_part)part));
  reader_nearest_row(&nearest, rule_option_rows);
  nearest_try(&nearest, "detectors");
  return reader_fail_unknown(reader, setting, "a rule", &nearest);
}

static int read_member(const struct reader *reader, const config_setting_t *setting,
                       struct rule *rule) {
  const char *const name = config_setting_name(setting);
  enum metric_part part;
  if (reader_part(name, &part))
    return reader_selector(reader, setting, part, rule);
  if (strcmp(name, "detectors") == 0)
    return reader_detectors(reader, setting, rule);
  const struct option_row *const row = option_find(rule_option_rows, name);
  if (row == NULL)
    return fail_unknown(reader, setting);
  const int status = reader_option(reader, setting, row, rule_settings(rule));
  if (status == STATUS_OK)
    rule_mark(rule, (size_t)(row - rule_option_rows));
  return status;
}

/* How many members of a rule are selectors. */
static int count_selectors(const config_setting_t *group) {
  int count = 0;
  for (int part = 0; part < METRIC_PARTS; part++)
    count += config_setting_get_member(group, rule_part_name((enum metric_part)part)) != NULL;
  return count;
}

static int check_purpose(const struct reader *reader, const config_setting_t *group) {
  const int selectors = count_selectors(group);
  if (selectors == 0)
    return reader_fail(reader, group,
                       "the rule does not say for which metrics it is: give it host, plugin, "
                       "plugin_instance, type, type_instance or data_source");
  if (selectors == config_setting_length(group))
    return reader_fail(reader, group,
                       "the rule says nothing about the metrics it is for, such as ignore = true");
  return STATUS_OK;
}

static int check_unique(const struct reader *reader, const config_setting_t *rules, int index,
                        const struct rule_set *set, const struct rule *rule) {
  const size_t before = set->size - 1 - (size_t)index;
  for (int i = 0; i < index; i++) {
    if (!rule_selects_same(set->rules[before + (size_t)i], rule))
      continue;
    const char *file;
    unsigned line;
    source_locate(reader->source,
                  config_setting_source_line(config_setting_get_elem(rules, (unsigned)i)), &file,
                  &line);
    return reader_fail(reader, config_setting_get_elem(rules, (unsigned)index),
                       "the rule at %s:%u is for the same metrics: make one rule of them", file,
                       line);
  }
  return STATUS_OK;
}

/* The rule together with the one that matches everything must make sense. */
static int check_settings(const struct reader *reader, const config_setting_t *group,
                          const struct rule_set *set, const struct rule *rule) {
  struct rule_options options;
  option_set_presets(rule_option_rows, &options);
  rule_apply(set->rules[0], &options);
  rule_apply(rule, &options);
  return reader_fail_check(reader, group, rule_option_rows, rule_options_check(&options));
}

static int read_rule(const struct reader *reader, const config_setting_t *rules, int index,
                     struct rule_set *set) {
  const config_setting_t *const group = config_setting_get_elem(rules, (unsigned)index);
  struct rule *rule;
  int status = reader_want_group(reader, group);
  if (status == STATUS_OK)
    status = check_purpose(reader, group);
  if (status != STATUS_OK)
    return status;
  status = rule_set_add(set, &rule);
  if (status == STATUS_LIMIT)
    return reader_fail(reader, group, "there are more than %d rules", RULES_MAX);
  if (status != STATUS_OK)
    return reader_fail_memory(reader);
  const char *file;
  unsigned line;
  source_locate(reader->source, config_setting_source_line(group), &file, &line);
  rule_set_place(rule, file, line);
  for (int i = 0; status == STATUS_OK && i < config_setting_length(group); i++)
    status = read_member(reader, config_setting_get_elem(group, (unsigned)i), rule);
  if (status == STATUS_OK)
    status = check_unique(reader, rules, index, set, rule);
  return status == STATUS_OK ? check_settings(reader, group, set, rule) : status;
}

int reader_rules(const struct reader *reader, const config_setting_t *rules, struct rule_set *set) {
  int status = reader_want_list(reader, rules);
  const int count = status == STATUS_OK ? config_setting_length(rules) : 0;
  for (int i = 0; status == STATUS_OK && i < count; i++)
    status = read_rule(reader, rules, i, set);
  return status;
}

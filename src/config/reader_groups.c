/* The list `groups`. */
#include "config/reader.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "engine/rule_private.h"

#include <stdbool.h>
#include <string.h>

/* Settings of rules that a group's alarms can have too. */
static const char *const alarm_options[] = {
    "sensitivity",   "hits",    "calm",   "hysteresis",    "warning_score",
    "failure_score", "timeout", "notify", "publish_score", NULL};

const struct option_row *reader_group_alarm_row(const char *name) {
  for (const char *const *at = alarm_options; *at != NULL; at++)
    if (strcmp(*at, name) == 0)
      return option_find(rule_option_rows, name);
  return NULL;
}

/* ---- Members -------------------------------------------------------------- */

static int fail_selector(const struct reader *reader, const config_setting_t *setting) {
  struct nearest nearest = {.name = config_setting_name(setting)};
  for (int part = 0; part < METRIC_PARTS; part++)
    nearest_try(&nearest, rule_part_name((enum metric_part)part));
  return reader_fail_unknown(reader, setting, "a selector", &nearest);
}

static int read_selector(const struct reader *reader, const config_setting_t *group,
                         struct rule *selector) {
  int status = reader_want_group(reader, group);
  if (status == STATUS_OK && config_setting_length(group) == 0)
    return reader_fail(reader, group,
                       "the selector is empty: give it host, plugin, plugin_instance, type, "
                       "type_instance or data_source");
  for (int i = 0; status == STATUS_OK && i < config_setting_length(group); i++) {
    const config_setting_t *const member = config_setting_get_elem(group, (unsigned)i);
    enum metric_part part;
    status = reader_part(config_setting_name(member), &part)
                 ? reader_selector(reader, member, part, selector)
                 : fail_selector(reader, member);
  }
  return status;
}

typedef int (*selector_adder)(struct group_rule *group, struct rule **ret_selector);

static int add_selector(const struct reader *reader, const config_setting_t *setting,
                        struct group_rule *group, selector_adder add) {
  struct rule *selector;
  switch (add(group, &selector)) {
  case STATUS_OK:
    return read_selector(reader, setting, selector);
  case STATUS_LIMIT:
    return reader_fail(reader, setting, "there are more than %d selectors", GROUP_SELECTORS_MAX);
  default:
    return reader_fail_memory(reader);
  }
}

/* ( { plugin = "cpu"; }, ... ) or the one that is needed. */
static int read_selectors(const struct reader *reader, const config_setting_t *setting,
                          struct group_rule *group, selector_adder add) {
  if (config_setting_type(setting) == CONFIG_TYPE_GROUP)
    return add_selector(reader, setting, group, add);
  int status = reader_want_list(reader, setting);
  const int count = status == STATUS_OK ? config_setting_length(setting) : 0;
  for (int i = 0; status == STATUS_OK && i < count; i++)
    status = add_selector(reader, config_setting_get_elem(setting, (unsigned)i), group, add);
  return status;
}

/* ---- What judges ---------------------------------------------------------- */

static int fail_judge(const struct reader *reader, const config_setting_t *setting,
                      const char *name) {
  struct nearest nearest = {.name = name};
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++)
    nearest_try(&nearest, (*at)->name);
  for (const struct model *const *at = model_list; *at != NULL; at++)
    nearest_try(&nearest, (*at)->name);
  if (nearest.best != NULL)
    return reader_fail(reader, setting, "there is no group detector %s; did you mean %s?", name,
                       nearest.best);
  return reader_fail(reader, setting,
                     "there is no group detector %s; `anomalyctl detectors` and `anomalyctl "
                     "models` list what there is",
                     name);
}

static int set_judge(const struct reader *reader, const config_setting_t *setting, const char *name,
                     struct group_rule *group) {
  const struct group_detector *const detector = group_detector_find(name);
  const struct model *const model = model_find(name);
  int status = STATUS_OK;
  if (detector != NULL)
    status = group_rule_set_detector(group, detector);
  else if (model != NULL)
    status = group_rule_set_model(group, model);
  else
    return fail_judge(reader, setting, name);
  return status == STATUS_OK ? STATUS_OK : reader_fail_memory(reader);
}

/* The tables that its options may stand in, and the options. */
struct judge_options {
  const struct option_row *rows;
  void *options;
};

enum { JUDGE_TABLES = 3 };

static size_t judge_tables(struct group_rule *group, struct judge_options *ret_tables) {
  if (group->detector != NULL) {
    ret_tables[0] = (struct judge_options){group->detector->options, group->own};
    return 1;
  }
  ret_tables[0] = (struct judge_options){group->model->options, group->own};
  ret_tables[1] = (struct judge_options){group_model_rows, &group->stream};
  ret_tables[2] = (struct judge_options){model_common_rows, &group->common};
  return JUDGE_TABLES;
}

static int read_judge_option(const struct reader *reader, const config_setting_t *setting,
                             struct group_rule *group) {
  struct judge_options tables[JUDGE_TABLES];
  const size_t count = judge_tables(group, tables);
  struct nearest nearest = {.name = config_setting_name(setting)};
  for (size_t i = 0; i < count; i++) {
    const struct option_row *const row = option_find(tables[i].rows, nearest.name);
    if (row != NULL)
      return reader_option(reader, setting, row, tables[i].options);
    reader_nearest_row(&nearest, tables[i].rows);
  }
  return reader_fail_unknown(reader, setting, group_rule_judge(group), &nearest);
}

static int check_judge(const struct reader *reader, const config_setting_t *setting,
                       const struct group_rule *group) {
  const struct model *const model = group->model;
  if (model == NULL)
    return STATUS_OK;
  const char *contradiction = group_model_check(model, &group->stream);
  if (contradiction == NULL && model->check != NULL)
    contradiction = model->check(group->own);
  return contradiction == NULL ? STATUS_OK : reader_fail(reader, setting, "%s", contradiction);
}

/* "host", or { name = "host"; limit = 0.9; } */
static int read_judge(const struct reader *reader, const config_setting_t *setting,
                      struct group_rule *group) {
  const bool has_options = config_setting_type(setting) == CONFIG_TYPE_GROUP;
  const char *name = config_setting_get_string(setting);
  if (has_options && config_setting_lookup_string(setting, "name", &name) != CONFIG_TRUE)
    return reader_fail(reader, setting, "a detector with options needs its name: name = \"...\";");
  if (name == NULL)
    return reader_fail(reader, setting,
                       "a detector is written \"name\" or { name = \"...\"; option = value; }");
  int status = set_judge(reader, setting, name, group);
  const int count = has_options ? config_setting_length(setting) : 0;
  for (int i = 0; status == STATUS_OK && i < count; i++) {
    const config_setting_t *const member = config_setting_get_elem(setting, (unsigned)i);
    if (strcmp(config_setting_name(member), "name") != 0)
      status = read_judge_option(reader, member, group);
  }
  return status == STATUS_OK ? check_judge(reader, setting, group) : status;
}

/* ---- Groups --------------------------------------------------------------- */

static int read_name(const struct reader *reader, const config_setting_t *setting,
                     const struct rule_set *set, struct group_rule *group) {
  const char *const name = config_setting_get_string(setting);
  if (name == NULL || !group_name_valid(name))
    return reader_fail(reader, setting, "name must be a text of 1 .. %d letters, digits, _ and .",
                       GROUP_NAME_SIZE - 1);
  for (size_t i = 0; i < set->group_count; i++)
    if (strcmp(set->groups[i]->name, name) == 0)
      return reader_fail(reader, setting, "there is another group %s", name);
  text_copy(group->name, sizeof group->name, name);
  return STATUS_OK;
}

static int fail_unknown(const struct reader *reader, const config_setting_t *setting) {
  struct nearest nearest = {.name = config_setting_name(setting)};
  nearest_try(&nearest, "name");
  nearest_try(&nearest, "members");
  nearest_try(&nearest, "exclude");
  nearest_try(&nearest, "detector");
  reader_nearest_row(&nearest, group_option_rows);
  for (const char *const *at = alarm_options; *at != NULL; at++)
    nearest_try(&nearest, *at);
  return reader_fail_unknown(reader, setting, "a group", &nearest);
}

static int read_member(const struct reader *reader, const config_setting_t *setting,
                       const struct rule_set *set, struct group_rule *group) {
  const char *const name = config_setting_name(setting);
  if (strcmp(name, "name") == 0)
    return read_name(reader, setting, set, group);
  if (strcmp(name, "members") == 0)
    return read_selectors(reader, setting, group, group_rule_add_member);
  if (strcmp(name, "exclude") == 0)
    return read_selectors(reader, setting, group, group_rule_add_exclude);
  if (strcmp(name, "detector") == 0)
    return read_judge(reader, setting, group);
  const struct option_row *const row = option_find(group_option_rows, name);
  if (row != NULL)
    return reader_option(reader, setting, row, &group->options);
  const struct option_row *const alarm = reader_group_alarm_row(name);
  if (alarm == NULL)
    return fail_unknown(reader, setting);
  rule_mark(group->settings, (size_t)(alarm - rule_option_rows));
  return reader_option(reader, setting, alarm, rule_settings(group->settings));
}

/* The group's alarms together with what holds for every metric must make sense. */
static int check_alarms(const struct reader *reader, const config_setting_t *setting,
                        const struct rule_set *set, const struct group_rule *group) {
  struct rule_options options;
  option_set_presets(rule_option_rows, &options);
  group_rule_set_presets(&options);
  rule_apply(set->rules[0], &options);
  rule_apply(group->settings, &options);
  return reader_fail_check(reader, setting, rule_option_rows, rule_options_check(&options));
}

static int check_model(const struct reader *reader, const config_setting_t *setting,
                       const struct group_rule *group) {
  const size_t most = group->model != NULL ? model_columns_max(group->model) : GROUP_COLUMNS_MAX;
  if (group->options.columns_max <= most)
    return STATUS_OK;
  return reader_fail(reader, setting, "%s takes %zu columns at most: give a smaller columns_max",
                     group_rule_judge(group), most);
}

static int check_group(const struct reader *reader, const config_setting_t *setting,
                       const struct rule_set *set, const struct group_rule *group) {
  if (group->name[0] == '\0')
    return reader_fail(reader, setting, "the group needs a name: name = \"...\";");
  if (group->members == 0)
    return reader_fail(reader, setting,
                       "the group has no members: members = ( { plugin = \"...\"; } );");
  if (group->detector != NULL && strcmp(group->detector->name, "peers") == 0 &&
      group->options.by != GROUP_BY_METRIC)
    return reader_fail(reader, setting,
                       "the detector peers compares hosts: it needs by = \"metric\"");
  int status =
      reader_fail_check(reader, setting, group_option_rows, group_options_check(&group->options));
  if (status == STATUS_OK)
    status = check_model(reader, setting, group);
  return status == STATUS_OK ? check_alarms(reader, setting, set, group) : status;
}

static int read_group(const struct reader *reader, const config_setting_t *setting,
                      struct rule_set *set) {
  int status = reader_want_group(reader, setting);
  if (status != STATUS_OK)
    return status;
  struct group_rule *group;
  if (group_rule_create(&group) != STATUS_OK)
    return reader_fail_memory(reader);
  for (int i = 0; status == STATUS_OK && i < config_setting_length(setting); i++)
    status = read_member(reader, config_setting_get_elem(setting, (unsigned)i), set, group);
  if (status == STATUS_OK)
    status = check_group(reader, setting, set, group);
  if (status == STATUS_OK && rule_set_add_group(set, group) != STATUS_OK)
    status = reader_fail(reader, setting, "there are more than %d groups", GROUPS_MAX);
  if (status != STATUS_OK)
    group_rule_destroy(group);
  return status;
}

int reader_groups(const struct reader *reader, const config_setting_t *groups,
                  struct rule_set *set) {
  int status = reader_want_list(reader, groups);
  const int count = status == STATUS_OK ? config_setting_length(groups) : 0;
  for (int i = 0; status == STATUS_OK && i < count; i++)
    status = read_group(reader, config_setting_get_elem(groups, (unsigned)i), set);
  return status;
}

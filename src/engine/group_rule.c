#include "engine/group_rule.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "base/text.h"
#include "engine/describe.h"
#include "engine/rule_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *const bys[] = {[GROUP_BY_HOST] = "host", [GROUP_BY_METRIC] = "metric", NULL};
static const char *const lates[] = {
    [LATE_SKIP] = "skip", [LATE_LAST] = "last", [LATE_WAIT] = "wait", NULL};

#define FIELD(field) #field, .offset = offsetof(struct group_options, field)

const struct option_row group_option_rows[] = {
    {.name = FIELD(by),
     .kind = OPTION_CHOICE,
     .choices = bys,
     .preset = GROUP_BY_HOST,
     .help = "What is judged together: host is all members of one host, metric is one metric of "
             "all hosts that have it"},
    {.name = FIELD(interval),
     .kind = OPTION_DURATION,
     .preset = GROUP_INTERVAL_LEAST,
     .min = GROUP_INTERVAL_LEAST,
     .max = 86400,
     .help = "Time of one row; values that come faster are averaged, and where all come slower, a "
             "row is as long as their interval"},
    {.name = FIELD(late),
     .kind = OPTION_CHOICE,
     .choices = lates,
     .preset = LATE_SKIP,
     .help = "A member without a value in a row is skipped, has its last value, or is waited for"},
    {.name = FIELD(wait),
     .kind = OPTION_DURATION,
     .preset = 20,
     .min = 1,
     .max = 3600,
     .help = "How long a row waits for late members, at most; for late = \"wait\""},
    {.name = FIELD(columns_max),
     .kind = OPTION_COUNT,
     .unit = "members",
     .preset = 250,
     .min = 2,
     .max = GROUP_COLUMNS_MAX,
     .help =
         "Members of one host, or hosts of one metric, that are judged as one row; further ones "
         "make another instance, NAME-2"},
    OPTION_ROWS_END,
};

const char *group_options_check(const struct group_options *options) {
  return options->late == LATE_WAIT && options->wait > options->interval
             ? "wait must not be longer than interval"
             : NULL;
}

void group_rule_set_presets(struct rule_options *options) {
  options->calm = 5;
  options->hysteresis = .7;
  options->timeout = 3600;
}

/* ---- What stands for the judge in a plan ---------------------------------- */

static const struct option_row no_options[] = {OPTION_ROWS_END};
static const struct state_row no_state[] = {STATE_ROWS_END};

static size_t no_bytes(const void *options) {
  (void)options;
  return 0;
}

static void do_nothing(void *state, const void *options) { (void)state, (void)options; }

static struct detector watcher_of(const char *name) {
  return (struct detector){.name = name,
                           .summary = "rows of a group",
                           .source = "this project",
                           .options = no_options,
                           .state = no_state,
                           .state_size = no_bytes,
                           .init = do_nothing};
}

/* ---- Making --------------------------------------------------------------- */

int group_rule_create(struct group_rule **ret_group) {
  struct group_rule *const group = calloc(1, sizeof *group);
  if (group == NULL)
    return STATUS_NO_MEMORY;
  option_set_presets(group_option_rows, &group->options);
  if (rule_set_create(&group->selectors) != STATUS_OK ||
      rule_set_add(group->selectors, &group->settings) != STATUS_OK ||
      group_rule_set_detector(group, group_detector_find("host")) != STATUS_OK) {
    group_rule_destroy(group);
    return STATUS_NO_MEMORY;
  }
  *ret_group = group;
  return STATUS_OK;
}

void group_rule_destroy(struct group_rule *group) {
  if (group == NULL)
    return;
  rule_set_destroy(group->selectors);
  free(group->own);
  free(group);
}

bool group_name_valid(const char *name) {
  const size_t length = strlen(name);
  for (size_t i = 0; i < length; i++)
    if (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '.')
      return false;
  return length > 0 && length < GROUP_NAME_SIZE;
}

static int add_selector(struct group_rule *group, struct rule **list, size_t *count,
                        struct rule **ret_selector) {
  if (*count == GROUP_SELECTORS_MAX)
    return STATUS_LIMIT;
  const int status = rule_set_add(group->selectors, ret_selector);
  if (status == STATUS_OK)
    list[(*count)++] = *ret_selector;
  return status;
}

int group_rule_add_member(struct group_rule *group, struct rule **ret_selector) {
  return add_selector(group, group->member, &group->members, ret_selector);
}

int group_rule_add_exclude(struct group_rule *group, struct rule **ret_selector) {
  return add_selector(group, group->exclude, &group->excludes, ret_selector);
}

/* Presets of so many bytes in place of what is there. */
static int replace_own(struct group_rule *group, const struct option_row *rows, size_t size) {
  void *const own = calloc(1, size > 0 ? size : 1);
  if (own == NULL)
    return STATUS_NO_MEMORY;
  option_set_presets(rows, own);
  free(group->own);
  group->own = own;
  return STATUS_OK;
}

int group_rule_set_detector(struct group_rule *group, const struct group_detector *detector) {
  const int status = replace_own(group, detector->options, detector->options_size);
  if (status != STATUS_OK)
    return status;
  group->detector = detector;
  group->model = NULL;
  group->watcher = watcher_of(detector->name);
  return STATUS_OK;
}

int group_rule_set_model(struct group_rule *group, const struct model *model) {
  const int status = replace_own(group, model->options, model->options_size);
  if (status != STATUS_OK)
    return status;
  option_set_presets(group_model_rows, &group->stream);
  option_set_presets(model_common_rows, &group->common);
  group->detector = NULL;
  group->model = model;
  group->watcher = watcher_of(model->name);
  return STATUS_OK;
}

const char *group_rule_judge(const struct group_rule *group) { return group->watcher.name; }

size_t group_rule_tables(const struct group_rule *group,
                         struct option_table ret_tables[MODEL_TABLES_MAX]) {
  const bool by_model = group->model != NULL;
  ret_tables[0] = (struct option_table){by_model ? group->model->options : group->detector->options,
                                        group->own};
  if (!by_model)
    return 1;
  ret_tables[1] = (struct option_table){group_model_rows, &group->stream};
  ret_tables[2] = (struct option_table){model_common_rows, &group->common};
  return MODEL_TABLES_MAX;
}

/* ---- Members -------------------------------------------------------------- */

static bool any_matches(struct rule *const *list, size_t count, const struct metric_id *id) {
  for (size_t i = 0; i < count; i++)
    if (rule_matches(list[i], id))
      return true;
  return false;
}

bool group_rule_has(const struct group_rule *group, const struct metric_id *id) {
  return strcmp(id->part[METRIC_PLUGIN], GROUP_PLUGIN) != 0 &&
         any_matches(group->member, group->members, id) &&
         !any_matches(group->exclude, group->excludes, id);
}

/* The metric as an instance of a type, which has no slash. */
static bool name_metric(const struct metric_id *id, char *to) {
  struct text text = text_over(to, METRIC_PART_SIZE);
  describe_metric_short(id, &text);
  for (char *at = to; *at != '\0'; at++)
    if (*at == '/')
      *at = '_';
  return !text.cut;
}

enum { PART_NAME_SIZE = GROUP_NAME_SIZE + 3 };

static void name_part(const struct group_rule *group, uint32_t part, char to[PART_NAME_SIZE]) {
  struct text text = text_over(to, PART_NAME_SIZE);
  text_add(&text, group->name);
  if (part > 1)
    text_addf(&text, "-%u", part);
}

bool group_rule_identity(const struct group_rule *group, const struct metric_id *id,
                         uint32_t number, struct metric_name *ret_name) {
  const bool by_host = group->options.by == GROUP_BY_HOST;
  char instance[PART_NAME_SIZE];
  name_part(group, number, instance);
  const struct metric_id own = {{by_host ? id->part[METRIC_HOST] : group->name, GROUP_PLUGIN,
                                 instance, "gauge", "group", "value"}};
  for (size_t part = 0; part < METRIC_PARTS; part++)
    text_copy(ret_name->part[part], METRIC_PART_SIZE, own.part[part]);
  return by_host || name_metric(id, ret_name->part[METRIC_TYPE_INSTANCE]);
}

uint32_t group_rule_part_of_name(const struct group_rule *group, const char *instance) {
  char name[PART_NAME_SIZE];
  if (strncmp(instance, group->name, strlen(group->name)) != 0)
    return 0;
  for (uint32_t part = 1; part <= GROUP_PARTS_MAX; part++) {
    name_part(group, part, name);
    if (strcmp(instance, name) == 0)
      return part;
  }
  return 0;
}

uint32_t group_rule_part(const struct group_rule *group, const struct metric_id *id) {
  if (strcmp(id->part[METRIC_PLUGIN], GROUP_PLUGIN) != 0 ||
      strcmp(id->part[METRIC_TYPE], "gauge") != 0 ||
      strcmp(id->part[METRIC_DATA_SOURCE], "value") != 0)
    return 0;
  const bool known = group->options.by == GROUP_BY_HOST
                         ? strcmp(id->part[METRIC_TYPE_INSTANCE], "group") == 0
                         : strcmp(id->part[METRIC_HOST], group->name) == 0;
  return known ? group_rule_part_of_name(group, id->part[METRIC_PLUGIN_INSTANCE]) : 0;
}

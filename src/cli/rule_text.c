#include "cli/rule_text.h"

#include "base/option.h"
#include "base/text.h"
#include "engine/rule_private.h"

#include <stdio.h>

static void print_value(const struct option_row *row, const void *options) {
  char value[64];
  struct text text = text_over(value, sizeof value);
  option_print(row, option_get(row, options), &text);
  printf("%s = %s", row->name, value);
}

/* Those of the options that are not at their preset, the first after `before`. */
static const char *print_changed(const struct option_row *row, const void *options,
                                 const char *before) {
  for (; row->name != NULL; row++)
    if (option_get(row, options) != row->preset) {
      fputs(before, stdout);
      print_value(row, options);
      before = ", ";
    }
  return before;
}

/* The detector's name, and those of its options that are not at their preset. */
static void print_detector(const struct detector *detector, const void *options) {
  fputs(detector->name, stdout);
  if (*print_changed(detector->options, options, " (") == ',')
    fputs(")", stdout);
}

void rule_add_selector(const struct rule *rule, struct text *text) {
  const char *before = "";
  for (int part = 0; part < METRIC_PARTS; part++)
    if (rule->patterns[part].text != NULL) {
      text_addf(text, "%s%s \"%s\"", before, rule_part_name((enum metric_part)part),
                rule->patterns[part].text);
      before = ", ";
    }
  if (*before == '\0')
    text_add(text, "every metric");
}

void rule_add_title(const struct rule *rule, struct text *text) {
  rule_add_selector(rule, text);
  if (rule->place[0] != '\0')
    text_addf(text, " (%s)", rule->place);
}

static void print_selector(const struct rule *rule) {
  char selector[METRIC_PARTS * (RULE_PATTERN_MAX + 32)];
  struct text text = text_over(selector, sizeof selector);
  rule_add_selector(rule, &text);
  printf("%s:\n", selector);
}

static void print_settings(const struct rule *rule) {
  for (size_t i = 0; rule_option_rows[i].name != NULL; i++)
    if (rule->marked[i]) {
      fputs("  ", stdout);
      print_value(&rule_option_rows[i], &rule->options);
      puts("");
    }
}

static void print_rule(const struct rule *rule) {
  print_selector(rule);
  if (rule->detector_count > 0)
    fputs("  detectors: ", stdout);
  for (size_t i = 0; i < rule->detector_count; i++) {
    fputs(i == 0 ? "" : ", ", stdout);
    print_detector(rule->detectors[i].detector, rule->detectors[i].options);
  }
  if (rule->detector_count > 0)
    puts("");
  print_settings(rule);
}

void rules_print(const struct rule_set *set) {
  printf("\n%zu rules:\n", set->size);
  for (size_t i = 0; i < set->size; i++)
    print_rule(set->rules[i]);
}

static void print_judge(const struct group_rule *group) {
  struct option_table tables[MODEL_TABLES_MAX];
  const size_t count = group_rule_tables(group, tables);
  const char *before = " (";
  printf("  detector: %s", group_rule_judge(group));
  for (size_t i = 0; i < count; i++)
    before = print_changed(tables[i].rows, tables[i].options, before);
  puts(*before == ',' ? ")" : "");
}

static void print_selectors(const char *title, struct rule *const *list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    char selector[METRIC_PARTS * (RULE_PATTERN_MAX + 32)];
    struct text text = text_over(selector, sizeof selector);
    rule_add_selector(list[i], &text);
    printf("  %s: %s\n", title, selector);
  }
}

static void print_group(const struct group_rule *group) {
  printf("group %s:\n", group->name);
  print_judge(group);
  for (const struct option_row *row = group_option_rows; row->name != NULL; row++) {
    fputs("  ", stdout);
    print_value(row, &group->options);
    puts("");
  }
  print_settings(group->settings);
  print_selectors("members", group->member, group->members);
  print_selectors("exclude", group->exclude, group->excludes);
}

void groups_print(const struct rule_set *set) {
  printf("\n%zu group%s:\n", set->group_count, set->group_count == 1 ? "" : "s");
  for (size_t i = 0; i < set->group_count; i++)
    print_group(set->groups[i]);
}

void plan_print(const struct plan *plan) {
  fputs("  detectors: ", stdout);
  for (size_t i = 0; i < plan->count; i++) {
    fputs(i == 0 ? "" : ", ", stdout);
    print_detector(plan->detectors[i].detector, plan->detectors[i].options);
  }
  puts("");
  for (const struct option_row *row = rule_option_rows; row->name != NULL; row++) {
    fputs("  ", stdout);
    print_value(row, &plan->options);
    puts("");
  }
  for (size_t i = 0; i < plan->seats; i++)
    printf("  member of group %s\n", plan->seat[i]->name);
}

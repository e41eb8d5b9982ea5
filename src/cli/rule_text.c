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

/* The detector's name, and those of its options that are not at their preset. */
static void print_detector(const struct detector *detector, const void *options) {
  const char *before = " (";
  fputs(detector->name, stdout);
  for (const struct option_row *row = detector->options; row->name != NULL; row++)
    if (option_get(row, options) != row->preset) {
      fputs(before, stdout);
      print_value(row, options);
      before = ", ";
    }
  if (*before == ',')
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
  for (size_t i = 0; rule_option_rows[i].name != NULL; i++)
    if (rule->marked[i]) {
      fputs("  ", stdout);
      print_value(&rule_option_rows[i], &rule->options);
      puts("");
    }
}

void rules_print(const struct rule_set *set) {
  printf("\n%zu rules:\n", set->size);
  for (size_t i = 0; i < set->size; i++)
    print_rule(set->rules[i]);
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
}

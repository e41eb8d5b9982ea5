#include "cli/overrides.h"

#include "anomaly/status.h"
#include "base/nearest.h"
#include "base/option.h"
#include "cli/option_words.h"
#include "engine/rule_private.h"

#include <stdlib.h>
#include <string.h>

int overrides_set(struct overrides *overrides, const char *row, const char *value,
                  struct text *why) {
  const struct option_row *const found = option_find(rule_option_rows, row);
  const int status = option_set_text(found, &overrides->options, value, why);
  if (status == STATUS_OK)
    overrides->given[found - rule_option_rows] = true;
  return status;
}

static int find_detector(const char *name, const struct detector **ret_detector, struct text *why) {
  const struct detector *const detector = watcher_find(name);
  if (detector != NULL) {
    *ret_detector = detector;
    return STATUS_OK;
  }
  struct nearest nearest = {.name = name};
  for (const struct detector *const *at = watcher_list(); *at != NULL; at++)
    nearest_try(&nearest, (*at)->name);
  text_addf(why, "no detector \"%.32s\"", name);
  if (nearest.best != NULL)
    text_addf(why, "; did you mean \"%s\"?", nearest.best);
  return STATUS_INVALID;
}

/* `words` is a copy that is cut into pieces. */
static int set_options(const struct detector *detector, void *options, char *words,
                       struct text *why) {
  const struct option_place place = {.rows = detector->options, .options = options};
  option_set_presets(detector->options, options);
  const int status = option_words_set(&place, 1, words, detector->name, why);
  const char *const contradiction =
      status == STATUS_OK && detector->check != NULL ? detector->check(options) : NULL;
  if (contradiction == NULL)
    return status;
  text_add(why, contradiction);
  return STATUS_INVALID;
}

static int read_detector(char *words, struct rule_detector *ret_detector, struct text *why) {
  char *rest = words;
  const char *const name = strsep(&rest, ":");
  const struct detector *detector;
  int status = find_detector(name, &detector, why);
  if (status != STATUS_OK)
    return status;
  void *const options = calloc(1, detector->options_size + 1);
  if (options == NULL)
    return STATUS_NO_MEMORY;
  status = set_options(detector, options, rest, why);
  if (status == STATUS_OK)
    *ret_detector = (struct rule_detector){.detector = detector, .options = options};
  else
    free(options);
  return status;
}

int overrides_add_detector(struct overrides *overrides, const char *words, struct text *why) {
  if (overrides->detector_count >= RULE_DETECTORS_MAX) {
    text_addf(why, "at most %d detectors can watch a metric", RULE_DETECTORS_MAX);
    return STATUS_LIMIT;
  }
  char *const copy = strdup(words);
  if (copy == NULL)
    return STATUS_NO_MEMORY;
  const int status = read_detector(copy, &overrides->detectors[overrides->detector_count], why);
  if (status == STATUS_OK)
    overrides->detector_count++;
  free(copy);
  return status;
}

static void override_settings(const struct overrides *overrides, struct rule *rule) {
  for (size_t i = 0; rule_option_rows[i].name != NULL; i++)
    if (overrides->given[i]) {
      option_copy(&rule_option_rows[i], rule_settings(rule), &overrides->options);
      rule_mark(rule, i);
    }
}

static void clear_detectors(struct rule *rule) {
  for (size_t i = 0; i < rule->detector_count; i++)
    free(rule->detectors[i].options);
  rule->detector_count = 0;
}

int overrides_apply(const struct overrides *overrides, struct rule_set *set) {
  for (size_t i = 0; i < set->size; i++) {
    override_settings(overrides, set->rules[i]);
    if (overrides->detector_count > 0)
      clear_detectors(set->rules[i]);
  }
  for (size_t i = 0; i < overrides->detector_count; i++) {
    const struct rule_detector *const given = &overrides->detectors[i];
    if (rule_add_detector(set->rules[0], given->detector, given->options) == STATUS_NO_MEMORY)
      return STATUS_NO_MEMORY;
  }
  return STATUS_OK;
}

void overrides_release(struct overrides *overrides) {
  for (size_t i = 0; i < overrides->detector_count; i++)
    free(overrides->detectors[i].options);
  overrides->detector_count = 0;
}

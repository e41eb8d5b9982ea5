#include "config/profiles.h"

#include "base/option.h"

#include <string.h>

const struct profile profiles[] = {
    {.name = "default",
     .summary = "what is surprising for each metric, by its own past",
     .detectors = {"adaptive"}},
    {.name = "consensus",
     .summary = "two of three must agree, two of them detectors that people know: finds nearly "
                "everything, with many times the false alarms of `default`, for 29 KB of memory a "
                "metric",
     .detectors = {"zscore", "baseline", "isolation_forest"},
     .options = {{"consensus", CONSENSUS_MAJORITY}},
     .tunings = {{"isolation_forest", "n_estimators", 25},
                 {"isolation_forest", "max_samples", 64}}},
    {.name = "quiet",
     .summary = "two of three learning detectors must agree: finds less than `default`, with a "
                "fourth to two thirds of its false alarms",
     .detectors = {"adaptive", "pattern", "ewma"},
     .options = {{"consensus", CONSENSUS_MAJORITY}}},
    {.name = "thorough",
     .summary =
         "`default`, and what moves unlike before: finds a little more, with up to twice the "
         "false alarms",
     .detectors = {"adaptive", "pattern"},
     .options = {{"consensus", CONSENSUS_STRONGEST}}},
    {.name = NULL},
};

const struct profile *profile_find(const char *name) {
  for (const struct profile *at = profiles; at->name != NULL; at++)
    if (strcmp(at->name, name) == 0)
      return at;
  return NULL;
}

void profile_set_options(const struct profile *profile, struct rule *rule) {
  for (const struct profile_option *at = profile->options; at->name != NULL; at++) {
    const struct option_row *const row = option_find(rule_option_rows, at->name);
    (void)option_set_number(row, rule_settings(rule), at->value, NULL);
    rule_mark(rule, (size_t)(row - rule_option_rows));
  }
}

static const struct option_row *tuned_row(const struct profile_tuning *tuning) {
  return option_find(watcher_find(tuning->detector)->options, tuning->name);
}

void profile_set_tunings(const struct profile *profile, const struct presets *presets) {
  for (const struct profile_tuning *at = profile->tunings; at->name != NULL; at++)
    (void)option_set_number(tuned_row(at), presets_of(presets, watcher_find(at->detector)),
                            at->value, NULL);
}

static void print_tunings(const struct profile *profile, const char *detector, struct text *text) {
  bool first = true;
  for (const struct profile_tuning *at = profile->tunings; at->name != NULL; at++) {
    if (strcmp(at->detector, detector) != 0)
      continue;
    text_addf(text, "%s%s = ", first ? " (" : ", ", at->name);
    option_print(tuned_row(at), at->value, text);
    first = false;
  }
  text_add(text, first ? "" : ")");
}

void profile_print(const struct profile *profile, struct text *text) {
  for (const char *const *name = profile->detectors; *name != NULL; name++) {
    text_addf(text, "%s%s", name == profile->detectors ? "" : ", ", *name);
    print_tunings(profile, *name, text);
  }
  for (const struct profile_option *at = profile->options; at->name != NULL; at++) {
    text_addf(text, "; %s = ", at->name);
    option_print(option_find(rule_option_rows, at->name), at->value, text);
  }
}

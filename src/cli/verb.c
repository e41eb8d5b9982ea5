#include "cli/verb.h"

#include "cli/verbs.h"

#include <string.h>

const struct verb *const verb_list[] = {
    &detect_verb,    &backtest_verb, &train_verb,    &export_verb,   &label_verb,
    &silence_verb,   &history_verb,  &forecast_verb, &generate_verb, &check_verb,
    &detectors_verb, &models_verb,   &fit_verb,      &score_verb,    &config_verb,
    &help_verb,      NULL,
};

const struct verb *verb_find(const char *name) {
  for (const struct verb *const *at = verb_list; *at != NULL; at++)
    if (strcmp((*at)->name, name) == 0)
      return *at;
  return NULL;
}

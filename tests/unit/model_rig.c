#include "unit/model_rig.h"

#include "anomaly/detector.h"
#include "anomaly/status.h"
#include "base/option.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void set(const struct detector *detector, void *options, const char *setting) {
  char word[64];
  assert_true(strlen(setting) < sizeof word);
  memcpy(word, setting, strlen(setting) + 1);
  char *const equals = strchr(word, '=');
  *equals = '\0';
  assert_int_equal(option_set_text(option_find(detector->options, word), options, equals + 1, NULL),
                   STATUS_OK);
}

struct rule_set *model_rig_rules(const char *model, const char *const *options) {
  const struct detector *const detector = watcher_find(model);
  struct rule_set *rules;
  struct rule *rule;
  void *const all = calloc(1, detector->options_size);
  assert_non_null(all);
  option_set_presets(detector->options, all);
  for (; options != NULL && *options != NULL; options++)
    set(detector, all, *options);
  assert_int_equal(rule_set_create(&rules), STATUS_OK);
  assert_int_equal(rule_set_add(rules, &rule), STATUS_OK);
  assert_int_equal(rule_add_detector(rule, detector, all), STATUS_OK);
  free(all);
  rule_settings(rule)->warmup = 3600;
  rule_mark(rule, (size_t)(option_find(rule_option_rows, "warmup") - rule_option_rows));
  return rules;
}

void model_rig_start_with(struct model_rig *rig, struct engine_settings *settings,
                          const char *model, const char *const *options) {
  settings->rules = model_rig_rules(model, options);
  *rig = (struct model_rig){.noise = {3}, .time = MODEL_RIG_BEGIN};
  assert_int_equal(engine_create(&rig->engine, settings), STATUS_OK);
}

void model_rig_start(struct model_rig *rig, const char *model, const char *const *options) {
  struct engine_settings settings = engine_settings_preset();
  model_rig_start_with(rig, &settings, model, options);
}

struct verdict model_rig_observe(struct model_rig *rig, double value) {
  const struct metric_id id = {{"host", "cpu", "0", "cpu", "user", "value"}};
  struct verdict verdict = {.ratio = NAN};
  rig->time += MODEL_RIG_STEP;
  const struct sample sample = sample_gauge(rig->time, MODEL_RIG_STEP, value);
  assert_int_equal(engine_observe(rig->engine, &id, &sample, &verdict), OBSERVED);
  return verdict;
}

struct verdict model_rig_feed(struct model_rig *rig, unsigned values) {
  struct verdict verdict = {.ratio = NAN};
  for (unsigned i = 0; i < values; i++)
    verdict = model_rig_observe(rig, 50 + noise_gaussian(&rig->noise));
  return verdict;
}

struct engine_stats model_rig_stats(const struct model_rig *rig) {
  struct engine_stats stats;
  engine_stats(rig->engine, &stats);
  return stats;
}

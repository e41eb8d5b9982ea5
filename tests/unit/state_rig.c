#include "unit/state_rig.h"

#include "base/option.h"
#include "unit/fake_detector.h"
#include "unit/unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct detector listening;

static void keep_event(void *context, const struct episode_event *event) {
  struct rig *const rig = context;
  if (rig->count < EVENTS)
    rig->events[rig->count++] = *event;
}

static const struct detector *find(const char *name) {
  const struct detector *const detector = detector_find(name);
  assert_non_null(detector);
  return detector;
}

static void add_detector(struct rule *rule, const struct watch *watch, size_t which) {
  const struct detector *const detector = watch->detectors[which];
  void *const options = calloc(1, detector->options_size + 1);
  assert_non_null(options);
  option_set_presets(detector->options, options);
  if (which == 0 && watch->option != NULL)
    assert_int_equal(option_set_text(option_find(detector->options, watch->option), options,
                                     watch->setting, NULL),
                     STATUS_OK);
  assert_int_equal(rule_add_detector(rule, detector, options), STATUS_OK);
  free(options);
}

static struct rule_set *rules_of(const struct watch *watch) {
  struct rule_set *rules;
  struct rule *rule;
  assert_int_equal(rule_set_create(&rules), STATUS_OK);
  assert_int_equal(rule_set_add(rules, &rule), STATUS_OK);
  for (size_t i = 0; i < 4 && watch->detectors[i] != NULL; i++)
    add_detector(rule, watch, i);
  rule_settings(rule)->ignore = watch->ignore;
  rule_settings(rule)->warmup = 3600;
  rule_mark(rule, (size_t)(option_find(rule_option_rows, "ignore") - rule_option_rows));
  rule_mark(rule, (size_t)(option_find(rule_option_rows, "warmup") - rule_option_rows));
  return rules;
}

void rig_start(struct rig *rig, const struct watch *watch) {
  struct engine_settings settings = engine_settings_preset();
  settings.rules = rules_of(watch);
  settings.listener = keep_event;
  settings.listener_context = rig;
  settings.hash_seed = watch->hash_seed;
  if (watch->memory_limit > 0)
    settings.options.memory_limit = watch->memory_limit;
  if (watch->expire_after > 0)
    settings.options.expire_after = watch->expire_after;
  *rig = (struct rig){0};
  assert_int_equal(engine_create(&rig->engine, &settings), STATUS_OK);
}

struct watch watch_all(void) {
  return (struct watch){
      .detectors = {find("zscore"), find("adaptive"), find("baseline"), find("missing")}};
}

struct watch watch_fakes(void) {
  listening = fake_listening_detector();
  return (struct watch){.detectors = {&listening}};
}

enum observation_result rig_observe(struct rig *rig, unsigned metric, double time, double value,
                                    struct verdict *ret_verdict) {
  char name[16];
  snprintf(name, sizeof name, "m%u", metric);
  const struct metric_id id = {{"host", "plugin", name, "gauge", "", "value"}};
  const struct sample sample = sample_gauge(time, RIG_STEP, value);
  return engine_observe(rig->engine, &id, &sample, ret_verdict);
}

/* Noise with a spike now and then. */
double rig_value(unsigned metric, unsigned at) {
  const double noise = (double)((at * 7919 + metric * 104729) % 1009) / 1009;
  return 100 + metric + noise + (at % 701 == 700 ? 900 : 0);
}

void rig_feed(struct rig *rig, unsigned metrics, unsigned from, unsigned to) {
  for (unsigned at = from; at < to; at++)
    for (unsigned metric = 0; metric < metrics; metric++)
      rig_observe(rig, metric, RIG_BEGIN + at * RIG_STEP, rig_value(metric, at), NULL);
}

/* ---- Shelves -------------------------------------------------------------- */

static void keep_record(struct shelf *shelf, const struct metric_record *record) {
  assert_true(shelf->count < STATES);
  assert_true(shelf->count == 0 || record->key > shelf->record[shelf->count - 1].key);
  shelf->record[shelf->count] = *record;
  shelf->bytes[shelf->count] = malloc(record->size + 1);
  assert_non_null(shelf->bytes[shelf->count]);
  if (record->state != NULL)
    memcpy(shelf->bytes[shelf->count], record->state, record->size);
  shelf->count++;
}

struct shelf *shelf_fill(struct rig *rig, unsigned unsaved) {
  struct shelf *const shelf = calloc(1, sizeof *shelf);
  struct state_export *export;
  const struct metric_record *records;
  assert_non_null(shelf);
  assert_int_equal(state_export_begin(&export, rig->engine, unsaved), STATUS_OK);
  for (size_t count; (count = state_export_next(export, &records)) > 0;)
    for (size_t i = 0; i < count; i++)
      keep_record(shelf, &records[i]);
  state_export_end(export);
  return shelf;
}

void shelf_clear(struct shelf *shelf) {
  for (size_t i = 0; i < shelf->count; i++)
    free(shelf->bytes[i]);
  free(shelf);
}

size_t rig_unsaved(struct rig *rig, unsigned unsaved) {
  struct shelf *const shelf = shelf_fill(rig, unsaved);
  const size_t count = shelf->count;
  shelf_clear(shelf);
  return count;
}

struct restore_stats shelf_restore(struct rig *rig, const struct shelf *shelf, double now) {
  return shelf_restore_as(rig, LEARNED_HERE, shelf, now);
}

struct restore_stats shelf_restore_as(struct rig *rig, enum learner learner,
                                      const struct shelf *shelf, double now) {
  struct restore_stats stats = {0};
  for (size_t i = 0; i < shelf->count; i++)
    engine_restore(rig->engine, learner, shelf->bytes[i], shelf->record[i].size, now, &stats);
  return stats;
}

void assert_same_states(struct rig *a, struct rig *b) {
  engine_mark_unsaved(a->engine);
  engine_mark_unsaved(b->engine);
  struct shelf *const left = shelf_fill(a, UNSAVED_STATE), *const right =
                                                               shelf_fill(b, UNSAVED_STATE);
  assert_int_equal(left->count, right->count);
  for (size_t i = 0; i < left->count; i++) {
    assert_int_equal(left->record[i].size, right->record[i].size);
    assert_memory_equal(left->bytes[i], right->bytes[i], left->record[i].size);
  }
  shelf_clear(left);
  shelf_clear(right);
}

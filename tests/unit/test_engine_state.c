/* What the engine has learned: handed out, and taken back from honest and hostile bytes. */
#include "anomaly/engine.h"
#include "anomaly/state.h"
#include "base/option.h"
#include "unit/alloc_fail.h"
#include "unit/fake_detector.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS = 16, STATES = 600 };
static const double BEGIN = 1700000000, STEP = 10;

static struct detector listening;

/* An engine, and what it told. */
struct rig {
  struct engine *engine;
  struct episode_event events[EVENTS];
  size_t count;
};

/* States that were handed out. */
struct shelf {
  size_t count;
  struct metric_record record[STATES];
  unsigned char *bytes[STATES];
};

static void keep_event(void *context, const struct episode_event *event) {
  struct rig *const rig = context;
  if (rig->count < EVENTS)
    rig->events[rig->count++] = *event;
}

/* What watches: detectors by name, and one option of the first. */
struct watch {
  const struct detector *detectors[4];
  const char *option, *setting;
  bool ignore;
  uint64_t memory_limit, hash_seed;
  double expire_after;
};

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

static void start(struct rig *rig, const struct watch *watch) {
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

static struct watch all_detectors(void) {
  return (struct watch){
      .detectors = {find("zscore"), find("adaptive"), find("baseline"), find("missing")}};
}

static struct watch fakes(void) { return (struct watch){.detectors = {&listening}}; }

static enum observation_result observe(struct rig *rig, unsigned metric, double time, double value,
                                       struct verdict *ret_verdict) {
  char name[16];
  snprintf(name, sizeof name, "m%u", metric);
  const struct metric_id id = {{"host", "plugin", name, "gauge", "", "value"}};
  const struct sample sample = sample_gauge(time, STEP, value);
  return engine_observe(rig->engine, &id, &sample, ret_verdict);
}

/* Noise with a spike now and then. */
static double value_at(unsigned metric, unsigned at) {
  const double noise = (double)((at * 7919 + metric * 104729) % 1009) / 1009;
  return 100 + metric + noise + (at % 701 == 700 ? 900 : 0);
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

static struct shelf *hand_out(struct rig *rig, unsigned unsaved) {
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

static void clear(struct shelf *shelf) {
  for (size_t i = 0; i < shelf->count; i++)
    free(shelf->bytes[i]);
  free(shelf);
}

static size_t count_unsaved(struct rig *rig, unsigned unsaved) {
  struct shelf *const shelf = hand_out(rig, unsaved);
  const size_t count = shelf->count;
  clear(shelf);
  return count;
}

static struct restore_stats take_back(struct rig *rig, const struct shelf *shelf, double now) {
  struct restore_stats stats = {0};
  for (size_t i = 0; i < shelf->count; i++)
    engine_restore(rig->engine, shelf->bytes[i], shelf->record[i].size, now, &stats);
  return stats;
}

/* ---- Tests ---------------------------------------------------------------- */

static bool same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static void assert_same_verdict(const struct verdict *a, const struct verdict *b) {
  assert_true(same(a->value, b->value) && same(a->ratio, b->ratio) && same(a->score, b->score) &&
              same(a->surprise, b->surprise) && same(a->onset, b->onset));
  assert_true(same(a->expected, b->expected) && same(a->lower, b->lower) &&
              same(a->upper, b->upper) && same(a->confidence, b->confidence));
  assert_true(a->kind == b->kind && a->ready == b->ready && a->agree == b->agree &&
              a->anomaly == b->anomaly && a->open == b->open && a->severity == b->severity &&
              a->change == b->change);
}

static void feed(struct rig *rig, unsigned metrics, unsigned from, unsigned to) {
  for (unsigned at = from; at < to; at++)
    for (unsigned metric = 0; metric < metrics; metric++)
      observe(rig, metric, BEGIN + at * STEP, value_at(metric, at), NULL);
}

static void assert_same_states(struct rig *a, struct rig *b) {
  engine_mark_unsaved(a->engine);
  engine_mark_unsaved(b->engine);
  struct shelf *const left = hand_out(a, UNSAVED_STATE), *const right = hand_out(b, UNSAVED_STATE);
  assert_int_equal(left->count, right->count);
  for (size_t i = 0; i < left->count; i++) {
    assert_int_equal(left->record[i].size, right->record[i].size);
    assert_memory_equal(left->bytes[i], right->bytes[i], left->record[i].size);
  }
  clear(left);
  clear(right);
}

static void a_restored_engine_goes_on_bit_for_bit(void **state) {
  (void)state;
  const struct watch watch = all_detectors();
  struct rig before, after;
  start(&before, &watch);
  feed(&before, 3, 0, 3000);
  struct shelf *const shelf = hand_out(&before, UNSAVED_STATE);
  start(&after, &watch);
  const struct restore_stats stats = take_back(&after, shelf, BEGIN + 30000);
  assert_int_equal(stats.metrics, 3);
  assert_int_equal(stats.cold_detectors + stats.cold_metrics + stats.refused, 0);
  assert_same_states(&before, &after);
  unsigned anomalies = 0;
  for (unsigned at = 3000; at < 6000; at++)
    for (unsigned metric = 0; metric < 3; metric++) {
      struct verdict a, b;
      const double time = BEGIN + at * STEP, value = value_at(metric, at);
      assert_int_equal(observe(&before, metric, time, value, &a), OBSERVED);
      assert_int_equal(observe(&after, metric, time, value, &b), OBSERVED);
      assert_same_verdict(&a, &b);
      anomalies += a.anomaly;
    }
  assert_true(anomalies > 0);
  assert_same_states(&before, &after);
  engine_destroy(before.engine);
  engine_destroy(after.engine);
  clear(shelf);
}

static void only_what_changed_is_handed_out(void **state) {
  (void)state;
  const struct watch watch = fakes();
  struct rig rig;
  start(&rig, &watch);
  for (unsigned metric = 0; metric < 500; metric++)
    observe(&rig, metric, BEGIN, 0, NULL);
  assert_int_equal(count_unsaved(&rig, UNSAVED_STATE), 500);
  assert_int_equal(count_unsaved(&rig, UNSAVED_STATE), 0);
  observe(&rig, 7, BEGIN + STEP, 0, NULL);
  observe(&rig, 8, BEGIN + STEP, NAN, NULL);
  assert_int_equal(count_unsaved(&rig, UNSAVED_STATE), 2);
  assert_int_equal(count_unsaved(&rig, UNSAVED_BASELINE), 500);
  assert_int_equal(count_unsaved(&rig, UNSAVED_STATE | UNSAVED_BASELINE), 0);
  engine_mark_unsaved(rig.engine);
  assert_int_equal(count_unsaved(&rig, UNSAVED_STATE | UNSAVED_BASELINE), 500);
  engine_destroy(rig.engine);
}

static void what_was_refused_is_handed_out_again(void **state) {
  (void)state;
  const struct watch watch = fakes();
  struct rig rig;
  struct state_export *export;
  const struct metric_record *records;
  start(&rig, &watch);
  for (unsigned metric = 0; metric < 500; metric++)
    observe(&rig, metric, BEGIN, 0, NULL);
  assert_int_equal(state_export_begin(&export, rig.engine, UNSAVED_STATE), STATUS_OK);
  const size_t first = state_export_next(export, &records);
  const size_t second = state_export_next(export, &records);
  assert_true(first > 0 && second > 0 && first + second < 500);
  state_export_refused(export);
  state_export_end(export);
  assert_int_equal(count_unsaved(&rig, UNSAVED_STATE), 500 - first);
  engine_destroy(rig.engine);
}

static void a_record_says_what_the_values_were(void **state) {
  (void)state;
  const struct watch watch = fakes();
  struct rig rig;
  start(&rig, &watch);
  for (unsigned at = 0; at < 20000; at++)
    observe(&rig, 0, BEGIN + at * STEP, (double)(at * 7919 % 1000), NULL);
  observe(&rig, 0, BEGIN + 20000 * STEP, -50, NULL);
  struct shelf *const shelf = hand_out(&rig, UNSAVED_BASELINE);
  assert_int_equal(shelf->count, 1);
  const struct metric_record *const record = shelf->record;
  assert_null(record->state);
  assert_int_equal(record->size, 0);
  assert_true(record->first_time == BEGIN && record->last_time == BEGIN + 20000 * STEP);
  assert_int_equal(record->baseline.count, 20001);
  assert_true(fabs(record->baseline.mean - 499.5) < 1);
  assert_true(fabs(record->baseline.deviation - 288.7) < 1);
  assert_true(record->baseline.minimum == -50 && record->baseline.maximum == 999);
  assert_true(fabs(record->baseline.percentile_95 - 950) < 10);
  assert_true(fabs(record->baseline.percentile_99 - 990) < 5);
  clear(shelf);
  engine_destroy(rig.engine);
}

static void only_what_does_not_fit_starts_cold(void **state) {
  (void)state;
  struct watch watch = all_detectors();
  struct rig rig;
  start(&rig, &watch);
  feed(&rig, 2, 0, 500);
  struct shelf *const shelf = hand_out(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  watch.option = "window";
  watch.setting = "50";
  start(&rig, &watch);
  struct restore_stats stats = take_back(&rig, shelf, BEGIN + 5000);
  assert_int_equal(stats.metrics, 2);
  assert_int_equal(stats.cold_detectors, 2);
  engine_destroy(rig.engine);

  const struct watch other = fakes();
  start(&rig, &other);
  stats = take_back(&rig, shelf, BEGIN + 5000);
  assert_int_equal(stats.metrics, 2);
  assert_int_equal(stats.cold_detectors, 2);
  struct engine_stats counts;
  engine_stats(rig.engine, &counts);
  assert_int_equal(counts.warming, 2);
  engine_destroy(rig.engine);
  clear(shelf);
}

static void what_has_no_place_is_counted(void **state) {
  (void)state;
  struct watch watch = fakes();
  struct rig rig;
  start(&rig, &watch);
  feed(&rig, 500, 0, 2);
  struct shelf *const shelf = hand_out(&rig, UNSAVED_STATE);
  struct restore_stats stats = take_back(&rig, shelf, BEGIN);
  assert_int_equal(stats.refused, 500);
  engine_destroy(rig.engine);

  watch.memory_limit = 1 << 16;
  start(&rig, &watch);
  stats = take_back(&rig, shelf, BEGIN);
  assert_true(stats.metrics > 0 && stats.refused > 0 && stats.metrics + stats.refused == 500);
  engine_destroy(rig.engine);

  watch.ignore = true;
  start(&rig, &watch);
  assert_int_equal(take_back(&rig, shelf, BEGIN).ignored, 500);
  engine_destroy(rig.engine);
  clear(shelf);
}

/* ---- What somebody else has learned ------------------------------------------ */

/* The state of metric 0 after the values `from` .. `to`. */
static struct shelf *learned(const struct watch *watch, unsigned from, unsigned to) {
  struct rig rig;
  start(&rig, watch);
  feed(&rig, 1, from, to);
  struct shelf *const shelf = hand_out(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  return shelf;
}

/* What an engine that has seen the values `from` .. `to` does with it. */
static enum taking_over take_over(struct rig *rig, const struct shelf *shelf) {
  return engine_take_over(rig->engine, shelf->bytes[0], shelf->record[0].size, BEGIN + 5000);
}

static void what_begins_earlier_is_taken_over(void **state) {
  (void)state;
  const struct watch watch = all_detectors();
  struct shelf *const shelf = learned(&watch, 0, 500);
  struct rig rig, learner;
  start(&learner, &watch);
  feed(&learner, 1, 0, 500);
  start(&rig, &watch);
  feed(&rig, 1, 450, 500);
  assert_int_equal(take_over(&rig, shelf), TAKEN_OVER);
  assert_same_states(&rig, &learner);
  assert_int_equal(take_over(&rig, shelf), TAKEN_NOT);
  engine_destroy(rig.engine);
  engine_destroy(learner.engine);
  clear(shelf);
}

static void what_is_not_known_is_taken_over_and_not_missed(void **state) {
  (void)state;
  const struct watch watch = fakes();
  struct shelf *const shelf = learned(&watch, 0, 500);
  struct engine_stats counts;
  struct rig rig;
  start(&rig, &watch);
  assert_int_equal(take_over(&rig, shelf), TAKEN_OVER);
  assert_int_equal(count_unsaved(&rig, UNSAVED_STATE | UNSAVED_BASELINE), 1);
  for (double time = BEGIN + 5000; time < BEGIN + 5000 + 86400; time += 3600)
    engine_tick(rig.engine, time);
  engine_stats(rig.engine, &counts);
  assert_int_equal(counts.metrics, 1);
  assert_int_equal(counts.open + counts.episodes, 0);
  engine_destroy(rig.engine);
  clear(shelf);
}

static void what_does_not_fit_is_not_taken_over(void **state) {
  (void)state;
  struct watch watch = all_detectors();
  struct shelf *const shelf = learned(&watch, 100, 500);
  struct rig rig;
  start(&rig, &watch);
  feed(&rig, 1, 0, 500);
  assert_int_equal(take_over(&rig, shelf), TAKEN_NOT);
  engine_destroy(rig.engine);
  watch.option = "window";
  watch.setting = "50";
  start(&rig, &watch);
  feed(&rig, 1, 450, 500);
  assert_int_equal(take_over(&rig, shelf), TAKEN_NOT);
  shelf->bytes[0][100] ^= 1;
  assert_int_equal(take_over(&rig, shelf), TAKEN_NOT);
  engine_destroy(rig.engine);
  clear(shelf);
}

static void an_open_episode_and_newer_values_are_waited_for(void **state) {
  (void)state;
  const struct watch watch = fakes();
  struct shelf *const shelf = learned(&watch, 0, 500);
  struct engine_stats counts;
  struct rig rig;
  start(&rig, &watch);
  feed(&rig, 1, 450, 499);
  assert_int_equal(take_over(&rig, shelf), TAKEN_LATER);
  observe(&rig, 0, BEGIN + 499 * STEP, 5, NULL);
  observe(&rig, 0, BEGIN + 500 * STEP, 5, NULL);
  engine_stats(rig.engine, &counts);
  assert_int_equal(counts.open, 1);
  assert_int_equal(take_over(&rig, shelf), TAKEN_LATER);
  for (unsigned at = 501; at < 600; at++)
    observe(&rig, 0, BEGIN + at * STEP, -1, NULL);
  assert_int_equal(take_over(&rig, shelf), TAKEN_OVER);
  engine_destroy(rig.engine);
  clear(shelf);
}

/* Nobody was told of it: it opens once more if it goes on. */
static void an_episode_of_the_past_is_forgotten(void **state) {
  (void)state;
  const struct watch watch = fakes();
  struct verdict verdict;
  struct engine_stats counts;
  struct rig rig;
  start(&rig, &watch);
  feed(&rig, 1, 0, 500);
  observe(&rig, 0, BEGIN + 500 * STEP, 5, &verdict);
  assert_true(verdict.open);
  struct shelf *const shelf = hand_out(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  start(&rig, &watch);
  assert_int_equal(take_over(&rig, shelf), TAKEN_OVER);
  engine_stats(rig.engine, &counts);
  assert_int_equal(counts.open, 0);
  observe(&rig, 0, BEGIN + 501 * STEP, 5, &verdict);
  assert_int_equal(verdict.change, EPISODE_OPENED);
  engine_destroy(rig.engine);
  clear(shelf);
}

/* Each cut, and each byte changed, costs the metric or a detector, no more. */
static void damage_costs_what_it_hits(void **state) {
  (void)state;
  const struct watch watch = all_detectors();
  struct rig rig;
  start(&rig, &watch);
  feed(&rig, 1, 0, 300);
  struct shelf *const shelf = hand_out(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  const size_t size = shelf->record[0].size;
  unsigned cold_metrics = 0, cold_detectors = 0;
  for (size_t at = 0; at < size; at++) {
    struct restore_stats cut = {0}, changed = {0};
    unsigned char *const copy = malloc(at + 1);
    assert_non_null(copy);
    memcpy(copy, shelf->bytes[0], at);
    start(&rig, &watch);
    engine_restore(rig.engine, copy, at, BEGIN + 3000, &cut);
    engine_destroy(rig.engine);
    free(copy);
    assert_true(cut.cold_metrics == 1 || cut.cold_detectors > 0);
    shelf->bytes[0][at] ^= 1u << at % 8;
    start(&rig, &watch);
    changed = take_back(&rig, shelf, BEGIN + 3000);
    observe(&rig, 0, BEGIN + 3000, 1e300, NULL);
    engine_destroy(rig.engine);
    shelf->bytes[0][at] ^= 1u << at % 8;
    cold_metrics += changed.cold_metrics == 1;
    cold_detectors += changed.metrics == 1 && changed.cold_detectors > 0;
    assert_true(changed.cold_metrics == 1 || changed.cold_detectors > 0);
  }
  assert_true(cold_metrics > 100 && cold_detectors > size / 2);
  clear(shelf);
}

static void an_open_episode_stays_open(void **state) {
  (void)state;
  const struct watch watch = fakes();
  struct rig rig;
  start(&rig, &watch);
  for (unsigned at = 0; at < 10; at++)
    observe(&rig, 0, BEGIN + at * STEP, at < 5 ? 0 : 3, NULL);
  assert_int_equal(rig.count, 1);
  const uint64_t id = rig.events[0].id;
  struct shelf *const shelf = hand_out(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  start(&rig, &watch);
  take_back(&rig, shelf, BEGIN + 200);
  struct engine_stats stats;
  engine_stats(rig.engine, &stats);
  assert_int_equal(stats.open, 1);
  for (unsigned at = 10; at < 40; at++)
    observe(&rig, 0, BEGIN + at * STEP, at < 20 ? 3 : 0, NULL);
  assert_int_equal(rig.count, 1);
  assert_int_equal(rig.events[0].change, EPISODE_CLOSED);
  assert_true(rig.events[0].id == id && rig.events[0].start == BEGIN + 50);
  engine_destroy(rig.engine);
  clear(shelf);
}

static void who_does_not_come_back_is_missing(void **state) {
  (void)state;
  const struct watch watch = fakes();
  struct rig rig;
  start(&rig, &watch);
  for (unsigned metric = 0; metric < 2; metric++)
    observe(&rig, metric, BEGIN, 0, NULL);
  struct shelf *const shelf = hand_out(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  start(&rig, &watch);
  const double now = BEGIN + 1000;
  take_back(&rig, shelf, now);
  for (unsigned at = 0; at <= 59; at++) {
    engine_tick(rig.engine, now + at * STEP);
    observe(&rig, 0, now + at * STEP, 0, NULL);
  }
  assert_int_equal(rig.count, 0);
  engine_tick(rig.engine, now + 620);
  assert_int_equal(rig.count, 1);
  assert_int_equal(rig.events[0].kind, KIND_MISSING);
  assert_string_equal(rig.events[0].metric.part[METRIC_PLUGIN_INSTANCE], "m1");
  engine_destroy(rig.engine);
  clear(shelf);
}

/* Its age counts from its last value, not from the restart. */
static void what_was_seen_long_ago_expires(void **state) {
  (void)state;
  struct watch watch = fakes();
  struct rig rig;
  watch.expire_after = 3600;
  start(&rig, &watch);
  observe(&rig, 0, BEGIN, 3, NULL);
  observe(&rig, 1, BEGIN + 3000, 0, NULL);
  struct shelf *const shelf = hand_out(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  start(&rig, &watch);
  take_back(&rig, shelf, BEGIN + 3500);
  for (unsigned at = 0; at < 64; at++)
    engine_tick(rig.engine, BEGIN + 3500 + at * 5);
  struct engine_stats stats;
  engine_stats(rig.engine, &stats);
  assert_int_equal(stats.metrics, 1);
  assert_int_equal(rig.count, 1);
  assert_int_equal(rig.events[0].end, EPISODE_EXPIRED);
  engine_destroy(rig.engine);
  clear(shelf);
}

/* Large states, and as many as take more than one batch. */
static void any_size_fits(void **state) {
  (void)state;
  struct watch watch = {.detectors = {find("zscore")}, .option = "window", .setting = "10000"};
  watch.memory_limit = (uint64_t)1 << 30;
  struct rig rig;
  start(&rig, &watch);
  feed(&rig, 300, 0, 1);
  struct shelf *const shelf = hand_out(&rig, UNSAVED_STATE);
  assert_int_equal(shelf->count, 300);
  engine_destroy(rig.engine);
  start(&rig, &watch);
  assert_int_equal(take_back(&rig, shelf, BEGIN).metrics, 300);
  engine_destroy(rig.engine);
  clear(shelf);
}

static void failed_allocations_leave_metrics_to_the_next_export(void **state) {
  (void)state;
  struct watch watch = {.detectors = {find("zscore")}, .option = "window", .setting = "10000"};
  watch.memory_limit = (uint64_t)1 << 30;
  struct rig rig;
  start(&rig, &watch);
  feed(&rig, 300, 0, 1);
  for (unsigned n = 1, failed = 1; failed; n++) {
    engine_mark_unsaved(rig.engine);
    struct state_export *export;
    const struct metric_record *records;
    size_t count = 0, part;
    alloc_fail_at(n);
    if (state_export_begin(&export, rig.engine, UNSAVED_STATE) == STATUS_OK) {
      while ((part = state_export_next(export, &records)) > 0)
        count += part;
      state_export_end(export);
    }
    failed = alloc_has_failed();
    alloc_fail_at(0);
    assert_int_equal(count + count_unsaved(&rig, UNSAVED_STATE), 300);
  }
  engine_destroy(rig.engine);
}

int main(void) {
  listening = fake_listening_detector();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_restored_engine_goes_on_bit_for_bit),
      cmocka_unit_test(only_what_changed_is_handed_out),
      cmocka_unit_test(what_was_refused_is_handed_out_again),
      cmocka_unit_test(a_record_says_what_the_values_were),
      cmocka_unit_test(only_what_does_not_fit_starts_cold),
      cmocka_unit_test(what_has_no_place_is_counted),
      cmocka_unit_test(what_begins_earlier_is_taken_over),
      cmocka_unit_test(what_is_not_known_is_taken_over_and_not_missed),
      cmocka_unit_test(what_does_not_fit_is_not_taken_over),
      cmocka_unit_test(an_open_episode_and_newer_values_are_waited_for),
      cmocka_unit_test(an_episode_of_the_past_is_forgotten),
      cmocka_unit_test(damage_costs_what_it_hits),
      cmocka_unit_test(an_open_episode_stays_open),
      cmocka_unit_test(who_does_not_come_back_is_missing),
      cmocka_unit_test(what_was_seen_long_ago_expires),
      cmocka_unit_test(any_size_fits),
      cmocka_unit_test(failed_allocations_leave_metrics_to_the_next_export),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

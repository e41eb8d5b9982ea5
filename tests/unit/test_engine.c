#include "anomaly/engine.h"

#include "base/option.h"
#include "unit/alloc_fail.h"
#include "unit/fake_detector.h"
#include "unit/unit_test.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct detector listening;

/* An engine over fake detectors, and what it told. */
enum { EVENTS = 48 };

struct bench {
  struct engine *engine;
  struct episode_event events[EVENTS];
  size_t count;
};

static void keep_event(void *context, const struct episode_event *event) {
  struct bench *const bench = context;
  struct engine_stats stats;
  engine_stats(bench->engine, &stats); /* no lock is held: this must not hang */
  if (bench->count < EVENTS)
    bench->events[bench->count++] = *event;
}

static struct rule_set *rules_with(const struct detector *detector, struct rule **ret_rule) {
  struct rule_set *rules;
  assert_int_equal(rule_set_create(&rules), STATUS_OK);
  assert_int_equal(rule_set_add(rules, ret_rule), STATUS_OK);
  assert_int_equal(rule_add_detector(*ret_rule, detector, NULL), STATUS_OK);
  return rules;
}

static size_t row_index(const char *name) {
  return (size_t)(option_find(rule_option_rows, name) - rule_option_rows);
}

static void start(struct bench *bench, struct rule_set *rules, uint64_t memory_limit) {
  struct engine_settings settings = engine_settings_preset();
  if (memory_limit > 0)
    settings.options.memory_limit = memory_limit;
  settings.rules = rules;
  settings.listener = keep_event;
  settings.listener_context = bench;
  *bench = (struct bench){0};
  assert_int_equal(engine_create(&bench->engine, &settings), STATUS_OK);
}

static void start_simple(struct bench *bench, const struct detector *detector) {
  struct rule *rule;
  start(bench, rules_with(detector, &rule), 0);
}

static struct metric_id metric_named(const char *instance) {
  return (struct metric_id){{"host", "cpu", instance, "cpu", "user", "value"}};
}

static enum observation_result observe(struct bench *bench, const char *instance, double time,
                                       double value) {
  const struct metric_id id = metric_named(instance);
  const struct sample sample = sample_gauge(time, 10, value);
  return engine_observe(bench->engine, &id, &sample, NULL);
}

static struct engine_stats stats_of(const struct bench *bench) {
  struct engine_stats stats;
  engine_stats(bench->engine, &stats);
  return stats;
}

static void value_is_judged(void **state) {
  (void)state;
  struct bench bench;
  start_simple(&bench, &fake_detector);
  const struct metric_id id = metric_named("0");
  const struct sample sample = sample_gauge(1000, 10, 4);
  struct verdict verdict;
  assert_int_equal(engine_observe(bench.engine, &id, &sample, &verdict), OBSERVED);
  assert_true(verdict.ratio == 4 && verdict.score == .8 && verdict.time == 1000);
  assert_string_equal(verdict.leading, "fake");
  assert_int_equal(verdict.change, EPISODE_OPENED);
  assert_int_equal(bench.count, 1);
  assert_string_equal(bench.events[0].metric.part[METRIC_PLUGIN_INSTANCE], "0");
  assert_true(bench.events[0].peak_score == .8 && bench.events[0].start == 1000);
  engine_destroy(bench.engine);
}

static int notify_with(const struct detector *detector, int notify) {
  struct bench bench;
  struct rule *rule;
  struct rule_set *const rules = rules_with(detector, &rule);
  rule_settings(rule)->notify = notify;
  rule_mark(rule, row_index("notify"));
  start(&bench, rules, 0);
  observe(&bench, "0", 1000, 4);
  assert_int_equal(bench.count, 1);
  engine_destroy(bench.engine);
  return bench.events[0].notify;
}

/* Surprises are told sparingly; facts are told, unless nobody is to hear of them. */
static void facts_are_always_told(void **state) {
  (void)state;
  struct detector certain = fake_detector;
  certain.certain = true;
  assert_int_equal(notify_with(&fake_detector, NOTIFY_SPARINGLY), NOTIFY_SPARINGLY);
  assert_int_equal(notify_with(&fake_detector, NOTIFY_ALWAYS), NOTIFY_ALWAYS);
  assert_int_equal(notify_with(&certain, NOTIFY_SPARINGLY), NOTIFY_ALWAYS);
  assert_int_equal(notify_with(&certain, NOTIFY_NEVER), NOTIFY_NEVER);
}

static void band_is_not_shown_beyond_the_bounds(void **state) {
  (void)state;
  struct bench bench;
  start_simple(&bench, &fake_detector);
  const struct metric_id id = metric_named("0");
  struct sample sample = sample_gauge(1000, 10, 0);
  struct verdict verdict;
  (void)engine_observe(bench.engine, &id, &sample, &verdict);
  assert_true(verdict.lower == -1 && verdict.upper == 1);
  sample.time = 1010;
  sample.min = 0;
  sample.max = .5;
  (void)engine_observe(bench.engine, &id, &sample, &verdict);
  assert_true(verdict.lower == 0 && verdict.upper == .5);
  engine_destroy(bench.engine);
}

static void episode_is_told_from_start_to_end(void **state) {
  (void)state;
  struct bench bench;
  start_simple(&bench, &fake_detector);
  double time = 1000;
  (void)observe(&bench, "0", time, 2);
  (void)observe(&bench, "0", time += 10, 9);
  for (int i = 0; i < 20; i++)
    (void)observe(&bench, "0", time += 10, 0);
  assert_int_equal(bench.count, 3);
  assert_int_equal(bench.events[0].change, EPISODE_OPENED);
  assert_int_equal(bench.events[1].change, EPISODE_ESCALATED);
  assert_int_equal(bench.events[2].change, EPISODE_CLOSED);
  assert_int_equal(bench.events[2].end, EPISODE_RECOVERED);
  assert_true(bench.events[0].id == bench.events[2].id);
  assert_true(bench.events[2].start == 1000 && bench.events[2].peak_time == 1010);
  assert_true(bench.events[2].peak_value == 9);
  (void)observe(&bench, "0", time += 10, 2);
  assert_true(bench.events[3].id != bench.events[0].id);
  assert_int_equal(stats_of(&bench).episodes, 2);
  engine_destroy(bench.engine);
}

static void refused_is_counted(void **state) {
  (void)state;
  struct bench bench;
  start_simple(&bench, &fake_detector);
  char long_name[METRIC_PART_SIZE + 1];
  memset(long_name, 'x', sizeof long_name);
  long_name[METRIC_PART_SIZE] = '\0';
  assert_int_equal(observe(&bench, long_name, 1000, 0), REFUSED_NAME);
  assert_int_equal(observe(&bench, "0", 0, 0), REFUSED_TIME);
  assert_int_equal(observe(&bench, "0", (double)NAN, 0), REFUSED_TIME);
  assert_int_equal(observe(&bench, "0", -5, 0), REFUSED_TIME);
  assert_int_equal(observe(&bench, "0", 1e300, 0), REFUSED_TIME);
  assert_int_equal(observe(&bench, "0", 1000, 0), OBSERVED);
  assert_int_equal(observe(&bench, "0", 1000, 0), REFUSED_LATE);
  assert_int_equal(observe(&bench, "0", 990, 0), REFUSED_LATE);
  assert_int_equal(observe(&bench, "0", 1010, (double)NAN), OBSERVED_GAP);
  assert_int_equal(observe(&bench, "0", 1020, -(double)INFINITY), OBSERVED_GAP);
  const struct engine_stats stats = stats_of(&bench);
  assert_int_equal(stats.results[REFUSED_NAME], 1);
  assert_int_equal(stats.results[REFUSED_TIME], 4);
  assert_int_equal(stats.results[REFUSED_LATE], 2);
  assert_int_equal(stats.results[OBSERVED_GAP], 2);
  assert_int_equal(stats.results[OBSERVED], 1);
  assert_int_equal(stats.metrics, 1);
  engine_destroy(bench.engine);
}

static void gap_moves_the_clock(void **state) {
  (void)state;
  struct bench bench;
  start_simple(&bench, &fake_detector);
  assert_int_equal(observe(&bench, "0", 1000, (double)NAN), OBSERVED_GAP);
  assert_int_equal(observe(&bench, "0", 1000, 1), REFUSED_LATE);
  assert_int_equal(observe(&bench, "0", 1001, 0), OBSERVED);
  engine_destroy(bench.engine);
}

static void clock_set_back_starts_the_metric_anew(void **state) {
  (void)state;
  struct bench bench;
  start_simple(&bench, &fake_detector);
  for (int i = 0; i < 10; i++)
    assert_int_equal(observe(&bench, "0", 1e9 + i, 0), OBSERVED);
  assert_int_equal(stats_of(&bench).warming, 0);
  int refused = 0;
  while (observe(&bench, "0", 1000 + 10 * refused, 0) == REFUSED_LATE)
    engine_tick(bench.engine, 1000 + 10 * refused++);
  assert_in_range(refused, 50, 70);
  assert_int_equal(stats_of(&bench).warming, 1);
  assert_int_equal(observe(&bench, "0", 5000, 0), OBSERVED);
  engine_destroy(bench.engine);
}

static void stragglers_do_not_start_it_anew(void **state) {
  (void)state;
  struct bench bench;
  start_simple(&bench, &fake_detector);
  for (int i = 0; i < 200; i++) {
    engine_tick(bench.engine, 1000 + 10 * i);
    assert_int_equal(observe(&bench, "0", 1e9 + i, 0), OBSERVED);
    assert_int_equal(observe(&bench, "0", 1000 + i, 0), REFUSED_LATE);
  }
  engine_destroy(bench.engine);
}

static void ignored_metric_is_known_but_not_watched(void **state) {
  (void)state;
  struct bench bench;
  struct rule *rule;
  struct rule_set *const rules = rules_with(&fake_detector, &rule);
  struct rule *idle;
  assert_int_equal(rule_set_add(rules, &idle), STATUS_OK);
  char why[64];
  assert_int_equal(rule_select(idle, METRIC_PLUGIN_INSTANCE, "0", why, sizeof why), STATUS_OK);
  rule_settings(idle)->ignore = true;
  rule_mark(idle, row_index("ignore"));
  start(&bench, rules, 0);
  assert_int_equal(observe(&bench, "0", 1000, 99), OBSERVED_IGNORED);
  assert_int_equal(observe(&bench, "1", 1000, 0), OBSERVED);
  const struct engine_stats stats = stats_of(&bench);
  assert_int_equal(stats.ignored, 1);
  assert_int_equal(stats.metrics, 1);
  assert_int_equal(bench.count, 0);
  engine_destroy(bench.engine);
}

static void no_rules_watch_nothing(void **state) {
  (void)state;
  struct bench bench;
  start(&bench, NULL, 0);
  assert_int_equal(observe(&bench, "0", 1000, 99), OBSERVED_IGNORED);
  engine_destroy(bench.engine);
}

static void out_of_range_is_bad_data(void **state) {
  (void)state;
  struct bench bench;
  struct rule *rule;
  struct rule_set *const rules = rules_with(&fake_detector, &rule);
  rule_settings(rule)->range_max = 100;
  rule_mark(rule, row_index("range_max"));
  start(&bench, rules, 0);
  assert_int_equal(observe(&bench, "0", 1000, 101), REFUSED_OUT_OF_RANGE);
  assert_int_equal(observe(&bench, "0", 1010, 0), OBSERVED);
  engine_destroy(bench.engine);
}

static void memory_limit_refuses_new_metrics_only(void **state) {
  (void)state;
  struct bench bench;
  struct rule *rule;
  start(&bench, rules_with(&fake_detector, &rule), 1 << 20);
  unsigned admitted = 0;
  char name[16];
  enum observation_result result;
  do {
    (void)snprintf(name, sizeof name, "%u", admitted);
    result = observe(&bench, name, 1000, 0);
    admitted += result == OBSERVED;
  } while (result == OBSERVED);
  assert_int_equal(result, REFUSED_MEMORY);
  assert_in_range(admitted, 1000, 10000);
  assert_int_equal(observe(&bench, "0", 1010, 0), OBSERVED);
  const struct engine_stats stats = stats_of(&bench);
  assert_int_equal(stats.metrics, admitted);
  assert_int_equal(stats.results[REFUSED_MEMORY], 1);
  engine_destroy(bench.engine);
}

static void silence_is_judged_and_ends_with_a_value(void **state) {
  (void)state;
  struct bench bench;
  listening = fake_listening_detector();
  start_simple(&bench, &listening);
  const struct metric_id id = metric_named("0");
  struct verdict verdict;
  (void)observe(&bench, "0", 1000, 0);
  assert_int_equal(engine_silence(bench.engine, &id, 1005, &verdict), OBSERVED);
  assert_false(verdict.anomaly);
  engine_tick(bench.engine, 1008);
  assert_int_equal(bench.count, 0);
  engine_tick(bench.engine, 1011);
  assert_int_equal(bench.count, 1);
  assert_int_equal(bench.events[0].verdict.kind, KIND_MISSING);
  assert_true(isnan(bench.events[0].verdict.value));
  engine_tick(bench.engine, 1020);
  assert_int_equal(bench.count, 1);
  (void)observe(&bench, "0", 1030, 0);
  assert_int_equal(bench.count, 2);
  assert_int_equal(bench.events[1].change, EPISODE_CLOSED);
  engine_tick(bench.engine, 1060);
  assert_int_equal(bench.count, 2);
  engine_destroy(bench.engine);
}

static void silence_of_the_unknown_or_deaf_is_nothing(void **state) {
  (void)state;
  struct bench bench;
  start_simple(&bench, &fake_detector);
  const struct metric_id id = metric_named("0");
  assert_int_equal(engine_silence(bench.engine, &id, 1000, NULL), OBSERVED_IGNORED);
  (void)observe(&bench, "0", 1000, 0);
  assert_int_equal(engine_silence(bench.engine, &id, 1e9, NULL), OBSERVED_GAP);
  assert_int_equal(engine_silence(bench.engine, &id, (double)NAN, NULL), REFUSED_TIME);
  engine_destroy(bench.engine);
}

static void tick_for(struct bench *bench, double *now, double seconds) {
  for (const double end = *now + seconds; *now < end; *now += 600)
    engine_tick(bench->engine, *now);
}

static void unseen_metric_expires_and_ends_its_episode(void **state) {
  (void)state;
  struct bench bench;
  start_simple(&bench, &fake_detector);
  double now = 1000;
  engine_tick(bench.engine, now);
  (void)observe(&bench, "0", 1000, 5);
  (void)observe(&bench, "1", 1000, 0);
  for (int day = 0; day < 9; day++) {
    tick_for(&bench, &now, 86400);
    (void)observe(&bench, "1", now, 0);
  }
  const struct engine_stats stats = stats_of(&bench);
  assert_int_equal(stats.metrics, 1);
  assert_int_equal(stats.expired, 1);
  assert_int_equal(stats.open, 0);
  assert_int_equal(bench.count, 2);
  assert_int_equal(bench.events[1].end, EPISODE_EXPIRED);
  assert_int_equal(observe(&bench, "0", now, 0), OBSERVED);
  engine_destroy(bench.engine);
}

static void clock_that_jumps_expires_nothing(void **state) {
  (void)state;
  struct bench bench;
  start_simple(&bench, &fake_detector);
  (void)observe(&bench, "0", 1000, 0);
  double now = 1000;
  tick_for(&bench, &now, 86400);
  now += 365 * 86400.0;
  tick_for(&bench, &now, 40 * 600.0);
  engine_tick(bench.engine, 50);
  engine_tick(bench.engine, (double)NAN);
  assert_int_equal(stats_of(&bench).expired, 0);
  engine_destroy(bench.engine);
}

static void stats_follow_the_metrics(void **state) {
  (void)state;
  struct bench bench;
  start_simple(&bench, &fake_detector);
  (void)observe(&bench, "0", 1000, 0);
  (void)observe(&bench, "1", 1000, 5);
  struct engine_stats stats = stats_of(&bench);
  assert_int_equal(stats.warming, 2);
  assert_true(stats.warming_until == 1000 + 86400);
  assert_int_equal(stats.anomalous, 1);
  assert_int_equal(stats.open, 1);
  assert_int_equal(stats.anomalies, 1);
  assert_true(stats.memory > 2 * sizeof(struct fake_state));
  for (int i = 1; i < 20; i++)
    for (int metric = 0; metric < 2; metric++)
      (void)observe(&bench, metric == 0 ? "0" : "1", 1000 + i, 0);
  stats = stats_of(&bench);
  assert_int_equal(stats.warming, 0);
  assert_true(isnan(stats.warming_until));
  assert_int_equal(stats.anomalous, 0);
  assert_int_equal(stats.open, 0);
  engine_destroy(bench.engine);
}

static void publishing_metrics_are_counted(void **state) {
  (void)state;
  struct bench bench;
  struct rule *rule;
  struct rule_set *const rules = rules_with(&fake_detector, &rule);
  rule_settings(rule)->publish_score = true;
  rule_mark(rule, row_index("publish_score"));
  start(&bench, rules, 0);
  assert_int_equal(stats_of(&bench).publishing, 0);
  (void)observe(&bench, "0", 1000, 0);
  (void)observe(&bench, "0", 1010, 0);
  (void)observe(&bench, "1", 1000, 0);
  assert_int_equal(stats_of(&bench).publishing, 2);
  engine_destroy(bench.engine);
}

struct tally {
  unsigned seen, limit;
  double sum;
};

static bool tally_view(void *context, const struct metric_view *view) {
  struct tally *const tally = context;
  assert_string_equal(view->id.part[METRIC_PLUGIN], "cpu");
  tally->sum += view->last.value;
  return ++tally->seen < tally->limit;
}

static void each_shows_every_metric(void **state) {
  (void)state;
  struct bench bench;
  start_simple(&bench, &fake_detector);
  (void)observe(&bench, "0", 1000, 1);
  (void)observe(&bench, "1", 1000, 2);
  (void)observe(&bench, "2", 1000, 4);
  struct tally all = {.limit = 100}, one = {.limit = 1};
  engine_each(bench.engine, tally_view, &all);
  assert_int_equal(all.seen, 3);
  assert_true(all.sum == 7);
  engine_each(bench.engine, tally_view, &one);
  assert_int_equal(one.seen, 1);
  engine_destroy(bench.engine);
}

enum { THREADS = 4, ROUNDS = 300, METRICS = 200 };

static void *feed_many(void *context) {
  struct bench *const bench = context;
  char name[16];
  for (int round = 0; round < ROUNDS; round++)
    for (int metric = 0; metric < METRICS; metric++) {
      (void)snprintf(name, sizeof name, "%d", metric);
      (void)observe(bench, name, 1000 + round, round % 100 == 99 ? 3 : 0);
    }
  return NULL;
}

static void *tick_many(void *context) {
  struct bench *const bench = context;
  struct engine_stats stats;
  for (int i = 0; i < 200; i++) {
    engine_tick(bench->engine, 1000 + i);
    engine_stats(bench->engine, &stats);
  }
  return NULL;
}

static void ignore_event(void *context, const struct episode_event *event) {
  (void)context;
  (void)event;
}

/* All threads feed the same values: each one is taken exactly once. */
static void threads_share_the_engine(void **state) {
  (void)state;
  struct bench bench = {0};
  struct rule *rule;
  struct engine_settings settings = engine_settings_preset();
  settings.rules = rules_with(&fake_detector, &rule);
  settings.listener = ignore_event;
  assert_int_equal(engine_create(&bench.engine, &settings), STATUS_OK);
  pthread_t threads[THREADS + 1];
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, feed_many, &bench), 0);
  assert_int_equal(pthread_create(&threads[THREADS], NULL, tick_many, &bench), 0);
  for (int i = 0; i <= THREADS; i++)
    pthread_join(threads[i], NULL);
  const struct engine_stats stats = stats_of(&bench);
  assert_int_equal(stats.metrics, METRICS);
  assert_int_equal(stats.results[OBSERVED] + stats.results[REFUSED_LATE],
                   THREADS * ROUNDS * METRICS);
  assert_in_range(stats.results[OBSERVED], METRICS * ROUNDS / 2, METRICS * ROUNDS);
  engine_destroy(bench.engine);
}

static void no_memory_is_survived_at_every_allocation(void **state) {
  (void)state;
  for (unsigned n = 1;; n++) {
    struct rule *rule;
    struct engine_settings settings = engine_settings_preset();
    settings.rules = rules_with(&fake_detector, &rule);
    struct bench bench = {0};
    alloc_fail_at(n);
    const int status = engine_create(&bench.engine, &settings);
    enum observation_result result = REFUSED_MEMORY;
    if (status == STATUS_OK)
      result = observe(&bench, "0", 1000, 0);
    const bool failed = alloc_has_failed();
    alloc_fail_at(0);
    if (status != STATUS_OK) {
      assert_int_equal(status, STATUS_NO_MEMORY);
      rule_set_destroy(settings.rules);
      continue;
    }
    assert_int_equal(result, failed ? REFUSED_MEMORY : OBSERVED);
    assert_int_equal(observe(&bench, "0", 1010, 0), OBSERVED);
    engine_destroy(bench.engine);
    if (!failed)
      break;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(value_is_judged),
      cmocka_unit_test(facts_are_always_told),
      cmocka_unit_test(band_is_not_shown_beyond_the_bounds),
      cmocka_unit_test(episode_is_told_from_start_to_end),
      cmocka_unit_test(refused_is_counted),
      cmocka_unit_test(gap_moves_the_clock),
      cmocka_unit_test(clock_set_back_starts_the_metric_anew),
      cmocka_unit_test(stragglers_do_not_start_it_anew),
      cmocka_unit_test(ignored_metric_is_known_but_not_watched),
      cmocka_unit_test(no_rules_watch_nothing),
      cmocka_unit_test(out_of_range_is_bad_data),
      cmocka_unit_test(memory_limit_refuses_new_metrics_only),
      cmocka_unit_test(silence_is_judged_and_ends_with_a_value),
      cmocka_unit_test(silence_of_the_unknown_or_deaf_is_nothing),
      cmocka_unit_test(unseen_metric_expires_and_ends_its_episode),
      cmocka_unit_test(clock_that_jumps_expires_nothing),
      cmocka_unit_test(stats_follow_the_metrics),
      cmocka_unit_test(publishing_metrics_are_counted),
      cmocka_unit_test(each_shows_every_metric),
      cmocka_unit_test(threads_share_the_engine),
      cmocka_unit_test(no_memory_is_survived_at_every_allocation),
  };
  return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}

/* Fits in the background, while values come. */
#include "anomaly/trainer.h"

#include "anomaly/engine.h"
#include "anomaly/status.h"
#include "base/option.h"
#include "unit/model_rig.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum { METRICS = 40, FEEDERS = 3, PATIENCE = 60 };

static struct engine *start_with(double trainer_cpu, struct rule_set *rules) {
  struct engine_settings settings = engine_settings_preset();
  struct engine *engine;
  settings.fit_later = settings.store_models = true;
  settings.options.trainer_cpu = trainer_cpu;
  settings.rules = rules;
  assert_int_equal(engine_create(&engine, &settings), STATUS_OK);
  return engine;
}

static struct engine *start(double trainer_cpu) {
  struct rule_set *rules;
  struct rule *rule;
  assert_int_equal(rule_set_create(&rules), STATUS_OK);
  assert_int_equal(rule_set_add(rules, &rule), STATUS_OK);
  assert_int_equal(rule_add_detector(rule, watcher_find("ecod"), NULL), STATUS_OK);
  assert_int_equal(rule_add_detector(rule, watcher_find("copod"), NULL), STATUS_OK);
  return start_with(trainer_cpu, rules);
}

static struct verdict observe(struct engine *engine, unsigned metric, unsigned at,
                              struct noise *noise) {
  char name[16];
  snprintf(name, sizeof name, "%u", metric);
  const struct metric_id id = {{"host", "cpu", name, "cpu", "user", "value"}};
  const struct sample sample = sample_gauge(1e9 + at * 10., 10, noise_gaussian(noise));
  struct verdict verdict = {.ratio = NAN};
  engine_observe(engine, &id, &sample, &verdict);
  return verdict;
}

static void feed(struct engine *engine, unsigned metrics, unsigned values) {
  struct noise noise = {5};
  for (unsigned at = 0; at < values; at++)
    for (unsigned metric = 0; metric < metrics; metric++)
      (void)observe(engine, metric, at, &noise);
}

static struct engine_stats stats_of(struct engine *engine) {
  struct engine_stats stats;
  engine_stats(engine, &stats);
  return stats;
}

static void rest(void) { nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); }

/* Waits until so many fits were made. */
static void await_fits(struct engine *engine, uint64_t fits) {
  for (unsigned i = 0; i < PATIENCE * 1000 && stats_of(engine).fits < fits; i++)
    rest();
  assert_true(stats_of(engine).fits >= fits);
}

static void test_without_a_trainer_fits_wait(void **state) {
  (void)state;
  struct engine *const engine = start(100);
  feed(engine, METRICS, 70);
  const struct engine_stats stats = stats_of(engine);
  assert_int_equal(stats.fits, 0);
  assert_int_equal(stats.waiting_fits, METRICS); /* once each, though long due */
  assert_int_equal(stats.postponed_fits, 0);
  engine_destroy(engine);
}

static void test_the_trainer_makes_them(void **state) {
  (void)state;
  struct engine *const engine = start(100);
  struct trainer *trainer;
  assert_int_equal(trainer_create(&trainer, engine), STATUS_OK);
  feed(engine, METRICS, 50);
  await_fits(engine, 2 * METRICS);
  struct noise noise = {9};
  assert_true(observe(engine, 0, 50, &noise).scored);
  assert_int_equal(stats_of(engine).models, 2 * METRICS);
  assert_int_equal(stats_of(engine).failed_fits, 0);
  trainer_destroy(trainer);
  engine_destroy(engine);
}

/*
 * Metrics that began together are not fitted together ever after: the most of them
 * that fall due at one value until `last`, all having fallen due then.
 */
static size_t most_at_once(struct engine *engine, uint64_t fits, unsigned last) {
  struct trainer *trainer;
  struct noise noise = {5};
  assert_int_equal(trainer_create(&trainer, engine), STATUS_OK);
  feed(engine, METRICS, 50);
  await_fits(engine, fits);
  trainer_destroy(trainer);
  size_t before = 0, most = 0;
  for (unsigned at = 50; at <= last; at++) {
    for (unsigned metric = 0; metric < METRICS; metric++)
      (void)observe(engine, metric, at, &noise);
    const size_t waiting = stats_of(engine).waiting_fits;
    most = waiting - before > most ? waiting - before : most;
    before = waiting;
  }
  assert_int_equal(before, METRICS);
  engine_destroy(engine);
  return most;
}

static void test_later_fits_are_spread(void **state) {
  (void)state;
  assert_true(most_at_once(start(100), 2 * METRICS, 150) < METRICS / 4);
}

static void test_a_schedule_is_spread_too(void **state) {
  (void)state;
  static const char *const options[] = {"retrain_interval=1000000", "retrain_after=1000",
                                        "drift_limit=0", NULL};
  struct engine *const engine = start_with(100, model_rig_rules("ecod", options));
  assert_true(most_at_once(engine, METRICS, 150) < METRICS / 4);
}

static double processor_seconds(void) {
  struct timespec used;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* A budget of two percent is kept, with some allowance for the test itself. */
static void test_the_budget_is_kept(void **state) {
  (void)state;
  struct engine *const engine = start(2);
  feed(engine, 2000, 51);
  struct trainer *trainer;
  assert_int_equal(trainer_create(&trainer, engine), STATUS_OK);
  const double used = processor_seconds(), begin = seconds();
  while (seconds() - begin < 1)
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
  const double share = (processor_seconds() - used) / (seconds() - begin);
  const uint64_t fits = stats_of(engine).fits;
  assert_true(fits > 0 && fits < 4000);
  assert_true(share < .1);
  trainer_destroy(trainer);
  engine_destroy(engine);
}

static void test_a_full_queue_postpones(void **state) {
  (void)state;
  struct engine *const engine = start(100);
  feed(engine, 5000, 52);
  const struct engine_stats stats = stats_of(engine);
  assert_int_equal(stats.waiting_fits, 4096);
  assert_int_equal(stats.postponed_fits, 3 * (5000 - 4096));
  struct trainer *trainer;
  assert_int_equal(trainer_create(&trainer, engine), STATUS_OK);
  await_fits(engine, 2 * 4096);
  struct noise noise = {8};
  for (unsigned metric = 0; metric < 5000; metric++)
    (void)observe(engine, metric, 52, &noise);
  await_fits(engine, 2 * 5000);
  trainer_destroy(trainer);
  engine_destroy(engine);
}

struct feeder {
  struct engine *engine;
  unsigned first; /* of its metrics */
};

static void *feed_some(void *argument) {
  const struct feeder *const feeder = argument;
  struct noise noise = {feeder->first + 1};
  for (unsigned at = 0; at < 600; at++)
    for (unsigned metric = feeder->first; metric < METRICS; metric += FEEDERS)
      (void)observe(feeder->engine, metric, at, &noise);
  return NULL;
}

static void test_threads_feed_while_it_fits(void **state) {
  (void)state;
  struct engine *const engine = start(100);
  struct trainer *trainer;
  pthread_t threads[FEEDERS];
  struct feeder feeders[FEEDERS];
  assert_int_equal(trainer_create(&trainer, engine), STATUS_OK);
  for (unsigned i = 0; i < FEEDERS; i++) {
    feeders[i] = (struct feeder){.engine = engine, .first = i};
    assert_int_equal(pthread_create(&threads[i], NULL, feed_some, &feeders[i]), 0);
  }
  for (unsigned i = 0; i < FEEDERS; i++)
    pthread_join(threads[i], NULL);
  for (unsigned i = 0; i < PATIENCE * 1000 && stats_of(engine).models < 2 * METRICS; i++)
    rest();
  assert_int_equal(stats_of(engine).models, 2 * METRICS);
  trainer_destroy(trainer); /* maybe in the midst of a fit */
  engine_destroy(engine);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_without_a_trainer_fits_wait),
      cmocka_unit_test(test_the_trainer_makes_them),
      cmocka_unit_test(test_later_fits_are_spread),
      cmocka_unit_test(test_a_schedule_is_spread_too),
      cmocka_unit_test(test_the_budget_is_kept),
      cmocka_unit_test(test_a_full_queue_postpones),
      cmocka_unit_test(test_threads_feed_while_it_fits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

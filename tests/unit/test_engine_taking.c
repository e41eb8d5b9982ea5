/* What somebody else has learned, taken over by an engine that runs. */
#include "anomaly/state.h"
#include "unit/state_rig.h"
#include "unit/unit_test.h"

/* The state of metric 0 after the values `from` .. `to`. */
static struct shelf *learned(const struct watch *watch, unsigned from, unsigned to) {
  struct rig rig;
  rig_start(&rig, watch);
  rig_feed(&rig, 1, from, to);
  struct shelf *const shelf = shelf_fill(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  return shelf;
}

/* What an engine that has seen the values `from` .. `to` does with it. */
static enum taking_over take_over(struct rig *rig, const struct shelf *shelf) {
  return engine_take_over(rig->engine, shelf->bytes[0], shelf->record[0].size, RIG_BEGIN + 5000);
}

static void what_begins_earlier_is_taken_over(void **state) {
  (void)state;
  const struct watch watch = watch_all();
  struct shelf *const shelf = learned(&watch, 0, 500);
  struct rig rig, learner;
  rig_start(&learner, &watch);
  rig_feed(&learner, 1, 0, 500);
  rig_start(&rig, &watch);
  rig_feed(&rig, 1, 450, 500);
  assert_int_equal(take_over(&rig, shelf), TAKEN_OVER);
  assert_same_states(&rig, &learner);
  assert_int_equal(take_over(&rig, shelf), TAKEN_NOT);
  engine_destroy(rig.engine);
  engine_destroy(learner.engine);
  shelf_clear(shelf);
}

static void what_is_not_known_is_taken_over_and_not_missed(void **state) {
  (void)state;
  const struct watch watch = watch_fakes();
  struct shelf *const shelf = learned(&watch, 0, 500);
  struct engine_stats counts;
  struct rig rig;
  rig_start(&rig, &watch);
  assert_int_equal(take_over(&rig, shelf), TAKEN_OVER);
  assert_int_equal(rig_unsaved(&rig, UNSAVED_STATE | UNSAVED_BASELINE), 1);
  for (double time = RIG_BEGIN + 5000; time < RIG_BEGIN + 5000 + 86400; time += 3600)
    engine_tick(rig.engine, time);
  engine_stats(rig.engine, &counts);
  assert_int_equal(counts.metrics, 1);
  assert_int_equal(counts.open + counts.episodes, 0);
  engine_destroy(rig.engine);
  shelf_clear(shelf);
}

static void what_does_not_fit_is_not_taken_over(void **state) {
  (void)state;
  struct watch watch = watch_all();
  struct shelf *const shelf = learned(&watch, 100, 500);
  struct rig rig;
  rig_start(&rig, &watch);
  rig_feed(&rig, 1, 0, 500);
  assert_int_equal(take_over(&rig, shelf), TAKEN_NOT);
  engine_destroy(rig.engine);
  watch.option = "window";
  watch.setting = "50";
  rig_start(&rig, &watch);
  rig_feed(&rig, 1, 450, 500);
  assert_int_equal(take_over(&rig, shelf), TAKEN_NOT);
  shelf->bytes[0][100] ^= 1;
  assert_int_equal(take_over(&rig, shelf), TAKEN_NOT);
  engine_destroy(rig.engine);
  shelf_clear(shelf);
}

static void an_open_episode_and_newer_values_are_waited_for(void **state) {
  (void)state;
  const struct watch watch = watch_fakes();
  struct shelf *const shelf = learned(&watch, 0, 500);
  struct engine_stats counts;
  struct rig rig;
  rig_start(&rig, &watch);
  rig_feed(&rig, 1, 450, 499);
  assert_int_equal(take_over(&rig, shelf), TAKEN_LATER);
  rig_observe(&rig, 0, RIG_BEGIN + 499 * RIG_STEP, 5, NULL);
  rig_observe(&rig, 0, RIG_BEGIN + 500 * RIG_STEP, 5, NULL);
  engine_stats(rig.engine, &counts);
  assert_int_equal(counts.open, 1);
  assert_int_equal(take_over(&rig, shelf), TAKEN_LATER);
  for (unsigned at = 501; at < 600; at++)
    rig_observe(&rig, 0, RIG_BEGIN + at * RIG_STEP, -1, NULL);
  assert_int_equal(take_over(&rig, shelf), TAKEN_OVER);
  engine_destroy(rig.engine);
  shelf_clear(shelf);
}

/* Nobody was told of it: it opens once more if it goes on. */
static void an_episode_of_the_past_is_forgotten(void **state) {
  (void)state;
  const struct watch watch = watch_fakes();
  struct verdict verdict;
  struct engine_stats counts;
  struct rig rig;
  rig_start(&rig, &watch);
  rig_feed(&rig, 1, 0, 500);
  rig_observe(&rig, 0, RIG_BEGIN + 500 * RIG_STEP, 5, &verdict);
  assert_true(verdict.open);
  struct shelf *const shelf = shelf_fill(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  rig_start(&rig, &watch);
  assert_int_equal(take_over(&rig, shelf), TAKEN_OVER);
  engine_stats(rig.engine, &counts);
  assert_int_equal(counts.open, 0);
  rig_observe(&rig, 0, RIG_BEGIN + 501 * RIG_STEP, 5, &verdict);
  assert_int_equal(verdict.change, EPISODE_OPENED);
  engine_destroy(rig.engine);
  shelf_clear(shelf);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_begins_earlier_is_taken_over),
      cmocka_unit_test(what_is_not_known_is_taken_over_and_not_missed),
      cmocka_unit_test(what_does_not_fit_is_not_taken_over),
      cmocka_unit_test(an_open_episode_and_newer_values_are_waited_for),
      cmocka_unit_test(an_episode_of_the_past_is_forgotten),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

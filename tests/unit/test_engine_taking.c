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
  for (unsigned at = 501; at < 600; at++)
    engine_tick(rig.engine, RIG_BEGIN + at * RIG_STEP);
  engine_stats(rig.engine, &counts);
  assert_int_equal(counts.metrics, 1);
  assert_int_equal(counts.open + counts.episodes, 0);
  engine_destroy(rig.engine);
  shelf_clear(shelf);
}

/* Its end in an alarm was told to nobody, and neither is its silence; until it comes. */
static void what_was_learned_before_the_start_is_not_missed(void **state) {
  (void)state;
  const struct watch watch = watch_fakes();
  struct rig rig;
  rig_start(&rig, &watch);
  for (unsigned at = 0; at <= 500; at++)
    for (unsigned metric = 0; metric < 2; metric++)
      rig_observe(&rig, metric, RIG_BEGIN + at * RIG_STEP, at == 500 && metric == 0 ? 5 : 0, NULL);
  struct shelf *const shelf = shelf_fill(&rig, UNSAVED_STATE);
  engine_destroy(rig.engine);
  for (enum learner learner = LEARNED_HERE; learner <= LEARNED_ELSEWHERE; learner++) {
    const bool is_own = learner == LEARNED_HERE;
    struct engine_stats counts;
    rig_start(&rig, &watch);
    assert_int_equal(shelf_restore_as(&rig, learner, shelf, RIG_BEGIN + 5010).metrics, 2);
    engine_stats(rig.engine, &counts);
    assert_int_equal(counts.open, is_own);
    for (unsigned at = 501; at < 600; at++)
      engine_tick(rig.engine, RIG_BEGIN + at * RIG_STEP);
    engine_stats(rig.engine, &counts);
    assert_int_equal(counts.open, is_own ? 2 : 0);
    engine_destroy(rig.engine);
  }
  shelf_clear(shelf);
}

static void whose_a_metric_is_changes_with_its_next_value(void **state) {
  (void)state;
  const struct watch watch = watch_fakes();
  struct shelf *shelf = learned(&watch, 0, 500);
  struct rig rig;
  rig_start(&rig, &watch);
  assert_false(shelf->record[0].trained);
  (void)shelf_restore_as(&rig, LEARNED_ELSEWHERE, shelf, RIG_BEGIN + 5000);
  shelf_clear(shelf);
  assert_int_equal(rig_unsaved(&rig, UNSAVED_STATE), 0);
  engine_mark_unsaved(rig.engine);
  shelf = shelf_fill(&rig, UNSAVED_STATE);
  assert_true(shelf->record[0].trained);
  shelf_clear(shelf);
  rig_feed(&rig, 1, 500, 501);
  shelf = shelf_fill(&rig, UNSAVED_STATE);
  assert_false(shelf->record[0].trained);
  shelf_clear(shelf);
  engine_destroy(rig.engine);
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
      cmocka_unit_test(what_was_learned_before_the_start_is_not_missed),
      cmocka_unit_test(whose_a_metric_is_changes_with_its_next_value),
      cmocka_unit_test(what_does_not_fit_is_not_taken_over),
      cmocka_unit_test(an_open_episode_and_newer_values_are_waited_for),
      cmocka_unit_test(an_episode_of_the_past_is_forgotten),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Scores of any kind, judged by those before them. */
#include "stats/rarity.h"
#include "stats/score_history.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const double LINE = 4.3; /* of a minute, see rarity_line */

static double flat(struct noise *noise) { return noise_uniform(noise); }
static double bell(struct noise *noise) { return fabs(noise_gaussian(noise)); }
static double falling(struct noise *noise) { return -log(noise_uniform(noise)); }
static double heavy(struct noise *noise) { return pow(noise_uniform(noise), -.3); }
/* As isolation_forest: never over 1. */
static double bounded(struct noise *noise) { return 1 - exp2(-3 * pow(noise_uniform(noise), 2)); }
/* As ecod: a sum over columns that can rank a value no further out than the first. */
static double ranks(struct noise *noise) {
  double sum = 0;
  for (int i = 0; i < 8; i++)
    sum -= log(.001 + noise_uniform(noise));
  return fmax(sum, 0);
}

static double (*const kinds[])(struct noise *) = {flat, bell, falling, heavy, bounded, ranks};
enum { DRAWS = sizeof kinds / sizeof kinds[0] };
static const double largest[DRAWS] = {1, INFINITY, INFINITY, INFINITY, .875, 55};

static struct score_history learned(double (*draw)(struct noise *), unsigned scores) {
  struct score_history history = {.scores = 0};
  struct noise noise = {1};
  for (unsigned i = 0; i < scores; i++) {
    (void)score_history_judge(&history, (float)draw(&noise));
    assert_true(score_history_valid(&history));
  }
  return history;
}

static void test_nothing_is_unusual_at_first(void **unused) {
  (void)unused;
  struct score_history history = {.scores = 0};
  struct noise noise = {1};
  for (unsigned i = 0; i < SCORE_HISTORY_KNOWN; i++)
    assert_true(score_history_judge(&history, i % 20 == 19 ? 1e6F : (float)bell(&noise)) == 0);
  assert_true(score_history_judge(&history, 1e12F) > 0);
}

/* Runs of scores over the line, in that many scores after `age` others. */
static unsigned count_alarms(double (*draw)(struct noise *), unsigned age, unsigned scores) {
  struct score_history history = learned(draw, age);
  struct noise noise = {2};
  unsigned alarms = 0, calm = 100;
  for (unsigned i = 0; i < scores; i++) {
    const bool over = score_history_judge(&history, (float)draw(&noise)) >= LINE;
    alarms += over && calm > 10;
    calm = over ? 0 : calm + 1;
  }
  return alarms;
}

static void test_chance_passes_the_line_about_once_in_two_weeks(void **unused) {
  (void)unused;
  assert_float_equal((double)rarity_line(60), LINE, .01);
  for (size_t kind = 0; kind < DRAWS; kind++)
    assert_in_range(count_alarms(kinds[kind], 5000, 20 * 20160), 0, 50);
}

/* Neighbours that are alike are one chance. */
static void test_alike_neighbours_are_one_chance(void **unused) {
  (void)unused;
  struct score_history history = {.scores = 0};
  struct noise noise = {3};
  double wave = 0;
  unsigned alarms = 0, calm = 100;
  for (unsigned i = 0; i < 20 * 20160; i++) {
    wave = .95 * wave + sqrt(1 - .95 * .95) * noise_gaussian(&noise);
    const bool over = score_history_judge(&history, (float)(wave * wave)) >= LINE;
    alarms += i > 5000 && over && calm > 10;
    calm = over ? 0 : calm + 1;
  }
  assert_in_range(alarms, 0, 50);
}

static void test_beyond_the_largest_possible_is_far_over_the_line(void **unused) {
  (void)unused;
  for (size_t kind = 0; kind < DRAWS; kind++) {
    if (isinf(largest[kind]))
      continue;
    struct score_history history = learned(kinds[kind], 3000);
    assert_true(score_history_judge(&history, (float)(1.3 * largest[kind])) > LINE);
  }
}

static void test_further_is_rarer(void **unused) {
  (void)unused;
  for (size_t kind = 0; kind < DRAWS; kind++) {
    const struct score_history history = learned(kinds[kind], 3000);
    double last = 0;
    for (float score = .01F; score < 1e12F; score *= 1.1F) {
      struct score_history copy = history;
      const double decades = score_history_judge(&copy, score);
      assert_true(decades >= last && decades <= SCORE_HISTORY_MOST);
      last = decades;
    }
    assert_true(last > 2 * LINE);
  }
}

/* What came in several blocks is no rarer than they are, whatever was fitted. */
static void test_what_comes_again_becomes_usual(void **unused) {
  (void)unused;
  struct score_history history = learned(bell, 9000);
  struct noise noise = {4};
  double first = 0, last = 0;
  for (unsigned time = 0; time < 6; time++) {
    last = score_history_judge(&history, 100);
    first = time == 0 ? last : first;
    for (unsigned i = 0; i < 999; i++)
      (void)score_history_judge(&history, (float)bell(&noise));
  }
  assert_true(first > 2 * LINE);
  assert_true(last < LINE);
}

static unsigned scores_until_usual(struct score_history history, unsigned hasten) {
  unsigned scores = 1;
  for (; score_history_judge(&history, 100) >= LINE; scores++)
    if (hasten > 0 && scores % hasten == 0)
      score_history_hasten(&history);
  return scores;
}

static void test_what_lasts_becomes_usual_sooner(void **unused) {
  (void)unused;
  const struct score_history history = learned(bell, 20000);
  const unsigned patient = scores_until_usual(history, 0);
  const unsigned hasty = scores_until_usual(history, 20);
  assert_true(hasty < patient && patient < 500);
}

/* The old is forgotten. */
static void test_a_year_ago_does_not_count(void **unused) {
  (void)unused;
  struct score_history history = {.scores = 0};
  struct noise noise = {5};
  for (unsigned i = 0; i < 20000; i++)
    (void)score_history_judge(&history, (float)(100 * bell(&noise)));
  for (unsigned i = 0; i < 20000; i++)
    (void)score_history_judge(&history, (float)bell(&noise));
  assert_true(score_history_judge(&history, 50) > LINE);
}

/* Nothing but the count of blocks says how rare the first move is. */
static void test_what_never_moved_has_no_tail(void **unused) {
  (void)unused;
  struct score_history history = {.scores = 0};
  for (unsigned i = 0; i < 20000; i++)
    assert_true(score_history_judge(&history, 0) == 0);
  const double decades = score_history_judge(&history, 1e-30F);
  assert_true(decades > 3 && decades < LINE);
}

static void test_enormous_scores_are_fine(void **unused) {
  (void)unused;
  struct score_history history = {.scores = 0};
  struct noise noise = {6};
  for (unsigned i = 0; i < 20000; i++) {
    const float score = i % 3 == 0 ? FLT_MAX : (float)exp(80 * noise_uniform(&noise));
    const double decades = score_history_judge(&history, score);
    assert_true(decades >= 0 && decades <= SCORE_HISTORY_MOST);
    assert_true(score_history_valid(&history));
  }
}

static void test_broken_states_are_refused(void **unused) {
  (void)unused;
  const struct score_history good = learned(bell, 3000);
  struct score_history broken[9];
  for (size_t i = 0; i < 9; i++)
    broken[i] = good;
  broken[0].tail.scale = NAN;
  broken[1].threshold = NAN;
  broken[2].threshold = -1;
  broken[3].blocks = SCORE_HISTORY_BLOCKS + 1;
  broken[4].next = SCORE_HISTORY_BLOCKS;
  broken[5].doubled = 200;
  broken[6].filled = 255;
  broken[7].running = NAN;
  broken[8].largest[0] = INFINITY;
  assert_true(score_history_valid(&good));
  for (size_t i = 0; i < 9; i++)
    assert_false(score_history_valid(&broken[i]));
  struct score_history odd = good;
  memset(&odd.fitted, 2, 1);
  assert_false(score_history_valid(&odd));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nothing_is_unusual_at_first),
      cmocka_unit_test(test_chance_passes_the_line_about_once_in_two_weeks),
      cmocka_unit_test(test_alike_neighbours_are_one_chance),
      cmocka_unit_test(test_beyond_the_largest_possible_is_far_over_the_line),
      cmocka_unit_test(test_further_is_rarer),
      cmocka_unit_test(test_what_comes_again_becomes_usual),
      cmocka_unit_test(test_what_lasts_becomes_usual_sooner),
      cmocka_unit_test(test_a_year_ago_does_not_count),
      cmocka_unit_test(test_what_never_moved_has_no_tail),
      cmocka_unit_test(test_enormous_scores_are_fine),
      cmocka_unit_test(test_broken_states_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How far numbers have moved from the deciles of earlier ones, and what that decides of models. */
#include "stats/drift.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "engine/model_trial.h"
#include "stats/sorted.h"
#include "unit/alloc_fail.h"
#include "unit/fitting.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EARLIER = 1000, NEWER = 200 };

static void deciles_of(double *numbers, size_t count, double *ret_decile) {
  sort_numbers(numbers, count);
  for (size_t i = 0; i < DRIFT_DECILES; i++)
    ret_decile[i] = sorted_quantile(numbers, count, (double)(i + 1) / 10);
}

/* The distance between two samples, at every number of both: the slow twin. */
static double slow_distance(const double *a, size_t count_a, const double *b, size_t count_b) {
  double distance = 0;
  for (size_t i = 0; i < count_a + count_b; i++) {
    const double at = i < count_a ? a[i] : b[i - count_a];
    size_t in_a = 0, in_b = 0;
    for (size_t j = 0; j < count_a; j++)
      in_a += a[j] <= at;
    for (size_t j = 0; j < count_b; j++)
      in_b += b[j] <= at;
    distance =
        fmax(distance, fabs((double)in_a / (double)count_a - (double)in_b / (double)count_b));
  }
  return distance;
}

static double distance_of(double *earlier, size_t count, double *newer, size_t count_newer) {
  double decile[DRIFT_DECILES];
  deciles_of(earlier, count, decile);
  sort_numbers(newer, count_newer);
  return drift_distance(decile, newer, count_newer);
}

static void test_it_is_the_distance_of_kolmogorov(void **state) {
  (void)state;
  struct noise noise = {1};
  static double earlier[EARLIER], newer[NEWER];
  for (unsigned run = 0; run < 20; run++) {
    for (size_t i = 0; i < EARLIER; i++)
      earlier[i] = noise_gaussian(&noise);
    for (size_t i = 0; i < NEWER; i++)
      newer[i] = noise_gaussian(&noise) * (1 + run % 3) + run * .2;
    const double exact = slow_distance(earlier, EARLIER, newer, NEWER);
    const double distance = distance_of(earlier, EARLIER, newer, NEWER);
    assert_true(distance <= exact + .002); /* deciles lie between two of the numbers */
    assert_true(distance >= exact - .1);   /* and the largest difference between two deciles */
  }
}

static void test_what_it_comes_to(void **state) {
  (void)state;
  static double earlier[EARLIER], newer[NEWER];
  for (size_t i = 0; i < EARLIER; i++)
    earlier[i] = (double)i;
  for (size_t i = 0; i < NEWER; i++)
    newer[i] = (double)i * 5;
  assert_true(distance_of(earlier, EARLIER, newer, NEWER) < .006);
  for (size_t i = 0; i < NEWER; i++)
    newer[i] = 500 + (double)i;
  assert_true(fabs(distance_of(earlier, EARLIER, newer, NEWER) - .5) < .01);
  for (size_t i = 0; i < NEWER; i++)
    newer[i] = 2000;
  assert_true(distance_of(earlier, EARLIER, newer, NEWER) == .9);
  newer[0] = -1;
  assert_true(distance_of(earlier, EARLIER, newer, 1) == .9);
}

/* Integers, and a number that never changes: no distance where there is none. */
static void test_ties_are_no_distance(void **state) {
  (void)state;
  struct noise noise = {1};
  static double earlier[EARLIER], newer[NEWER];
  for (unsigned levels = 1; levels < 5; levels++) {
    for (size_t i = 0; i < EARLIER; i++)
      earlier[i] = floor(noise_uniform(&noise) * levels);
    for (size_t i = 0; i < NEWER; i++)
      newer[i] = floor(noise_uniform(&noise) * levels);
    assert_true(distance_of(earlier, EARLIER, newer, NEWER) < .12);
    for (size_t i = 0; i < NEWER; i++)
      newer[i] = levels;
    assert_true(distance_of(earlier, EARLIER, newer, NEWER) >= .9);
  }
}

/* Once in a thousand times, not more, and not much less. */
static void test_chance_is_what_it_says(void **state) {
  (void)state;
  struct noise noise = {7};
  static double earlier[EARLIER], newer[NEWER];
  unsigned over = 0, over_half = 0;
  for (unsigned run = 0; run < 2000; run++) {
    for (size_t i = 0; i < EARLIER; i++)
      earlier[i] = noise_uniform(&noise);
    for (size_t i = 0; i < 50; i++)
      newer[i] = noise_uniform(&noise);
    const double distance = distance_of(earlier, EARLIER, newer, 50);
    over += distance > drift_chance(EARLIER, 50);
    over_half += distance > drift_chance(EARLIER, 50) / 2;
  }
  assert_true(over <= 8);
  assert_true(over_half > 100);
  assert_true(drift_chance(1, 1) == 1);
}

/* ---- Models -------------------------------------------------------------------- */

struct pair {
  struct fitting fitting;
  struct block *block;
};

static struct pair fit(const char *name, struct sheet sheet) {
  struct pair pair = {.fitting = fitting_create(model_find(name))};
  pair.block = fitting_fit(&pair.fitting, sheet);
  return pair;
}

static void drop(struct pair *pair) {
  block_destroy(pair->block);
  fitting_destroy(&pair->fitting);
}

static struct sheet noise_sheet(size_t rows, double level, double spread, uint64_t seed) {
  struct noise noise = {seed};
  struct sheet sheet = {.cells = calloc(rows * 2, sizeof(double)), .rows = rows, .columns = 2};
  assert_non_null(sheet.cells);
  for (size_t i = 0; i < rows * 2; i++)
    sheet.cells[i] = level + spread * noise_gaussian(&noise);
  return sheet;
}

static struct matrix matrix_of(struct sheet sheet) {
  return (struct matrix){.cells = sheet.cells, .rows = sheet.rows, .columns = sheet.columns};
}

static struct model_drift drift_of(const struct block *block, double level, double spread) {
  struct model_drift drift;
  const struct sheet sheet = noise_sheet(60, level, spread, 99);
  const struct matrix rows = matrix_of(sheet);
  assert_int_equal(model_trial_drift(block, &rows, &drift), STATUS_OK);
  free(sheet.cells);
  return drift;
}

static void test_drift_of_inputs_and_of_scores(void **state) {
  (void)state;
  const struct sheet sheet = noise_sheet(500, 10, 1, 4);
  struct pair ecod = fit("ecod", sheet);
  const struct model_drift none = drift_of(ecod.block, 10, 1);
  assert_true(none.input < .3 && none.score < .3);
  assert_false(model_trial_drifted(&none, ecod.block, 60, .1)); /* chance is more than that */
  const struct model_drift level = drift_of(ecod.block, 15, 1);
  assert_true(level.input > .85 && level.score > .85);
  assert_true(model_trial_drifted(&level, ecod.block, 60, .5));
  assert_false(model_trial_drifted(&level, ecod.block, 60, 1));
  const struct model_drift calm = drift_of(ecod.block, 10, .1);
  assert_true(calm.input < .6 && calm.score > .7); /* the middle of everything: low scores */
  drop(&ecod);
  struct pair trees = fit("half_space_trees", sheet);
  const struct model_drift learned = drift_of(trees.block, 15, 1);
  assert_true(learned.input > .85 && isnan(learned.score));
  assert_true(model_trial_drifted(&learned, trees.block, 60, .5));
  drop(&trees);
  free(sheet.cells);
}

/* One fitted to rows like the first numbers, one like the next; judged by rows like the last. */
static bool is_better(double champion, double challenger, double rows_level) {
  const struct sheet old = noise_sheet(300, champion, 1, 4),
                     new = noise_sheet(300, challenger, 1, 5);
  const struct sheet sheet = noise_sheet(50, rows_level, 1, 6);
  const struct matrix rows = matrix_of(sheet);
  struct pair a = fit("ecod", old), b = fit("ecod", new);
  bool better;
  assert_int_equal(model_trial_compare(a.block, b.block, &rows, .1, &better), STATUS_OK);
  drop(&a);
  drop(&b);
  free(sheet.cells);
  free(new.cells);
  free(old.cells);
  return better;
}

static void test_the_better_one_wins(void **state) {
  (void)state;
  assert_true(is_better(10, 10, 10));  /* as good */
  assert_true(is_better(10, 15, 15));  /* of what comes now */
  assert_false(is_better(10, 15, 10)); /* of what is over */
  assert_true(is_better(10, 15, 25));  /* of neither: the newer one */
}

/* One that can tell no row from another takes no other's place, and gives way to any. */
static void test_a_blind_one_does_not_win(void **state) {
  (void)state;
  const struct sheet sheet = noise_sheet(100, 10, 1, 4), same = noise_sheet(100, 10, 0, 4);
  const struct matrix none = {.rows = 0, .columns = 2};
  struct pair sees = fit("hbos", sheet), blind = fit("hbos", same);
  bool better;
  assert_int_equal(model_trial_compare(sees.block, blind.block, &none, .1, &better), STATUS_OK);
  assert_false(better);
  assert_int_equal(model_trial_compare(blind.block, sees.block, &none, .1, &better), STATUS_OK);
  assert_true(better);
  assert_int_equal(model_trial_compare(blind.block, blind.block, &none, .1, &better), STATUS_OK);
  assert_true(better);
  drop(&sees);
  drop(&blind);
  free(same.cells);
  free(sheet.cells);
}

static void test_without_memory_nothing_is_said(void **state) {
  (void)state;
  const struct sheet sheet = noise_sheet(100, 10, 1, 4);
  const struct matrix rows = matrix_of(sheet);
  struct pair ecod = fit("ecod", sheet);
  struct model_drift drift = {.input = 7};
  bool better = true;
  int status = STATUS_NO_MEMORY;
  for (unsigned n = 1; status != STATUS_OK; n++) {
    alloc_fail_at(n);
    status = model_trial_drift(ecod.block, &rows, &drift);
    assert_true((status == STATUS_OK) != alloc_has_failed());
    alloc_fail_at(0);
    assert_true(status == STATUS_OK || drift.input == 7);
  }
  status = STATUS_NO_MEMORY;
  for (unsigned n = 1; status != STATUS_OK; n++) {
    alloc_fail_at(n);
    status = model_trial_compare(ecod.block, ecod.block, &rows, .1, &better);
    assert_true((status == STATUS_OK) != alloc_has_failed());
    alloc_fail_at(0);
  }
  drop(&ecod);
  free(sheet.cells);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_it_is_the_distance_of_kolmogorov),
      cmocka_unit_test(test_what_it_comes_to),
      cmocka_unit_test(test_ties_are_no_distance),
      cmocka_unit_test(test_chance_is_what_it_says),
      cmocka_unit_test(test_drift_of_inputs_and_of_scores),
      cmocka_unit_test(test_the_better_one_wins),
      cmocka_unit_test(test_a_blind_one_does_not_win),
      cmocka_unit_test(test_without_memory_nothing_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "evaluate/nab.h"

#include "anomaly/status.h"
#include "bench/nab_data.h"
#include "bench/nab_detectors.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>

#define ROWS 100
#define assert_near(is, should) assert_true(fabs((is) - (should)) < 1e-6)

/* Rows 15 .. 99 are scored; one window of ten rows, 40 .. 49. */
static const struct nab_window WINDOW[] = {{.first = 40, .last = 49}};

/* sig(-1/10) / sig(-1): the worth of the window's last row. */
static const double LAST_ROW = 0.2482415498;
/* sig(1/9): of the row after it. */
static const double ROW_AFTER = -0.2708471185;

static struct nab_result score_one(const double *score, const struct nab_profile *profile) {
  const struct nab_series series = {
      .rows = ROWS, .score = score, .windows = WINDOW, .window_count = 1};
  struct nab_result result;
  assert_int_equal(nab_score(&series, 1, profile, &result), STATUS_OK);
  return result;
}

/* Score on the standard profile with two detections; 0 means none. */
static struct nab_result with_detections(size_t first, size_t second) {
  double score[ROWS] = {0};
  score[first] = score[second] = 1;
  score[0] = 0;
  return score_one(score, &nab_profiles[0]);
}

static void test_profiles(void **state) {
  (void)state;
  assert_string_equal(nab_profiles[0].name, "standard");
  assert_string_equal(nab_profiles[1].name, "low_fp");
  assert_string_equal(nab_profiles[2].name, "low_fn");
  assert_null(nab_profiles[NAB_PROFILES].name);
}

static void test_scored_from(void **state) {
  (void)state;
  assert_int_equal(nab_scored_from(100), 15);
  assert_int_equal(nab_scored_from(4999), 749);
  assert_int_equal(nab_scored_from(22695), 750);
}

static void test_first_row_is_perfect(void **state) {
  (void)state;
  const struct nab_result result = with_detections(40, 0);
  assert_near(result.score, 100);
  assert_near(result.raw, 1);
  assert_near(result.threshold, 1);
  assert_int_equal(result.windows, 1);
  assert_int_equal(result.found, 1);
  assert_int_equal(result.false_alarms, 0);
}

static void test_nothing_is_null(void **state) {
  (void)state;
  double score[ROWS] = {0};
  for (size_t at = 0; at < NAB_PROFILES; at++) {
    const struct nab_result result = score_one(score, &nab_profiles[at]);
    assert_near(result.score, 0);
    assert_near(result.raw, -nab_profiles[at].missed);
    assert_true(isinf(result.threshold));
  }
}

static void test_later_rows_are_worth_less(void **state) {
  (void)state;
  assert_near(with_detections(49, 0).raw, LAST_ROW);
  assert_near(with_detections(49, 0).score, 100 * (LAST_ROW + 1) / 2);
  assert_near(with_detections(45, 49).raw, 0.8597925669); /* only the first counts */
}

static void test_false_alarms_cost(void **state) {
  (void)state;
  assert_near(with_detections(40, 30).raw, 1 - .11);             /* before any window */
  assert_near(with_detections(40, 50).raw, 1 + .11 * ROW_AFTER); /* right after it */
  assert_near(with_detections(40, 76).raw, 1 - .11);             /* 3 lengths after */
  assert_near(with_detections(40, 14).raw, 1);                   /* unscored */
  assert_int_equal(with_detections(40, 76).false_alarms, 1);
}

static void test_weights_of_the_profiles(void **state) {
  (void)state;
  double score[ROWS] = {0};
  score[40] = score[30] = score[31] = 1;
  assert_near(score_one(score, &nab_profiles[0]).raw, 1 - .22);
  assert_near(score_one(score, &nab_profiles[1]).raw, 1 - .44);
  assert_near(score_one(score, &nab_profiles[2]).raw, 1 - .22);
  assert_near(score_one(score, &nab_profiles[2]).score, 100 * (1 - .22 + 2) / 3);
}

/* At 3 the window is found late, at 2 early, at 1 there are false alarms only. */
static void test_best_threshold(void **state) {
  (void)state;
  double score[ROWS] = {0};
  score[49] = 3;
  score[40] = score[60] = 2;
  score[20] = score[21] = 1;
  const struct nab_result result = score_one(score, &nab_profiles[0]);
  assert_near(result.threshold, 2);
  assert_int_equal(result.false_alarms, 1);
  assert_true(result.raw > 0.89 && result.raw < 0.9);
}

/* One threshold serves all series: .9 finds the first window, .2 costs too much. */
static void test_one_threshold_for_the_corpus(void **state) {
  (void)state;
  double first[ROWS] = {0}, second[ROWS] = {0};
  first[40] = .9;
  second[40] = .2;
  for (size_t row = 20; row < 39; row++)
    first[row] = .3;
  const struct nab_series series[] = {
      {.rows = ROWS, .score = first, .windows = WINDOW, .window_count = 1},
      {.rows = ROWS, .score = second, .windows = WINDOW, .window_count = 1}};
  struct nab_result result;
  assert_int_equal(nab_score(series, 2, &nab_profiles[0], &result), STATUS_OK);
  assert_near(result.threshold, .9);
  assert_near(result.score, 50);
  assert_int_equal(result.windows, 2);
  assert_int_equal(result.found, 1);
}

static void test_distance_is_to_the_last_window_before(void **state) {
  (void)state;
  double score[ROWS] = {0};
  score[20] = score[40] = score[50] = 1;
  const struct nab_window windows[] = {{.first = 20, .last = 22}, {.first = 40, .last = 49}};
  const struct nab_series series = {
      .rows = ROWS, .score = score, .windows = windows, .window_count = 2};
  struct nab_result result;
  assert_int_equal(nab_score(&series, 1, &nab_profiles[0], &result), STATUS_OK);
  assert_near(result.raw, 2 + .11 * ROW_AFTER);
}

static void test_window_that_is_partly_unscored(void **state) {
  (void)state;
  double score[ROWS] = {0};
  score[12] = score[16] = score[30] = 1;
  const struct nab_window windows[] = {{.first = 2, .last = 5}, {.first = 10, .last = 19}};
  const struct nab_series series = {
      .rows = ROWS, .score = score, .windows = windows, .window_count = 2};
  struct nab_result result;
  assert_int_equal(nab_score(&series, 1, &nab_profiles[0], &result), STATUS_OK);
  assert_int_equal(result.windows, 1);
  const double position = -0.4, far = 11.0 / 9;
  const double found = (2 / (1 + exp(5 * position)) - 1) / (2 / (1 + exp(-5)) - 1);
  assert_near(result.raw, found + .11 * (2 / (1 + exp(5 * far)) - 1));
}

static void check_refused(const struct nab_window *windows, size_t count, const double *score) {
  const struct nab_series series = {
      .rows = ROWS, .score = score, .windows = windows, .window_count = count};
  struct nab_result result = {.score = 77};
  assert_int_equal(nab_score(&series, 1, &nab_profiles[0], &result), STATUS_INVALID);
  assert_near(result.score, 77);
}

static void test_bad_input_is_refused(void **state) {
  (void)state;
  double score[ROWS] = {0};
  const struct nab_window beyond[] = {{.first = 90, .last = 100}};
  const struct nab_window reversed[] = {{.first = 50, .last = 49}};
  const struct nab_window overlapping[] = {{.first = 20, .last = 30}, {.first = 30, .last = 40}};
  const struct nab_window unscored[] = {{.first = 0, .last = 14}};
  check_refused(beyond, 1, score);
  check_refused(reversed, 1, score);
  check_refused(overlapping, 2, score);
  check_refused(unscored, 1, score);
  check_refused(WINDOW, 0, score);
  score[3] = NAN;
  check_refused(WINDOW, 1, score);
}

static void test_order_of_series_does_not_matter(void **state) {
  (void)state;
  double first[ROWS] = {0}, second[ROWS] = {0};
  first[42] = .5;
  second[41] = .5;
  second[70] = .7;
  struct nab_series series[] = {
      {.rows = ROWS, .score = first, .windows = WINDOW, .window_count = 1},
      {.rows = ROWS, .score = second, .windows = WINDOW, .window_count = 1}};
  struct nab_result one, other;
  assert_int_equal(nab_score(series, 2, &nab_profiles[0], &one), STATUS_OK);
  const struct nab_series swap = series[0];
  series[0] = series[1];
  series[1] = swap;
  assert_int_equal(nab_score(series, 2, &nab_profiles[0], &other), STATUS_OK);
  assert_near(one.score, other.score);
}

/* Final results in the benchmark's repository: results/final_results.json. */
static const struct {
  const char *name;
  nab_detector detect;
  double score[NAB_PROFILES];
} published[] = {
    {"windowedGaussian", nab_windowed_gaussian, {39.649523496, 20.867985825, 47.410027158}},
    {"relativeEntropy", nab_relative_entropy, {54.642748935, 47.598351760, 58.842292393}},
};

static void check_published(const struct nab_corpus *corpus, nab_detector detect,
                            const double *expected) {
  struct nab_series *series = test_calloc(corpus->count, sizeof(*series));
  double **score = test_calloc(corpus->count, sizeof(*score));
  for (size_t at = 0; at < corpus->count; at++) {
    const struct nab_file *file = &corpus->files[at];
    score[at] = test_malloc(file->frame.rows * sizeof(**score));
    assert_true(detect(file->frame.value, file->frame.rows, score[at]));
    series[at] = (struct nab_series){.rows = file->frame.rows,
                                     .score = score[at],
                                     .windows = file->windows,
                                     .window_count = file->window_count};
  }
  for (size_t at = 0; at < NAB_PROFILES; at++) {
    struct nab_result result;
    assert_int_equal(nab_score(series, corpus->count, &nab_profiles[at], &result), STATUS_OK);
    assert_near(result.score, expected[at]);
  }
  for (size_t at = 0; at < corpus->count; at++)
    test_free(score[at]);
  test_free(score);
  test_free(series);
}

static void test_published_results(void **state) {
  (void)state;
  struct nab_corpus corpus;
  if (!nab_corpus_read(&corpus))
    skip();
  for (size_t at = 0; at < sizeof(published) / sizeof(published[0]); at++)
    check_published(&corpus, published[at].detect, published[at].score);
  nab_corpus_release(&corpus);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_profiles),
      cmocka_unit_test(test_scored_from),
      cmocka_unit_test(test_first_row_is_perfect),
      cmocka_unit_test(test_nothing_is_null),
      cmocka_unit_test(test_later_rows_are_worth_less),
      cmocka_unit_test(test_false_alarms_cost),
      cmocka_unit_test(test_weights_of_the_profiles),
      cmocka_unit_test(test_best_threshold),
      cmocka_unit_test(test_one_threshold_for_the_corpus),
      cmocka_unit_test(test_distance_is_to_the_last_window_before),
      cmocka_unit_test(test_window_that_is_partly_unscored),
      cmocka_unit_test(test_bad_input_is_refused),
      cmocka_unit_test(test_order_of_series_does_not_matter),
      cmocka_unit_test(test_published_results),
  };
  return cmocka_run_group_tests_name("nab", tests, NULL, NULL);
}

#include "evaluate/ranking.h"

#include "anomaly/status.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>

#define assert_near(is, should) assert_true(fabs((is) - (should)) < 1e-9)

typedef int (*area_function)(const double *, const bool *, size_t, double *);

static int vus_pr_20(const double *score, const bool *label, size_t rows, double *ret_area) {
  return ranking_vus_pr(score, label, rows, 20, ret_area);
}

static const area_function areas[] = {ranking_auc_roc, ranking_auc_pr, vus_pr_20};
#define AREAS (sizeof(areas) / sizeof(areas[0]))

/* Labelled rows at ranks 1, 3 and 4 of 6. */
static const double SCORE[] = {0.9, 0.8, 0.7, 0.6, 0.5, 0.4};
static const bool LABEL[] = {true, false, true, true, false, false};

static void test_auc_roc(void **state) {
  (void)state;
  double area;
  assert_int_equal(ranking_auc_roc(SCORE, LABEL, 6, &area), STATUS_OK);
  assert_near(area, 7.0 / 9.0); /* 7 of the 9 pairs are in order */
}

static void test_auc_pr(void **state) {
  (void)state;
  double area;
  assert_int_equal(ranking_auc_pr(SCORE, LABEL, 6, &area), STATUS_OK);
  assert_near(area, (1 + 2.0 / 3 + 3.0 / 4) / 3);
}

static void test_ties_are_taken_together(void **state) {
  (void)state;
  const double score[] = {1, 1, 1, 0};
  const bool label[] = {true, false, true, false};
  double area;
  assert_int_equal(ranking_auc_roc(score, label, 4, &area), STATUS_OK);
  assert_near(area, 0.75); /* 2 pairs in order, 2 tied */
  assert_int_equal(ranking_auc_pr(score, label, 4, &area), STATUS_OK);
  assert_near(area, 2.0 / 3);
}

static void test_order_of_rows_does_not_matter(void **state) {
  (void)state;
  const double score[] = {0.4, 0.6, 0.9, 0.5, 0.8, 0.7};
  const bool label[] = {false, true, true, false, false, true};
  double area;
  assert_int_equal(ranking_auc_roc(score, label, 6, &area), STATUS_OK);
  assert_near(area, 7.0 / 9.0);
  assert_int_equal(ranking_auc_pr(score, label, 6, &area), STATUS_OK);
  assert_near(area, (1 + 2.0 / 3 + 3.0 / 4) / 3);
}

static void test_constant_score_has_the_share_of_labels(void **state) {
  (void)state;
  const double score[] = {2, 2, 2, 2, 2};
  const bool label[] = {false, true, false, false, false};
  double area;
  assert_int_equal(ranking_auc_roc(score, label, 5, &area), STATUS_OK);
  assert_near(area, 0.5);
  assert_int_equal(ranking_auc_pr(score, label, 5, &area), STATUS_OK);
  assert_near(area, 0.2);
}

/*
 * Buffer 0 and 1 widen nothing. One segment, score .9 in it at row 3 and .8 at
 * row 4, both labelled: precision and recall are those of AUC-PR.
 */
static void test_vus_pr_without_buffer_is_auc_pr(void **state) {
  (void)state;
  const double score[] = {0, 0.1, 0.2, 0.9, 0.8, 0.85, 0.1, 0};
  const bool label[] = {false, false, false, true, true, false, false, false};
  double area, volume;
  assert_int_equal(ranking_auc_pr(score, label, 8, &area), STATUS_OK);
  assert_near(area, (1 + 2.0 / 3) / 2);
  assert_int_equal(ranking_vus_pr(score, label, 8, 0, &volume), STATUS_OK);
  assert_near(volume, area);
  assert_int_equal(ranking_vus_pr(score, label, 8, 1, &volume), STATUS_OK);
  assert_near(volume, area);
}

/*
 * Two segments of one row. The second is found at the third row: recall is
 * 1/2 of the weights times 1/2 of the segments first, then 1.
 */
static void test_vus_pr_counts_segments(void **state) {
  (void)state;
  const double score[] = {0, 0.9, 0, 0.8, 0, 0.7, 0};
  const bool label[] = {false, true, false, false, false, true, false};
  double volume;
  assert_int_equal(ranking_vus_pr(score, label, 7, 0, &volume), STATUS_OK);
  assert_near(volume, 0.25 * 1 + 0.75 * 2.0 / 3);
}

/*
 * Buffer 2 gives the neighbours of the labelled row the weight r = sqrt(1/2).
 * The neighbour scores highest: first precision r, recall r / ((1 + 1 + 2r) / 2);
 * then the labelled row: precision (1 + r) / 2, recall 1.
 */
static void test_vus_pr_rewards_a_near_miss(void **state) {
  (void)state;
  const double score[] = {0, 0, 0.9, 0.8, 0, 0, 0};
  const bool label[] = {false, false, false, true, false, false, false};
  const double near = sqrt(0.5);
  const double recall = near / (1 + near);
  const double buffered = recall * near + (1 - recall) * (1 + near) / 2;
  double volume;
  assert_int_equal(ranking_vus_pr(score, label, 7, 2, &volume), STATUS_OK);
  assert_near(volume, (0.5 + 0.5 + buffered) / 3);
}

/* Volume of one labelled row, 10, with the highest score at another row. */
static double volume_of_miss(size_t row, size_t buffer_max) {
  double score[40] = {0};
  bool label[40] = {false};
  label[10] = true;
  score[row] = 1;
  double volume = NAN;
  assert_int_equal(ranking_vus_pr(score, label, 40, buffer_max, &volume), STATUS_OK);
  return volume;
}

static void test_vus_pr_buffer_reaches_half_its_length(void **state) {
  (void)state;
  assert_true(volume_of_miss(12, 4) > volume_of_miss(13, 4));
  assert_near(volume_of_miss(13, 4), volume_of_miss(30, 4));
  assert_near(volume_of_miss(7, 4), volume_of_miss(30, 4));
  assert_true(volume_of_miss(13, 6) > volume_of_miss(30, 6));
}

static void test_vus_pr_of_the_reversed_series_is_the_same(void **state) {
  (void)state;
  const double score[] = {0.4, 0.1, 0.3, 0.2, 0.8, 0.6},
               reversed[] = {0.6, 0.8, 0.2, 0.3, 0.1, 0.4};
  const bool label[] = {false, true, false, false, false, false};
  const bool reversed_label[] = {false, false, false, false, true, false};
  double volume, reversed_volume;
  assert_int_equal(ranking_vus_pr(score, label, 6, 6, &volume), STATUS_OK);
  assert_int_equal(ranking_vus_pr(reversed, reversed_label, 6, 6, &reversed_volume), STATUS_OK);
  assert_near(volume, reversed_volume);
}

static void test_vus_pr_at_the_edges(void **state) {
  (void)state;
  const double score[] = {0.9, 0.1, 0.2, 0.8};
  const bool label[] = {true, false, false, true};
  double volume;
  assert_int_equal(ranking_vus_pr(score, label, 4, 40, &volume), STATUS_OK);
  assert_true(volume > 0.5 && volume <= 1);
}

static void test_what_cannot_be_ranked(void **state) {
  (void)state;
  const double score[] = {1, 2, 3}, broken[] = {1, NAN, 3};
  const bool none[] = {false, false, false}, all[] = {true, true, true};
  const bool some[] = {true, false, false};
  for (size_t at = 0; at < AREAS; at++) {
    double area = 77;
    assert_int_equal(areas[at](score, none, 3, &area), STATUS_INVALID);
    assert_int_equal(areas[at](score, all, 3, &area), STATUS_INVALID);
    assert_int_equal(areas[at](broken, some, 3, &area), STATUS_INVALID);
    assert_int_equal(areas[at](score, some, 0, &area), STATUS_INVALID);
    assert_near(area, 77);
  }
}

static void test_perfect_and_worst(void **state) {
  (void)state;
  double score[200];
  bool label[200] = {false};
  for (size_t row = 0; row < 200; row++) {
    label[row] = row >= 90 && row < 110;
    score[row] = label[row] ? 1 : 0;
  }
  double area;
  assert_int_equal(ranking_auc_roc(score, label, 200, &area), STATUS_OK);
  assert_near(area, 1);
  assert_int_equal(ranking_auc_pr(score, label, 200, &area), STATUS_OK);
  assert_near(area, 1);
  for (size_t row = 0; row < 200; row++)
    score[row] = -score[row];
  assert_int_equal(ranking_auc_roc(score, label, 200, &area), STATUS_OK);
  assert_near(area, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_auc_roc),
      cmocka_unit_test(test_auc_pr),
      cmocka_unit_test(test_ties_are_taken_together),
      cmocka_unit_test(test_order_of_rows_does_not_matter),
      cmocka_unit_test(test_constant_score_has_the_share_of_labels),
      cmocka_unit_test(test_vus_pr_without_buffer_is_auc_pr),
      cmocka_unit_test(test_vus_pr_counts_segments),
      cmocka_unit_test(test_vus_pr_rewards_a_near_miss),
      cmocka_unit_test(test_vus_pr_buffer_reaches_half_its_length),
      cmocka_unit_test(test_vus_pr_of_the_reversed_series_is_the_same),
      cmocka_unit_test(test_vus_pr_at_the_edges),
      cmocka_unit_test(test_what_cannot_be_ranked),
      cmocka_unit_test(test_perfect_and_worst),
  };
  return cmocka_run_group_tests_name("ranking", tests, NULL, NULL);
}

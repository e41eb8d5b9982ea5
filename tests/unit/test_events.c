#include "evaluate/events.h"

#include "anomaly/status.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>

#define ROWS_MAX 6000
#define assert_near(is, should) assert_true(fabs((is) - (should)) < 1e-12)

/* A series of rows at one interval, with labels, alarms and scores by hand. */
struct feed {
  size_t rows;
  double time[ROWS_MAX];
  bool label[ROWS_MAX];
  bool alarm[ROWS_MAX];
  double score[ROWS_MAX];
  struct event_truth truth;
};

static struct feed *feed_create(double interval, size_t rows) {
  struct feed *feed = test_calloc(1, sizeof(*feed));
  assert_true(rows <= ROWS_MAX);
  feed->rows = rows;
  for (size_t row = 0; row < rows; row++)
    feed->time[row] = 1.7e9 + interval * (double)row;
  return feed;
}

/* Three days of one row a minute; rows 1440 .. 4319 are scored. */
static struct feed *minutes(void) { return feed_create(60, 4320); }

static void feed_destroy(struct feed *feed) {
  event_truth_release(&feed->truth);
  test_free(feed);
}

static void mark(bool *flags, size_t first, size_t last) {
  for (size_t row = first; row <= last; row++)
    flags[row] = true;
}

static void prepare(struct feed *feed) {
  assert_int_equal(event_truth_create(feed->time, feed->label, feed->rows, &feed->truth),
                   STATUS_OK);
}

static struct event_counts judge(struct feed *feed) {
  struct event_counts counts = {0};
  prepare(feed);
  event_counts_add(&counts, &feed->truth, feed->alarm, NULL);
  return counts;
}

static void check_false(struct feed *feed, uint64_t expected) {
  assert_int_equal(judge(feed).false_episodes, expected);
  feed_destroy(feed);
}

static void check_unscored(double interval, size_t rows, size_t scored_from) {
  struct feed *feed = feed_create(interval, rows);
  prepare(feed);
  assert_int_equal(feed->truth.scored_from, scored_from);
  feed_destroy(feed);
}

static void test_unscored_part(void **state) {
  (void)state;
  check_unscored(3600, 241, 36);   /* 15 % of 240 h */
  check_unscored(3600, 73, 24);    /* 1 day, as 15 % of 72 h is less */
  check_unscored(3600, 2401, 168); /* 7 days, as 15 % of 2400 h is more */
  check_unscored(3600, 20, 20);    /* all of it */
  check_unscored(60, 1, 1);
}

static void test_weeks_are_of_the_scored_part(void **state) {
  (void)state;
  struct feed *feed = feed_create(3600, 24 + 7 * 24 + 1);
  prepare(feed);
  assert_int_equal(feed->truth.scored_from, 29); /* 15 % of 192 h are 28.8 */
  assert_near(feed->truth.weeks, 163.0 / 168.0);
  feed_destroy(feed);
}

static void check_patience(double interval, size_t rows) {
  struct feed *feed = feed_create(interval, 100);
  prepare(feed);
  assert_int_equal(feed->truth.patience, rows);
  feed_destroy(feed);
}

static void test_patience(void **state) {
  (void)state;
  check_patience(10, 60);
  check_patience(60, 60);
  check_patience(360, 60);
  check_patience(600, 36);
  check_patience(900, 24);
  check_patience(3600, 24);
}

static void test_bad_times_are_refused(void **state) {
  (void)state;
  const bool label[3] = {false};
  const double falling[3] = {10, 9, 11}, broken[3] = {10, NAN, 11};
  struct event_truth truth = {.rows = 77};
  assert_int_equal(event_truth_create(falling, label, 3, &truth), STATUS_INVALID);
  assert_int_equal(event_truth_create(broken, label, 3, &truth), STATUS_INVALID);
  assert_int_equal(event_truth_create(falling, label, 0, &truth), STATUS_INVALID);
  assert_int_equal(truth.rows, 77);
}

static void check_found(double interval, size_t last, size_t alarm, bool expected) {
  struct feed *feed = feed_create(interval, 5000);
  prepare(feed);
  const size_t first = feed->truth.scored_from + 100;
  event_truth_release(&feed->truth);
  mark(feed->label, first, first + last);
  feed->alarm[first + alarm] = true;
  const struct event_counts counts = judge(feed);
  assert_int_equal(counts.segments, 1);
  assert_int_equal(counts.found, expected);
  feed_destroy(feed);
}

static void test_reach_of_a_segment(void **state) {
  (void)state;
  check_found(60, 0, 0, true);
  check_found(60, 0, 10, true); /* 10 minutes after the start */
  check_found(60, 0, 11, false);
  check_found(300, 0, 3, true); /* 3 rows are more than 10 minutes */
  check_found(300, 0, 4, false);
  check_found(300, 1, 3, true); /* counted from the start, not from the end */
  check_found(300, 1, 4, false);
  check_found(60, 30, 30, true); /* longer than that: until its end */
  check_found(60, 30, 31, false);
}

static void test_alarm_before_a_segment_does_not_find_it(void **state) {
  (void)state;
  struct feed *feed = minutes();
  mark(feed->label, 2000, 2030);
  mark(feed->alarm, 1990, 1999);
  const struct event_counts counts = judge(feed);
  assert_int_equal(counts.found, 0);
  assert_int_equal(counts.false_episodes, 0); /* it touches */
  feed_destroy(feed);
}

static void test_segment_that_begins_unscored(void **state) {
  (void)state;
  struct feed *feed = minutes();
  mark(feed->label, 1400, 1500);
  mark(feed->alarm, 1460, 1470);
  const struct event_counts counts = judge(feed);
  assert_int_equal(counts.segments, 0);
  assert_int_equal(counts.found, 0);
  assert_int_equal(counts.false_episodes, 0);
  feed_destroy(feed);
}

static void test_segment_that_begins_with_the_scored_part(void **state) {
  (void)state;
  struct feed *feed = minutes();
  mark(feed->label, 1440, 1450);
  feed->alarm[1440] = true;
  const struct event_counts counts = judge(feed);
  assert_int_equal(counts.segments, 1);
  assert_int_equal(counts.found, 1);
  feed_destroy(feed);
}

static void test_alarms_of_the_unscored_part_are_quiet(void **state) {
  (void)state;
  struct feed *feed = minutes();
  mark(feed->alarm, 0, 1439);
  check_false(feed, 0);
  feed = minutes();
  mark(feed->alarm, 1400, 1440);
  check_false(feed, 1);
}

static void test_runs_join_below_ten_quiet_rows(void **state) {
  (void)state;
  struct feed *feed = minutes();
  feed->alarm[2000] = feed->alarm[2010] = true; /* 9 quiet rows between */
  check_false(feed, 1);
  feed = minutes();
  feed->alarm[2000] = feed->alarm[2011] = true; /* 10 */
  check_false(feed, 2);
}

static void test_touching_within_three_rows(void **state) {
  (void)state;
  struct feed *feed = minutes();
  mark(feed->label, 2000, 2050);
  feed->alarm[1997] = true;
  check_false(feed, 0);
  feed = minutes();
  mark(feed->label, 2000, 2050);
  feed->alarm[1996] = true;
  check_false(feed, 1);
  feed = minutes();
  mark(feed->label, 2000, 2050);
  feed->alarm[2053] = true;
  check_false(feed, 0);
  feed = minutes();
  mark(feed->label, 2000, 2050);
  feed->alarm[2054] = true;
  check_false(feed, 1);
}

static void check_long_alarm(size_t rows, uint64_t expected) {
  struct feed *feed = minutes();
  mark(feed->alarm, 2000, 2000 + rows - 1);
  check_false(feed, expected);
}

static void test_long_false_episode_counts_again(void **state) {
  (void)state;
  check_long_alarm(1, 1);
  check_long_alarm(60, 1);
  check_long_alarm(61, 2); /* one row and 60 further ones */
  check_long_alarm(120, 2);
  check_long_alarm(121, 3);
}

/* An alarm from row `first` to `last` over the one segment 2000 .. 2050. */
static void check_true_episode(size_t first, size_t last, uint64_t expected) {
  struct feed *feed = minutes();
  mark(feed->label, 2000, 2050);
  mark(feed->alarm, first, last);
  check_false(feed, expected);
}

static void test_true_episode_is_free_for_a_while(void **state) {
  (void)state;
  check_true_episode(2000, 2110, 0); /* tail of 60 rows */
  check_true_episode(2000, 2111, 1);
  check_true_episode(2000, 2171, 2);
  check_true_episode(1940, 2020, 0); /* 60 rows before */
  check_true_episode(1939, 2020, 1);
  check_true_episode(1939, 2111, 2);
  check_true_episode(1938, 1997, 0); /* ends before: 60 rows, not 62 until the segment */
}

static void test_alarm_that_never_ends_is_not_perfect(void **state) {
  (void)state;
  struct feed *feed = minutes();
  mark(feed->label, 2000, 2050);
  mark(feed->label, 3000, 3050);
  mark(feed->alarm, 0, 4319);
  const struct event_counts counts = judge(feed);
  assert_int_equal(counts.found, 2);
  /* 560 rows before, 949 between, 1269 after: (n - 1) / 60 each */
  assert_int_equal(counts.false_episodes, 9 + 15 + 21);
  feed_destroy(feed);
}

static void test_episodes_in_one_segment_count_once(void **state) {
  (void)state;
  struct feed *feed = minutes();
  mark(feed->label, 2000, 2100);
  feed->alarm[2010] = feed->alarm[2040] = feed->alarm[2080] = true;
  const struct event_counts counts = judge(feed);
  assert_int_equal(counts.found, 1);
  assert_int_equal(counts.false_episodes, 0);
  assert_near(event_precision(&counts), 1);
  feed_destroy(feed);
}

static void test_delays(void **state) {
  (void)state;
  struct feed *feed = minutes();
  mark(feed->label, 2000, 2100);
  mark(feed->label, 2500, 2600);
  mark(feed->label, 3000, 3100);
  feed->alarm[2007] = true;
  mark(feed->alarm, 2990, 3010);
  prepare(feed);
  struct event_counts counts = {0};
  double delays[3] = {-1, -1, -1};
  assert_int_equal(event_counts_add(&counts, &feed->truth, feed->alarm, delays), 2);
  assert_near(delays[0], 7);
  assert_near(delays[1], 0);
  assert_near(delays[2], -1);
  assert_near(event_median(delays, 2), 3.5);
  feed_destroy(feed);
}

static void test_median(void **state) {
  (void)state;
  double odd[] = {5, 1, 9}, even[] = {4, 1, 3, 2};
  assert_near(event_median(odd, 3), 5);
  assert_near(event_median(even, 4), 2.5);
  assert_true(isnan(event_median(odd, 0)));
}

static void test_figures(void **state) {
  (void)state;
  const struct event_counts counts = {.segments = 10, .found = 6, .false_episodes = 2, .weeks = 8};
  assert_near(event_recall(&counts), 0.6);
  assert_near(event_precision(&counts), 0.75);
  assert_near(event_f1(&counts), 2 * 0.6 * 0.75 / (0.6 + 0.75));
  assert_near(event_false_per_week(&counts), 0.25);
  const struct event_counts silent = {.segments = 10};
  assert_near(event_recall(&silent), 0);
  assert_true(isnan(event_precision(&silent)));
  assert_near(event_f1(&silent), 0);
  assert_true(isnan(event_false_per_week(&silent)));
}

/*
 * Two series with one segment each. At .9 the first is found, at .8 also a
 * false episode appears, at .7 the second is found, at .6 two more false ones.
 */
static void test_best_f1(void **state) {
  (void)state;
  struct feed *first = minutes(), *second = minutes();
  mark(first->label, 2000, 2050);
  mark(second->label, 3000, 3050);
  first->score[10] = 5; /* unscored: not to be tried */
  first->score[2005] = 0.9;
  first->score[2500] = 0.8;
  second->score[3020] = 0.7;
  second->score[2000] = second->score[2200] = 0.6;
  prepare(first);
  prepare(second);
  const struct event_scores set[] = {{.truth = &first->truth, .score = first->score},
                                     {.truth = &second->truth, .score = second->score}};
  struct event_best best;
  assert_int_equal(event_best_f1(set, 2, &best), STATUS_OK);
  assert_near(best.threshold, 0.7);
  assert_near(best.f1, 0.8); /* recall 1, precision 2/3 */
  assert_int_equal(best.counts.found, 2);
  assert_int_equal(best.counts.false_episodes, 1);
  first->score[3000] = NAN;
  assert_int_equal(event_best_f1(set, 2, &best), STATUS_INVALID);
  feed_destroy(first);
  feed_destroy(second);
}

static void test_best_f1_has_the_highest_of_equal_thresholds(void **state) {
  (void)state;
  struct feed *feed = minutes();
  mark(feed->label, 2000, 2050);
  feed->score[2010] = 0.9;
  feed->score[2020] = 0.5;
  prepare(feed);
  const struct event_scores set[] = {{.truth = &feed->truth, .score = feed->score}};
  struct event_best best;
  assert_int_equal(event_best_f1(set, 1, &best), STATUS_OK);
  assert_near(best.threshold, 0.9);
  feed_destroy(feed);
}

static void test_best_f1_of_nothing(void **state) {
  (void)state;
  struct feed *feed = minutes();
  prepare(feed);
  const struct event_scores set[] = {{.truth = &feed->truth, .score = feed->score}};
  struct event_best best = {.f1 = 77};
  assert_int_equal(event_best_f1(set, 1, &best), STATUS_NOT_FOUND);
  assert_int_equal(event_best_f1(set, 0, &best), STATUS_NOT_FOUND);
  assert_near(best.f1, 77);
  feed_destroy(feed);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_unscored_part),
      cmocka_unit_test(test_weeks_are_of_the_scored_part),
      cmocka_unit_test(test_patience),
      cmocka_unit_test(test_bad_times_are_refused),
      cmocka_unit_test(test_reach_of_a_segment),
      cmocka_unit_test(test_alarm_before_a_segment_does_not_find_it),
      cmocka_unit_test(test_segment_that_begins_unscored),
      cmocka_unit_test(test_segment_that_begins_with_the_scored_part),
      cmocka_unit_test(test_alarms_of_the_unscored_part_are_quiet),
      cmocka_unit_test(test_runs_join_below_ten_quiet_rows),
      cmocka_unit_test(test_touching_within_three_rows),
      cmocka_unit_test(test_long_false_episode_counts_again),
      cmocka_unit_test(test_true_episode_is_free_for_a_while),
      cmocka_unit_test(test_alarm_that_never_ends_is_not_perfect),
      cmocka_unit_test(test_episodes_in_one_segment_count_once),
      cmocka_unit_test(test_delays),
      cmocka_unit_test(test_median),
      cmocka_unit_test(test_figures),
      cmocka_unit_test(test_best_f1),
      cmocka_unit_test(test_best_f1_has_the_highest_of_equal_thresholds),
      cmocka_unit_test(test_best_f1_of_nothing),
  };
  return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}

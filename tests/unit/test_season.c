/*
 * What is usual at each hour of a period, and which residuals are unusual.
 */
#include "stats/residual.h"
#include "stats/season.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>

static const int64_t HOUR = SEASON_HOUR;

/* Learns days of one value each five minutes, a wave of ten with some noise. */
static void learn_days(struct season_slot *slots, int days, struct noise *noise) {
  for (int64_t time = 0; time < days * 24 * HOUR; time += 300) {
    const struct season_place place = season_place(time, SEASON_DAY);
    const double wave = 10 * sin((double)time * 2 * acos(-1) / 86400);
    const struct season_lesson lesson = {.deviation = (float)(wave + noise_gaussian(noise)),
                                         .most = 5,
                                         .visit = 1 / 12.F,
                                         .memory = 7};
    season_learn(slots, &place, &lesson);
  }
}

static void test_hours_are_learned(void **unused) {
  (void)unused;
  struct season_slot slots[SEASON_DAY] = {{0}};
  struct noise noise = {1};
  learn_days(slots, 20, &noise);
  for (int64_t time = 0; time < 24 * HOUR; time += 300) {
    const struct season_place place = season_place(time, SEASON_DAY);
    const struct season_usual usual = season_usual(slots, &place);
    assert_float_equal(usual.mean, 10 * sin((double)time * 2 * acos(-1) / 86400), .8);
    assert_float_equal(usual.spread, sqrt(2 / acos(-1)), .3);
    assert_true(usual.seen == 7);
  }
  assert_true(season_valid(slots, SEASON_DAY, 20));
  assert_false(season_valid(slots, SEASON_DAY, 5));
  slots[3].spread = NAN;
  assert_false(season_valid(slots, SEASON_DAY, 20));
}

/* Values that come thick: hours that learn from few of them must not swing. */
static void test_hours_are_learned_at_any_rate(void **unused) {
  (void)unused;
  for (int64_t interval = 1; interval <= 2 * HOUR; interval = interval * 3 + 1) {
    struct season_slot slots[SEASON_WEEK] = {{0}};
    struct noise noise = {1};
    for (int64_t time = 12345; time < 8 * 24 * HOUR; time += interval) {
      const struct season_place place = season_place(time, SEASON_WEEK);
      const float visit = interval < HOUR ? (float)interval / (float)HOUR : 1;
      const struct season_lesson lesson = {
          .deviation = 50 + (float)noise_gaussian(&noise), .most = 5, .visit = visit, .memory = 4};
      season_learn(slots, &place, &lesson);
      assert_float_equal(season_usual(slots, &place).mean, 50, 5);
    }
  }
}

static void test_one_visit_teaches_its_mean(void **unused) {
  (void)unused;
  struct season_slot slots[SEASON_DAY] = {{0}};
  for (int i = 0; i < 12; i++) {
    const struct season_place place = season_place(5 * HOUR + HOUR / 2, SEASON_DAY);
    const struct season_lesson lesson = {
        .deviation = (float)i, .most = 1, .visit = 1 / 12.F, .memory = 7};
    season_learn(slots, &place, &lesson);
  }
  assert_float_equal(slots[5].mean, 5.5, 1e-5);
  assert_float_equal(slots[5].seen, 1, 1e-5);
  assert_true(slots[6].seen == 0);
  /* An hour never seen has no part in what is usual beside it. */
  const struct season_place beside = season_place(6 * HOUR + 600, SEASON_DAY);
  assert_float_equal(season_usual(slots, &beside).mean, 5.5, 1e-5);
  assert_true(season_usual(slots, &beside).seen == 0);
}

static void test_wild_values_teach_little(void **unused) {
  (void)unused;
  struct season_slot slots[SEASON_DAY] = {{0}};
  struct noise noise = {1};
  learn_days(slots, 20, &noise);
  const struct season_place place = season_place(5 * HOUR + HOUR / 2, SEASON_DAY);
  const float before = slots[5].mean;
  const struct season_lesson wild = {.deviation = 1e30F, .most = 5, .visit = 1 / 12.F, .memory = 7};
  season_learn(slots, &place, &wild);
  assert_true(slots[5].mean > before && slots[5].mean < before + .1F);
}

/* Minutes of noise into a residual; returns the number of alarms. */
static unsigned run(struct residual *residual, struct noise *noise, uint32_t from, uint32_t to,
                    float offset) {
  unsigned alarms = 0;
  for (uint32_t i = from; i < to; i++) {
    struct finding finding;
    const struct course_record at = {.number = i, .elapsed = 60 * i};
    const struct residual_record record = {.at = &at, .interval = 60, .line = 1};
    residual_judge(residual, &record, offset + (float)noise_gaussian(noise), &finding);
    alarms += finding.ratio >= 1;
  }
  return alarms;
}

static void test_lasting_residuals_are_found_then_usual(void **unused) {
  (void)unused;
  for (float offset = -4; offset <= 4; offset += 8) {
    struct residual residual = {.smooth = 0};
    struct noise noise = {1};
    residual_init(&residual);
    assert_in_range(run(&residual, &noise, 0, 20000, 0), 0, 6);
    assert_in_range(run(&residual, &noise, 20000, 20020, offset), 1, 20);
    assert_true(residual.lasting.open != 0 && residual.since >= 60 * 20000);
    (void)run(&residual, &noise, 20020, 20600, offset);
    assert_in_range(run(&residual, &noise, 20600, 22000, offset), 0, 20);
    assert_true(residual_valid(&residual));
  }
}

static void test_first_residual_of_all_is_at_the_line(void **unused) {
  (void)unused;
  struct residual residual = {.smooth = 0};
  residual_init(&residual);
  for (uint32_t i = 0; i <= 1000; i++) {
    struct finding finding;
    const struct course_record at = {.number = i, .elapsed = 60 * i};
    const struct residual_record record = {.at = &at, .interval = 60, .line = 1};
    residual_judge(&residual, &record, i == 1000 ? -INFINITY : 0, &finding);
    assert_true((finding.ratio >= 1) == (i == 1000));
    assert_int_equal(finding.kind, i == 1000 ? KIND_DIP : KIND_NONE);
    assert_true((finding.onset > 0) == (i == 1000));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hours_are_learned),
      cmocka_unit_test(test_hours_are_learned_at_any_rate),
      cmocka_unit_test(test_one_visit_teaches_its_mean),
      cmocka_unit_test(test_wild_values_teach_little),
      cmocka_unit_test(test_lasting_residuals_are_found_then_usual),
      cmocka_unit_test(test_first_residual_of_all_is_at_the_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

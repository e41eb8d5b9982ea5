/*
 * Rarity: surprise of one statistic, and its line.
 */
#include "stats/rarity.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stddef.h>

static float bell(struct noise *noise) { return fabsf((float)noise_gaussian(noise)); }

static struct rarity learned(double (*draw)(struct noise *), uint32_t records) {
  struct rarity rarity = {.records = 0};
  struct noise noise = {1};
  rarity_init(&rarity);
  for (uint32_t i = 0; i < records; i++)
    (void)rarity_judge(&rarity, fabsf((float)draw(&noise)), 60 * i);
  return rarity;
}

static void test_nothing_is_rare_at_first(void **unused) {
  (void)unused;
  struct rarity rarity = {.records = 0};
  struct noise noise = {1};
  rarity_init(&rarity);
  for (uint32_t i = 0; i < RARITY_KNOWN; i++)
    assert_true(rarity_judge(&rarity, i % 10 == 9 ? 1e6F : bell(&noise), 60 * i) == 0);
}

static void test_line_is_passed_by_chance_about_once_in_two_weeks(void **unused) {
  (void)unused;
  double (*const draws[])(struct noise *) = {noise_gaussian, noise_heavy};
  for (size_t d = 0; d < 2; d++) {
    const uint32_t records = 20 * 10080; /* weeks of minutes */
    struct rarity rarity = learned(draws[d], 20000);
    struct noise noise = {2};
    unsigned alarms = 0;
    for (uint32_t i = 0; i < records; i++)
      alarms += rarity_judge(&rarity, fabsf((float)draws[d](&noise)), 60 * (20000 + i)) >=
                rarity_line(60);
    assert_in_range(alarms, 0, 25);
  }
}

static void test_far_is_rare(void **unused) {
  (void)unused;
  struct rarity rarity = learned(noise_gaussian, 5000);
  struct rarity other = rarity;
  const float near = rarity_judge(&rarity, 1, 300000);
  const float far = rarity_judge(&other, 20, 300000);
  assert_true(near == 0);
  assert_true(far > rarity_line(60) && far <= RARITY_MOST);
}

/* A failure, four times the line, can be reached at every interval. */
static void test_surprise_has_room_for_failures(void **unused) {
  (void)unused;
  struct rarity rarity = learned(noise_heavy, 5000);
  const float decades = rarity_judge(&rarity, 1e12F, 300000);
  assert_true(decades >= 4 * rarity_line(1) && decades <= RARITY_MOST);
}

/* What was rare is usual once it has been seen often, and quicker where the past weighs less. */
static void test_rare_becomes_usual(void **unused) {
  (void)unused;
  struct rarity rarity = learned(noise_gaussian, 20000);
  uint32_t patient = 0;
  struct rarity other = rarity;
  while (rarity_judge(&rarity, 20, 1200000) >= 2)
    patient++;
  uint32_t hasty = 0;
  while (rarity_judge(&other, 20, 1200000) >= 2)
    if (++hasty % 20 == 0)
      rarity_halve(&other, 1200000);
  assert_true(hasty < patient && patient < 2000);
}

static void test_only_zeros_are_blank(void **unused) {
  (void)unused;
  struct rarity rarity = {.records = 0};
  rarity_init(&rarity);
  for (uint32_t i = 0; i < 500; i++) {
    assert_int_equal(rarity_is_blank(&rarity), i >= RARITY_KNOWN);
    assert_true(rarity_judge(&rarity, 0, 60 * i) == 0);
  }
  for (uint32_t i = 500; i < 640; i++)
    (void)rarity_judge(&rarity, 1, 60 * i);
  assert_false(rarity_is_blank(&rarity));
}

static void test_line_follows_the_interval(void **unused) {
  (void)unused;
  static const struct {
    float interval, line;
  } rows[] = {{60, 4.304F}, {3600, 2.526F}, {10, 5.083F}, {0, 5.5F}, {1, 5.5F}, {1e9F, 2}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_float_equal(rarity_line(rows[i].interval), rows[i].line, 1e-3);
}

static void test_only_sound_states_are_valid(void **unused) {
  (void)unused;
  struct rarity rarity = learned(noise_gaussian, 1000);
  assert_true(rarity_valid(&rarity));
  rarity.records = 120001;
  assert_false(rarity_valid(&rarity));
  rarity = learned(noise_gaussian, 1000);
  rarity.tail.threshold = NAN;
  assert_false(rarity_valid(&rarity));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nothing_is_rare_at_first),
      cmocka_unit_test(test_line_is_passed_by_chance_about_once_in_two_weeks),
      cmocka_unit_test(test_far_is_rare),
      cmocka_unit_test(test_surprise_has_room_for_failures),
      cmocka_unit_test(test_rare_becomes_usual),
      cmocka_unit_test(test_only_zeros_are_blank),
      cmocka_unit_test(test_line_follows_the_interval),
      cmocka_unit_test(test_only_sound_states_are_valid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

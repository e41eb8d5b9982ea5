/*
 * Half-octave bins, the Pareto tail over them, and the context surprise made
 * of nine such tails.
 */
#include "stats/context.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <float.h>
#include <math.h>

static void test_bins_have_their_edges(void **unused) {
  (void)unused;
  static const float distances[] = {FLT_MIN, 1e-20F, .7F, 1, 1.4F, 1.5F, 2, 3e5F, FLT_MAX};
  for (size_t i = 0; i < sizeof distances / sizeof distances[0]; i++) {
    const int number = half_octave(distances[i]);
    assert_true(half_octave_edge(number) <= distances[i]);
    if (number < HALF_OCTAVE_MAX)
      assert_true(half_octave_edge(number + 1) > distances[i]);
  }
  assert_int_equal(half_octave(1.5F), half_octave(1) + 1);
  assert_int_equal(half_octave(2), half_octave(1) + 2);
  assert_true(half_octave_is_odd(half_octave(1.5F)) && !half_octave_is_odd(half_octave(1)));
  assert_true(half_octave_edge(-40) == 0 && half_octave_edge(4000) <= FLT_MAX);
}

static void test_logarithms_of_edges(void **unused) {
  (void)unused;
  const float base = half_octave_log(half_octave(1));
  for (int k = -20; k < 20; k++) {
    const float edge = half_octave_edge(half_octave(1) + k);
    assert_float_equal(half_octave_log(half_octave(edge)) - base, logf(edge), 1e-4F);
  }
}

static void test_counts_saturate(void **unused) {
  (void)unused;
  struct half_octaves window = {.first = 0};
  for (int i = 0; i < 70000; i++)
    half_octaves_count(&window, 5);
  assert_int_equal(window.count[5], UINT16_MAX);
  half_octaves_halve(&window);
  assert_int_equal(window.count[5], UINT16_MAX / 2);
}

static float sample_exponential(struct noise *noise) { return (float)noise_waiting(noise); }

static float sample_pareto(struct noise *noise) {
  return (float)pow(noise_uniform(noise), -.5); /* tail index 1/2: no variance */
}

static float sample_uniform(struct noise *noise) { return (float)noise_uniform(noise); }

static float sample_tiny(struct noise *noise) { return 1e-12F * (float)noise_waiting(noise); }

/* What is said to happen once in 10^decades, does: at most three times as often. */
static void assert_calibrated(float (*sample)(struct noise *noise)) {
  struct pareto_tail tail = {.threshold = 0};
  pareto_tail_init(&tail);
  struct noise noise = {1};
  uint32_t over_two = 0, over_three = 0;
  enum { LEARNED = 4096, JUDGED = 40000 };
  for (uint32_t i = 1; i <= LEARNED + JUDGED; i++) {
    const float decades = pareto_tail_surprise(&tail, sample(&noise), i > LEARNED ? i : 0);
    over_two += decades >= 2;
    over_three += decades >= 3;
    if (i % 128 == 0)
      pareto_tail_refresh(&tail, i);
  }
  assert_true(pareto_tail_valid(&tail));
  assert_in_range(over_two, 0, JUDGED / 100 * 3);
  assert_in_range(over_three, 0, JUDGED / 1000 * 3);
  assert_true(pareto_tail_beyond(&tail, 1e6F * tail.threshold) > 5);
}

static void test_surprise_is_calibrated(void **unused) {
  (void)unused;
  assert_calibrated(sample_exponential);
  assert_calibrated(sample_pareto);
  assert_calibrated(sample_uniform);
  assert_calibrated(sample_tiny);
}

static void test_threshold_is_the_two_percent_point(void **unused) {
  (void)unused;
  struct pareto_tail tail = {.threshold = 0};
  pareto_tail_init(&tail);
  assert_true(tail.threshold == PARETO_TAIL_UNKNOWN);
  struct noise noise = {2};
  for (uint32_t i = 1; i <= 12800; i++) {
    (void)pareto_tail_surprise(&tail, sample_exponential(&noise), i);
    if (i % 128 == 0)
      pareto_tail_refresh(&tail, i);
  }
  /* 2 % are over ln 50 = 3.9; the nearest edge at or below that is 3. */
  assert_true(tail.threshold == 3);
  assert_float_equal(tail.decades, -log10f(expf(-3)), .1F);
  assert_true(pareto_tail_surprise(&tail, 2.9F, 12800) == 0);
  assert_true(pareto_tail_surprise(&tail, 3.5F, PARETO_TAIL_KNOWN - 1) == 0);
  assert_true(pareto_tail_surprise(&tail, 1e9F, 12800) == PARETO_TAIL_MOST);
}

static void test_no_distance_is_not_counted(void **unused) {
  (void)unused;
  struct pareto_tail tail = {.threshold = 0};
  pareto_tail_init(&tail);
  const struct pareto_tail before = tail;
  assert_true(pareto_tail_surprise(&tail, 0, 1000) == 0);
  pareto_tail_refresh(&tail, 1000);
  assert_memory_equal(&tail, &before, sizeof tail);
}

/* The window follows when the scale of distances changes a million times, either way. */
static void test_window_follows(void **unused) {
  (void)unused;
  struct pareto_tail tail = {.threshold = 0};
  pareto_tail_init(&tail);
  struct noise noise = {3};
  for (int k = 0; k < 4; k++) {
    const float scale = k % 2 == 0 ? 1e-3F : 1e3F;
    for (uint32_t i = 1; i <= 12800; i++) {
      (void)pareto_tail_surprise(&tail, scale * sample_exponential(&noise), 4000);
      if (i % 128 == 0)
        pareto_tail_refresh(&tail, 4000);
      if (i % 1280 == 0)
        half_octaves_halve(&tail.window);
    }
    assert_true(tail.threshold >= scale && tail.threshold <= 10 * scale);
  }
}

/* A few distances of very different size: the threshold stays under them, where it is put. */
static void test_sparse_tail_stays(void **unused) {
  (void)unused;
  struct pareto_tail tail = {.threshold = 0};
  pareto_tail_init(&tail);
  for (int i = 0; i < 5; i++)
    (void)pareto_tail_surprise(&tail, 1000, 0);
  pareto_tail_refresh(&tail, 1000);
  assert_true(tail.threshold <= 1000 && tail.threshold >= 700);
  (void)pareto_tail_surprise(&tail, 1, 0); /* far below the window */
  for (int i = 0; i < 200; i++)
    pareto_tail_refresh(&tail, 1000);
  assert_true(tail.threshold >= 1 && pareto_tail_valid(&tail));
}

/* Nearly all distances are the same: that one is no surprise, the next larger is. */
static void test_atom(void **unused) {
  (void)unused;
  struct pareto_tail tail = {.threshold = 0};
  pareto_tail_init(&tail);
  for (uint32_t i = 1; i <= 1280; i++) {
    assert_true(pareto_tail_surprise(&tail, 1, i > 200 ? i : 0) == 0);
    if (i % 32 == 0)
      pareto_tail_refresh(&tail, i);
  }
  assert_true(tail.threshold == 1.5F);
  assert_true(pareto_tail_surprise(&tail, 10, 1280) > 2);
}

/* A reset every 1280 records is as rare as it is, not as rare as its size; a larger one is. */
static void test_what_recurs_is_no_rarer_than_it_was_counted(void **unused) {
  (void)unused;
  struct pareto_tail tail = {.threshold = 0};
  pareto_tail_init(&tail);
  struct noise noise = {4};
  float decades = 0;
  for (uint32_t i = 1; i <= 12800; i++) {
    decades = pareto_tail_surprise(&tail, i % 1280 == 0 ? 100.0F : sample_exponential(&noise), i);
    if (i == 1280)
      assert_true(decades == PARETO_TAIL_MOST);
    if (i % 128 == 0)
      pareto_tail_refresh(&tail, i);
  }
  assert_float_equal(decades, log10(12800 / (9 - 2 * 3)), .001);
  assert_true(pareto_tail_surprise(&tail, 600, 12801) == PARETO_TAIL_MOST);
}

static void test_forged_tails_are_refused(void **unused) {
  (void)unused;
  struct pareto_tail tail = {.threshold = 0};
  pareto_tail_init(&tail);
  assert_true(pareto_tail_valid(&tail));
  struct pareto_tail forged = tail;
  forged.window.first = -1;
  assert_false(pareto_tail_valid(&forged));
  forged.window.first = HALF_OCTAVE_MAX + 1;
  assert_false(pareto_tail_valid(&forged));
  forged = tail;
  forged.threshold = NAN;
  assert_false(pareto_tail_valid(&forged));
  forged = tail;
  forged.steepness = -1;
  assert_false(pareto_tail_valid(&forged));
}

/* A context that has seen `records` values of 50 +- 2. */
struct learner {
  struct context context;
  struct pareto_tail tails[CONTEXT_TAILS];
  struct day_hour hour;
  struct noise noise;
  uint32_t number;
};

static void learn(struct learner *learner, float value, float *ret_deviation, float *ret_decades) {
  context_measure(&learner->context, &learner->hour, false, learner->number++, value,
                  ret_deviation);
  context_judge(&learner->context, learner->tails, value, ret_deviation, ret_decades);
}

static struct learner learner_create(uint32_t records) {
  struct learner learner = {.noise = {9}};
  context_init(learner.tails);
  float deviation[CONTEXT_FEATURES], decades[CONTEXT_FEATURES];
  for (uint32_t i = 0; i < records; i++)
    learn(&learner, 50 + 2 * (float)noise_gaussian(&learner.noise), deviation, decades);
  return learner;
}

static void test_context_of_a_spike(void **unused) {
  (void)unused;
  struct learner learner = learner_create(5000);
  float deviation[CONTEXT_FEATURES], decades[CONTEXT_FEATURES];
  learn(&learner, 90, deviation, decades);
  assert_float_equal(deviation[CONTEXT_RECENT], 40, 3);
  assert_float_equal(deviation[CONTEXT_STEP], 40, 8);
  assert_true(deviation[CONTEXT_HOUR] == 0 && decades[CONTEXT_HOUR] == 0);
  assert_true(decades[CONTEXT_ROUGHNESS] > 2 && decades[CONTEXT_RECENT] > 3);
  assert_true(decades[CONTEXT_CENTER] > 3 && decades[CONTEXT_STEP] > 3);
  struct finding finding = {.kind = KIND_NONE};
  context_explain(decades, deviation, &finding);
  assert_int_equal(finding.kind, KIND_SPIKE);
  learn(&learner, 50, deviation, decades);
  context_explain(decades, deviation, &finding);
  assert_int_equal(finding.kind, KIND_DIP); /* back again: a fall */
}

static void test_context_band(void **unused) {
  (void)unused;
  struct learner learner = learner_create(5000);
  const struct band band = context_band(&learner.context, learner.tails, &learner.hour, false);
  assert_float_equal(band.expected, 50, .5);
  assert_true(band.lower > 40 && band.lower < 48 && band.upper > 52 && band.upper < 60);
}

static void test_context_forgets_by_half(void **unused) {
  (void)unused;
  struct learner learner = learner_create(150);
  assert_false(context_halve(&learner.context, learner.tails));
  assert_int_equal(learner.context.records, 150);
  learner = learner_create(1001);
  assert_true(context_halve(&learner.context, learner.tails));
  assert_int_equal(learner.context.records, 500);
}

static void test_one_wild_value_leaves_the_center(void **unused) {
  (void)unused;
  struct learner learner = learner_create(5000);
  float deviation[CONTEXT_FEATURES], decades[CONTEXT_FEATURES];
  learn(&learner, 1e17F, deviation, decades);
  assert_float_equal(learner.context.center, 50, 2);
  assert_true(learner.context.spread < 5);
  assert_true(context_valid(&learner.context, learner.tails, 1e18F));
  assert_false(context_valid(&learner.context, learner.tails, 1e16F));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bins_have_their_edges),
      cmocka_unit_test(test_logarithms_of_edges),
      cmocka_unit_test(test_counts_saturate),
      cmocka_unit_test(test_surprise_is_calibrated),
      cmocka_unit_test(test_threshold_is_the_two_percent_point),
      cmocka_unit_test(test_no_distance_is_not_counted),
      cmocka_unit_test(test_window_follows),
      cmocka_unit_test(test_sparse_tail_stays),
      cmocka_unit_test(test_atom),
      cmocka_unit_test(test_what_recurs_is_no_rarer_than_it_was_counted),
      cmocka_unit_test(test_forged_tails_are_refused),
      cmocka_unit_test(test_context_of_a_spike),
      cmocka_unit_test(test_context_band),
      cmocka_unit_test(test_context_forgets_by_half),
      cmocka_unit_test(test_one_wild_value_leaves_the_center),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

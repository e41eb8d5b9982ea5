#include "stats/feature_rows.h"

#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <string.h>

enum { RING = 16, ALL = (1 << FEATURES) - 1 };

/* A ring that has gone round: the newest record is at index 4. */
struct rig {
  struct record records[RING];
  struct record_ring ring;
};

static struct rig rig_create(void) {
  struct rig rig = {.ring = {.size = RING, .newest = 4}};
  struct noise noise = {7};
  for (unsigned i = 0; i < RING; i++) /* the oldest is behind the newest */
    rig.records[(5 + i) % RING] =
        (struct record){.time = 1e9 + 600 * i, .value = 1e3 + noise_gaussian(&noise)};
  return rig;
}

/* The value that many records before the newest. */
static double value_at(const struct rig *rig, unsigned back) {
  return rig->records[(4 + RING - back) % RING].value;
}

static void row_of(struct rig *rig, const struct feature_set *set, unsigned back, double *ret_row) {
  rig->ring.records = rig->records;
  for (size_t i = 0; i < FEATURE_COLUMNS_MAX; i++)
    ret_row[i] = NAN;
  feature_row(set, &rig->ring, back, ret_row);
  for (size_t i = 0; i < FEATURE_COLUMNS_MAX; i++)
    assert_true(isnan(ret_row[i]) == (i >= feature_columns(set)));
}

/* By their definitions, in another way than the code goes. */
static double by_definition(const struct rig *rig, enum feature feature, unsigned back,
                            unsigned window) {
  double sum = 0, squares = 0, low = HUGE_VAL, high = -HUGE_VAL, places = 0, products = 0;
  for (unsigned i = 0; i < window; i++) {
    const double value = value_at(rig, back + i), place = -(double)i;
    sum += value;
    low = fmin(low, value);
    high = fmax(high, value);
    places += place;
  }
  const double mean = sum / window, middle = places / window;
  double spread = 0;
  for (unsigned i = 0; i < window; i++) {
    squares += pow(value_at(rig, back + i) - mean, 2);
    products += (value_at(rig, back + i) - mean) * (-(double)i - middle);
    spread += pow(-(double)i - middle, 2);
  }
  return feature == FEATURE_MEAN    ? mean
         : feature == FEATURE_STD   ? sqrt(squares / (window - 1))
         : feature == FEATURE_MIN   ? low
         : feature == FEATURE_MAX   ? high
         : feature == FEATURE_RANGE ? high - low
         : feature == FEATURE_SLOPE ? products / spread
                                    : value_at(rig, back + window);
}

static void test_each_feature_is_what_it_says(void **state) {
  (void)state;
  struct rig rig = rig_create();
  const struct feature_set set = {.features = ALL, .short_window = 3, .long_window = 7};
  assert_int_equal(feature_columns(&set), FEATURE_COLUMNS_MAX);
  double row[FEATURE_COLUMNS_MAX];
  for (unsigned back = 0; back < 8; back++) {
    row_of(&rig, &set, back, row);
    assert_true(row[0] == value_at(&rig, back));
    assert_true(row[1] == value_at(&rig, back) - value_at(&rig, back + 1));
    for (size_t column = 2; column < 16; column++) {
      const unsigned window = column % 2 == 0 ? 3 : 7;
      const enum feature feature = feature_of(&set, column);
      assert_int_equal(feature, FEATURE_MEAN + (int)(column - 2) / 2);
      assert_float_equal(row[column], by_definition(&rig, feature, back, window), 1e-9);
    }
    const double turn = 2 * acos(-1) * (1e9 + 600 * (15 - back)) / 86400;
    assert_float_equal(row[16], sin(turn), 1e-6);
    assert_float_equal(row[17], cos(turn), 1e-6);
    assert_float_equal(row[18], sin(turn / 7), 1e-6);
    assert_float_equal(row[19], cos(turn / 7), 1e-6);
  }
  assert_int_equal(feature_of(&set, 16), FEATURE_HOUR_OF_DAY);
  assert_int_equal(feature_of(&set, 19), FEATURE_DAY_OF_WEEK);
}

static void test_only_chosen_features_are_there(void **state) {
  (void)state;
  struct rig rig = rig_create();
  double row[FEATURE_COLUMNS_MAX];
  const struct feature_set set = {.features = 1u << FEATURE_MAX | 1u << FEATURE_HOUR_OF_DAY,
                                  .short_window = 4,
                                  .long_window = 4};
  assert_int_equal(feature_columns(&set), 3); /* two windows of the same size are one */
  row_of(&rig, &set, 2, row);
  assert_float_equal(row[0], by_definition(&rig, FEATURE_MAX, 2, 4), 0);
  assert_int_equal(feature_of(&set, 0), FEATURE_MAX);
  assert_int_equal(feature_of(&set, 2), FEATURE_HOUR_OF_DAY);
}

static uint32_t reach_of(uint32_t features) {
  const struct feature_set set = {.features = features, .short_window = 9, .long_window = 4};
  return feature_reach(&set);
}

/* With the least records that the reach asks for, no older one is looked at. */
static void test_the_reach_is_enough(void **state) {
  (void)state;
  assert_int_equal(reach_of(1u << FEATURE_VALUE), 0);
  assert_int_equal(reach_of(1u << FEATURE_DAY_OF_WEEK), 0);
  assert_int_equal(reach_of(1u << FEATURE_DIFF), 1);
  assert_int_equal(reach_of(1u << FEATURE_STD), 8);
  assert_int_equal(reach_of(1u << FEATURE_LAG), 9);
  for (int feature = 0; feature < FEATURES; feature++) {
    struct rig rig = rig_create();
    const struct feature_set set = {.features = 1u << feature, .short_window = 9, .long_window = 4};
    double before[FEATURE_COLUMNS_MAX], after[FEATURE_COLUMNS_MAX];
    row_of(&rig, &set, 0, before);
    for (unsigned back = feature_reach(&set) + 1; back < RING; back++)
      rig.records[(4 + RING - back) % RING].value = 1e6;
    row_of(&rig, &set, 0, after);
    assert_memory_equal(before, after, feature_columns(&set) * sizeof before[0]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_each_feature_is_what_it_says),
      cmocka_unit_test(test_only_chosen_features_are_there),
      cmocka_unit_test(test_the_reach_is_enough),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "stats/left_profile.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct rig {
  struct left_profile profile;
  double *memory, *scratch;
};

static struct rig rig_create(uint32_t window, uint32_t history, double floor) {
  struct rig rig = {.profile = {.window = window, .history = history, .floor = floor}};
  rig.memory = calloc(left_profile_memory(window, history), sizeof *rig.memory);
  rig.scratch = calloc(left_profile_scratch(window, history), sizeof *rig.scratch);
  assert_non_null(rig.memory);
  assert_non_null(rig.scratch);
  return rig;
}

static void rig_release(struct rig *rig) {
  free(rig->memory);
  free(rig->scratch);
}

/* The distance before the value is learnt, which learning it gives too. */
static double next_distance(struct rig *rig, double value) {
  const double distance = left_profile_distance(&rig->profile, rig->memory, value, rig->scratch);
  assert_true(left_profile_learn(&rig->profile, rig->memory, value, rig->scratch) == distance);
  assert_true(left_profile_valid(&rig->profile, rig->memory));
  return distance;
}

/* ---- The slow twin ---- */

static void shape_of(const double *values, uint32_t window, double floor, double *ret_shape) {
  long double mean = 0, squares = 0;
  for (uint32_t i = 0; i < window; i++)
    mean += ((long double)values[i] - values[0]) / window;
  mean += values[0];
  for (uint32_t i = 0; i < window; i++)
    squares += (values[i] - mean) * (values[i] - mean);
  const long double size = sqrtl(squares / window + (long double)floor * floor);
  for (uint32_t i = 0; i < window; i++)
    ret_shape[i] = size > 0 ? (double)((values[i] - mean) / size) : 0;
}

static double slow_distance(const double *series, size_t end, const struct left_profile *profile) {
  enum { WINDOW_MAX = 64 };
  const uint32_t window = profile->window;
  double own[WINDOW_MAX], other[WINDOW_MAX], smallest = INFINITY;
  assert_true(window <= WINDOW_MAX);
  if (end + 1 < 2 * (size_t)window)
    return 0;
  shape_of(series + end + 1 - window, window, profile->floor, own);
  const size_t oldest = end + 1 > profile->history ? end + 1 - profile->history : 0;
  for (size_t start = oldest; start + 2 * window <= end + 1; start++) {
    double sum = 0;
    shape_of(series + start, window, profile->floor, other);
    for (uint32_t i = 0; i < window; i++)
      sum += (own[i] - other[i]) * (own[i] - other[i]);
    smallest = fmin(smallest, sum);
  }
  return sqrt(smallest);
}

/* ---- Series ---- */

enum { LENGTH = 700 };

static double noise_at(size_t at, struct noise *noise) {
  (void)at;
  return noise_gaussian(noise);
}
static double wave_at(size_t at, struct noise *noise) {
  return 1e6 + 3 * sin((double)at / 5) + .1 * noise_gaussian(noise);
}
static double spikes_at(size_t at, struct noise *noise) {
  return noise_gaussian(noise) + (at % 97 == 50 ? 1e9 : 0) + (at == 333 ? 1e75 : 0);
}
static double quiet_at(size_t at, struct noise *noise) {
  const double value = noise_gaussian(noise);
  return at / 60 % 2 == 0 ? 5 : at / 60 % 3 == 0 ? 5 + 1e-6 * value : value;
}
static double growing_at(size_t at, struct noise *noise) {
  return exp((double)(at % 350) / 10) * noise_gaussian(noise);
}

static double (*const courses[])(size_t at, struct noise *noise) = {noise_at, wave_at, spikes_at,
                                                                    quiet_at, growing_at};

static void compare_with_twin(double (*value_at)(size_t at, struct noise *noise), uint32_t window,
                              uint32_t history, double floor) {
  double series[LENGTH];
  struct noise noise = {window};
  struct rig rig = rig_create(window, history, floor);
  for (size_t at = 0; at < LENGTH; at++) {
    series[at] = value_at(at, &noise);
    const double slow = slow_distance(series, at, &rig.profile);
    const double quick = next_distance(&rig, series[at]);
    /* Rounding of 1e-12 in a square is 1e-6 in its root, where that is near 0. */
    if (!(fabs(slow * slow - quick * quick) < 1e-5))
      fail_msg("window %u, history %u, floor %g, value %zu: %.12g, the twin has %.12g", window,
               history, floor, at, quick, slow);
  }
  rig_release(&rig);
}

static void test_the_twin_agrees(void **state) {
  (void)state;
  static const uint32_t sizes[][2] = {{4, 8}, {4, 9}, {7, 100}, {24, 48}, {24, 300}, {64, 1000}};
  for (size_t course = 0; course < sizeof courses / sizeof courses[0]; course++)
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
      compare_with_twin(courses[course], sizes[i][0], sizes[i][1], 0);
      compare_with_twin(courses[course], sizes[i][0], sizes[i][1], .5);
    }
}

/* ---- What is promised ---- */

static void test_known_distances(void **state) {
  (void)state;
  struct rig rig = rig_create(4, 100, 0);
  for (size_t i = 0; i < 7; i++)
    assert_true(next_distance(&rig, (double)(i % 4)) == 0);
  assert_true(next_distance(&rig, 3) < 1e-6); /* 0 1 2 3 once more */
  assert_true(fabs(left_profile_distance(&rig.profile, rig.memory, 3, rig.scratch)) > .1);
  rig_release(&rig);

  rig = rig_create(4, 100, 0);
  for (size_t i = 0; i < 20; i++)
    assert_true(next_distance(&rig, 7) == 0);
  assert_true(fabs(next_distance(&rig, 8) - 2) < 1e-12); /* √window */
  rig_release(&rig);

  rig = rig_create(4, 8, 0);
  for (size_t i = 0; i < 4; i++)
    (void)next_distance(&rig, (double)i);
  for (size_t i = 0; i < 3; i++)
    (void)next_distance(&rig, 9 - (double)i);
  assert_true(fabs(next_distance(&rig, 6) - 4) < 1e-12); /* opposite: 2 √window */
  rig_release(&rig);
}

static void test_goes_on_from_its_bytes(void **state) {
  (void)state;
  struct noise noise = {3};
  struct rig rig = rig_create(8, 50, .1), copy = rig_create(8, 50, .1);
  for (size_t i = 0; i < 120; i++)
    (void)next_distance(&rig, noise_gaussian(&noise));
  copy.profile = rig.profile;
  memcpy(copy.memory, rig.memory, left_profile_memory(8, 50) * sizeof *rig.memory);
  for (size_t i = 0; i < 200; i++) {
    const double value = noise_gaussian(&noise);
    assert_true(next_distance(&rig, value) == next_distance(&copy, value));
  }
  rig_release(&rig);
  rig_release(&copy);
}

static void test_refuses_broken_bytes(void **state) {
  (void)state;
  struct rig rig = rig_create(4, 20, 0);
  for (size_t i = 0; i < 30; i++)
    (void)next_distance(&rig, (double)(i * 7 % 5));
  rig.memory[3] = NAN;
  assert_false(left_profile_valid(&rig.profile, rig.memory));
  rig.memory[3] = 0;
  assert_true(left_profile_valid(&rig.profile, rig.memory));
  struct left_profile broken = rig.profile;
  broken.count = 21;
  assert_false(left_profile_valid(&broken, rig.memory));
  broken = rig.profile;
  broken.next = 20;
  assert_false(left_profile_valid(&broken, rig.memory));
  broken = rig.profile;
  broken.turn = 13;
  assert_false(left_profile_valid(&broken, rig.memory));
  broken = rig.profile;
  broken.floor = -1;
  assert_false(left_profile_valid(&broken, rig.memory));
  rig_release(&rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_twin_agrees),
      cmocka_unit_test(test_known_distances),
      cmocka_unit_test(test_goes_on_from_its_bytes),
      cmocka_unit_test(test_refuses_broken_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

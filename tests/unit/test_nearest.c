#include "base/nearest.h"
#include "unit/unit_test.h"

#include <stdlib.h>
#include <string.h>

static void test_distances(void **state) {
  (void)state;
  assert_int_equal(name_distance("", ""), 0);
  assert_int_equal(name_distance("plugin", "plugin"), 0);
  assert_int_equal(name_distance("", "abc"), 3);
  assert_int_equal(name_distance("plugn", "plugin"), 1);
  assert_int_equal(name_distance("pluginn", "plugin"), 1);
  assert_int_equal(name_distance("plugan", "plugin"), 1);
  assert_int_equal(name_distance("pulgin", "plugin"), 1);
  assert_int_equal(name_distance("kitten", "sitting"), 3);
  assert_int_equal(name_distance("ca", "abc"), 3);
}

static void test_a_very_long_name_is_far_from_all(void **state) {
  (void)state;
  char name[65];
  memset(name, 'a', 64);
  name[64] = '\0';
  assert_true(name_distance(name, "a") == SIZE_MAX);
  assert_int_equal(name_distance(name + 1, "a"), 62);
  struct nearest nearest = {.name = name};
  nearest_try(&nearest, "a");
  assert_null(nearest.best);
}

static const char *best_of_three(const char *name) {
  struct nearest nearest = {.name = name};
  nearest_try(&nearest, "plugin");
  nearest_try(&nearest, "plugin_instance");
  nearest_try(&nearest, "type");
  return nearest.best;
}

static void test_the_nearest_wins(void **state) {
  (void)state;
  assert_string_equal(best_of_three("plugn"), "plugin");
  assert_string_equal(best_of_three("plugin_instanz"), "plugin_instance");
  assert_string_equal(best_of_three("typ"), "type");
  assert_string_equal(best_of_three("plugin_i"), "plugin");
}

static void test_a_beginning_is_near(void **state) {
  (void)state;
  struct nearest nearest = {.name = "warn"};
  nearest_try(&nearest, "consensus");
  nearest_try(&nearest, "warning_score");
  assert_string_equal(nearest.best, "warning_score");
}

static void test_nothing_near_is_nothing(void **state) {
  (void)state;
  assert_null(best_of_three("colour"));
  assert_null(best_of_three(""));
  assert_null(best_of_three("tx"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_distances),
      cmocka_unit_test(test_a_very_long_name_is_far_from_all),
      cmocka_unit_test(test_the_nearest_wins),
      cmocka_unit_test(test_a_beginning_is_near),
      cmocka_unit_test(test_nothing_near_is_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

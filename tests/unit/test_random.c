#include "base/random.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdbool.h>

enum { COUNT = 100000 };

/* The first numbers of seed 1234567, as the authors' own program prints them. */
static void test_the_same_on_every_machine(void **unused) {
  (void)unused;
  static const uint64_t expected[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                      UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
                                      UINT64_C(16408922859458223821)};
  uint64_t state = 1234567;
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
    assert_true(random_bits(&state) == expected[i]);
}

static void test_uniform_and_normal(void **unused) {
  (void)unused;
  uint64_t state = 1;
  double uniform = 0, normal = 0, squares = 0;
  for (size_t i = 0; i < COUNT; i++) {
    const double number = random_uniform(&state);
    assert_true(number > 0 && number < 1);
    uniform += number / COUNT;
    const double bell = random_normal(&state);
    normal += bell / COUNT;
    squares += bell * bell / COUNT;
  }
  assert_true(fabs(uniform - .5) < .005);
  assert_true(fabs(normal) < .02);
  assert_true(fabs(squares - 1) < .03);
}

static void test_below_is_even(void **unused) {
  (void)unused;
  uint64_t state = 2;
  unsigned seen[7] = {0};
  for (size_t i = 0; i < COUNT; i++) {
    const uint64_t number = random_below(&state, 7);
    assert_true(number < 7);
    seen[number]++;
  }
  for (size_t i = 0; i < 7; i++)
    assert_true(seen[i] > COUNT / 7 * .95 && seen[i] < COUNT / 7 * 1.05);
}

static void test_choice_has_no_repeats_and_is_even(void **unused) {
  (void)unused;
  uint64_t state = 3;
  unsigned chosen[10] = {0};
  for (size_t turn = 0; turn < 10000; turn++) {
    uint32_t list[10];
    bool seen[10] = {false};
    random_choice(&state, list, 10, 3);
    for (size_t i = 0; i < 10; i++) {
      assert_true(list[i] < 10 && !seen[list[i]]);
      seen[list[i]] = true;
    }
    for (size_t i = 0; i < 3; i++)
      chosen[list[i]]++;
  }
  for (size_t i = 0; i < 10; i++)
    assert_true(chosen[i] > 2800 && chosen[i] < 3200);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_same_on_every_machine),
      cmocka_unit_test(test_uniform_and_normal),
      cmocka_unit_test(test_below_is_even),
      cmocka_unit_test(test_choice_has_no_repeats_and_is_even),
  };
  return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}

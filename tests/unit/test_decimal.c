#include "cli/decimal.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_written(double number, unsigned digits, const char *expected) {
  char text[DECIMAL_SIZE];
  assert_int_equal(decimal_write(text, number, digits), strlen(expected));
  assert_string_equal(text, expected);
}

static void test_examples(void **state) {
  (void)state;
  assert_written((double)NAN, 9, "");
  assert_written(0, 9, "0");
  assert_written(-0.0, 9, "0");
  assert_written(1, 9, "1");
  assert_written(-1.5, 9, "-1.5");
  assert_written(100, 2, "100");
  assert_written(0.1, 16, "0.1");
  assert_written(0.00001, 16, "0.00001");
  assert_written(0.0123456, 3, "0.0123");
  assert_written(9.9999, 3, "10");
  assert_written(123456789012.7, 5, "123456789013");
  assert_written(999999999999999.0, 9, "999999999999999");
  assert_written(1e15, 9, "1e+15");
  assert_written(0.000001, 9, "1e-06");
  assert_written(-1.7976931348623157e308, 17, "-1.79769313486e+308");
  assert_written((double)INFINITY, 9, "inf");
}

static double next_number(uint64_t *seed) {
  *seed = *seed * 6364136223846793005U + 1442695040888963407U;
  const double fraction = .1 + .9 * ldexp((double)(*seed >> 11), -53);
  return fraction * pow(10, (double)(*seed % 19) - 4);
}

/* As exact as printf, but for ties in the last digit. */
static void test_near_printf(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (unsigned i = 0; i < 200000; i++) {
    const double number = next_number(&seed);
    const unsigned digits = 1 + i % 16;
    char text[DECIMAL_SIZE];
    decimal_write(text, number, digits);
    const double unit = pow(10, floor(log10(number)) + 1 - digits);
    assert_true(fabs(strtod(text, NULL) - number) <= unit * .5001 + number * 1e-15);
  }
}

/* Scores just under 1 that differ are written differently, in their order. */
static void test_order_near_one(void **state) {
  (void)state;
  double number = 1 - 1e-12;
  double before = 0;
  for (; number < 1; number = nextafter(number, 2)) {
    char text[DECIMAL_SIZE];
    decimal_write(text, number, 16);
    const double read = strtod(text, NULL);
    assert_true(read > before);
    before = read;
  }
}

static void test_exactly(void **state) {
  (void)state;
  static const struct {
    double number;
    const char *text;
  } examples[] = {
      {0, "0"},
      {-1.5, "-1.5"},
      {.1, "0.1"},
      {1e300, "1e+300"},
      {5e-324, "4.94065645841247e-324"},
      {1. / 3, "0.3333333333333333"},
  };
  char text[DECIMAL_SIZE];
  for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
    assert_int_equal(decimal_write_exactly(text, examples[i].number), strlen(examples[i].text));
    assert_string_equal(text, examples[i].text);
  }
  uint64_t seed = 2;
  for (unsigned i = 0; i < 20000; i++) {
    const double number = next_number(&seed) / 3;
    decimal_write_exactly(text, number);
    assert_true(strtod(text, NULL) == number);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_exactly),
      cmocka_unit_test(test_examples),
      cmocka_unit_test(test_near_printf),
      cmocka_unit_test(test_order_near_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a robust estimate is made of, and what it must not be moved by. */
#include "stats/robust_covariance.h"

#include "anomaly/status.h"
#include "stats/chi_square.h"
#include "stats/linear.h"
#include "stats/select.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>

/* From the tables in the books. */
static void test_chi_square(void **state) {
  (void)state;
  static const struct {
    double beyond, value;
    size_t degrees;
  } known[] = {{.05, 3.841458820694124, 1},   {.05, 9.487729036781154, 4},
               {.025, 12.832501994030027, 5}, {.05, 67.50480654954123, 50},
               {.5, .4549364231195724, 1},    {.5, 1.3862943611198906, 2}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    assert_true(fabs(chi_square_beyond(known[i].value, known[i].degrees) - known[i].beyond) < 1e-9);
    assert_true(fabs(chi_square_quantile(known[i].beyond, known[i].degrees) - known[i].value) <
                1e-7 * known[i].value);
  }
  const double many = chi_square_quantile(.5, 1024);
  assert_true(many > 1023 && many < 1024);
  assert_true(chi_square_beyond(0, 3) == 1);
}

static bool is_less(const double *numbers, const uint32_t *index, size_t a, size_t b) {
  return numbers[a] < numbers[b] || (numbers[a] == numbers[b] && index[a] < index[b]);
}

static void test_select_least(void **state) {
  (void)state;
  struct noise noise = {1};
  for (size_t turn = 0; turn < 2000; turn++) {
    double numbers[60], before[60];
    uint32_t index[60];
    const size_t count = 1 + noise_bits(&noise) % 60, chosen = noise_bits(&noise) % (count + 1);
    const double values = turn % 2 == 0 ? 5 : 1e6; /* many the same, or none */
    for (size_t i = 0; i < count; i++) {
      before[i] = numbers[i] = floor(values * noise_uniform(&noise));
      index[i] = (uint32_t)i;
    }
    select_least(numbers, index, count, chosen);
    for (size_t i = 0; i < count; i++)
      assert_true(numbers[i] == before[index[i]]);
    for (size_t low = 0; low < chosen; low++)
      for (size_t high = chosen; high < count; high++)
        assert_true(is_less(numbers, index, low, high));
    for (size_t high = chosen + 1; high < count; high++)
      assert_true(is_less(numbers, index, chosen, high));
  }
}

enum { SIZE = 3 };

/* A third of the rows is elsewhere, close together; the others have variances 1, 4 and 9. */
static double *make_rows(size_t count) {
  struct noise noise = {2};
  double *const rows = calloc(count * SIZE, sizeof *rows);
  assert_non_null(rows);
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < SIZE; k++)
      rows[i * SIZE + k] =
          i % 3 == 1 ? 30 + .1 * noise_gaussian(&noise) : (double)(k + 1) * noise_gaussian(&noise);
  return rows;
}

static void finds_the_majority(size_t count) {
  double *const rows = make_rows(count);
  double location[SIZE], factor[SIZE * SIZE];
  const struct robust_task task = {.rows = rows, .count = count, .size = SIZE, .seed = 3};
  assert_int_equal(robust_covariance(&task, location, factor), STATUS_OK);
  for (size_t i = 0; i < SIZE; i++) {
    assert_true(fabs(location[i]) < .3 * (double)(i + 1));
    const double deviation = 1 / factor[i * SIZE + i];
    assert_true(deviation > .7 * (double)(i + 1) && deviation < 1.2 * (double)(i + 1));
  }
  free(rows);
}

/* One group of rows, several, and more than all groups take. */
static void test_the_majority_is_found(void **state) {
  (void)state;
  finds_the_majority(200);
  finds_the_majority(900);
  finds_the_majority(5000);
}

static void test_rows_on_a_plane(void **state) {
  (void)state;
  double *const rows = make_rows(300);
  for (size_t i = 0; i < 300; i++)
    rows[i * SIZE + 1] = 2 * rows[i * SIZE];
  double location[SIZE], factor[SIZE * SIZE];
  const struct robust_task task = {.rows = rows, .count = 300, .size = SIZE, .seed = 3};
  assert_int_equal(robust_covariance(&task, location, factor), STATUS_OK);
  assert_true(factor[0] < 2);
  assert_true(factor[SIZE + 1] == 0);
  assert_true(factor[2 * SIZE + 2] > 0 && factor[2 * SIZE + 2] < 1);
  free(rows);
}

static void test_share_and_stop(void **state) {
  (void)state;
  double *const rows = make_rows(300);
  double location[SIZE], factor[SIZE * SIZE];
  struct robust_task task = {.rows = rows, .count = 300, .size = SIZE, .share = 1, .seed = 3};
  assert_int_equal(robust_covariance(&task, location, factor), STATUS_OK);
  assert_true(location[0] > 3); /* all rows are taken for ordinary */
  const atomic_bool stop = true;
  task.stop = &stop;
  assert_int_equal(robust_covariance(&task, location, factor), STATUS_STOPPED);
  free(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_chi_square),
      cmocka_unit_test(test_select_least),
      cmocka_unit_test(test_the_majority_is_found),
      cmocka_unit_test(test_rows_on_a_plane),
      cmocka_unit_test(test_share_and_stop),
  };
  return cmocka_run_group_tests_name("robust covariance", tests, NULL, NULL);
}

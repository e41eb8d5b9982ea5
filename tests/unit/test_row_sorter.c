/* Rows in the order of time: what fits is sorted whole, what does not as far as it goes. */
#include "history/row_sorter.h"
#include "unit/unit_test.h"

#include <stdlib.h>

/* So wide that some hundred rows fit. */
enum { WIDE = 160000 };

static size_t rows_that_fit(void) {
  struct row_sorter *sorter;
  size_t rows = 0;
  bool late;
  assert_int_equal(row_sorter_create(&sorter, WIDE), 0);
  for (; !row_sorter_is_full(sorter); rows++)
    (void)row_sorter_put(sorter, (double)rows, &late);
  row_sorter_destroy(sorter);
  return rows;
}

static void put(struct row_sorter *sorter, double time, double value, bool expect_late) {
  bool late;
  struct sorted_row *const row = row_sorter_put(sorter, time, &late);
  double *const cell = (void *)row->cells;
  *cell = value;
  assert_int_equal(late, expect_late);
}

static void expect(struct row_sorter *sorter, double time, double value) {
  const struct sorted_row *const row = row_sorter_take(sorter);
  assert_non_null(row);
  const double *const cell = (const void *)row->cells;
  assert_true(row->time == time && *cell == value);
}

static void rows_in_order_pass_through(void **state) {
  (void)state;
  struct row_sorter *sorter;
  const size_t room = rows_that_fit();
  assert_true(room > 100 && room * WIDE < 2 * ROW_SORTER_BYTES);
  assert_int_equal(row_sorter_create(&sorter, WIDE), 0);
  size_t in = 0, out = 0;
  for (; in < 3 * room; in++) {
    if (row_sorter_is_full(sorter))
      expect(sorter, (double)out, (double)out), out++;
    put(sorter, (double)in, (double)in, false);
  }
  for (; out < in; out++)
    expect(sorter, (double)out, (double)out);
  assert_null(row_sorter_take(sorter));
  row_sorter_destroy(sorter);
}

static void a_table_that_is_upside_down_is_turned(void **state) {
  (void)state;
  struct row_sorter *sorter;
  assert_int_equal(row_sorter_create(&sorter, 9), 0);
  for (int i = 1000; i > 0; i--)
    put(sorter, i, i, i < 1000);
  for (int i = 1; i <= 1000; i++)
    expect(sorter, i, i);
  assert_null(row_sorter_take(sorter));
  row_sorter_destroy(sorter);
}

static void equal_times_keep_their_order(void **state) {
  (void)state;
  struct row_sorter *sorter;
  assert_int_equal(row_sorter_create(&sorter, 9), 0);
  put(sorter, 5, 1, false);
  put(sorter, 5, 2, false);
  for (int i = 0; i < 50; i++)
    put(sorter, 3, 10 + i, true);
  put(sorter, 5, 3, false);
  for (int i = 0; i < 50; i++)
    expect(sorter, 3, 10 + i);
  for (int i = 1; i <= 3; i++)
    expect(sorter, 5, i);
  row_sorter_destroy(sorter);
}

/* Each row `back` places too late, in a table three times as long as the memory. */
static unsigned out_of_order(size_t back, size_t room) {
  struct row_sorter *sorter;
  unsigned wrong = 0;
  double last = -1;
  assert_int_equal(row_sorter_create(&sorter, WIDE), 0);
  for (size_t at = 0; at < 3 * room; at++) {
    bool late;
    if (row_sorter_is_full(sorter)) {
      const double time = row_sorter_take(sorter)->time;
      wrong += time < last;
      last = time;
    }
    (void)row_sorter_put(sorter, (double)(at % 10 == 9 && at > back ? at - back : at), &late);
  }
  for (const struct sorted_row *row; (row = row_sorter_take(sorter)) != NULL; last = row->time)
    wrong += row->time < last;
  row_sorter_destroy(sorter);
  return wrong;
}

static void what_is_too_far_out_of_place_stays_so(void **state) {
  (void)state;
  const size_t room = rows_that_fit();
  assert_int_equal(out_of_order(room - 2, room), 0);
  assert_true(out_of_order(2 * room, room) > 0);
}

static void a_random_order_is_sorted(void **state) {
  (void)state;
  struct row_sorter *sorter;
  uint64_t random = 1;
  double last = -1;
  assert_int_equal(row_sorter_create(&sorter, 9), 0);
  for (unsigned i = 0; i < 20000; i++) {
    bool late;
    random = random * UINT64_C(6364136223846793005) + 1;
    (void)row_sorter_put(sorter, (double)(random >> 44), &late);
  }
  unsigned rows = 0;
  for (const struct sorted_row *row; (row = row_sorter_take(sorter)) != NULL; rows++) {
    assert_true(row->time >= last);
    last = row->time;
  }
  assert_int_equal(rows, 20000);
  row_sorter_destroy(sorter);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_in_order_pass_through),
      cmocka_unit_test(a_table_that_is_upside_down_is_turned),
      cmocka_unit_test(equal_times_keep_their_order),
      cmocka_unit_test(what_is_too_far_out_of_place_stays_so),
      cmocka_unit_test(a_random_order_is_sorted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Generated metrics and the faults in them. */
#include "history/fault.h"
#include "unit/unit_test.h"

#include <math.h>
#include <string.h>

enum { ROWS = 12 * 1440, DAY_ROWS = 1440 };
static const double DAY = 86400, INTERVAL = 60;

static struct generator generator(enum generated_kind kind) {
  return generator_of(kind, INTERVAL, 7);
}

static void test_names(void **state) {
  (void)state;
  for (enum generated_kind kind = 0; kind < GENERATED_KINDS; kind++) {
    assert_int_equal(generated_kind_find(generated_kind_name(kind)), kind);
    assert_non_null(strchr(generated_kind_info(kind)->metric, '/'));
    assert_true(generated_kind_info(kind)->scale > 0);
  }
  for (enum fault_kind kind = 0; kind < FAULTS; kind++) {
    assert_int_equal(fault_find(fault_name(kind)), kind);
    assert_true(strlen(fault_summary(kind)) > 0);
  }
  assert_int_equal(generated_kind_find("nothing"), GENERATED_KINDS);
  assert_int_equal(fault_find("nothing"), FAULTS);
  assert_string_equal(generated_kind_name(GENERATED_KINDS), "unknown");
  assert_string_equal(fault_name(FAULTS), "unknown");
}

static void test_seeds(void **state) {
  (void)state;
  for (enum generated_kind kind = 0; kind < GENERATED_KINDS; kind++) {
    struct generator one = generator_of(kind, 60, 1), same = one, other = generator_of(kind, 60, 2);
    unsigned different = 0;
    for (int row = 0; row < DAY_ROWS; row++) {
      assert_true(generator_time(&one) == GENERATED_START + 60 * row);
      const double value = generator_next(&one);
      assert_true(isfinite(value));
      assert_true(value == generator_next(&same));
      different += value != generator_next(&other);
    }
    assert_true(different > 0);
  }
}

static void test_seasons(void **state) {
  (void)state;
  for (enum generated_kind kind = 0; kind < GENERATED_KINDS; kind++) {
    if (!generated_kind_info(kind)->seasonal)
      continue;
    double night = 0, day = 0;
    struct generator metric = generator(kind);
    for (int row = 0; row < 5 * DAY_ROWS; row++) {
      const double hour = fmod(generator_time(&metric), DAY) / 3600;
      const double value = generator_next(&metric);
      night += hour >= 1 && hour < 5 ? value : 0;
      day += hour >= 13 && hour < 17 ? value : 0;
    }
    assert_true(fabs(day - night) / (5 * 240) > generated_kind_info(kind)->scale);
  }
}

/* The values of a metric with one fault in `values`, without it in `usual`. */
static struct fault run(enum fault_kind fault, enum generated_kind kind, double *values,
                        double *usual) {
  struct fault placed = {.kind = fault};
  assert_true(fault_suits(fault, kind));
  assert_true(
      fault_place(&placed, 1, GENERATED_START, GENERATED_START + ROWS * INTERVAL, INTERVAL, 3));
  struct generator plain = generator(kind);
  struct faulty metric = faulty_of(generator(kind), &placed, 1);
  for (int row = 0; row < ROWS; row++) {
    values[row] = faulty_next(&metric);
    usual[row] = generator_next(&plain);
  }
  return placed;
}

static int row_of(double time) { return (int)lround((time - GENERATED_START) / INTERVAL); }

static double values[ROWS], usual[ROWS];

static void test_nothing_else_changes(void **state) {
  (void)state;
  for (enum fault_kind fault = 0; fault < FAULTS; fault++) {
    const struct fault placed = run(fault, GENERATED_CPU, values, usual);
    const int flank = fault == FAULT_MISSING_PEAK ? 6 * 60 : 0;
    const int first = row_of(placed.start), end = row_of(placed.end);
    assert_true(first >= 3 * ROWS / 10 && first < end && end < ROWS);
    int changed = 0;
    for (int row = 0; row < ROWS; row++) {
      const bool same = values[row] == usual[row];
      if (row < first - flank || row >= end + flank)
        assert_true(same);
      else
        changed += !same;
    }
    /* A drift begins with nothing, a stuck value with itself. */
    assert_true(changed >= end - first - 1);
  }
}

static void test_each_fault(void **state) {
  (void)state;
  const double scale = generated_kind_info(GENERATED_TEMPERATURE)->scale;
  struct fault at = run(FAULT_SPIKE, GENERATED_TEMPERATURE, values, usual);
  assert_true(values[row_of(at.start)] > usual[row_of(at.start)] + 4 * scale);
  at = run(FAULT_DIP, GENERATED_TEMPERATURE, values, usual);
  assert_true(values[row_of(at.start)] < usual[row_of(at.start)] - 4 * scale);
  at = run(FAULT_SHIFT, GENERATED_TEMPERATURE, values, usual);
  assert_true(at.end - at.start >= 3600);
  assert_true(values[row_of(at.end) - 1] > usual[row_of(at.end) - 1] + 3 * scale);
  at = run(FAULT_DRIFT, GENERATED_TEMPERATURE, values, usual);
  const int middle = (row_of(at.start) + row_of(at.end)) / 2, last = row_of(at.end) - 1;
  assert_true(values[row_of(at.start)] - usual[row_of(at.start)] < scale / 10);
  assert_true(values[middle] - usual[middle] > 2 * scale);
  assert_true(values[last] - usual[last] > values[middle] - usual[middle] + 2 * scale);
  at = run(FAULT_VARIANCE, GENERATED_TEMPERATURE, values, usual);
  double squares = 0;
  for (int row = row_of(at.start); row < row_of(at.end); row++)
    squares += (values[row] - usual[row]) * (values[row] - usual[row]);
  assert_true(sqrt(squares / (row_of(at.end) - row_of(at.start))) > 2 * scale);
  at = run(FAULT_FLATLINE, GENERATED_TEMPERATURE, values, usual);
  for (int row = row_of(at.start); row < row_of(at.end); row++)
    assert_true(values[row] == usual[row_of(at.start)]);
  at = run(FAULT_GAP, GENERATED_TEMPERATURE, values, usual);
  for (int row = row_of(at.start); row < row_of(at.end); row++)
    assert_true(isnan(values[row]));
  at = run(FAULT_MISSING_PEAK, GENERATED_TEMPERATURE, values, usual);
  const int noon = (row_of(at.start) + row_of(at.end)) / 2;
  assert_true(values[noon] < usual[noon] - 2 * scale);
}

static void test_bounds(void **state) {
  (void)state;
  run(FAULT_SPIKE, GENERATED_HUMIDITY, values, usual);
  run(FAULT_SHIFT, GENERATED_CPU, values, usual);
  for (int row = 0; row < ROWS; row++)
    assert_true(values[row] >= 0 && values[row] <= 100);
  assert_false(fault_suits(FAULT_MISSING_PEAK, GENERATED_RPM));
  assert_false(fault_suits(FAULT_DIP, GENERATED_ERRORS));
  assert_false(fault_suits(FAULT_SPIKE, GENERATED_SATURATING));
  assert_true(fault_suits(FAULT_MISSING_PEAK, GENERATED_WEEKLY));
}

static void test_places(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed < 200; seed++) {
    struct fault faults[FAULTS];
    for (enum fault_kind kind = 0; kind < FAULTS; kind++)
      faults[kind].kind = kind;
    const double start = 1700000123, end = start + 28 * DAY;
    assert_true(fault_place(faults, FAULTS, start, end, INTERVAL, seed));
    unsigned kinds = 0;
    for (int i = 0; i < FAULTS; i++) {
      kinds |= 1u << faults[i].kind;
      assert_true(faults[i].start >= start + .3 * 28 * DAY && faults[i].end <= end);
      assert_true(faults[i].end > faults[i].start);
      assert_true(i == 0 || faults[i].start > faults[i - 1].end);
    }
    assert_int_equal(kinds, (1u << FAULTS) - 1);
  }
}

static void test_no_room(void **state) {
  (void)state;
  struct fault faults[2] = {{.kind = FAULT_SPIKE}, {.kind = FAULT_GAP}};
  assert_true(fault_place(faults, 2, 1e9, 1e9 + 40 * INTERVAL, INTERVAL, 1));
  assert_false(fault_place(faults, 2, 1e9, 1e9 + 20 * INTERVAL, INTERVAL, 1));
  struct fault peak = {.kind = FAULT_MISSING_PEAK};
  assert_false(fault_place(&peak, 1, 1e9, 1e9 + DAY, INTERVAL, 1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names),      cmocka_unit_test(test_seeds),
      cmocka_unit_test(test_seasons),    cmocka_unit_test(test_nothing_else_changes),
      cmocka_unit_test(test_each_fault), cmocka_unit_test(test_bounds),
      cmocka_unit_test(test_places),     cmocka_unit_test(test_no_room),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

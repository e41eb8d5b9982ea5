#include "engine/rate.h"
#include "unit/unit_test.h"

#include <math.h>

static struct sample sample_at(double time, enum value_kind kind, union raw_value value) {
  struct sample sample = sample_gauge(time, 10, 0);
  sample.kind = kind;
  sample.value = value;
  return sample;
}

/* The rate of `now` after `before`, ten seconds apart. */
static double rate_of(enum value_kind kind, union raw_value before, union raw_value now) {
  struct rate rate = {0};
  const struct sample first = sample_at(100, kind, before), second = sample_at(110, kind, now);
  (void)rate_update(&rate, &first);
  return rate_update(&rate, &second);
}

static double counter_rate(uint64_t before, uint64_t now) {
  return rate_of(VALUE_COUNTER, (union raw_value){.counter = before},
                 (union raw_value){.counter = now});
}

static double derive_rate(int64_t before, int64_t now) {
  return rate_of(VALUE_DERIVE, (union raw_value){.derive = before},
                 (union raw_value){.derive = now});
}

static void gauge_is_taken_as_it_is(void **state) {
  (void)state;
  struct rate rate = {0};
  const struct sample sample = sample_gauge(100, 10, -3.5);
  assert_true(rate_update(&rate, &sample) == -3.5);
  const struct sample infinite = sample_gauge(110, 10, (double)INFINITY);
  assert_true(isinf(rate_update(&rate, &infinite)));
}

static void first_counter_and_derive_have_no_rate(void **state) {
  (void)state;
  struct rate rate = {0}, other = {0};
  const struct sample counter = sample_at(100, VALUE_COUNTER, (union raw_value){.counter = 7});
  const struct sample derive = sample_at(100, VALUE_DERIVE, (union raw_value){.derive = 7});
  assert_true(isnan(rate_update(&rate, &counter)));
  assert_true(isnan(rate_update(&other, &derive)));
}

static void counter_counts_per_second(void **state) {
  (void)state;
  assert_true(counter_rate(100, 250) == 15);
}

static void counter_wraps_at_32_bits(void **state) {
  (void)state;
  assert_true(counter_rate(UINT32_MAX - 9, 90) == 10);
}

static void counter_wraps_at_64_bits(void **state) {
  (void)state;
  assert_true(counter_rate(UINT64_MAX - 9, 90) == 10);
  /* A larger one that is reset counts as a wrap too, as in collectd. */
  assert_true(counter_rate((uint64_t)UINT32_MAX + 1, 0) > 1e18);
}

static void derive_may_fall(void **state) {
  (void)state;
  assert_true(derive_rate(100, 50) == -5);
  assert_true(derive_rate(INT64_MIN, INT64_MAX) > 1.8e18);
  assert_true(derive_rate(INT64_MAX, INT64_MIN) < -1.8e18);
}

static void absolute_needs_an_interval_or_a_predecessor(void **state) {
  (void)state;
  struct rate rate = {0};
  struct sample sample = sample_at(100, VALUE_ABSOLUTE, (union raw_value){.absolute = 50});
  sample.interval = 0;
  assert_true(isnan(rate_update(&rate, &sample)));
  rate = (struct rate){0};
  sample.interval = 10;
  assert_true(rate_update(&rate, &sample) == 5);
  sample.time = 105;
  assert_true(rate_update(&rate, &sample) == 10);
}

static void out_of_bounds_is_no_rate_but_is_remembered(void **state) {
  (void)state;
  struct rate rate = {0};
  struct sample sample = sample_at(100, VALUE_DERIVE, (union raw_value){.derive = 1000});
  sample.min = 0;
  (void)rate_update(&rate, &sample);
  sample.time = 110;
  sample.value.derive = 0; /* reset */
  assert_true(isnan(rate_update(&rate, &sample)));
  sample.time = 120;
  sample.value.derive = 30;
  assert_true(rate_update(&rate, &sample) == 3);
  sample.max = 2;
  sample.time = 130;
  sample.value.derive = 60;
  assert_true(isnan(rate_update(&rate, &sample)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gauge_is_taken_as_it_is),
      cmocka_unit_test(first_counter_and_derive_have_no_rate),
      cmocka_unit_test(counter_counts_per_second),
      cmocka_unit_test(counter_wraps_at_32_bits),
      cmocka_unit_test(counter_wraps_at_64_bits),
      cmocka_unit_test(derive_may_fall),
      cmocka_unit_test(absolute_needs_an_interval_or_a_predecessor),
      cmocka_unit_test(out_of_bounds_is_no_rate_but_is_remembered),
  };
  return cmocka_run_group_tests_name("rate", tests, NULL, NULL);
}

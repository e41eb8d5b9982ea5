#include "engine/table.h"

#include "anomaly/status.h"
#include "engine/slab.h"
#include "unit/unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METRICS = 3000 };

static const struct plan bare_plan;

static struct metric_key key_of(unsigned number) {
  char instance[16];
  (void)snprintf(instance, sizeof instance, "%u", number);
  const struct metric_id id = {{"host", "plugin", instance, "type", "", "value"}};
  struct metric_key key;
  assert_true(metric_key_make(&key, &id));
  return key;
}

static struct metric *new_metric(unsigned number) {
  const struct metric_key key = key_of(number);
  struct metric *const metric = calloc(1, metric_size(&bare_plan, &key));
  assert_non_null(metric);
  metric_init(metric, &bare_plan, &key, NULL);
  return metric;
}

/* Few hashes for many metrics: chains run into each other and around the end. */
static uint32_t poor_hash(unsigned number) { return number % 7 * 0x1fffffffu; }

static void put(struct table *table, unsigned number) {
  assert_int_equal(table_reserve(table), STATUS_OK);
  table_put(table, new_metric(number), poor_hash(number));
}

static size_t slot_of(const struct table *table, const struct metric *metric) {
  size_t i = 0;
  while (table->slots[i].metric != metric)
    i++;
  return i;
}

static void remove_metric(struct table *table, unsigned number) {
  const struct metric_key key = key_of(number);
  struct metric *const metric = table_find(table, &key, poor_hash(number));
  assert_non_null(metric);
  table_remove(table, slot_of(table, metric));
  free(metric);
}

static bool has(const struct table *table, unsigned number) {
  const struct metric_key key = key_of(number);
  const struct metric *const metric = table_find(table, &key, poor_hash(number));
  return metric != NULL && metric_has_key(metric, &key);
}

static void empty_table_finds_nothing(void **state) {
  (void)state;
  const struct table table = {0};
  assert_false(has(&table, 1));
  assert_int_equal(table_memory(&table), 0);
}

static void survives_any_order_of_put_and_remove(void **state) {
  (void)state;
  struct table table = {0};
  bool present[METRICS] = {false};
  size_t count = 0;
  uint32_t random = 1;
  for (unsigned step = 0; step < 4 * METRICS; step++) {
    random = random * 1664525u + 1013904223u;
    const unsigned number = (random >> 8) % 300;
    if (present[number])
      remove_metric(&table, number);
    else
      put(&table, number);
    count = present[number] ? count - 1 : count + 1;
    present[number] = !present[number];
    assert_int_equal(table.count, count);
    if (step % 50 == 0)
      for (unsigned i = 0; i < 300; i++)
        assert_int_equal(has(&table, i), present[i]);
  }
  for (unsigned i = 0; i < 300; i++)
    if (present[i])
      remove_metric(&table, i);
  assert_int_equal(table.count, 0);
  table_release(&table);
}

static void parts_do_not_run_into_each_other(void **state) {
  (void)state;
  const struct metric_id one = {{"h", "ab", "c", "t", "", "v"}};
  const struct metric_id other = {{"h", "a", "bc", "t", "", "v"}};
  struct metric_key first, second;
  assert_true(metric_key_make(&first, &one));
  assert_true(metric_key_make(&second, &other));
  assert_false(first.length == second.length &&
               memcmp(first.bytes, second.bytes, first.length) == 0);
}

static void too_long_a_part_is_no_key(void **state) {
  (void)state;
  char part[METRIC_PART_SIZE + 1];
  memset(part, 'x', sizeof part);
  part[METRIC_PART_SIZE] = '\0';
  const struct metric_id id = {{"h", part, "", "t", "", "v"}};
  struct metric_key key;
  assert_false(metric_key_make(&key, &id));
  part[METRIC_PART_SIZE - 1] = '\0';
  assert_true(metric_key_make(&key, &id));
}

static void slab_gives_aligned_zeroed_blocks_and_takes_them_back(void **state) {
  (void)state;
  struct slab *const slab = slab_create();
  assert_non_null(slab);
  static const size_t sizes[] = {1, 64, 65, 2300, 32 << 10, (32 << 10) + 1, 5 << 20};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    unsigned char *const block = slab_take(slab, sizes[i]);
    assert_non_null(block);
    assert_int_equal((uintptr_t)block % SLAB_ALIGNMENT, 0);
    for (size_t at = 0; at < sizes[i]; at++)
      assert_int_equal(block[at], 0);
    memset(block, 0xff, sizes[i]);
    slab_give(slab, block, sizes[i]);
    unsigned char *const again = slab_take(slab, sizes[i]);
    assert_non_null(again);
    assert_int_equal(again[0], 0);
    assert_int_equal(again[sizes[i] - 1], 0);
    slab_give(slab, again, sizes[i]);
  }
  slab_destroy(slab);
}

static void slab_blocks_do_not_overlap(void **state) {
  (void)state;
  enum { BLOCKS = 4000, SIZE = 2300 };
  struct slab *const slab = slab_create();
  unsigned *blocks[BLOCKS];
  for (unsigned i = 0; i < BLOCKS; i++) {
    blocks[i] = slab_take(slab, SIZE);
    assert_non_null(blocks[i]);
    for (size_t at = 0; at < SIZE / sizeof(unsigned); at++)
      blocks[i][at] = i;
  }
  for (unsigned i = 0; i < BLOCKS; i++)
    for (size_t at = 0; at < SIZE / sizeof(unsigned); at++)
      assert_int_equal(blocks[i][at], i);
  slab_destroy(slab);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(empty_table_finds_nothing),
      cmocka_unit_test(survives_any_order_of_put_and_remove),
      cmocka_unit_test(parts_do_not_run_into_each_other),
      cmocka_unit_test(too_long_a_part_is_no_key),
      cmocka_unit_test(slab_gives_aligned_zeroed_blocks_and_takes_them_back),
      cmocka_unit_test(slab_blocks_do_not_overlap),
  };
  return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}

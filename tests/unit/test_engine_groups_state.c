/* Groups go on after a restart, and believe no bytes. */
#include "anomaly/state.h"
#include "anomaly/status.h"
#include "unit/alloc_fail.h"
#include "unit/group_rig.h"
#include "unit/unit_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS                                                                                     \
  "{ name = \"all\"; late = \"last\"; members = ( { plugin = \"test\"; } ); },"                    \
  "{ name = \"web\"; by = \"metric\"; detector = \"peers\"; late = \"wait\"; wait = 30;"           \
  "  members = ( { type_instance = \"m0\"; } ); }"

enum { HOSTS = 3, STORED_MAX = HOSTS * (GROUP_METRICS + 4) + 1 };

static const double WEEK = 7 * 86400;

struct stored {
  size_t count, size[STORED_MAX];
  unsigned char *bytes[STORED_MAX];
  bool group[STORED_MAX];
};

static void store(struct group_rig *rig, struct stored *stored) {
  struct state_export *export;
  const struct metric_record *records;
  stored->count = 0;
  engine_mark_unsaved(rig->engine);
  assert_int_equal(state_export_begin(&export, rig->engine, UNSAVED_STATE), STATUS_OK);
  for (size_t count; (count = state_export_next(export, &records)) > 0;)
    for (size_t i = 0; i < count; i++) {
      const size_t at = stored->count++;
      assert_in_range(at, 0, STORED_MAX - 1);
      stored->size[at] = records[i].size;
      stored->group[at] = strcmp(records[i].id.part[METRIC_PLUGIN], "anomaly") == 0;
      stored->bytes[at] = malloc(records[i].size);
      assert_non_null(stored->bytes[at]);
      memcpy(stored->bytes[at], records[i].state, records[i].size);
    }
  state_export_end(export);
}

static void clear(struct stored *stored) {
  for (size_t i = 0; i < stored->count; i++)
    free(stored->bytes[i]);
}

static struct restore_stats restore_one(struct group_rig *rig, const struct stored *stored,
                                        size_t which) {
  struct restore_stats stats = {0};
  engine_restore(rig->engine, LEARNED_HERE, stored->bytes[which], stored->size[which], GROUP_BEGIN,
                 &stats);
  return stats;
}

/* The groups first, in between or last. */
static void restore(struct group_rig *rig, const struct stored *stored, int order) {
  size_t restored = 0;
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < stored->count; i++) {
      if (order == 0 ? pass > 0 : stored->group[i] != (pass == order - 1))
        continue;
      const struct restore_stats stats = restore_one(rig, stored, i);
      assert_int_equal(stats.metrics, 1);
      assert_int_equal(stats.cold_detectors, 0);
      restored++;
    }
  assert_int_equal(restored, stored->count);
}

static void assert_same(struct group_rig *a, struct group_rig *b) {
  struct stored left, right;
  store(a, &left);
  store(b, &right);
  assert_int_equal(left.count, right.count);
  for (size_t i = 0; i < left.count; i++) {
    assert_int_equal(left.size[i], right.size[i]);
    assert_memory_equal(left.bytes[i], right.bytes[i], left.size[i]);
  }
  clear(&left);
  clear(&right);
}

static double odd(unsigned host, unsigned metric, unsigned row) {
  return host == 1 && metric < 4 && row > 1500 && row % 300 < 10 ? 7 : 0;
}

/* In the middle of a row too. */
static void feed_more(struct group_rig *rig, unsigned row, unsigned metrics) {
  for (unsigned metric = 0; metric < metrics; metric++)
    group_rig_observe(rig, 0, metric, GROUP_BEGIN + GROUP_STEP * row, 52);
}

static void restart(const char *groups, int order) {
  struct group_rig one, two;
  struct stored stored;
  group_rig_start(&one, groups, WEEK);
  group_rig_feed(&one, HOSTS, 0, 2000, odd);
  feed_more(&one, 2000, 5);
  store(&one, &stored);
  group_rig_start(&two, groups, WEEK);
  restore(&two, &stored, order);
  assert_int_equal(group_rig_stats(&two).groups, group_rig_stats(&one).groups);
  assert_int_equal(group_rig_stats(&two).refused_columns, 0);
  assert_same(&one, &two);
  group_rig_feed(&one, HOSTS, 2001, 2700, odd);
  group_rig_feed(&two, HOSTS, 2001, 2700, odd);
  assert_same(&one, &two);
  clear(&stored);
  group_rig_end(&one);
  group_rig_end(&two);
}

/* One member is far ahead when it happens, and the next to come is as far. */
static void a_restart_in_a_leap_changes_nothing(void **state) {
  (void)state;
  enum { AFTER = 500 };
  struct group_rig one, two;
  struct stored stored;
  group_rig_start(&one, GROUPS, WEEK);
  group_rig_feed(&one, HOSTS, 0, 400, NULL);
  group_rig_observe(&one, 0, 3, GROUP_BEGIN + GROUP_STEP * AFTER, 52);
  store(&one, &stored);
  group_rig_start(&two, GROUPS, WEEK);
  restore(&two, &stored, 0);
  group_rig_observe(&one, 0, 4, GROUP_BEGIN + GROUP_STEP * AFTER + 1, 53);
  group_rig_observe(&two, 0, 4, GROUP_BEGIN + GROUP_STEP * AFTER + 1, 53);
  assert_same(&one, &two);
  group_rig_feed(&one, HOSTS, AFTER + 1, AFTER + 5, NULL);
  group_rig_feed(&two, HOSTS, AFTER + 1, AFTER + 5, NULL);
  assert_same(&one, &two);
  clear(&stored);
  group_rig_end(&one);
  group_rig_end(&two);
}

static void a_restart_changes_nothing(void **state) {
  (void)state;
  for (int order = 0; order < 3; order++)
    restart(GROUPS, order);
}

/* Four parts, the last of a metric or two: the members come back in the order of their keys. */
static void members_of_parts_keep_their_places(void **state) {
  (void)state;
  restart(
      "{ name = \"all\"; columns_max = 3; late = \"last\"; members = ( { plugin = \"test\"; } ); },"
      "{ name = \"web\"; by = \"metric\"; detector = \"peers\"; columns_max = 2;"
      "  members = ( { type_instance = \"m0\"; } ); }",
      1);
}

/* Metric by metric, as files of the past have them, and all side by side: the same. */
static void a_past_of_one_metric_after_another_is_the_same(void **state) {
  (void)state;
  enum { ROWS = 700 };
  struct group_rig one, two;
  group_rig_start(&one, GROUPS, WEEK);
  group_rig_start_later(&two, GROUPS);
  for (unsigned row = 0; row < ROWS; row++)
    for (unsigned host = 0; host < HOSTS; host++)
      for (unsigned metric = 0; metric < GROUP_METRICS; metric++)
        group_rig_observe(&one, host, metric, GROUP_BEGIN + GROUP_STEP * row,
                          (row * 7919 + metric * 31 + host) % 101);
  for (unsigned host = 0; host < HOSTS; host++)
    for (unsigned metric = 0; metric < GROUP_METRICS; metric++)
      for (unsigned row = 0; row < ROWS; row++)
        group_rig_observe(&two, host, metric, GROUP_BEGIN + GROUP_STEP * row,
                          (row * 7919 + metric * 31 + host) % 101);
  assert_int_equal(group_rig_stats(&two).group_rows, 0);
  assert_int_equal(engine_judge_kept(two.engine), STATUS_OK);
  assert_int_equal(group_rig_stats(&two).group_rows, group_rig_stats(&one).group_rows);
  assert_same(&one, &two);
  group_rig_feed(&one, HOSTS, ROWS, ROWS + 100, odd);
  group_rig_feed(&two, HOSTS, ROWS, ROWS + 100, odd);
  assert_same(&one, &two);
  group_rig_end(&one);
  group_rig_end(&two);
}

/* Rows without anything odd, and what is known then. */
static void start_and_store(struct group_rig *rig, unsigned rows, struct stored *ret_stored) {
  group_rig_start(rig, GROUPS, WEEK);
  group_rig_feed(rig, HOSTS, 0, rows, NULL);
  store(rig, ret_stored);
}

static void other_groups_are_not_taken(void **state) {
  (void)state;
  static const char *const others[] = {
      "{ name = \"all\"; detector = \"host_rate\"; members = ( { plugin = \"test\"; } ); }",
      ("{ name = \"all\"; detector = { name = \"host\"; limit = 0.5; };"
       " members = ( { plugin = \"test\"; } ); }"),
      "{ name = \"all\"; columns_max = 3; members = ( { plugin = \"test\"; } ); }"};
  struct group_rig one;
  struct stored stored;
  start_and_store(&one, 400, &stored);
  for (size_t other = 0; other < sizeof others / sizeof *others; other++) {
    struct group_rig two;
    unsigned cold = 0, ignored = 0;
    group_rig_start(&two, others[other], WEEK);
    for (size_t i = 0; i < stored.count; i++) {
      const struct restore_stats stats = restore_one(&two, &stored, i);
      cold += (unsigned)stats.cold_detectors;
      ignored += (unsigned)stats.ignored;
    }
    assert_int_equal(cold, HOSTS);
    assert_int_equal(ignored, 1);
    group_rig_feed(&two, HOSTS, 400, 420, NULL);
    group_rig_end(&two);
  }
  clear(&stored);
  group_rig_end(&one);
}

/* Each byte changed, and each length cut: refused and counted, or as good as it was. */
static void bytes_are_not_believed(void **state) {
  (void)state;
  struct group_rig one;
  struct stored stored;
  start_and_store(&one, 5, &stored);
  size_t which = 0;
  while (!stored.group[which])
    which++;
  unsigned char *const bytes = stored.bytes[which];
  const size_t size = stored.size[which];
  for (size_t at = 0; at < size; at += at < 2000 ? 1 : 97)
    for (unsigned bit = 1; bit < 256; bit <<= 3) {
      struct group_rig two;
      group_rig_start(&two, GROUPS, WEEK);
      bytes[at] ^= (unsigned char)bit;
      const struct restore_stats stats = restore_one(&two, &stored, which);
      bytes[at] ^= (unsigned char)bit;
      if (stats.cold_metrics + stats.cold_detectors + stats.ignored == 0)
        assert_int_equal(stats.metrics, 1);
      group_rig_end(&two);
    }
  for (size_t cut = 0; cut < size; cut += cut < 2000 ? 1 : 97) {
    struct group_rig two;
    group_rig_start(&two, GROUPS, WEEK);
    stored.size[which] = cut;
    const struct restore_stats stats = restore_one(&two, &stored, which);
    assert_int_equal(stats.cold_metrics + stats.cold_detectors, 1);
    group_rig_feed(&two, 1, 10, 13, NULL);
    group_rig_end(&two);
  }
  stored.size[which] = size;
  clear(&stored);
  group_rig_end(&one);
}

struct passing {
  struct engine *engine;
  atomic_bool over;
};

/* A minute for each tick, so that each row at hand is closed and judged. */
static void *pass(void *context) {
  struct passing *const passing = context;
  for (double now = GROUP_BEGIN; !atomic_load(&passing->over); now += GROUP_STEP)
    engine_tick(passing->engine, now);
  return NULL;
}

/* Nobody judges rows of what is still being read. */
static void time_passes_while_groups_are_restored(void **state) {
  (void)state;
  enum { ROUNDS = 200 };
  struct group_rig one;
  struct stored stored;
  group_rig_start(&one, GROUPS, WEEK);
  group_rig_feed(&one, HOSTS, 0, 400, NULL);
  feed_more(&one, 400, 5);
  store(&one, &stored);
  for (unsigned round = 0; round < ROUNDS; round++) {
    struct group_rig two;
    pthread_t thread;
    group_rig_start(&two, GROUPS, WEEK);
    struct passing passing = {.engine = two.engine};
    assert_int_equal(pthread_create(&thread, NULL, pass, &passing), 0);
    restore(&two, &stored, 0);
    atomic_store(&passing.over, true);
    pthread_join(thread, NULL);
    group_rig_end(&two);
  }
  clear(&stored);
  group_rig_end(&one);
}

/* With less memory_limit than in the last run, some are refused. */
static void no_more_is_restored_than_there_is_room_for(void **state) {
  (void)state;
  enum { LIMIT = 1 << 20, TABLES = 1 << 16 };
  static const char groups[] = "{ name = \"all\"; members = ( { plugin = \"test\"; } );"
                               "  detector = { name = \"knn\"; window_size = 10000; }; }";
  struct group_rig one, two;
  struct stored stored;
  group_rig_start(&one, groups, WEEK);
  group_rig_feed(&one, HOSTS, 0, 5, NULL);
  store(&one, &stored);
  assert_true(group_rig_stats(&one).memory > LIMIT + TABLES);
  group_rig_start_small(&two, groups, LIMIT);
  unsigned groups_taken = 0, groups_refused = 0;
  for (size_t i = 0; i < stored.count; i++) {
    if (!stored.group[i])
      continue;
    const struct restore_stats stats = restore_one(&two, &stored, i);
    groups_taken += stats.metrics == 1 && stats.cold_detectors == 0;
    groups_refused += stats.refused == 1;
  }
  assert_int_equal(groups_taken, 1);
  assert_int_equal(groups_refused, HOSTS - 1);
  assert_true(group_rig_stats(&two).memory <= LIMIT + TABLES);
  clear(&stored);
  group_rig_end(&one);
  group_rig_end(&two);
}

static void allocations_fail(void **state) {
  (void)state;
  struct group_rig one;
  struct stored stored;
  start_and_store(&one, 5, &stored);
  bool failed = true;
  for (unsigned n = 1; failed; n++) {
    struct group_rig two;
    group_rig_start(&two, GROUPS, WEEK);
    alloc_fail_at(n);
    for (size_t i = 0; i < stored.count; i++)
      restore_one(&two, &stored, i);
    failed = alloc_has_failed();
    alloc_fail_at(0);
    group_rig_feed(&two, HOSTS, 5, 8, NULL);
    group_rig_end(&two);
    assert_in_range(n, 1, 5000);
  }
  clear(&stored);
  group_rig_end(&one);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_restart_changes_nothing),
      cmocka_unit_test(a_restart_in_a_leap_changes_nothing),
      cmocka_unit_test(members_of_parts_keep_their_places),
      cmocka_unit_test(a_past_of_one_metric_after_another_is_the_same),
      cmocka_unit_test(other_groups_are_not_taken),
      cmocka_unit_test(bytes_are_not_believed),
      cmocka_unit_test(time_passes_while_groups_are_restored),
      cmocka_unit_test(no_more_is_restored_than_there_is_room_for),
      cmocka_unit_test(allocations_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

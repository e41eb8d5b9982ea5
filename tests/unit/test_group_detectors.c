/*
 * Every promise of the group detector contract, for every one of the list. What
 * a group detector detects is in a test of its own.
 */
#include "anomaly/group.h"
#include "anomaly/status.h"
#include "base/hash.h"
#include "base/option.h"
#include "engine/group.h"
#include "engine/group_snapshot.h"
#include "engine/snapshot_header.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MOST = 300 };

static const double START = 1700000000, MINUTE = 60;

/* A group under test, and the time of its next row. */
struct crowd {
  struct group group;
  void *options;
  double time, value[COLUMNS_MOST];
};

static struct crowd crowd_create(const struct group_detector *detector, uint32_t columns) {
  struct crowd crowd = {.options = calloc(1, detector->options_size + 1), .time = START};
  assert_non_null(crowd.options);
  option_set_presets(detector->options, crowd.options);
  crowd.group = group_of(detector, crowd.options);
  assert_int_equal(group_grow(&crowd.group, columns), STATUS_OK);
  return crowd;
}

static void crowd_destroy(struct crowd *crowd) {
  group_release(&crowd->group);
  free(crowd->options);
}

static void check_blames(const struct crowd *crowd) {
  struct group_blame blames[GROUP_BLAMES];
  const size_t count = group_blame(&crowd->group, blames);
  assert_in_range(count, 0, GROUP_BLAMES);
  for (size_t i = 0; i < count; i++) {
    assert_true(isfinite(blames[i].decades) && blames[i].decades > 0);
    assert_in_range(blames[i].column, 0, crowd->group.state.columns - 1);
    assert_true(i == 0 || blames[i].decades <= blames[i - 1].decades);
    for (size_t j = 0; j < i; j++)
      assert_int_not_equal(blames[i].column, blames[j].column);
  }
}

static struct group_finding judge(struct crowd *crowd, double interval) {
  const struct group_row row = {.time = crowd->time, .interval = interval, .value = crowd->value};
  struct group_finding finding;
  memset(&finding, 0xa5, sizeof finding);
  group_update(&crowd->group, &row, &finding);
  assert_true(isfinite(finding.ratio) && finding.ratio >= 0);
  assert_true(isfinite(finding.surprise) && finding.surprise >= 0);
  assert_in_range(finding.kind, KIND_NONE, KINDS - 1);
  assert_int_equal(finding.kind == KIND_NONE, finding.ratio == 0);
  assert_true(finding.reason == NULL || finding.reason[0] != '\0');
  assert_true(!finding.began || finding.anomaly);
  check_blames(crowd);
  crowd->time += interval > 0 ? interval : MINUTE;
  return finding;
}

/* What the columns do in row `i`: each its own way, and an incident now and then. */
static struct group_finding ordinary(struct crowd *crowd, struct noise *noise, uint32_t i) {
  const bool verdicts = crowd->group.detector->feed == GROUP_OF_VERDICTS;
  for (uint32_t j = 0; j < crowd->group.state.columns; j++) {
    const double odd = i % 701 < 8 && j < 4 ? 60 : 0;
    const double value = 50 + 10 * sin((i + 40. * j) / (50 + j)) + 2 * noise_gaussian(noise) + odd;
    crowd->value[j] = verdicts ? (value > 72) : value;
    if (noise_bits(noise) % 97 == 0)
      crowd->value[j] = (double)NAN;
  }
  return judge(crowd, i % 5 == 0 ? 0 : MINUTE);
}

static void test_list_has_distinct_names(void **unused) {
  (void)unused;
  assert_non_null(group_detector_list[0]);
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++) {
    assert_ptr_equal(group_detector_find((*at)->name), *at);
    assert_null(detector_find((*at)->name));
    assert_true((*at)->summary[0] != '\0' && (*at)->source[0] != '\0');
    assert_true((*at)->state_version > 0 && (*at)->columns_min > 0);
    struct crowd crowd = crowd_create(*at, 1);
    for (const struct option_row *row = (*at)->options; row->name != NULL; row++) {
      assert_ptr_equal(option_find((*at)->options, row->name), row);
      assert_int_equal(option_set_number(row, crowd.options, row->preset, NULL), STATUS_OK);
    }
    crowd_destroy(&crowd);
  }
  assert_null(group_detector_find("no such group detector"));
}

static void test_any_number_of_columns_works(void **unused) {
  (void)unused;
  static const uint32_t columns[] = {1, 2, 3, 4, 5, 7, 18, 38, 100, COLUMNS_MOST};
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++)
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
      struct crowd crowd = crowd_create(*at, columns[i]);
      struct noise noise = {i};
      for (uint32_t row = 0; row < 1500; row++)
        (void)ordinary(&crowd, &noise, row);
      crowd_destroy(&crowd);
    }
}

static void test_extreme_options_work(void **unused) {
  (void)unused;
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++)
    for (const struct option_row *row = (*at)->options; row->name != NULL; row++)
      for (int largest = 0; largest < 2; largest++) {
        struct crowd crowd = crowd_create(*at, 6);
        assert_int_equal(
            option_set_number(row, crowd.options, largest == 1 ? row->max : row->min, NULL),
            STATUS_OK);
        struct noise noise = {1};
        for (uint32_t i = 0; i < 1500; i++)
          (void)ordinary(&crowd, &noise, i);
        crowd_destroy(&crowd);
      }
}

static const double extremes[] = {0,
                                  -0.0,
                                  1,
                                  -1,
                                  5e-324,
                                  1e-310,
                                  1e-40,
                                  1e-30,
                                  1e18,
                                  -1e18,
                                  1e30,
                                  3.4e38,
                                  -1e300,
                                  1e308,
                                  -1e308,
                                  1.0e9,
                                  (double)NAN,
                                  (double)INFINITY,
                                  (double)-INFINITY};
enum { EXTREMES = sizeof extremes / sizeof extremes[0] };

static void feed_hostile(struct crowd *crowd, struct noise *noise, uint32_t rows) {
  static const double gaps[] = {0, 1e-6, 1, 60, 86400, 1e7};
  for (uint32_t i = 0; i < rows; i++) {
    for (uint32_t j = 0; j < crowd->group.state.columns; j++)
      crowd->value[j] = noise_bits(noise) % 3 == 0 ? noise_gaussian(noise)
                                                   : extremes[noise_bits(noise) % EXTREMES];
    const double interval = gaps[noise_bits(noise) % 6];
    (void)judge(crowd, interval);
  }
}

static void test_hostile_values_are_defined(void **unused) {
  (void)unused;
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++)
    for (uint64_t seed = 0; seed < 10; seed++) {
      struct crowd crowd = crowd_create(*at, 1 + (uint32_t)seed);
      struct noise noise = {seed};
      if (seed % 2 == 0)
        for (uint32_t i = 0; i < 2000; i++)
          (void)ordinary(&crowd, &noise, i);
      feed_hostile(&crowd, &noise, 2000);
      crowd_destroy(&crowd);
    }
}

/* Columns that say the same for ever, that are missing for ever, or change between extremes. */
static void test_alternating_extremes_are_defined(void **unused) {
  (void)unused;
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++)
    for (size_t a = 0; a < EXTREMES; a++)
      for (size_t b = a; b < EXTREMES; b++) {
        struct crowd crowd = crowd_create(*at, 3);
        for (uint32_t i = 0; i < 400; i++) {
          for (uint32_t j = 0; j < 3; j++)
            crowd.value[j] = extremes[i % 7 == j ? a : b];
          (void)judge(&crowd, MINUTE);
        }
        crowd_destroy(&crowd);
      }
}

static unsigned char *save(const struct crowd *crowd, size_t *ret_size) {
  const struct group *const group = &crowd->group;
  *ret_size = group_snapshot_size(group->detector, group->options, &group->state);
  unsigned char *const bytes = malloc(*ret_size);
  assert_non_null(bytes);
  group_snapshot_write(group->detector, group->options, &group->state, bytes, *ret_size);
  return bytes;
}

static int load(struct crowd *crowd, const unsigned char *bytes, size_t size) {
  const struct group *const group = &crowd->group;
  return group_snapshot_load(group->detector, group->options, bytes, size, &group->state);
}

static struct crowd restore(const struct crowd *original) {
  struct crowd crowd = crowd_create(original->group.detector, original->group.state.columns);
  size_t size;
  unsigned char *const bytes = save(original, &size);
  memset(crowd.group.state.head, 0xff, group_memory(&crowd.group));
  assert_int_equal(load(&crowd, bytes, size), STATUS_OK);
  crowd.time = original->time;
  free(bytes);
  return crowd;
}

static void assert_same_state(const struct crowd *a, const struct crowd *b) {
  size_t size, other_size;
  unsigned char *const bytes = save(a, &size), *const other = save(b, &other_size);
  assert_int_equal(size, other_size);
  assert_memory_equal(bytes, other, size);
  free(bytes);
  free(other);
}

static void assert_same_finding(const struct group_finding *a, const struct group_finding *b) {
  assert_memory_equal(&a->ratio, &b->ratio, sizeof a->ratio);
  assert_memory_equal(&a->surprise, &b->surprise, sizeof a->surprise);
  assert_int_equal(a->anomaly, b->anomaly);
  assert_int_equal(a->began, b->began);
  assert_int_equal(a->kind, b->kind);
  assert_ptr_equal(a->reason, b->reason);
  assert_int_equal(a->ready, b->ready);
}

/* A group that is saved and restored every now and then is the one that never was. */
static void test_restored_state_goes_on_bit_for_bit(void **unused) {
  (void)unused;
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++) {
    struct crowd whole = crowd_create(*at, 9), cut = crowd_create(*at, 9);
    struct noise noise = {3}, same_noise = {3};
    for (uint32_t i = 0; i < 5000; i++) {
      if (i < 12 || i % 37 == 0) {
        struct crowd restored = restore(&cut);
        crowd_destroy(&cut);
        cut = restored;
      }
      if (i % 1500 == 1499) {
        feed_hostile(&whole, &noise, 20);
        feed_hostile(&cut, &same_noise, 20);
      }
      const struct group_finding expected = ordinary(&whole, &noise, i);
      const struct group_finding found = ordinary(&cut, &same_noise, i);
      assert_same_finding(&expected, &found);
    }
    assert_same_state(&whole, &cut);
    crowd_destroy(&whole);
    crowd_destroy(&cut);
  }
}

/* The columns that were there go on as if nothing had come. */
static void test_columns_may_come_later(void **unused) {
  (void)unused;
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++) {
    struct crowd crowd = crowd_create(*at, 5);
    struct noise noise = {6};
    for (uint32_t i = 0; i < 2000; i++)
      (void)ordinary(&crowd, &noise, i);
    struct crowd before = restore(&crowd);
    assert_int_equal(group_grow(&crowd.group, 8), STATUS_OK);
    assert_memory_equal(before.group.state.head, crowd.group.state.head, (*at)->head_size);
    assert_memory_equal(before.group.state.column, crowd.group.state.column,
                        5 * (*at)->column_size);
    for (uint32_t i = 2000; i < 4000; i++)
      (void)ordinary(&crowd, &noise, i);
    assert_int_equal(group_grow(&crowd.group, GROUP_COLUMNS_MAX + 1), STATUS_LIMIT);
    crowd_destroy(&before);
    crowd_destroy(&crowd);
  }
}

/* Bytes before the fields. */
static size_t header_size(const struct crowd *crowd) {
  const struct group_detector *const detector = crowd->group.detector;
  const struct snapshot_owner owner = {
      .name = detector->name, .rows = detector->options, .options = crowd->options};
  struct packer counter = {.used = 0};
  snapshot_pack_header(&counter, &owner);
  return (size_t)counter.used + sizeof(uint32_t);
}

/* Writes something odd over a few bytes of the body and corrects the checksum. */
static void forge(unsigned char *bytes, size_t size, size_t body, struct noise *noise) {
  static const uint64_t oddities[] = {0,
                                      UINT64_MAX,
                                      0x7fefffffffffffff, /* largest double */
                                      0x7ff0000000000000, /* infinity */
                                      0x7f7fffff7f7fffff, /* two largest floats */
                                      0x7f8000007f800000, /* two infinite floats */
                                      1};
  const uint64_t choice = noise_bits(noise);
  const uint64_t oddity =
      choice & 1 ? noise_bits(noise) : oddities[(choice >> 8) % (sizeof oddities / 8)];
  const size_t width = (size_t)1 << (choice >> 16) % 4, end = size - sizeof(uint64_t);
  const size_t at = end - body + (noise_bits(noise) % body) / width * width;
  if (at + width <= end)
    memcpy(bytes + at, &oddity, width);
  const uint64_t sum = hash_bytes(bytes, end, SNAPSHOT_SEED);
  for (size_t i = 0; i < sizeof sum; i++)
    bytes[end + i] = (unsigned char)(sum >> 8 * i);
}

static void test_forged_state_is_refused_or_harmless(void **unused) {
  (void)unused;
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++) {
    struct crowd crowd = crowd_create(*at, 5);
    struct noise noise = {5};
    for (uint32_t i = 0; i < 2500; i++)
      (void)ordinary(&crowd, &noise, i);
    size_t size;
    unsigned char *const honest = save(&crowd, &size), *const bytes = malloc(size);
    assert_non_null(bytes);
    const size_t body = size - header_size(&crowd) - PACK_SUM_SIZE;
    const double time = crowd.time;
    unsigned refused = 0;
    for (uint32_t round = 0; round < 3000; round++) {
      memcpy(bytes, honest, size);
      crowd.time = time;
      for (uint32_t i = 0; i <= round % 3; i++)
        forge(bytes, size, body, &noise);
      const int status = load(&crowd, bytes, size);
      refused += status != STATUS_OK;
      assert_true(status == STATUS_OK || status == STATUS_CORRUPT);
      for (uint32_t i = 0; status == STATUS_OK && i < 100; i++)
        (void)ordinary(&crowd, &noise, i);
    }
    assert_true(refused > 100);
    free(bytes);
    free(honest);
    crowd_destroy(&crowd);
  }
}

static void test_cut_state_is_refused(void **unused) {
  (void)unused;
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++) {
    struct crowd crowd = crowd_create(*at, 2), other = crowd_create(*at, 3);
    struct noise noise = {7};
    for (uint32_t i = 0; i < 100; i++)
      (void)ordinary(&crowd, &noise, i);
    size_t size;
    unsigned char *const bytes = save(&crowd, &size);
    for (size_t cut = 0; cut < size; cut++)
      assert_int_not_equal(load(&crowd, bytes, cut), STATUS_OK);
    assert_int_equal(load(&other, bytes, size), STATUS_MISMATCH);
    assert_int_equal(load(&crowd, bytes, size), STATUS_OK);
    free(bytes);
    crowd_destroy(&other);
    crowd_destroy(&crowd);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_list_has_distinct_names),
      cmocka_unit_test(test_any_number_of_columns_works),
      cmocka_unit_test(test_extreme_options_work),
      cmocka_unit_test(test_hostile_values_are_defined),
      cmocka_unit_test(test_alternating_extremes_are_defined),
      cmocka_unit_test(test_restored_state_goes_on_bit_for_bit),
      cmocka_unit_test(test_columns_may_come_later),
      cmocka_unit_test(test_forged_state_is_refused_or_harmless),
      cmocka_unit_test(test_cut_state_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

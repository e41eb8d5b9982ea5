/*
 * Every promise of the detector contract, for every detector of the list. What
 * a detector detects is in test_detector_claims.c.
 */
#include "anomaly/status.h"
#include "base/hash.h"
#include "base/option.h"
#include "engine/snapshot.h"
#include "unit/signals.h"
#include "unit/subject.h"
#include "unit/unit_test.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool is_name(const char *name) {
  if (!islower((unsigned char)*name))
    return false;
  for (const char *at = name; *at != '\0'; at++)
    if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '_')
      return false;
  return true;
}

static bool is_phrase(const char *text) {
  return text != NULL && *text != '\0' && text[strlen(text) - 1] != '.';
}

static void test_list_has_distinct_names(void **unused) {
  (void)unused;
  assert_non_null(detector_list[0]);
  for (size_t i = 0; detector_list[i] != NULL; i++) {
    assert_true(is_name(detector_list[i]->name));
    assert_ptr_equal(detector_find(detector_list[i]->name), detector_list[i]);
    assert_true(is_phrase(detector_list[i]->summary));
    assert_true(is_phrase(detector_list[i]->source));
    assert_true(detector_list[i]->state_version > 0);
  }
  assert_null(detector_find("no such detector"));
  assert_null(detector_find(""));
}

static size_t option_width(enum option_kind kind) {
  switch (kind) {
  case OPTION_BOOL:
    return sizeof(bool);
  case OPTION_COUNT:
  case OPTION_SET:
    return sizeof(uint32_t);
  case OPTION_REAL:
  case OPTION_DURATION:
    return sizeof(double);
  case OPTION_SIZE:
    return sizeof(uint64_t);
  case OPTION_CHOICE:
    return sizeof(int);
  }
  return 0;
}

/* Marks bytes as used; fails where one is used already or outside. */
static void claim_bytes(unsigned char *used, size_t size, size_t offset, size_t width,
                        const char *detector, const char *row) {
  if (width == 0 || offset > size || width > size - offset)
    fail_msg("%s: row %s lies outside", detector, row);
  for (size_t i = 0; i < width; i++)
    if (used[offset + i]++ != 0)
      fail_msg("%s: row %s overlaps another", detector, row);
}

static void test_options_are_sane(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++) {
    const struct detector *const detector = *at;
    struct subject subject = subject_create(detector, NULL);
    unsigned char *const used = calloc(1, detector->options_size + 1);
    assert_non_null(used);
    for (const struct option_row *row = detector->options; row->name != NULL; row++) {
      assert_true(is_name(row->name));
      assert_ptr_equal(option_find(detector->options, row->name), row);
      assert_true(is_phrase(row->help));
      claim_bytes(used, detector->options_size, row->offset, option_width(row->kind),
                  detector->name, row->name);
      if (option_set_number(row, subject.options, row->preset, NULL) != STATUS_OK)
        fail_msg("%s: the preset of %s is out of its range", detector->name, row->name);
    }
    /* Presets are well, or lack an option that must be given. */
    const char *const lacking = detector->check == NULL ? NULL : detector->check(subject.options);
    assert_true(lacking == NULL || strstr(lacking, "must be given") != NULL);
    free(used);
    subject_destroy(&subject);
  }
}

/* Whether the detector takes the row's largest or smallest value, set in the subject. */
static bool set_extreme(const struct detector *detector, const struct option_row *row, bool largest,
                        void *options) {
  double extreme = largest ? row->max : row->min;
  if (row->kind == OPTION_BOOL || row->kind == OPTION_CHOICE) {
    extreme = 0;
    while (largest && option_set_number(row, options, extreme + 1, NULL) == STATUS_OK)
      extreme++;
  }
  assert_int_equal(option_set_number(row, options, extreme, NULL), STATUS_OK);
  return detector->check == NULL || detector->check(options) == NULL;
}

static size_t field_width(enum state_kind kind) {
  static const size_t widths[] = {
      [STATE_U8] = 1,  [STATE_U16] = 2, [STATE_U32] = 4, [STATE_U64] = 8, [STATE_I16] = 2,
      [STATE_I32] = 4, [STATE_I64] = 8, [STATE_F32] = 4, [STATE_F64] = 8};
  return widths[kind];
}

static void claim_rows(const struct subject *subject, const struct state_row *rows, size_t base,
                       unsigned char *used) {
  for (const struct state_row *row = rows; row->name != NULL; row++) {
    uint32_t count = row->count;
    if (row->counted)
      memcpy(&count, (const char *)subject->options + row->count_option, sizeof count);
    for (uint32_t i = 0; i < count; i++) {
      const size_t offset = base + row->offset;
      if (row->kind == STATE_STRUCT)
        claim_rows(subject, row->rows, offset + i * row->stride, used);
      else
        claim_bytes(used, subject->state_size, offset + i * field_width(row->kind),
                    field_width(row->kind), subject->detector->name, row->name);
    }
  }
}

/* One mark for each byte of the state that a row describes; the caller frees. */
static unsigned char *described_bytes(const struct subject *subject) {
  unsigned char *const used = calloc(1, subject->state_size);
  assert_non_null(used);
  claim_rows(subject, subject->detector->state, 0, used);
  return used;
}

static double ordinary(struct noise *noise, uint32_t i) {
  return 50 + 10 * sin(i * 2 * acos(-1) / 1440) + 2 * noise_gaussian(noise) +
         (i % 211 == 0 ? 40 : 0);
}

static void test_extreme_options_work(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++)
    for (const struct option_row *row = (*at)->options; row->name != NULL; row++)
      for (int largest = 0; largest < 2; largest++) {
        struct subject subject = subject_create(*at, NULL);
        if (set_extreme(*at, row, largest == 1, subject.options)) {
          subject.state_size = (*at)->state_size(subject.options);
          assert_in_range(subject.state_size, 1, DETECTOR_STATE_MAX);
          free(subject.state);
          subject.state = malloc(subject.state_size);
          assert_non_null(subject.state);
          subject_restart(&subject);
          free(described_bytes(&subject));
          struct noise noise = {1};
          for (uint32_t i = 0; i < 3000; i++)
            (void)subject_update(&subject, MINUTE, ordinary(&noise, i));
          (void)subject_silence(&subject, DAY);
        }
        subject_destroy(&subject);
      }
}

static void test_findings_are_written_whole(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++) {
    struct subject one = subject_create(*at, NULL), other = subject_create(*at, NULL);
    other.fill = 0x33;
    struct noise noise = {2};
    for (uint32_t i = 0; i < 4000; i++) {
      const double value = ordinary(&noise, i);
      const struct finding found = subject_update(&one, MINUTE, value);
      const struct finding found_other = subject_update(&other, MINUTE, value);
      const struct finding silence = subject_silence(&one, i);
      const struct finding silence_other = subject_silence(&other, i);
      if (!finding_equal(&found, &found_other) || !finding_equal(&silence, &silence_other))
        fail_msg("%s: leaves a part of its finding unwritten", (*at)->name);
    }
    subject_destroy(&one);
    subject_destroy(&other);
  }
}

static void test_hostile_values_are_defined(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++)
    for (uint64_t seed = 0; seed < 20; seed++) {
      struct subject subject = subject_create(*at, NULL);
      struct noise noise = {seed};
      if (seed % 2 == 0)
        for (uint32_t i = 0; i < 3000; i++)
          (void)subject_update(&subject, MINUTE, ordinary(&noise, i));
      subject_feed_hostile(&subject, &noise, 3000);
      subject_destroy(&subject);
    }
}

static void test_alternating_extremes_are_defined(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++) {
    struct subject subject = subject_create(*at, NULL);
    for (size_t a = 0; a < EXTREME_VALUES; a++)
      for (size_t b = a; b < EXTREME_VALUES; b++)
        for (uint32_t i = 0; i < 150; i++)
          (void)subject_update(&subject, MINUTE, extreme_values[i % 3 == 0 ? a : b]);
    subject_destroy(&subject);
  }
}

static struct finding next_finding(struct subject *subject, struct noise *noise, uint32_t i) {
  const double gap = i % 97 == 0 ? 3 * DAY : MINUTE;
  return subject_observe(subject, gap, i % 5 == 0 ? 0 : MINUTE, ordinary(noise, i));
}

/* Another subject with the state restored; bytes that no row describes are spoilt. */
static struct subject restore(const struct subject *original) {
  struct subject subject = subject_create(original->detector, NULL);
  size_t size;
  unsigned char *const bytes = subject_save(original, &size);
  memset(subject.state, 0, subject.state_size);
  assert_int_equal(snapshot_load(subject.detector, subject.options, bytes, size, subject.state),
                   STATUS_OK);
  unsigned char *const described = described_bytes(&subject);
  for (size_t i = 0; i < subject.state_size; i++)
    if (!described[i])
      ((unsigned char *)subject.state)[i] = 0xff;
  subject.time = original->time;
  free(described);
  free(bytes);
  return subject;
}

static void assert_same_state(const struct subject *a, const struct subject *b) {
  size_t size, other_size;
  unsigned char *const bytes = subject_save(a, &size);
  unsigned char *const other_bytes = subject_save(b, &other_size);
  assert_int_equal(size, other_size);
  assert_memory_equal(bytes, other_bytes, size);
  free(bytes);
  free(other_bytes);
}

static void assert_goes_on_alike(const struct subject *original, struct noise noise) {
  struct subject restored = restore(original);
  struct subject copy = subject_create(original->detector, NULL);
  memcpy(copy.state, original->state, copy.state_size);
  copy.time = original->time;
  struct noise same_noise = noise;
  for (uint32_t i = 0; i < 300; i++) {
    const struct finding expected = next_finding(&copy, &noise, i);
    const struct finding found = next_finding(&restored, &same_noise, i);
    if (!finding_equal(&expected, &found))
      fail_msg("%s: restored, it differs after %u values", original->detector->name, i);
  }
  assert_same_state(&copy, &restored);
  subject_destroy(&copy);
  subject_destroy(&restored);
}

static void test_restored_state_goes_on_bit_for_bit(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++) {
    struct subject subject = subject_create(*at, NULL);
    struct noise noise = {3};
    for (uint32_t i = 0; i < 6000; i++) {
      if (i < 12 || i % 29 == 0)
        assert_goes_on_alike(&subject, noise);
      if (i % 1500 == 1499)
        subject_feed_hostile(&subject, &noise, 20);
      (void)next_finding(&subject, &noise, i);
    }
    subject_destroy(&subject);
  }
}

static void test_chunks_do_not_matter(void **unused) {
  (void)unused;
  static const uint32_t chunks[] = {1, 2, 7, 100};
  for (const struct detector *const *at = detector_list; *at != NULL; at++)
    for (size_t c = 0; c < sizeof chunks / sizeof chunks[0]; c++) {
      struct subject whole = subject_create(*at, NULL), chunked = subject_create(*at, NULL);
      struct noise noise = {4}, same_noise = {4};
      for (uint32_t i = 0; i < 1000; i++) {
        if (i % chunks[c] == 0) {
          struct subject restored = restore(&chunked);
          subject_destroy(&chunked);
          chunked = restored;
        }
        const struct finding expected = next_finding(&whole, &noise, i);
        const struct finding found = next_finding(&chunked, &same_noise, i);
        assert_true(finding_equal(&expected, &found));
      }
      assert_same_state(&whole, &chunked);
      subject_destroy(&whole);
      subject_destroy(&chunked);
    }
}

/* Writes something odd over a few bytes of the saved fields and corrects the checksum. */
static void forge(unsigned char *bytes, size_t size, size_t fields, struct noise *noise) {
  static const uint64_t oddities[] = {0,
                                      UINT64_MAX,
                                      0x7fefffffffffffff, /* largest double */
                                      0x7ff0000000000000, /* infinity */
                                      0xfff0000000000000,
                                      0x7f7fffff7f7fffff, /* two largest floats */
                                      0x7f8000007f800000, /* two infinite floats */
                                      0x00000000ffffffff,
                                      1};
  const size_t checksum_at = size - sizeof(uint64_t);
  const uint64_t choice = noise_bits(noise);
  const uint64_t oddity =
      choice & 1 ? noise_bits(noise) : oddities[(choice >> 8) % (sizeof oddities / 8)];
  const size_t width = (size_t)1 << (choice >> 16) % 4;
  const size_t at = (noise_bits(noise) % fields) / width * width;
  if (at + width <= fields)
    memcpy(bytes + checksum_at - fields + at, &oddity, width);
  const uint64_t checksum = hash_bytes(bytes, checksum_at, SNAPSHOT_SEED);
  for (size_t i = 0; i < sizeof checksum; i++)
    bytes[checksum_at + i] = (unsigned char)(checksum >> 8 * i);
}

static size_t count_described(const struct subject *subject) {
  unsigned char *const described = described_bytes(subject);
  size_t count = 0;
  for (size_t i = 0; i < subject->state_size; i++)
    count += described[i];
  free(described);
  return count;
}

/* A state that is accepted must be one that calls can go on from. */
static void test_forged_state_is_refused_or_harmless(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++) {
    struct subject subject = subject_create(*at, NULL);
    struct noise noise = {5};
    for (uint32_t i = 0; i < 3000; i++)
      (void)next_finding(&subject, &noise, i);
    const double time = subject.time;
    const size_t fields = count_described(&subject);
    size_t size;
    unsigned char *const honest = subject_save(&subject, &size);
    unsigned char *const bytes = malloc(size);
    assert_non_null(bytes);
    for (uint32_t round = 0; round < 3000; round++) {
      memcpy(bytes, honest, size);
      subject.time = time;
      for (uint32_t i = 0; i <= round % 3; i++)
        forge(bytes, size, fields, &noise);
      const int status = snapshot_load(*at, subject.options, bytes, size, subject.state);
      assert_true(status == STATUS_OK || status == STATUS_CORRUPT);
      for (uint32_t i = 0; status == STATUS_OK && i < 150; i++) {
        (void)next_finding(&subject, &noise, i);
        (void)subject_silence(&subject, i);
      }
    }
    free(bytes);
    free(honest);
    subject_destroy(&subject);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_list_has_distinct_names),
      cmocka_unit_test(test_options_are_sane),
      cmocka_unit_test(test_extreme_options_work),
      cmocka_unit_test(test_findings_are_written_whole),
      cmocka_unit_test(test_hostile_values_are_defined),
      cmocka_unit_test(test_alternating_extremes_are_defined),
      cmocka_unit_test(test_restored_state_goes_on_bit_for_bit),
      cmocka_unit_test(test_chunks_do_not_matter),
      cmocka_unit_test(test_forged_state_is_refused_or_harmless),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "engine/snapshot.h"

#include "anomaly/status.h"
#include "base/hash.h"
#include "unit/alloc_fail.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct toy_options {
  uint32_t length;
  double limit;
};

struct point {
  uint8_t mark;
  float x[2];
};

struct toy {
  int64_t i64;
  uint64_t u64;
  double f64;
  float f32;
  int32_t i32;
  uint32_t u32;
  int16_t i16;
  uint16_t u16;
  uint8_t u8;
  struct point points[2];
  double tail[];
};

static const struct option_row toy_option_rows[] = {
    {.name = "length",
     .kind = OPTION_COUNT,
     .offset = offsetof(struct toy_options, length),
     .max = 100,
     .help = "length of the tail"},
    {.name = "limit",
     .kind = OPTION_REAL,
     .offset = offsetof(struct toy_options, limit),
     .max = 100,
     .help = "largest valid f64"},
    OPTION_ROWS_END,
};

static const struct state_row point_rows[] = {
    STATE_FIELD(struct point, mark, STATE_U8),
    STATE_ARRAY(struct point, x, STATE_F32, 2),
    STATE_ROWS_END,
};

static const struct state_row toy_rows[] = {
    STATE_FIELD(struct toy, u8, STATE_U8),
    STATE_FIELD(struct toy, u16, STATE_U16),
    STATE_FIELD(struct toy, i16, STATE_I16),
    STATE_FIELD(struct toy, u32, STATE_U32),
    STATE_FIELD(struct toy, i32, STATE_I32),
    STATE_FIELD(struct toy, u64, STATE_U64),
    STATE_FIELD(struct toy, i64, STATE_I64),
    STATE_FIELD(struct toy, f32, STATE_F32),
    STATE_FIELD(struct toy, f64, STATE_F64),
    STATE_STRUCTS(struct toy, points, 2, struct point, point_rows),
    STATE_ARRAY_BY(struct toy, tail, STATE_F64, struct toy_options, length),
    STATE_ROWS_END,
};

static size_t toy_size(const void *options) {
  const struct toy_options *const toy = options;
  return sizeof(struct toy) + toy->length * sizeof(double);
}

static bool toy_valid(const void *state, const void *options) {
  return ((const struct toy *)state)->f64 <= ((const struct toy_options *)options)->limit;
}

static const struct detector toy_detector = {.name = "toy",
                                             .options = toy_option_rows,
                                             .options_size = sizeof(struct toy_options),
                                             .state = toy_rows,
                                             .state_version = 3,
                                             .state_size = toy_size,
                                             .valid = toy_valid};

static const struct toy_options toy_options = {.length = 2, .limit = 1e9};

/* The bytes of `make_toy` as the layout in snapshot.h says, without checksum. */
static const unsigned char toy_bytes[] = {
    'A',  'n',  'o',  'm',  'a',  'l',  'y',  '\n',       /* magic */
    1,    0,    0,    0,                                  /* format version */
    3,    0,    0,    0,    't',  'o',  'y',              /* detector */
    3,    0,    0,    0,                                  /* state version */
    2,    0,    0,    0,                                  /* options: length, limit */
    0,    0,    0,    0,    0,    0,    0,    0x40,       /* 2.0 */
    0,    0,    0,    0,    0x65, 0xcd, 0xcd, 0x41,       /* 1e9 */
    0x81,                                                 /* u8 */
    0x02, 0x01,                                           /* u16 */
    0xfe, 0xff,                                           /* i16 -2 */
    0x04, 0x03, 0x02, 0x01,                               /* u32 */
    0xfd, 0xff, 0xff, 0xff,                               /* i32 -3 */
    0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01,       /* u64 */
    0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,       /* i64 -4 */
    0,    0,    0xc0, 0x3f,                               /* f32 1.5 */
    0,    0,    0,    0,    0,    0,    0x04, 0xc0,       /* f64 -2.5 */
    7,    0,    0,    0x80, 0x3f, 0,    0,    0x80, 0xbf, /* point 7, 1, -1 */
    8,    0,    0,    0x00, 0x40, 0,    0,    0x80, 0x7f, /* point 8, 2, infinity */
    0,    0,    0,    0,    0,    0,    0xf0, 0x3f,       /* tail 1 */
    0,    0,    0,    0,    0,    0,    0xf0, 0xff,       /* tail -infinity */
};

enum { SNAPSHOT_BYTES = sizeof toy_bytes + 8 };

static struct toy *make_toy(void) {
  struct toy *const toy = calloc(1, toy_size(&toy_options));
  assert_non_null(toy);
  *toy = (struct toy){.i64 = -4,
                      .u64 = 0x0102030405060708,
                      .f64 = -2.5,
                      .f32 = 1.5F,
                      .i32 = -3,
                      .u32 = 0x01020304,
                      .i16 = -2,
                      .u16 = 0x0102,
                      .u8 = 0x81,
                      .points = {{7, {1, -1}}, {8, {2, INFINITY}}}};
  toy->tail[0] = 1;
  toy->tail[1] = -HUGE_VAL;
  return toy;
}

static void save_toy(unsigned char bytes[SNAPSHOT_BYTES]) {
  struct toy *const toy = make_toy();
  assert_int_equal(snapshot_save(&toy_detector, &toy_options, toy, bytes, SNAPSHOT_BYTES),
                   STATUS_OK);
  free(toy);
}

static void correct_checksum(unsigned char bytes[SNAPSHOT_BYTES]) {
  const uint64_t checksum = hash_bytes(bytes, sizeof toy_bytes, SNAPSHOT_SEED);
  for (size_t i = 0; i < 8; i++)
    bytes[sizeof toy_bytes + i] = (unsigned char)(checksum >> 8 * i);
}

/* Loads into a block of a pattern, which must be intact after a failure. */
static int load(const struct detector *detector, const struct toy_options *options,
                const void *bytes, size_t size) {
  unsigned char state[256], untouched[256];
  memset(state, 0x5a, sizeof state);
  memset(untouched, 0x5a, sizeof untouched);
  assert_true(toy_size(options) <= sizeof state);
  const int status = snapshot_load(detector, options, bytes, size, state);
  if (status != STATUS_OK)
    assert_memory_equal(state, untouched, sizeof state);
  return status;
}

static int load_toy(const void *bytes, size_t size) {
  return load(&toy_detector, &toy_options, bytes, size);
}

static void test_layout_is_the_documented_one(void **unused) {
  (void)unused;
  unsigned char bytes[SNAPSHOT_BYTES], expected[SNAPSHOT_BYTES];
  save_toy(bytes);
  memcpy(expected, toy_bytes, sizeof toy_bytes);
  correct_checksum(expected);
  assert_int_equal(snapshot_size(&toy_detector, &toy_options), SNAPSHOT_BYTES);
  assert_memory_equal(bytes, expected, SNAPSHOT_BYTES);
}

static void test_save_needs_its_size_and_changes_nothing(void **unused) {
  (void)unused;
  struct toy *const toy = make_toy(), *const copy = make_toy();
  unsigned char bytes[SNAPSHOT_BYTES + 1];
  memset(bytes, 0x5a, sizeof bytes);
  for (size_t size = 0; size < SNAPSHOT_BYTES; size++)
    assert_int_equal(snapshot_save(&toy_detector, &toy_options, toy, bytes, size), STATUS_LIMIT);
  assert_int_equal(bytes[0], 0x5a);
  assert_int_equal(snapshot_save(&toy_detector, &toy_options, toy, bytes, sizeof bytes), STATUS_OK);
  assert_int_equal(bytes[SNAPSHOT_BYTES], 0x5a);
  assert_memory_equal(toy, copy, toy_size(&toy_options));
  free(toy);
  free(copy);
}

static void test_load_brings_everything_back(void **unused) {
  (void)unused;
  unsigned char bytes[SNAPSHOT_BYTES], again[SNAPSHOT_BYTES];
  save_toy(bytes);
  struct toy *const toy = calloc(1, toy_size(&toy_options));
  assert_non_null(toy);
  assert_int_equal(snapshot_load(&toy_detector, &toy_options, bytes, sizeof bytes, toy), STATUS_OK);
  assert_int_equal(snapshot_save(&toy_detector, &toy_options, toy, again, sizeof again), STATUS_OK);
  assert_memory_equal(bytes, again, sizeof bytes);
  assert_true(toy->i16 == -2 && toy->i64 == -4 && toy->points[1].mark == 8);
  free(toy);
}

static void test_every_length_but_the_right_one_is_refused(void **unused) {
  (void)unused;
  unsigned char bytes[SNAPSHOT_BYTES + 16] = {0};
  save_toy(bytes);
  for (size_t size = 0; size <= sizeof bytes; size++) {
    unsigned char *const exact = malloc(size + 1);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    assert_int_equal(load_toy(exact, size), size == SNAPSHOT_BYTES ? STATUS_OK : STATUS_CORRUPT);
    free(exact);
  }
}

static void test_every_flipped_bit_is_refused(void **unused) {
  (void)unused;
  unsigned char bytes[SNAPSHOT_BYTES];
  save_toy(bytes);
  for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
    bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
    const bool in_version = bit / 8 >= 8 && bit / 8 < 12;
    assert_int_equal(load_toy(bytes, sizeof bytes), in_version ? STATUS_VERSION : STATUS_CORRUPT);
    bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
  }
}

/* A number in the header that lies, under a right checksum, must not lead outside. */
static void test_every_forged_byte_is_refused_or_exact(void **unused) {
  (void)unused;
  unsigned char honest[SNAPSHOT_BYTES], bytes[SNAPSHOT_BYTES];
  save_toy(honest);
  const size_t header = 8 + 4 + 7 + 4 + 4 + 16;
  for (size_t i = 0; i < sizeof toy_bytes; i++) {
    memcpy(bytes, honest, sizeof bytes);
    bytes[i] ^= 0xff;
    correct_checksum(bytes);
    const int status = load_toy(bytes, sizeof bytes);
    if (i < header)
      assert_int_not_equal(status, STATUS_OK);
  }
}

static void test_fields_too_many_or_too_few_are_refused(void **unused) {
  (void)unused;
  unsigned char bytes[SNAPSHOT_BYTES + 8] = {0};
  for (size_t size = 8; size <= sizeof bytes; size++) {
    save_toy(bytes);
    const uint64_t checksum = hash_bytes(bytes, size - 8, SNAPSHOT_SEED);
    for (size_t i = 0; i < 8; i++)
      bytes[size - 8 + i] = (unsigned char)(checksum >> 8 * i);
    assert_int_equal(load_toy(bytes, size) == STATUS_OK, size == SNAPSHOT_BYTES);
  }
}

static void test_strangers_are_told_apart(void **unused) {
  (void)unused;
  unsigned char bytes[SNAPSHOT_BYTES];
  save_toy(bytes);
  struct detector other = toy_detector;
  other.name = "tox";
  assert_int_equal(load(&other, &toy_options, bytes, sizeof bytes), STATUS_MISMATCH);
  other.name = "toyland";
  assert_int_equal(load(&other, &toy_options, bytes, sizeof bytes), STATUS_MISMATCH);
  other = toy_detector;
  other.state_version = 4;
  assert_int_equal(load(&other, &toy_options, bytes, sizeof bytes), STATUS_VERSION);
  other = toy_detector;
  other.options = toy_option_rows + 1;
  assert_int_equal(load(&other, &toy_options, bytes, sizeof bytes), STATUS_MISMATCH);
  const struct toy_options longer = {.length = 3, .limit = 1e9};
  assert_int_equal(load(&toy_detector, &longer, bytes, sizeof bytes), STATUS_MISMATCH);
  const struct toy_options lower = {.length = 2, .limit = 1e8};
  assert_int_equal(load(&toy_detector, &lower, bytes, sizeof bytes), STATUS_MISMATCH);
  bytes[8] = 2;
  correct_checksum(bytes);
  assert_int_equal(load_toy(bytes, sizeof bytes), STATUS_VERSION);
}

static void test_nan_and_invalid_fields_are_refused(void **unused) {
  (void)unused;
  struct toy *const toy = make_toy();
  unsigned char bytes[SNAPSHOT_BYTES];
  double *const doubles[] = {&toy->f64, &toy->tail[0], &toy->tail[1]};
  float *const floats[] = {&toy->f32, &toy->points[0].x[1], &toy->points[1].x[0]};
  for (size_t i = 0; i < 3; i++) {
    const double kept = *doubles[i];
    *doubles[i] = nan("");
    (void)snapshot_save(&toy_detector, &toy_options, toy, bytes, sizeof bytes);
    assert_int_equal(load_toy(bytes, sizeof bytes), STATUS_CORRUPT);
    *doubles[i] = kept;
    const float kept_float = *floats[i];
    *floats[i] = nanf("");
    (void)snapshot_save(&toy_detector, &toy_options, toy, bytes, sizeof bytes);
    assert_int_equal(load_toy(bytes, sizeof bytes), STATUS_CORRUPT);
    *floats[i] = kept_float;
  }
  toy->f64 = toy_options.limit * 2;
  (void)snapshot_save(&toy_detector, &toy_options, toy, bytes, sizeof bytes);
  assert_int_equal(load_toy(bytes, sizeof bytes), STATUS_CORRUPT);
  struct detector trusting = toy_detector;
  trusting.valid = NULL;
  assert_int_equal(load(&trusting, &toy_options, bytes, sizeof bytes), STATUS_OK);
  free(toy);
}

static void test_failed_allocation_leaves_the_state(void **unused) {
  (void)unused;
  unsigned char bytes[SNAPSHOT_BYTES];
  save_toy(bytes);
  alloc_fail_at(1);
  const int status = load_toy(bytes, sizeof bytes);
  alloc_fail_at(0);
  assert_int_equal(status, STATUS_NO_MEMORY);
  assert_int_equal(load_toy(bytes, sizeof bytes), STATUS_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_layout_is_the_documented_one),
      cmocka_unit_test(test_save_needs_its_size_and_changes_nothing),
      cmocka_unit_test(test_load_brings_everything_back),
      cmocka_unit_test(test_every_length_but_the_right_one_is_refused),
      cmocka_unit_test(test_every_flipped_bit_is_refused),
      cmocka_unit_test(test_every_forged_byte_is_refused_or_exact),
      cmocka_unit_test(test_fields_too_many_or_too_few_are_refused),
      cmocka_unit_test(test_strangers_are_told_apart),
      cmocka_unit_test(test_nan_and_invalid_fields_are_refused),
      cmocka_unit_test(test_failed_allocation_leaves_the_state),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

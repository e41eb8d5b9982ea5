#include "base/hash.h"
#include "unit/unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stored checksums rely on these. */
static void test_the_same_on_every_machine(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    uint64_t seed, hash;
  } cases[] = {
      {"", 0, 0xf03d41adee9ed03aULL},
      {"a", 0, 0xe13daad26fd23916ULL},
      {"12345678", 0, 0x039b2433cdfb499fULL},
      {"0123456789abcdef", 0, 0xfc12bed8dab76273ULL},
      {"host/cpu-0/cpu-user:value", 0, 0xad8865f312bdf313ULL},
      {"host/cpu-0/cpu-user:value", 1, 0xb0451ebe697c0416ULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_true(hash_bytes(cases[i].bytes, strlen(cases[i].bytes), cases[i].seed) == cases[i].hash);
}

static void test_place_in_memory_does_not_matter(void **state) {
  (void)state;
  char room[64];
  const char bytes[] = "some bytes of some length, 37 of them";
  const uint64_t expected = hash_bytes(bytes, sizeof bytes, 7);
  for (size_t offset = 0; offset < 16; offset++) {
    memcpy(room + offset, bytes, sizeof bytes);
    assert_true(hash_bytes(room + offset, sizeof bytes, 7) == expected);
  }
}

static void test_each_bit_and_length_counts(void **state) {
  (void)state;
  unsigned char bytes[50] = {0};
  for (size_t size = 0; size < sizeof bytes; size++) {
    const uint64_t plain = hash_bytes(bytes, size, 3);
    assert_true(plain != hash_bytes(bytes, size + 1, 3));
    for (size_t bit = 0; bit < 8 * size; bit++) {
      bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
      assert_true(hash_bytes(bytes, size, 3) != plain);
      bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
  }
}

/* A flipped bit flips each bit of the hash about every other time. */
static void test_a_bit_spreads(void **state) {
  (void)state;
  enum { NAMES = 2000 };
  unsigned flips[64] = {0};
  for (unsigned i = 0; i < NAMES; i++) {
    char name[64];
    const size_t size = (size_t)snprintf(name, sizeof name, "host-%u/cpu-%u/cpu-user", i, i % 8);
    const uint64_t before = hash_bytes(name, size, 0);
    name[i % size] ^= (char)(1 << i % 7);
    const uint64_t changed = before ^ hash_bytes(name, size, 0);
    for (unsigned bit = 0; bit < 64; bit++)
      flips[bit] += (unsigned)(changed >> bit) & 1u;
  }
  for (unsigned bit = 0; bit < 64; bit++)
    assert_in_range(flips[bit], NAMES * 43 / 100, NAMES * 57 / 100);
}

static void test_low_bits_are_even_enough_for_a_table(void **state) {
  (void)state;
  unsigned filled[1024] = {0};
  for (unsigned i = 0; i < 102400; i++) {
    char name[64];
    const size_t size = (size_t)snprintf(name, sizeof name, "web%u/disk-sd%c/disk_ops:read", i / 26,
                                         'a' + (char)(i % 26));
    filled[hash_bytes(name, size, 99) % 1024]++;
  }
  for (size_t i = 0; i < 1024; i++)
    assert_in_range(filled[i], 50, 160);
}

/* Bytes chosen to make a factor zero would wipe out what came before, were no seed in it. */
static void test_no_known_bytes_wipe_out_the_rest(void **state) {
  (void)state;
  static const uint64_t constants[] = {0xa0761d6478bd642fULL, 0xe7037ed1a0b428dbULL};
  for (size_t i = 0; i < 2; i++)
    for (size_t place = 0; place < 6; place++) {
      unsigned char bytes[48] = {1};
      memcpy(bytes + 8 * place, &constants[i], 8);
      const uint64_t hash = hash_bytes(bytes, sizeof bytes, 12345);
      bytes[place == 0 ? 8 : 0] ^= 1;
      assert_true(hash_bytes(bytes, sizeof bytes, 12345) != hash);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_same_on_every_machine),
      cmocka_unit_test(test_place_in_memory_does_not_matter),
      cmocka_unit_test(test_each_bit_and_length_counts),
      cmocka_unit_test(test_a_bit_spreads),
      cmocka_unit_test(test_low_bits_are_even_enough_for_a_table),
      cmocka_unit_test(test_no_known_bytes_wipe_out_the_rest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

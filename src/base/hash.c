#include "base/hash.h"

#include <endian.h>
#include <string.h>

static const uint64_t MIX_A = 0xa0761d6478bd642fULL;
static const uint64_t MIX_B = 0xe7037ed1a0b428dbULL;

__extension__ typedef unsigned __int128 wide;

static uint64_t fold(uint64_t a, uint64_t b) {
  const wide product = (wide)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t read_64(const unsigned char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return le64toh(word);
}

/* Fewer than eight bytes, by shifts: a memcpy of unknown length is a call. */
static uint64_t read_short(const unsigned char *bytes, size_t size) {
  uint64_t word = 0;
  for (size_t i = 0; i < size; i++)
    word |= (uint64_t)bytes[i] << 8 * i;
  return word;
}

/*
 * Both factors of each product hold a secret, so that nobody who does not know
 * the seed can choose bytes that make one of them zero and wipe out the rest.
 * The last two words may overlap what was read before.
 */
uint64_t hash_bytes(const void *bytes, size_t size, uint64_t seed) {
  const unsigned char *at = bytes;
  const unsigned char *const end = at + size;
  const uint64_t secret = fold(seed ^ MIX_A, MIX_B);
  uint64_t hash = secret ^ MIX_A;
  uint64_t first = 0, last;
  for (; end - at > 16; at += 16)
    hash = fold(read_64(at) ^ secret, read_64(at + 8) ^ hash);
  if (size >= 8) {
    first = size >= 16 ? read_64(end - 16) : read_64(at);
    last = read_64(end - 8);
  } else {
    last = read_short(at, size);
  }
  hash = fold(first ^ secret, last ^ hash);
  return fold(hash ^ size, secret ^ MIX_B);
}

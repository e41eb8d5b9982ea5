/*
 * Honest bytes of a state, damaged as an input says.
 *
 * Input: a letter for the kind of state, '1' to correct the checksum, length change as
 * distance from '0', two bytes of position, then what is xored over the state there
 * (without a final newline).
 */
#ifndef ANOMALY_TESTS_FUZZ_FORGED_H
#define ANOMALY_TESTS_FUZZ_FORGED_H

#include "base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FORGED_HEAD = 5, FORGED_CHECKSUM = 8, FORGED_LENGTH_CHANGE = 256 };

/* Honest bytes; a checksum of what is before it, under `seed`, begins at `checked`. */
struct honest {
  uint8_t *bytes;
  size_t size, checked;
  uint64_t seed;
};

static inline void insist(bool condition) {
  if (!condition)
    __builtin_trap();
}

static inline void *allocate(size_t size) {
  void *const block = calloc(1, size + 1);
  insist(block != NULL);
  return block;
}

static inline void write_checksum(uint8_t *bytes, size_t at, uint64_t seed) {
  const uint64_t checksum = hash_bytes(bytes, at, seed);
  for (size_t i = 0; i < FORGED_CHECKSUM; i++)
    bytes[at + i] = (uint8_t)(checksum >> 8 * i);
}

/* The damaged copy, to be freed, and its size; the input has FORGED_HEAD bytes at least. */
static inline uint8_t *forge(const struct honest *honest, const uint8_t *input, size_t size,
                             size_t *ret_size) {
  uint8_t *const bytes = allocate(honest->size + FORGED_LENGTH_CHANGE);
  memcpy(bytes, honest->bytes, honest->size);
  const size_t position = ((size_t)input[3] << 8 | input[4]) % honest->size;
  const size_t end = size > FORGED_HEAD && input[size - 1] == '\n' ? size - 1 : size;
  for (size_t i = 0; i < end - FORGED_HEAD && position + i < honest->size; i++)
    bytes[position + i] ^= input[FORGED_HEAD + i];
  if (input[1] == '1')
    write_checksum(bytes, honest->checked, honest->seed);
  *ret_size = (size_t)((ptrdiff_t)honest->size + (ptrdiff_t)input[2] - '0');
  return bytes;
}

#endif

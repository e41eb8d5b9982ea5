/*
 * States as bytes and back: numbers little-endian without gaps between them,
 * a struct's fields in the order of its rows. What is read is hostile: nothing
 * is taken beyond the end, nothing believed.
 */
#ifndef ANOMALY_ENGINE_PACK_H
#define ANOMALY_ENGINE_PACK_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes what has room, and counts in any case: all zero just counts. */
struct packer {
  unsigned char *bytes;
  size_t size;
  uint64_t used;
};

void pack_bytes(struct packer *packer, const void *bytes, size_t size);
void pack_u32(struct packer *packer, uint32_t number);
void pack_f64(struct packer *packer, double number);

/* The fields that `rows` say of `state`; `options` give the lengths of counted arrays. */
void pack_rows(struct packer *packer, const struct state_row *rows, const void *options,
               const void *state);

/* The bytes that they take. */
size_t pack_rows_size(const struct state_row *rows, const void *options);

/* The hash_bytes of all so far; what had no room makes no sum. */
#define PACK_SUM_SIZE 8
void pack_sum(struct packer *packer, uint64_t seed);

/* Takes from the front. */
struct unpacker {
  const unsigned char *bytes;
  size_t left;
};

/* Borrowed bytes; NULL, and nothing taken, where there are not as many. */
const unsigned char *unpack_bytes(struct unpacker *unpacker, size_t size);

/* False, with the output untouched, where there are too few bytes. */
bool unpack_u32(struct unpacker *unpacker, uint32_t *ret_number);
bool unpack_f64(struct unpacker *unpacker, double *ret_number);

/* Takes what must be these bytes, this number: STATUS_CORRUPT at the end, else `otherwise`. */
int unpack_expected(struct unpacker *unpacker, const void *expected, size_t size, int otherwise);
int unpack_expected_u32(struct unpacker *unpacker, uint32_t expected, int otherwise);

/* What becomes of a number that is none. */
enum unpack_nan { UNPACK_NO_NAN, UNPACK_NAN };

/* Fills the fields of `state`; false, with some of them filled, where one is missing or is NaN. */
bool unpack_rows(struct unpacker *unpacker, const struct state_row *rows, const void *options,
                 enum unpack_nan nan, void *state);

/* Whether what was read can be a time: 0 .. ENGINE_TIME_MAX, which is none; false for NaN. */
bool unpacked_time_valid(double time);

/* Takes the sum of all the rest off its end: STATUS_CORRUPT where it is not that. */
int unpack_sum(struct unpacker *unpacker, uint64_t seed);

#endif

/*
 * Hashing of identities and checksums of stored bytes.
 */
#ifndef ANOMALY_BASE_HASH_H
#define ANOMALY_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * 64-bit hash of a block of bytes by folded 64x64-bit multiplication (the
 * principle of Wang Yi's wyhash, 2019). Not cryptographic; with a secret seed
 * it resists names made to collide. The same bytes and seed give the same hash on
 * every machine, so it also serves as checksum of stored bytes.
 */
uint64_t hash_bytes(const void *bytes, size_t size, uint64_t seed);

#endif

/*
 * What every snapshot begins and ends with: magic, format, whose state it is
 * and under which options, and a checksum of it all.
 */
#ifndef ANOMALY_ENGINE_SNAPSHOT_HEADER_H
#define ANOMALY_ENGINE_SNAPSHOT_HEADER_H

#include "anomaly/option.h"
#include "engine/pack.h"

#include <stddef.h>
#include <stdint.h>

/* Seed of the checksum: hash_bytes of everything before it. */
#define SNAPSHOT_SEED UINT64_C(0x736e617073686f74)

/* Whose state it is. */
struct snapshot_owner {
  const char *name;
  uint32_t state_version;
  const struct option_row *rows;
  const void *options; /* in effect */
};

void snapshot_pack_header(struct packer *packer, const struct snapshot_owner *owner);

/*
 * Takes the header off the front of hostile bytes and the checksum off their end,
 * which leaves the body. Errors: STATUS_CORRUPT, STATUS_VERSION, STATUS_MISMATCH
 * (another owner, or other options).
 */
int snapshot_unpack_header(struct unpacker *unpacker, const struct snapshot_owner *owner);

#endif

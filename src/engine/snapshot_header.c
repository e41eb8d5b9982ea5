#include "engine/snapshot_header.h"

#include "anomaly/status.h"
#include "base/option.h"

#include <string.h>

static const char MAGIC[8] = {'A', 'n', 'o', 'm', 'a', 'l', 'y', '\n'};

enum { FORMAT_VERSION = 1 };

void snapshot_pack_header(struct packer *packer, const struct snapshot_owner *owner) {
  const uint32_t name_size = (uint32_t)strlen(owner->name);
  pack_bytes(packer, MAGIC, sizeof MAGIC);
  pack_u32(packer, FORMAT_VERSION);
  pack_u32(packer, name_size);
  pack_bytes(packer, owner->name, name_size);
  pack_u32(packer, owner->state_version);
  pack_u32(packer, (uint32_t)option_count(owner->rows));
  for (const struct option_row *row = owner->rows; row->name != NULL; row++)
    pack_f64(packer, option_get(row, owner->options));
}

/* What tells whether the checksum is one that this version knows. */
static int check_format(struct unpacker *unpacker) {
  const int status = unpack_expected(unpacker, MAGIC, sizeof MAGIC, STATUS_CORRUPT);
  return status != STATUS_OK ? status
                             : unpack_expected_u32(unpacker, FORMAT_VERSION, STATUS_VERSION);
}

static int check_owner(struct unpacker *unpacker, const struct snapshot_owner *owner) {
  const uint32_t name_size = (uint32_t)strlen(owner->name);
  int status = unpack_expected_u32(unpacker, name_size, STATUS_MISMATCH);
  if (status == STATUS_OK)
    status = unpack_expected(unpacker, owner->name, name_size, STATUS_MISMATCH);
  if (status == STATUS_OK)
    status = unpack_expected_u32(unpacker, owner->state_version, STATUS_VERSION);
  return status;
}

static int check_options(struct unpacker *unpacker, const struct snapshot_owner *owner) {
  int status = unpack_expected_u32(unpacker, (uint32_t)option_count(owner->rows), STATUS_MISMATCH);
  for (const struct option_row *row = owner->rows; status == STATUS_OK && row->name != NULL;
       row++) {
    double number;
    if (!unpack_f64(unpacker, &number))
      status = STATUS_CORRUPT;
    else if (!(number == option_get(row, owner->options)))
      status = STATUS_MISMATCH;
  }
  return status;
}

/* The order matters: another version may sum its bytes in another way. */
int snapshot_unpack_header(struct unpacker *unpacker, const struct snapshot_owner *owner) {
  struct unpacker whole = *unpacker;
  int status = check_format(unpacker);
  if (status == STATUS_OK)
    status = unpack_sum(&whole, SNAPSHOT_SEED);
  if (status != STATUS_OK)
    return status;
  if (unpacker->left < PACK_SUM_SIZE)
    return STATUS_CORRUPT;
  unpacker->left -= PACK_SUM_SIZE;
  status = check_owner(unpacker, owner);
  return status != STATUS_OK ? status : check_options(unpacker, owner);
}

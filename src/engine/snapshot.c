#include "engine/snapshot.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "engine/pack.h"

#include <stdlib.h>
#include <string.h>

static const char MAGIC[8] = {'A', 'n', 'o', 'm', 'a', 'l', 'y', '\n'};

enum { FORMAT_VERSION = 1 };

static void pack_header(struct packer *packer, const struct detector *detector,
                        const void *options) {
  const uint32_t name_size = (uint32_t)strlen(detector->name);
  pack_bytes(packer, MAGIC, sizeof MAGIC);
  pack_u32(packer, FORMAT_VERSION);
  pack_u32(packer, name_size);
  pack_bytes(packer, detector->name, name_size);
  pack_u32(packer, detector->state_version);
  pack_u32(packer, (uint32_t)option_count(detector->options));
  for (const struct option_row *row = detector->options; row->name != NULL; row++)
    pack_f64(packer, option_get(row, options));
}

size_t snapshot_size(const struct detector *detector, const void *options) {
  struct packer counter = {.used = 0};
  pack_header(&counter, detector, options);
  pack_rows(&counter, detector->state, options, NULL);
  return (size_t)counter.used + PACK_SUM_SIZE;
}

void snapshot_write(const struct detector *detector, const void *options, const void *state,
                    void *bytes, size_t size) {
  struct packer packer = {.bytes = bytes, .size = size};
  pack_header(&packer, detector, options);
  pack_rows(&packer, detector->state, options, state);
  pack_sum(&packer, SNAPSHOT_SEED);
}

int snapshot_save(const struct detector *detector, const void *options, const void *state,
                  void *bytes, size_t size) {
  if (size < snapshot_size(detector, options))
    return STATUS_LIMIT;
  snapshot_write(detector, options, state, bytes, size);
  return STATUS_OK;
}

/* What tells whether the checksum is one that this version knows. */
static int check_format(struct unpacker *unpacker) {
  const int status = unpack_expected(unpacker, MAGIC, sizeof MAGIC, STATUS_CORRUPT);
  return status != STATUS_OK ? status
                             : unpack_expected_u32(unpacker, FORMAT_VERSION, STATUS_VERSION);
}

static int check_owner(struct unpacker *unpacker, const struct detector *detector) {
  const uint32_t name_size = (uint32_t)strlen(detector->name);
  int status = unpack_expected_u32(unpacker, name_size, STATUS_MISMATCH);
  if (status == STATUS_OK)
    status = unpack_expected(unpacker, detector->name, name_size, STATUS_MISMATCH);
  if (status == STATUS_OK)
    status = unpack_expected_u32(unpacker, detector->state_version, STATUS_VERSION);
  return status;
}

static int check_options(struct unpacker *unpacker, const struct detector *detector,
                         const void *options) {
  int status =
      unpack_expected_u32(unpacker, (uint32_t)option_count(detector->options), STATUS_MISMATCH);
  for (const struct option_row *row = detector->options; status == STATUS_OK && row->name != NULL;
       row++) {
    double number;
    if (!unpack_f64(unpacker, &number))
      status = STATUS_CORRUPT;
    else if (!(number == option_get(row, options)))
      status = STATUS_MISMATCH;
  }
  return status;
}

static int unpack_state(struct unpacker *unpacker, const struct detector *detector,
                        const void *options, void *state) {
  if (!unpack_rows(unpacker, detector->state, options, UNPACK_NO_NAN, state) || unpacker->left != 0)
    return STATUS_CORRUPT;
  return detector->valid == NULL || detector->valid(state, options) ? STATUS_OK : STATUS_CORRUPT;
}

/* The order matters: another version may sum its bytes in another way. */
static int check_header(struct unpacker *unpacker, const struct detector *detector,
                        const void *options, const void *bytes, size_t size) {
  struct unpacker whole = {.bytes = bytes, .left = size};
  int status = check_format(unpacker);
  if (status == STATUS_OK)
    status = unpack_sum(&whole, SNAPSHOT_SEED);
  if (status != STATUS_OK)
    return status;
  if (unpacker->left < PACK_SUM_SIZE)
    return STATUS_CORRUPT;
  unpacker->left -= PACK_SUM_SIZE;
  status = check_owner(unpacker, detector);
  return status != STATUS_OK ? status : check_options(unpacker, detector, options);
}

int snapshot_load(const struct detector *detector, const void *options, const void *bytes,
                  size_t size, void *state) {
  struct unpacker unpacker = {.bytes = bytes, .left = size};
  int status = check_header(&unpacker, detector, options, bytes, size);
  if (status != STATUS_OK)
    return status;
  const size_t state_size = detector->state_size(options);
  void *const loaded = calloc(1, state_size);
  if (loaded == NULL)
    return STATUS_NO_MEMORY;
  status = unpack_state(&unpacker, detector, options, loaded);
  if (status == STATUS_OK)
    memcpy(state, loaded, state_size);
  free(loaded);
  return status;
}

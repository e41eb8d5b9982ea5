#include "engine/snapshot.h"

#include "anomaly/status.h"
#include "engine/pack.h"

#include <stdlib.h>
#include <string.h>

static struct snapshot_owner owner_of(const struct detector *detector, const void *options) {
  return (struct snapshot_owner){.name = detector->name,
                                 .state_version = detector->state_version,
                                 .rows = detector->options,
                                 .options = options};
}

static void pack_header(struct packer *packer, const struct detector *detector,
                        const void *options) {
  const struct snapshot_owner owner = owner_of(detector, options);
  snapshot_pack_header(packer, &owner);
}

size_t snapshot_size(const struct detector *detector, const void *options) {
  struct packer counter = {.used = 0};
  pack_header(&counter, detector, options);
  return (size_t)counter.used + pack_rows_size(detector->state, options) + PACK_SUM_SIZE;
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

static int unpack_state(struct unpacker *unpacker, const struct detector *detector,
                        const void *options, void *state) {
  if (!unpack_rows(unpacker, detector->state, options, UNPACK_NO_NAN, state) || unpacker->left != 0)
    return STATUS_CORRUPT;
  return detector->valid == NULL || detector->valid(state, options) ? STATUS_OK : STATUS_CORRUPT;
}

int snapshot_load(const struct detector *detector, const void *options, const void *bytes,
                  size_t size, void *state) {
  struct unpacker unpacker = {.bytes = bytes, .left = size};
  const struct snapshot_owner owner = owner_of(detector, options);
  int status = snapshot_unpack_header(&unpacker, &owner);
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

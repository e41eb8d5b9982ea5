#include "engine/group_snapshot.h"

#include "anomaly/status.h"
#include "engine/pack.h"
#include "engine/snapshot_header.h"

#include <stdlib.h>
#include <string.h>

static struct snapshot_owner owner_of(const struct group_detector *detector, const void *options) {
  return (struct snapshot_owner){.name = detector->name,
                                 .state_version = detector->state_version,
                                 .rows = detector->options,
                                 .options = options};
}

static char *column_at(const struct group_detector *detector, const struct group_state *state,
                       uint32_t column) {
  return (char *)state->column + column * detector->column_size;
}

static void pack(struct packer *packer, const struct group_detector *detector, const void *options,
                 const struct group_state *state) {
  const struct snapshot_owner owner = owner_of(detector, options);
  snapshot_pack_header(packer, &owner);
  pack_u32(packer, state->columns);
  pack_rows(packer, detector->head_rows, options, state->head);
  for (uint32_t i = 0; i < state->columns; i++)
    pack_rows(packer, detector->column_rows, options, column_at(detector, state, i));
}

size_t group_snapshot_size(const struct group_detector *detector, const void *options,
                           const struct group_state *state) {
  struct packer counter = {.used = 0};
  pack(&counter, detector, options, state);
  return (size_t)counter.used + PACK_SUM_SIZE;
}

void group_snapshot_write(const struct group_detector *detector, const void *options,
                          const struct group_state *state, void *bytes, size_t size) {
  struct packer packer = {.bytes = bytes, .size = size};
  pack(&packer, detector, options, state);
  pack_sum(&packer, SNAPSHOT_SEED);
}

static int unpack_state(struct unpacker *unpacker, const struct group_detector *detector,
                        const void *options, const struct group_state *state) {
  const int status = unpack_expected_u32(unpacker, state->columns, STATUS_MISMATCH);
  if (status != STATUS_OK)
    return status;
  bool whole = unpack_rows(unpacker, detector->head_rows, options, UNPACK_NO_NAN, state->head);
  for (uint32_t i = 0; i < state->columns && whole; i++)
    whole = unpack_rows(unpacker, detector->column_rows, options, UNPACK_NO_NAN,
                        column_at(detector, state, i));
  if (!whole || unpacker->left != 0)
    return STATUS_CORRUPT;
  return detector->valid == NULL || detector->valid(state, options) ? STATUS_OK : STATUS_CORRUPT;
}

int group_snapshot_load(const struct group_detector *detector, const void *options,
                        const void *bytes, size_t size, const struct group_state *state) {
  struct unpacker unpacker = {.bytes = bytes, .left = size};
  const struct snapshot_owner owner = owner_of(detector, options);
  int status = snapshot_unpack_header(&unpacker, &owner);
  if (status != STATUS_OK)
    return status;
  const size_t state_size = group_state_size(detector, state->columns);
  void *const block = calloc(1, state_size);
  if (block == NULL)
    return STATUS_NO_MEMORY;
  const struct group_state loaded = group_state_in(detector, block, state->columns);
  status = unpack_state(&unpacker, detector, options, &loaded);
  if (status == STATUS_OK)
    memcpy(state->head, block, state_size);
  free(block);
  return status;
}

#include "engine/group_state.h"

#include "anomaly/engine.h"
#include "anomaly/status.h"
#include "engine/group_model_state.h"
#include "engine/group_snapshot.h"
#include "engine/metric_state.h"
#include "engine/pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t SEED = UINT64_C(0x67726f75702d3121);

enum { FORMAT_VERSION = 2 };

/* ---- Writing -------------------------------------------------------------- */

static void pack_cell(struct packer *packer, const struct group_cell *cell) {
  pack_f64(packer, cell->sum);
  pack_u32(packer, cell->count);
}

static void pack_member(struct packer *packer, const struct group_instance *instance,
                        const struct group_member *member) {
  pack_u32(packer, member->key_length);
  pack_bytes(packer, member->key, member->key_length);
  pack_f64(packer, member->last);
  pack_cell(packer, &instance->rows.now.cell[member->column]);
  pack_cell(packer, &instance->rows.ahead.cell[member->column]);
  pack_u32(packer, member->renewed);
}

static size_t learned_size(const struct group_instance *instance) {
  const struct group_rule *const rule = instance->rule;
  struct packer counter = {.used = 0};
  if (rule->detector != NULL)
    return group_snapshot_size(rule->detector, rule->own, &instance->learned.group.state);
  group_model_pack(&counter, &instance->learned.model);
  return (size_t)counter.used;
}

static void pack_learned(struct packer *packer, const struct group_instance *instance) {
  const struct group_rule *const rule = instance->rule;
  const uint32_t columns = group_learned_columns(&instance->learned);
  const size_t size = columns > 0 ? learned_size(instance) : 0;
  pack_u32(packer, columns);
  pack_u32(packer, (uint32_t)size);
  if (columns > 0 && rule->detector == NULL) {
    group_model_pack(packer, &instance->learned.model);
    return;
  }
  if (columns > 0 && packer->used + size <= packer->size)
    group_snapshot_write(rule->detector, rule->own, &instance->learned.group.state,
                         packer->bytes + packer->used, size);
  packer->used += size;
}

static void pack(struct packer *packer, const struct group_instance *instance) {
  const char *const judge = group_rule_judge(instance->rule);
  pack_u32(packer, FORMAT_VERSION);
  pack_u32(packer, instance->members.count);
  pack_f64(packer, instance->rows.begin);
  pack_f64(packer, instance->rows.step);
  pack_f64(packer, instance->rows.leap_begin);
  pack_u32(packer, instance->rows.leaper);
  pack_u32(packer, instance->rows.lone);
  pack_u32(packer, instance->rows.first);
  pack_u32(packer, (uint32_t)strlen(judge));
  pack_bytes(packer, judge, strlen(judge));
  for (uint32_t i = 0; i < instance->members.count; i++)
    pack_member(packer, instance, instance->members.list[i]);
  pack_learned(packer, instance);
}

static int pack_locked(const struct group_instance *instance, void **ret_bytes, size_t *ret_size) {
  struct packer counter = {.used = 0};
  if (instance->rows.closed_count > 0 || instance->rows.restarted)
    return STATUS_INVALID;
  pack(&counter, instance);
  const size_t size = (size_t)counter.used + PACK_SUM_SIZE;
  struct packer packer = {.bytes = malloc(size), .size = size};
  if (packer.bytes == NULL)
    return STATUS_NO_MEMORY;
  pack(&packer, instance);
  pack_sum(&packer, SEED);
  *ret_bytes = packer.bytes;
  *ret_size = size;
  return STATUS_OK;
}

int group_state_pack(struct group_instance *instance, void **ret_bytes, size_t *ret_size) {
  pthread_mutex_lock(&instance->lock);
  const int status = pack_locked(instance, ret_bytes, ret_size);
  pthread_mutex_unlock(&instance->lock);
  return status;
}

/* ---- Hostile bytes -------------------------------------------------------- */

static bool unpack_cell(struct unpacker *unpacker, struct group_cell *ret_cell) {
  return unpack_f64(unpacker, &ret_cell->sum) && unpack_u32(unpacker, &ret_cell->count) &&
         isfinite(ret_cell->sum);
}

static bool unpack_key(struct unpacker *unpacker, struct metric_key *ret_key) {
  uint32_t length;
  if (!unpack_u32(unpacker, &length) || length > sizeof ret_key->bytes)
    return false;
  const unsigned char *const bytes = unpack_bytes(unpacker, length);
  struct metric_id id;
  return bytes != NULL && metric_key_parse(bytes, length, &id) && metric_key_make(ret_key, &id);
}

/* The member becomes the next one of the instance, held by nobody. */
static int unpack_member(struct unpacker *unpacker, struct group_instance *instance) {
  struct metric_key key;
  struct group_cell now, ahead;
  double last;
  uint32_t renewed;
  if (!unpack_key(unpacker, &key) || !unpack_f64(unpacker, &last) || isinf(last) ||
      !unpack_cell(unpacker, &now) || !unpack_cell(unpacker, &ahead) ||
      !unpack_u32(unpacker, &renewed) || renewed > 1)
    return STATUS_CORRUPT;
  const uint32_t before = instance->members.count;
  struct group_member *member;
  if (group_instance_join(instance, &key, 0, HUGE_VAL, &member) != STATUS_OK)
    return STATUS_NO_MEMORY;
  if (instance->members.count == before)
    return STATUS_CORRUPT;
  group_instance_leave(instance, member, 0);
  member->last = last;
  member->renewed = renewed != 0;
  instance->rows.now.cell[member->column] = now;
  instance->rows.ahead.cell[member->column] = ahead;
  instance->rows.now.values += now.count;
  instance->rows.ahead.values += ahead.count;
  instance->rows.came += now.count > 0;
  instance->rows.came_ahead += ahead.count > 0;
  return STATUS_OK;
}

static int unpack_model(const void *bytes, size_t size, uint32_t columns,
                        struct group_model *stream) {
  struct unpacker unpacker = {.bytes = bytes, .left = size};
  int status = group_model_grow(stream, columns);
  if (status == STATUS_OK)
    status = group_model_unpack(&unpacker, stream);
  return status == STATUS_OK && unpacker.left > 0 ? STATUS_CORRUPT : status;
}

static int unpack_learned(struct unpacker *unpacker, struct group_instance *instance) {
  const struct group_rule *const rule = instance->rule;
  uint32_t columns, size;
  if (!unpack_u32(unpacker, &columns) || !unpack_u32(unpacker, &size) ||
      columns > instance->members.count)
    return STATUS_CORRUPT;
  const unsigned char *const bytes = unpack_bytes(unpacker, size);
  if (bytes == NULL || (columns > 0) != (size > 0))
    return STATUS_CORRUPT;
  if (columns == 0)
    return STATUS_OK;
  if (rule->detector == NULL)
    return unpack_model(bytes, size, columns, &instance->learned.model);
  const int status = group_grow(&instance->learned.group, columns);
  return status == STATUS_OK ? group_snapshot_load(rule->detector, rule->own, bytes, size,
                                                   &instance->learned.group.state)
                             : status;
}

/* When the row at hand began, and whose clock is in doubt. */
static bool unpack_clock(struct unpacker *unpacker, struct group_rows *rows) {
  uint32_t lone;
  const bool whole = unpack_f64(unpacker, &rows->begin) && unpack_f64(unpacker, &rows->step) &&
                     unpack_f64(unpacker, &rows->leap_begin) &&
                     unpack_u32(unpacker, &rows->leaper) && unpack_u32(unpacker, &lone) &&
                     unpack_u32(unpacker, &rows->first);
  rows->lone = whole && lone != 0;
  return whole && lone <= 1 && unpacked_time_valid(rows->begin) &&
         unpacked_time_valid(rows->step) && unpacked_time_valid(rows->leap_begin);
}

static int unpack_head(struct unpacker *unpacker, struct group_instance *instance,
                       uint32_t *ret_members) {
  const char *const judge = group_rule_judge(instance->rule);
  const int status = unpack_expected_u32(unpacker, FORMAT_VERSION, STATUS_VERSION);
  if (status != STATUS_OK)
    return status;
  if (!unpack_u32(unpacker, ret_members) || !unpack_clock(unpacker, &instance->rows) ||
      *ret_members > GROUP_COLUMNS_MAX)
    return STATUS_CORRUPT;
  const int same = unpack_expected_u32(unpacker, (uint32_t)strlen(judge), STATUS_MISMATCH);
  if (same != STATUS_OK)
    return same;
  if (*ret_members > instance->rule->options.columns_max)
    return STATUS_MISMATCH;
  return unpack_expected(unpacker, judge, strlen(judge), STATUS_MISMATCH);
}

static int unpack(struct unpacker *unpacker, struct group_instance *instance) {
  uint32_t members;
  int status = unpack_head(unpacker, instance, &members);
  for (uint32_t i = 0; status == STATUS_OK && i < members; i++)
    status = unpack_member(unpacker, instance);
  if (status == STATUS_OK)
    status = unpack_learned(unpacker, instance);
  return status == STATUS_OK && unpacker->left > 0 ? STATUS_CORRUPT : status;
}

int group_state_load(struct group_instance *instance, const void *bytes, size_t size) {
  struct unpacker unpacker = {.bytes = bytes, .left = size};
  int status = unpack_sum(&unpacker, SEED);
  if (status == STATUS_OK)
    status = unpack(&unpacker, instance);
  if (status != STATUS_OK)
    group_instance_clear(instance);
  return status;
}

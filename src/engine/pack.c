#include "engine/pack.h"

#include "anomaly/engine.h"
#include "anomaly/status.h"
#include "base/hash.h"

#include <endian.h>
#include <math.h>
#include <string.h>

static size_t kind_size(enum state_kind kind) {
  switch (kind) {
  case STATE_U8:
    return 1;
  case STATE_U16:
  case STATE_I16:
    return 2;
  case STATE_U32:
  case STATE_I32:
  case STATE_F32:
    return 4;
  case STATE_U64:
  case STATE_I64:
  case STATE_F64:
    return 8;
  case STATE_STRUCT:
    break;
  }
  return 0;
}

/* Gets each array of numbers of a state in the order of the rows; false ends the walk. */
typedef bool (*array_visitor)(void *context, size_t offset, enum state_kind kind, size_t count);

static uint32_t row_count(const struct state_row *row, const void *options) {
  uint32_t count = row->count;
  if (row->counted)
    memcpy(&count, (const char *)options + row->count_option, sizeof count);
  return count;
}

static bool walk(const struct state_row *rows, const void *options, size_t base,
                 array_visitor visit, void *context) {
  for (const struct state_row *row = rows; row->name != NULL; row++) {
    const uint32_t count = row_count(row, options);
    if (row->kind != STATE_STRUCT) {
      if (!visit(context, base + row->offset, row->kind, count))
        return false;
      continue;
    }
    for (uint32_t i = 0; i < count; i++)
      if (!walk(row->rows, options, base + row->offset + i * row->stride, visit, context))
        return false;
  }
  return true;
}

/* Between the host's order and little-endian: the same exchange either way. */
static void copy_numbers(unsigned char *to, const unsigned char *from, size_t size, size_t count) {
  if (__BYTE_ORDER == __LITTLE_ENDIAN) {
    memcpy(to, from, size * count);
    return;
  }
  for (size_t number = 0; number < count; number++, to += size, from += size)
    for (size_t i = 0; i < size; i++)
      to[i] = from[size - 1 - i];
}

static unsigned char *reserve(struct packer *packer, size_t size) {
  const uint64_t at = packer->used;
  packer->used += size;
  return packer->used <= packer->size ? packer->bytes + at : NULL;
}

static void pack_numbers(struct packer *packer, const void *numbers, size_t size, size_t count) {
  unsigned char *const to = reserve(packer, size * count);
  if (to != NULL)
    copy_numbers(to, numbers, size, count);
}

void pack_bytes(struct packer *packer, const void *bytes, size_t size) {
  unsigned char *const to = reserve(packer, size);
  if (to != NULL)
    memcpy(to, bytes, size);
}

void pack_u32(struct packer *packer, uint32_t number) {
  pack_numbers(packer, &number, sizeof number, 1);
}

void pack_f64(struct packer *packer, double number) {
  pack_numbers(packer, &number, sizeof number, 1);
}

struct pack_walk {
  struct packer *packer;
  const unsigned char *state;
};

static bool pack_array(void *context, size_t offset, enum state_kind kind, size_t count) {
  const struct pack_walk *const to = context;
  pack_numbers(to->packer, to->state + offset, kind_size(kind), count);
  return true;
}

void pack_rows(struct packer *packer, const struct state_row *rows, const void *options,
               const void *state) {
  struct pack_walk context = {.packer = packer, .state = state};
  (void)walk(rows, options, 0, pack_array, &context);
}

static bool count_array(void *context, size_t offset, enum state_kind kind, size_t count) {
  (void)offset;
  *(size_t *)context += kind_size(kind) * count;
  return true;
}

size_t pack_rows_size(const struct state_row *rows, const void *options) {
  size_t size = 0;
  (void)walk(rows, options, 0, count_array, &size);
  return size;
}

void pack_sum(struct packer *packer, uint64_t seed) {
  const uint64_t sum =
      packer->used <= packer->size ? hash_bytes(packer->bytes, (size_t)packer->used, seed) : 0;
  pack_numbers(packer, &sum, PACK_SUM_SIZE, 1);
}

const unsigned char *unpack_bytes(struct unpacker *unpacker, size_t size) {
  if (size > unpacker->left)
    return NULL;
  const unsigned char *const taken = unpacker->bytes;
  unpacker->bytes += size;
  unpacker->left -= size;
  return taken;
}

static bool unpack_numbers(struct unpacker *unpacker, void *ret_numbers, size_t size,
                           size_t count) {
  if (count > unpacker->left / size)
    return false;
  copy_numbers(ret_numbers, unpack_bytes(unpacker, size * count), size, count);
  return true;
}

bool unpack_u32(struct unpacker *unpacker, uint32_t *ret_number) {
  return unpack_numbers(unpacker, ret_number, sizeof *ret_number, 1);
}

bool unpack_f64(struct unpacker *unpacker, double *ret_number) {
  return unpack_numbers(unpacker, ret_number, sizeof *ret_number, 1);
}

int unpack_expected(struct unpacker *unpacker, const void *expected, size_t size, int otherwise) {
  const unsigned char *const found = unpack_bytes(unpacker, size);
  if (found == NULL)
    return STATUS_CORRUPT;
  return memcmp(found, expected, size) == 0 ? STATUS_OK : otherwise;
}

int unpack_expected_u32(struct unpacker *unpacker, uint32_t expected, int otherwise) {
  uint32_t number;
  if (!unpack_u32(unpacker, &number))
    return STATUS_CORRUPT;
  return number == expected ? STATUS_OK : otherwise;
}

static bool has_nan(const unsigned char *numbers, enum state_kind kind, size_t count) {
  bool found = false;
  for (size_t i = 0; kind == STATE_F32 && i < count; i++) {
    float number;
    memcpy(&number, numbers + i * sizeof number, sizeof number);
    found |= isnan(number);
  }
  for (size_t i = 0; kind == STATE_F64 && i < count; i++) {
    double number;
    memcpy(&number, numbers + i * sizeof number, sizeof number);
    found |= isnan(number);
  }
  return found;
}

struct unpack_walk {
  struct unpacker *unpacker;
  unsigned char *state;
  enum unpack_nan nan;
};

static bool unpack_array(void *context, size_t offset, enum state_kind kind, size_t count) {
  const struct unpack_walk *const from = context;
  unsigned char *const to = from->state + offset;
  return unpack_numbers(from->unpacker, to, kind_size(kind), count) &&
         (from->nan == UNPACK_NAN || !has_nan(to, kind, count));
}

bool unpack_rows(struct unpacker *unpacker, const struct state_row *rows, const void *options,
                 enum unpack_nan nan, void *state) {
  struct unpack_walk context = {.unpacker = unpacker, .state = state, .nan = nan};
  return walk(rows, options, 0, unpack_array, &context);
}

bool unpacked_time_valid(double time) { return time >= 0 && time < ENGINE_TIME_MAX; }

int unpack_sum(struct unpacker *unpacker, uint64_t seed) {
  if (unpacker->left < PACK_SUM_SIZE)
    return STATUS_CORRUPT;
  unpacker->left -= PACK_SUM_SIZE;
  uint64_t sum;
  copy_numbers((unsigned char *)&sum, unpacker->bytes + unpacker->left, sizeof sum, 1);
  return sum == hash_bytes(unpacker->bytes, unpacker->left, seed) ? STATUS_OK : STATUS_CORRUPT;
}

#include "engine/snapshot.h"

#include "anomaly/status.h"
#include "base/hash.h"
#include "base/option.h"

#include <endian.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char MAGIC[8] = {'A', 'n', 'o', 'm', 'a', 'l', 'y', '\n'};

enum { FORMAT_VERSION = 1, CHECKSUM_SIZE = 8 };

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

/* Gets each number of a state in the order of the rows; false ends the walk. */
typedef bool (*field_visitor)(void *context, size_t offset, enum state_kind kind);

static uint32_t row_count(const struct state_row *row, const void *options) {
  uint32_t count = row->count;
  if (row->counted)
    memcpy(&count, (const char *)options + row->count_option, sizeof count);
  return count;
}

static bool walk(const struct state_row *rows, const void *options, size_t base,
                 field_visitor visit, void *context) {
  for (const struct state_row *row = rows; row->name != NULL; row++) {
    const bool is_struct = row->kind == STATE_STRUCT;
    const size_t stride = is_struct ? row->stride : kind_size(row->kind);
    const uint32_t count = row_count(row, options);
    for (uint32_t i = 0; i < count; i++) {
      const size_t offset = base + row->offset + i * stride;
      if (!(is_struct ? walk(row->rows, options, offset, visit, context)
                      : visit(context, offset, row->kind)))
        return false;
    }
  }
  return true;
}

/* Between the host's order and little-endian: the same exchange either way. */
static void copy_number(unsigned char *to, const unsigned char *from, size_t size) {
  for (size_t i = 0; i < size; i++)
    to[i] = from[__BYTE_ORDER == __LITTLE_ENDIAN ? i : size - 1 - i];
}

/* Writes what has room, and counts in any case. */
struct writer {
  unsigned char *bytes;
  size_t size;
  uint64_t used;
  const unsigned char *state;
};

static unsigned char *reserve(struct writer *writer, size_t size) {
  const uint64_t at = writer->used;
  writer->used += size;
  return writer->used <= writer->size ? writer->bytes + at : NULL;
}

static void put_bytes(struct writer *writer, const void *bytes, size_t size) {
  unsigned char *const to = reserve(writer, size);
  if (to != NULL)
    memcpy(to, bytes, size);
}

static void put_number(struct writer *writer, const void *number, size_t size) {
  unsigned char *const to = reserve(writer, size);
  if (to != NULL)
    copy_number(to, number, size);
}

static void put_u32(struct writer *writer, uint32_t number) {
  put_number(writer, &number, sizeof number);
}

static bool put_field(void *context, size_t offset, enum state_kind kind) {
  struct writer *const writer = context;
  put_number(writer, writer->state + offset, kind_size(kind));
  return true;
}

static void put_header(struct writer *writer, const struct detector *detector,
                       const void *options) {
  const uint32_t name_size = (uint32_t)strlen(detector->name);
  put_bytes(writer, MAGIC, sizeof MAGIC);
  put_u32(writer, FORMAT_VERSION);
  put_u32(writer, name_size);
  put_bytes(writer, detector->name, name_size);
  put_u32(writer, detector->state_version);
  put_u32(writer, (uint32_t)option_count(detector->options));
  for (const struct option_row *row = detector->options; row->name != NULL; row++) {
    const double number = option_get(row, options);
    put_number(writer, &number, sizeof number);
  }
}

static bool count_field(void *context, size_t offset, enum state_kind kind) {
  (void)offset;
  struct writer *const writer = context;
  (void)reserve(writer, kind_size(kind));
  return true;
}

size_t snapshot_size(const struct detector *detector, const void *options) {
  struct writer counter = {0};
  put_header(&counter, detector, options);
  (void)walk(detector->state, options, 0, count_field, &counter);
  return (size_t)counter.used + CHECKSUM_SIZE;
}

int snapshot_save(const struct detector *detector, const void *options, const void *state,
                  void *bytes, size_t size) {
  if (size < snapshot_size(detector, options))
    return STATUS_LIMIT;
  struct writer writer = {.bytes = bytes, .size = size, .state = state};
  put_header(&writer, detector, options);
  (void)walk(detector->state, options, 0, put_field, &writer);
  const uint64_t checksum = hash_bytes(bytes, (size_t)writer.used, SNAPSHOT_SEED);
  put_number(&writer, &checksum, CHECKSUM_SIZE);
  return STATUS_OK;
}

/* Takes from the front of hostile bytes. */
struct reader {
  const unsigned char *bytes;
  size_t left;
  unsigned char *state;
};

static const unsigned char *take(struct reader *reader, size_t size) {
  if (size > reader->left)
    return NULL;
  const unsigned char *const taken = reader->bytes;
  reader->bytes += size;
  reader->left -= size;
  return taken;
}

static bool take_number(struct reader *reader, void *ret_number, size_t size) {
  const unsigned char *const from = take(reader, size);
  if (from != NULL)
    copy_number(ret_number, from, size);
  return from != NULL;
}

static int expect_bytes(struct reader *reader, const void *expected, size_t size, int otherwise) {
  const unsigned char *const found = take(reader, size);
  if (found == NULL)
    return STATUS_CORRUPT;
  return memcmp(found, expected, size) == 0 ? STATUS_OK : otherwise;
}

static int expect_u32(struct reader *reader, uint32_t expected, int otherwise) {
  uint32_t number;
  if (!take_number(reader, &number, sizeof number))
    return STATUS_CORRUPT;
  return number == expected ? STATUS_OK : otherwise;
}

/* What tells whether the checksum is one that this version knows. */
static int check_format(struct reader *reader) {
  const int status = expect_bytes(reader, MAGIC, sizeof MAGIC, STATUS_CORRUPT);
  return status != STATUS_OK ? status : expect_u32(reader, FORMAT_VERSION, STATUS_VERSION);
}

/* Takes the checksum off the end. */
static int check_sum(struct reader *reader, const void *bytes, size_t size) {
  uint64_t checksum;
  if (reader->left < CHECKSUM_SIZE)
    return STATUS_CORRUPT;
  reader->left -= CHECKSUM_SIZE;
  copy_number((unsigned char *)&checksum, reader->bytes + reader->left, sizeof checksum);
  return checksum == hash_bytes(bytes, size - CHECKSUM_SIZE, SNAPSHOT_SEED) ? STATUS_OK
                                                                            : STATUS_CORRUPT;
}

static int check_owner(struct reader *reader, const struct detector *detector) {
  const uint32_t name_size = (uint32_t)strlen(detector->name);
  int status = expect_u32(reader, name_size, STATUS_MISMATCH);
  if (status == STATUS_OK)
    status = expect_bytes(reader, detector->name, name_size, STATUS_MISMATCH);
  if (status == STATUS_OK)
    status = expect_u32(reader, detector->state_version, STATUS_VERSION);
  return status;
}

static int check_options(struct reader *reader, const struct detector *detector,
                         const void *options) {
  int status = expect_u32(reader, (uint32_t)option_count(detector->options), STATUS_MISMATCH);
  for (const struct option_row *row = detector->options; status == STATUS_OK && row->name != NULL;
       row++) {
    double number;
    if (!take_number(reader, &number, sizeof number))
      status = STATUS_CORRUPT;
    else if (!(number == option_get(row, options)))
      status = STATUS_MISMATCH;
  }
  return status;
}

static bool is_nan(const unsigned char *field, enum state_kind kind) {
  float number_32;
  double number_64;
  if (kind == STATE_F32)
    return isnan(*(float *)memcpy(&number_32, field, sizeof number_32));
  if (kind == STATE_F64)
    return isnan(*(double *)memcpy(&number_64, field, sizeof number_64));
  return false;
}

static bool take_field(void *context, size_t offset, enum state_kind kind) {
  struct reader *const reader = context;
  return take_number(reader, reader->state + offset, kind_size(kind)) &&
         !is_nan(reader->state + offset, kind);
}

static int take_state(struct reader *reader, const struct detector *detector, const void *options) {
  if (!walk(detector->state, options, 0, take_field, reader) || reader->left != 0)
    return STATUS_CORRUPT;
  if (detector->valid != NULL && !detector->valid(reader->state, options))
    return STATUS_CORRUPT;
  return STATUS_OK;
}

int snapshot_load(const struct detector *detector, const void *options, const void *bytes,
                  size_t size, void *state) {
  struct reader reader = {.bytes = bytes, .left = size};
  int status = check_format(&reader);
  if (status == STATUS_OK)
    status = check_sum(&reader, bytes, size);
  if (status == STATUS_OK)
    status = check_owner(&reader, detector);
  if (status == STATUS_OK)
    status = check_options(&reader, detector, options);
  if (status != STATUS_OK)
    return status;
  const size_t state_size = detector->state_size(options);
  reader.state = calloc(1, state_size);
  if (reader.state == NULL)
    return STATUS_NO_MEMORY;
  status = take_state(&reader, detector, options);
  if (status == STATUS_OK)
    memcpy(state, reader.state, state_size);
  free(reader.state);
  return status;
}

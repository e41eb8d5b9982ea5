#include "anomaly/status.h"
#include "base/hash.h"
#include "models/block_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char MAGIC[8] = {'A', 'n', 'o', 'm', 'o', 'd', 'e', 'l'};
static const uint64_t CHECKSUM_SEED = UINT64_C(0x626c6f636b);

enum { FORMAT_VERSION = 1 };

static size_t aligned(size_t size) {
  return (size + BLOCK_ALIGNMENT - 1) / BLOCK_ALIGNMENT * BLOCK_ALIGNMENT;
}

static size_t body_offset(size_t columns) {
  return aligned(sizeof(struct block) + columns * sizeof(struct block_column));
}

struct block *block_create(size_t columns, size_t body_size, size_t scratch) {
  if (columns > MODEL_COLUMNS_MAX || body_size > MODEL_BLOCK_MAX)
    return NULL;
  const size_t body = body_offset(columns);
  const size_t size = aligned(body + body_size);
  struct block *const block = aligned_alloc(BLOCK_ALIGNMENT, size);
  if (block == NULL)
    return NULL;
  memset(block, 0, size);
  memcpy(block->magic, MAGIC, sizeof MAGIC);
  block->format = FORMAT_VERSION;
  block->byte_order = 1;
  block->size = size;
  block->columns = (uint32_t)columns;
  block->scratch = scratch;
  block->body = (uint32_t)body;
  return block;
}

int block_copy(struct block **ret_block, const struct block *block) {
  struct block *const copy = aligned_alloc(BLOCK_ALIGNMENT, block->size);
  if (copy == NULL)
    return STATUS_NO_MEMORY;
  memcpy(copy, block, block->size);
  *ret_block = copy;
  return STATUS_OK;
}

void block_destroy(struct block *block) { free(block); }

void *block_body(struct block *block) { return (char *)block + block->body; }

const void *block_body_const(const struct block *block) {
  return (const char *)block + block->body;
}

size_t block_body_size(const struct block *block) { return block->size - block->body; }

size_t block_scratch(const struct block *block) { return block->columns + block->scratch; }

size_t block_scratch_own(const struct block *block) { return block->scratch; }

double block_threshold(const struct block *block) { return block->threshold; }

const struct model *block_model(const struct block *block) { return model_list[block->index]; }

size_t block_columns(const struct block *block) { return block->columns; }

size_t block_rows(const struct block *block) { return block->rows; }

const struct score_summary *block_scores(const struct block *block) { return &block->scores; }

const struct block_column *block_column(const struct block *block, size_t column) {
  return &block->column[column];
}

uint64_t block_options(const struct block *block) { return block->options; }

size_t block_size(const struct block *block) { return block->size; }

static uint64_t checksum(const struct block *block) {
  const size_t behind = offsetof(struct block, checksum) + sizeof block->checksum;
  return hash_bytes((const char *)block + behind, block->size - behind, CHECKSUM_SEED);
}

void block_seal(struct block *block) { block->checksum = checksum(block); }

const void *block_bytes(struct block *block) {
  if (block_learns(block))
    block_seal(block);
  return block;
}

bool block_name(struct block *block) {
  uint32_t index = 0;
  while (model_list[index] != NULL && strcmp(model_list[index]->name, block->model) != 0)
    index++;
  block->index = index;
  return model_list[index] != NULL;
}

static bool column_is_valid(const struct block_column *column) {
  bool valid = isfinite(column->median) && isfinite(column->mean) && isfinite(column->deviation) &&
               isfinite(column->scale) && column->scale > 0;
  for (size_t i = 0; i < sizeof column->decile / sizeof column->decile[0]; i++)
    valid = valid && isfinite(column->decile[i]);
  return valid;
}

static bool scores_are_valid(const struct score_summary *scores) {
  bool valid = isfinite(scores->mean) && isfinite(scores->deviation) && isfinite(scores->minimum) &&
               isfinite(scores->maximum);
  for (size_t i = 0; i < sizeof scores->decile / sizeof scores->decile[0]; i++)
    valid = valid && isfinite(scores->decile[i]);
  return valid;
}

static bool header_is_valid(const struct block *block, size_t size) {
  return block->size == size && size % BLOCK_ALIGNMENT == 0 && block->columns > 0 &&
         block->columns <= MODEL_COLUMNS_MAX && block->body == body_offset(block->columns) &&
         block->body <= size && block->rows > 0 && block->rows <= MODEL_ROWS_MAX &&
         block->scratch <= MODEL_BLOCK_MAX / sizeof(double) && block->standardises <= 1 &&
         memchr(block->model, 0, sizeof block->model) != NULL;
}

/* Whether the bytes are a block, whatever its members; then its model is that of this program. */
static int check_alone(struct block *block, size_t size) {
  if (memcmp(block->magic, MAGIC, sizeof MAGIC) != 0)
    return STATUS_CORRUPT;
  if (block->byte_order != 1 || block->format != FORMAT_VERSION)
    return STATUS_VERSION;
  if (!header_is_valid(block, size) || checksum(block) != block->checksum)
    return STATUS_CORRUPT;
  if (!block_name(block))
    return STATUS_NOT_FOUND;
  const struct model *const model = block_model(block);
  if (block->version != model->version)
    return STATUS_VERSION;
  bool valid = isfinite(block->threshold) && scores_are_valid(&block->scores);
  for (size_t i = 0; i < block->columns; i++)
    valid = valid && column_is_valid(&block->column[i]);
  return valid && model->valid(block) ? STATUS_OK : STATUS_CORRUPT;
}

static int check_member(struct block *member, size_t size) {
  const int status = size < sizeof *member ? STATUS_CORRUPT : check_alone(member, size);
  if (status != STATUS_OK)
    return status;
  block_seal(member);
  return block_model(member)->member == NULL ? STATUS_OK : STATUS_CORRUPT;
}

static int check(struct block *block, size_t size) {
  int status = check_alone(block, size);
  if (status != STATUS_OK)
    return status;
  const struct model *const model = block_model(block);
  struct block *member;
  for (size_t i = 0, bytes; status == STATUS_OK && model->member != NULL &&
                            (member = model->member(block, i, &bytes)) != NULL;
       i++)
    status = check_member(member, bytes);
  block_seal(block);
  return status;
}

int block_load(struct block **ret_block, const void *bytes, size_t size) {
  if (size < sizeof(struct block) || size % BLOCK_ALIGNMENT != 0 || size > 2 * MODEL_BLOCK_MAX)
    return STATUS_CORRUPT;
  struct block *const block = aligned_alloc(BLOCK_ALIGNMENT, size);
  if (block == NULL)
    return STATUS_NO_MEMORY;
  memcpy(block, bytes, size);
  const int status = check(block, size);
  if (status != STATUS_OK) {
    block_destroy(block);
    return status;
  }
  *ret_block = block;
  return STATUS_OK;
}

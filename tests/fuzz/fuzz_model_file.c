/*
 * Damaged and forged files of every model: refused, or read so that scoring,
 * explaining, learning and writing them again stay within the contract.
 *
 * Input: model, '1' to correct the checksums, length change as distance from
 * '0', two bytes of position, then what is xored over an honest file there
 * (without a final newline).
 */
#include "anomaly/status.h"
#include "base/hash.h"
#include "base/option.h"
#include "base/random.h"
#include "models/block_private.h"
#include "models/model_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 5, LENGTH_CHANGE = 256, ROWS = 60, COLUMNS = 2, MODELS_MAX = 64 };

/* Of a file: where the checksum of the names is, and the names. */
enum { CHECKSUM = 16, NAMES = 40, NAMES_SIZE = 9 };
static const uint64_t CHECKSUM_SEED = UINT64_C(0x6d6f64656c66);
static const char *const names[COLUMNS] = {"cpu", "load"};

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static void insist(bool condition) {
  if (!condition)
    __builtin_trap();
}

static void *allocate(size_t size) {
  void *const block = calloc(1, size + 1);
  insist(block != NULL);
  return block;
}

struct bytes {
  uint8_t *start;
  size_t size;
};

static struct block *fit(const struct model *model) {
  double cells[ROWS * COLUMNS];
  uint64_t random = 1;
  for (size_t i = 0; i < ROWS * COLUMNS; i++)
    cells[i] = random_normal(&random) + sin((double)i);
  void *const options = allocate(model->options_size);
  struct model_common common;
  option_set_presets(model->options, options);
  option_set_presets(model_common_rows, &common);
  const struct matrix rows = {.cells = cells, .rows = ROWS, .columns = COLUMNS};
  const struct fit_control control = {.threads = 1};
  struct block *block = NULL;
  insist(model_fit(model, &rows, &common, options, &control, &block) == STATUS_OK);
  free(options);
  return block;
}

static struct bytes write_file(const struct model_file *file) {
  void *start;
  struct bytes bytes;
  insist(model_file_write(file, &start, &bytes.size) == STATUS_OK);
  bytes.start = start;
  return bytes;
}

/* A copy of an honest file, with room behind it; each model is fitted once. */
static struct bytes honest_file(size_t index) {
  static struct bytes honest[MODELS_MAX];
  if (honest[index].start == NULL) {
    struct model_file file;
    insist(model_file_make(&file, fit(model_list[index]), names) == STATUS_OK);
    honest[index] = write_file(&file);
    model_file_release(&file);
  }
  const struct bytes copy = {.start = allocate(honest[index].size + LENGTH_CHANGE),
                             .size = honest[index].size};
  memcpy(copy.start, honest[index].start, copy.size);
  return copy;
}

static void seal_block(struct bytes file) {
  const size_t size = file.size - NAMES - NAMES_SIZE;
  if (size < sizeof(struct block) || size % BLOCK_ALIGNMENT != 0)
    return;
  struct block *const block = aligned_alloc(BLOCK_ALIGNMENT, size);
  insist(block != NULL);
  memcpy(block, file.start + NAMES + NAMES_SIZE, size);
  if (block->size == size)
    block_seal(block);
  memcpy(file.start + NAMES + NAMES_SIZE, block, size);
  free(block);
}

static void correct_checksums(struct bytes file) {
  if (file.size < NAMES + NAMES_SIZE)
    return;
  const uint64_t checksum = hash_bytes(file.start + NAMES, NAMES_SIZE, CHECKSUM_SEED);
  memcpy(file.start + CHECKSUM, &checksum, sizeof checksum);
  seal_block(file);
}

static void damage(struct bytes *file, const uint8_t *input, size_t size) {
  const size_t position = ((size_t)input[3] << 8 | input[4]) % file->size;
  const size_t end = size > HEAD && input[size - 1] == '\n' ? size - 1 : size;
  for (size_t i = 0; i < end - HEAD && position + i < file->size; i++)
    file->start[position + i] ^= input[HEAD + i];
  const ptrdiff_t change = (ptrdiff_t)input[2] - '0';
  if (change >= 0 || (size_t)-change < file->size)
    file->size = (size_t)((ptrdiff_t)file->size + change);
  if (input[1] == '1')
    correct_checksums(*file);
}

static void use(struct block *block) {
  const size_t columns = block_columns(block);
  double *const scratch = allocate(block_scratch(block) * sizeof *scratch);
  double *const row = allocate(2 * columns * sizeof *row), *const shares = row + columns;
  for (size_t turn = 0; turn < 4; turn++) {
    for (size_t i = 0; i < columns; i++)
      row[i] = turn == 3 ? (double)NAN : (double)turn + .1 * (double)i;
    insist(fabs(model_score(block, row, scratch)) <= MODEL_SCORE_MAX);
    model_explain(block, row, scratch, shares);
    for (size_t i = 0; i < columns; i++)
      insist(shares[i] >= 0 && shares[i] <= 1);
    if (block_learns(block))
      model_learn(block, row, scratch);
  }
  free(row);
  free(scratch);
}

/* Written and read again it is the same, but for what stored bytes say of their place in the list.
 */
static void write_again(const struct model_file *file, size_t size) {
  struct model_file again;
  const struct bytes first = write_file(file);
  insist(first.size == size);
  insist(model_file_read(&again, first.start, first.size) == STATUS_OK);
  const struct bytes second = write_file(&again);
  insist(second.size == size && memcmp(first.start, second.start, size) == 0);
  model_file_release(&again);
  free(second.start);
  free(first.start);
}

static void read_file(struct bytes bytes) {
  struct model_file file;
  if (model_file_read(&file, bytes.start, bytes.size) != STATUS_OK)
    return;
  write_again(&file, bytes.size);
  use(file.block);
  model_file_release(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
  if (size < HEAD)
    return 0;
  size_t models = 0;
  while (model_list[models] != NULL)
    models++;
  insist(models <= MODELS_MAX);
  struct bytes file = honest_file(input[0] % models);
  damage(&file, input, size);
  read_file(file);
  free(file.start);
  return 0;
}

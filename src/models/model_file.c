#include "models/model_file.h"

#include "anomaly/status.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

static const char MAGIC[8] = {'A', 'n', 'o', 'm', 'F', 'i', 'l', 'e'};
static const uint64_t CHECKSUM_SEED = UINT64_C(0x6d6f64656c66);

enum { FORMAT_VERSION = 1 };

/* Then the names, each ended by NUL, then the block. */
struct head {
  char magic[8];
  uint32_t format;
  uint32_t byte_order; /* reads 1 where the bytes are in this machine's order */
  uint64_t checksum;   /* of the names */
  uint64_t names_size;
  uint64_t block_size;
};

static size_t names_size(const char *const *names, size_t count) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++)
    size += strlen(names[i]) + 1;
  return size;
}

static void write_names(char *to, const char *const *names, size_t count) {
  for (size_t i = 0; i < count; i++)
    to = stpcpy(to, names[i]) + 1;
}

int model_file_write(const struct model_file *file, void **ret_bytes, size_t *ret_size) {
  const size_t columns = block_columns(file->block);
  struct head head = {.format = FORMAT_VERSION,
                      .byte_order = 1,
                      .names_size = names_size(file->names, columns),
                      .block_size = block_size(file->block)};
  const size_t size = sizeof head + head.names_size + head.block_size;
  char *const bytes = malloc(size);
  if (bytes == NULL)
    return STATUS_NO_MEMORY;
  char *const names = bytes + sizeof head;
  write_names(names, file->names, columns);
  memcpy(names + head.names_size, block_bytes(file->block), head.block_size);
  memcpy(head.magic, MAGIC, sizeof MAGIC);
  head.checksum = hash_bytes(names, head.names_size, CHECKSUM_SEED);
  memcpy(bytes, &head, sizeof head);
  *ret_bytes = bytes;
  *ret_size = size;
  return STATUS_OK;
}

static int check_head(const struct head *head, const char *names, size_t rest) {
  if (memcmp(head->magic, MAGIC, sizeof MAGIC) != 0)
    return STATUS_CORRUPT;
  if (head->byte_order != 1 || head->format != FORMAT_VERSION)
    return STATUS_VERSION;
  if (head->names_size > rest || head->block_size != rest - head->names_size ||
      head->checksum != hash_bytes(names, head->names_size, CHECKSUM_SEED))
    return STATUS_CORRUPT;
  return STATUS_OK;
}

/* `count` texts that fill `size` bytes exactly, one after the other. */
static int copy_names(const char *text, size_t size, size_t count, const char ***ret_names) {
  const char **const names = malloc(count * sizeof *names + size);
  if (names == NULL)
    return STATUS_NO_MEMORY;
  const char *at = memcpy(names + count, text, size);
  const char *const end = at + size;
  size_t found = 0;
  while (found < count && memchr(at, '\0', (size_t)(end - at)) != NULL) {
    names[found++] = at;
    at += strlen(at) + 1;
  }
  if (at < end || found < count) {
    free(names);
    return STATUS_CORRUPT;
  }
  *ret_names = names;
  return STATUS_OK;
}

int model_file_make(struct model_file *ret_file, struct block *block, const char *const *names) {
  const size_t columns = block_columns(block), size = names_size(names, columns);
  char *const text = malloc(size);
  if (text == NULL)
    return STATUS_NO_MEMORY;
  write_names(text, names, columns);
  const char **copy;
  const int status = copy_names(text, size, columns, &copy);
  free(text);
  if (status == STATUS_OK)
    *ret_file = (struct model_file){.block = block, .names = copy};
  return status;
}

int model_file_read(struct model_file *ret_file, const void *bytes, size_t size) {
  struct head head;
  if (size < sizeof head)
    return STATUS_CORRUPT;
  memcpy(&head, bytes, sizeof head);
  const char *const text = (const char *)bytes + sizeof head;
  int status = check_head(&head, text, size - sizeof head);
  if (status != STATUS_OK)
    return status;
  struct model_file file = {.block = NULL};
  status = block_load(&file.block, text + head.names_size, head.block_size);
  if (status == STATUS_OK)
    status = copy_names(text, head.names_size, block_columns(file.block), &file.names);
  if (status == STATUS_OK)
    *ret_file = file;
  else
    model_file_release(&file);
  return status;
}

void model_file_release(struct model_file *file) {
  block_destroy(file->block);
  free(file->names);
  *file = (struct model_file){.block = NULL};
}

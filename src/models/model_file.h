/*
 * A model as a file: its block, and what its columns are called.
 *
 * Like the block it is for machines of one kind. Its bytes are hostile.
 */
#ifndef ANOMALY_MODELS_MODEL_FILE_H
#define ANOMALY_MODELS_MODEL_FILE_H

#include "anomaly/model.h"

struct model_file {
  struct block *block; /* owned */
  const char **names;  /* of its columns; owned, one piece with their text */
};

/*
 * A model file of a block, which it owns from then on, and copies of names, one
 * for each column. Errors: STATUS_NO_MEMORY.
 */
int model_file_make(struct model_file *ret_file, struct block *block, const char *const *names);

/*
 * Bytes that model_file_read takes, to be freed. Errors: STATUS_NO_MEMORY.
 */
int model_file_write(const struct model_file *file, void **ret_bytes, size_t *ret_size);

/* Errors: STATUS_CORRUPT, and those of block_load. */
int model_file_read(struct model_file *ret_file, const void *bytes, size_t size);

/* All zero is fine. */
void model_file_release(struct model_file *file);

/* Bytes that no model file is longer than. */
#define MODEL_FILE_MAX (2 * MODEL_BLOCK_MAX)

#endif

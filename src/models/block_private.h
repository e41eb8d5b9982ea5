/*
 * A block's layout, for block.c, fit.c, score.c and models made of blocks only:
 * this header, a block_column for each column, the body.
 */
#ifndef ANOMALY_MODELS_BLOCK_PRIVATE_H
#define ANOMALY_MODELS_BLOCK_PRIVATE_H

#include "anomaly/model.h"

enum { BLOCK_ALIGNMENT = 64, BLOCK_NAME_SIZE = 32 };

struct block {
  char magic[8];
  uint32_t format;
  uint32_t byte_order; /* reads 1 where the bytes are in this machine's order */
  uint64_t size;       /* of the whole block */
  uint64_t checksum;   /* of all bytes behind it */
  char model[BLOCK_NAME_SIZE];
  uint32_t version; /* of the model's body */
  uint32_t columns;
  uint64_t rows;    /* it was fitted to */
  uint64_t scratch; /* doubles that the model wants */
  uint64_t options;
  double threshold;
  struct score_summary scores;
  uint32_t standardises;
  uint32_t body;  /* offset */
  uint32_t index; /* in this program's model_list; of no meaning in stored bytes */
  uint32_t unused;
  struct block_column column[];
};

/* Finds the model of the block's name; false where there is none. */
bool block_name(struct block *block);

/* Fills in the checksum. */
void block_seal(struct block *block);

/* Writes the row as the model is to see it. */
void block_clean(const struct block *block, const double *row, double *ret_clean);

#endif

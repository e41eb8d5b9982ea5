#include "models/block_private.h"

#include <math.h>
#include <string.h>

static double clamp(double value, double largest) {
  return value > largest ? largest : value < -largest ? -largest : value;
}

void block_clean(const struct block *block, const double *row, double *ret_clean) {
  for (size_t i = 0; i < block->columns; i++) {
    const struct block_column *const column = &block->column[i];
    const double value = isnan(row[i]) ? column->median : clamp(row[i], MODEL_CELL_MAX);
    ret_clean[i] =
        block->standardises ? clamp((value - column->mean) / column->scale, MODEL_CELL_MAX) : value;
  }
}

double model_score(const struct block *block, const double *row, double *scratch) {
  block_clean(block, row, scratch);
  const double score = block_model(block)->score(block, scratch, scratch + block->columns);
  return isnan(score) ? MODEL_SCORE_MAX : clamp(score, MODEL_SCORE_MAX);
}

/* How much lower the score is with the column's median in its place. */
static void explain_by_medians(const struct block *block, double *clean, double *scratch,
                               double *ret_parts) {
  const struct model *const model = block_model(block);
  const double score = model->score(block, clean, scratch);
  for (size_t i = 0; i < block->columns; i++) {
    const struct block_column *const column = &block->column[i];
    const double kept = clean[i];
    clean[i] =
        block->standardises ? (column->median - column->mean) / column->scale : column->median;
    ret_parts[i] = score - model->score(block, clean, scratch);
    clean[i] = kept;
  }
}

static void make_shares(double *parts, size_t count) {
  double largest = 0, sum = 0;
  for (size_t i = 0; i < count; i++) {
    parts[i] = parts[i] > 0 ? clamp(parts[i], MODEL_SCORE_MAX) : 0;
    largest = fmax(largest, parts[i]);
  }
  for (size_t i = 0; i < count && largest > 0; i++)
    sum += parts[i] /= largest;
  for (size_t i = 0; i < count && sum > 0; i++)
    parts[i] /= sum;
}

void model_explain(const struct block *block, const double *row, double *scratch,
                   double *ret_shares) {
  const struct model *const model = block_model(block);
  block_clean(block, row, scratch);
  if (model->explain != NULL)
    model->explain(block, scratch, scratch + block->columns, ret_shares);
  else
    explain_by_medians(block, scratch, scratch + block->columns, ret_shares);
  make_shares(ret_shares, block->columns);
}

bool block_learns(const struct block *block) { return block_model(block)->learn != NULL; }

void model_learn(struct block *block, const double *row, double *scratch) {
  block_clean(block, row, scratch);
  block_model(block)->learn(block, scratch, scratch + block->columns);
}

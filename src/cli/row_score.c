#include "cli/row_score.h"

#include "anomaly/status.h"
#include "cli/csv_text.h"
#include "cli/decimal.h"

#include <stdlib.h>
#include <string.h>

int row_scorer_create(struct row_scorer *ret_scorer, const struct model_file *model,
                      bool explained) {
  const size_t columns = block_columns(model->block);
  struct row_scorer scorer = {.model = model, .threshold = block_threshold(model->block)};
  scorer.scratch = calloc(block_scratch(model->block) + 1, sizeof *scorer.scratch);
  scorer.shares = calloc(columns, sizeof *scorer.shares);
  if (explained)
    scorer.parts = calloc(columns, sizeof *scorer.parts);
  if (scorer.scratch == NULL || scorer.shares == NULL || (explained && scorer.parts == NULL)) {
    row_scorer_release(&scorer);
    return STATUS_NO_MEMORY;
  }
  *ret_scorer = scorer;
  return STATUS_OK;
}

void row_scorer_release(struct row_scorer *scorer) {
  free(scorer->parts);
  free(scorer->shares);
  free(scorer->scratch);
}

/* Those of equal share in the order of their columns, as qsort does not promise. */
static int compare_parts(const void *a, const void *b) {
  const struct score_part *const one = a, *const other = b;
  if (one->share != other->share)
    return one->share > other->share ? -1 : 1;
  return one->column < other->column ? -1 : one->column > other->column;
}

static void explain(struct row_scorer *scorer, const double *row, struct row_score *score) {
  const struct model_file *const model = scorer->model;
  score->part_count = block_columns(model->block);
  score->parts = scorer->parts;
  model_explain(model->block, row, scorer->scratch, scorer->shares);
  for (size_t i = 0; i < score->part_count; i++)
    scorer->parts[i] = (struct score_part){.column = model->names[i], .share = scorer->shares[i]};
  qsort(scorer->parts, score->part_count, sizeof *scorer->parts, compare_parts);
}

struct row_score row_scorer_take(struct row_scorer *scorer, const double *row) {
  struct block *const block = scorer->model->block;
  struct row_score score = {.row = scorer->rows++};
  score.score = model_score(block, row, scorer->scratch);
  score.anomaly = score.score > scorer->threshold;
  if (scorer->parts != NULL)
    explain(scorer, row, &score);
  if (block_learns(block))
    model_learn(block, row, scorer->scratch);
  return score;
}

enum { SHARE_DIGITS = 3 };

void row_score_print_parts(const struct row_score *score, FILE *stream) {
  char *field = NULL;
  size_t size = 0;
  FILE *const text = open_memstream(&field, &size);
  if (text == NULL)
    return;
  for (size_t i = 0; i < score->part_count && score->parts[i].share > 0; i++) {
    char share[DECIMAL_SIZE];
    decimal_write(share, score->parts[i].share, SHARE_DIGITS);
    fprintf(text, "%s%s=%s", i > 0 ? ";" : "", score->parts[i].column, share);
  }
  if (fclose(text) == 0)
    csv_write_field(stream, field);
  free(field);
}

/*
 * COPOD: how unlikely the row is in the tail that each column is skewed to, or
 * in the mean of both where that is more.
 */
#include "models/tails.h"
#include "stats/clamp.h"

#include <math.h>

static const struct option_row option_rows[] = {OPTION_ROWS_END};

/* The mean of two logarithms is that of the root of the product. */
static double share(struct tails tails) {
  return double_min(sqrt(tails.left * tails.right), tails.skewed);
}

static double score(const struct block *block, const double *row, double *scratch) {
  (void)scratch;
  return tails_score(block, row, share);
}

static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  (void)scratch;
  tails_explain(block, row, share, ret_parts);
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  (void)options;
  return tails_fit(rows, share, control, ret_scores, ret_block);
}

const struct model copod_model = {
    .name = "copod",
    .summary = "rows in the tails that their columns are skewed to, by the empirical copula",
    .source = "Li, Zhao, Botta, Ionescu and Hu, 2020, \"COPOD: Copula-based outlier detection\"",
    .options = option_rows,
    .version = 1,
    .rows_min = 1,
    .training = TRAINING_BY_FIT,
    .ranks_batch = true,
    .fit = fit,
    .score = score,
    .explain = explain,
    .valid = tails_valid,
};

/*
 * ECOD: how far out in the tails of each column the row is, the further tail of
 * each; both of them where a column is not skewed at all.
 */
#include "models/tails.h"
#include "stats/clamp.h"

static const struct option_row option_rows[] = {OPTION_ROWS_END};

static double share(struct tails tails) {
  return double_min(double_min(tails.left, tails.right), tails.skewed);
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

const struct model ecod_model = {
    .name = "ecod",
    .summary = "rows far out in the tails of their columns, each seen alone",
    .source = "Li, Zhao, Hu, Botta, Ionescu and Chen, 2022, \"ECOD: Unsupervised outlier detection "
              "using empirical cumulative distribution functions\"",
    .options = option_rows,
    .version = 2,
    .rows_min = 1,
    .training = TRAINING_BY_FIT,
    .ranks_batch = true,
    .fit = fit,
    .score = score,
    .explain = explain,
    .valid = tails_valid,
};

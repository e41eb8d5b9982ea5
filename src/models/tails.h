/*
 * How far out in the tails of each column's training values a number is: what
 * ecod and copod have in common.
 *
 * The body is one column after the other: its skewness, then its values in order.
 */
#ifndef ANOMALY_MODELS_TAILS_H
#define ANOMALY_MODELS_TAILS_H

#include "anomaly/model.h"

/* Shares of the column's values, above 0, at most 1. */
struct tails {
  double left, right; /* up to this number, from it on */
  double skewed;      /* that of the tail which the column's skewness makes the longer one */
};

/* The share whose -log is what the column adds to the score. */
typedef double tails_share(struct tails tails);

/* As in struct model, but for the share, without scratch memory. */
double tails_score(const struct block *block, const double *row, tails_share *share);
void tails_explain(const struct block *block, const double *row, tails_share *share,
                   double *ret_parts);

/* Likewise. */
int tails_fit(const struct matrix *rows, tails_share *share, const struct fit_control *control,
              double *ret_scores, struct block **ret_block);
bool tails_valid(const struct block *block);

#endif

/*
 * How far out in the tails of each column's training values a number is: what
 * ecod and copod have in common.
 *
 * The body is one column after the other: its skewness, then its values in order.
 */
#ifndef ANOMALY_MODELS_TAILS_H
#define ANOMALY_MODELS_TAILS_H

#include "anomaly/model.h"

struct tails {
  double left, right; /* -log of the share of values up to this one, and from it on; >= 0 */
  double skewed;      /* of the tail that the column's skewness makes the longer one */
};

/* What a column adds to the score. */
typedef double tails_part(struct tails tails);

double tails_score(const struct block *block, const double *row, tails_part *part);
void tails_explain(const struct block *block, const double *row, tails_part *part,
                   double *ret_parts);

/* As in struct model. */
int tails_fit(const struct matrix *rows, const void *options, const struct fit_control *control,
              struct block **ret_block);
bool tails_valid(const struct block *block);

#endif

/*
 * Rows scored one after the other by a fitted model, which learns them where it can.
 */
#ifndef ANOMALY_CLI_ROW_SCORE_H
#define ANOMALY_CLI_ROW_SCORE_H

#include "models/model_file.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A column's share of the score, 0 .. 1. */
struct score_part {
  const char *column;
  double share;
};

struct row_score {
  uint64_t row; /* from 0 */
  double score;
  bool anomaly;
  const struct score_part *parts; /* largest first; borrowed until the next row */
  size_t part_count;              /* 0 where they are not asked for */
};

/* Borrows the model, whose block it may change. */
struct row_scorer {
  const struct model_file *model;
  double threshold; /* of the model; the caller may have a better one */
  double *scratch, *shares;
  struct score_part *parts; /* NULL: not asked for */
  uint64_t rows;
};

/* Errors: STATUS_NO_MEMORY. */
int row_scorer_create(struct row_scorer *ret_scorer, const struct model_file *model,
                      bool explained);

/* Scores a row of a number for each column, then learns it. */
struct row_score row_scorer_take(struct row_scorer *scorer, const double *row);

void row_scorer_release(struct row_scorer *scorer);

/* Writes the parts as one CSV field: "load=0.62;cpu=0.381", no share of 0. */
void row_score_print_parts(const struct row_score *score, FILE *stream);

#endif

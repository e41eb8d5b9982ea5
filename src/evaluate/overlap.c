#include "evaluate/overlap.h"

#include <math.h>

/* Sums over the runs in `runs` the share of their rows that `inside` has too. */
static uint64_t add_shares(const bool *runs, const bool *inside, size_t from, size_t rows,
                           double *shares) {
  uint64_t count = 0;
  for (size_t row = from; row < rows; row++) {
    if (!runs[row])
      continue;
    size_t length = 0, shared = 0;
    for (; row < rows && runs[row]; row++) {
      length++;
      shared += inside[row];
    }
    *shares += (double)shared / (double)length;
    count++;
  }
  return count;
}

void overlap_add(struct overlap *overlap, const struct event_truth *truth, const bool *label,
                 const bool *alarm) {
  const size_t from = truth->scored_from, rows = truth->rows;
  for (size_t row = from; row < rows; row++) {
    overlap->both += label[row] && alarm[row];
    overlap->alarm_only += !label[row] && alarm[row];
    overlap->label_only += label[row] && !alarm[row];
  }
  overlap->alarm_runs += add_shares(alarm, label, from, rows, &overlap->alarm_shares);
  overlap->label_runs += add_shares(label, alarm, from, rows, &overlap->label_shares);
}

static double share(double part, double whole) { return whole > 0 ? part / whole : (double)NAN; }

double overlap_point_precision(const struct overlap *overlap) {
  return share((double)overlap->both, (double)(overlap->both + overlap->alarm_only));
}

double overlap_point_recall(const struct overlap *overlap) {
  return share((double)overlap->both, (double)(overlap->both + overlap->label_only));
}

double overlap_range_precision(const struct overlap *overlap) {
  return share(overlap->alarm_shares, (double)overlap->alarm_runs);
}

double overlap_range_recall(const struct overlap *overlap) {
  return share(overlap->label_shares, (double)overlap->label_runs);
}

double overlap_f1(double precision, double recall) {
  if (precision + recall <= 0)
    return 0;
  return 2 * precision * recall / (precision + recall);
}

#include "evaluate/ranking.h"

#include "anomaly/status.h"

#include <math.h>
#include <stdlib.h>

struct ranked {
  double score;
  size_t row;
};

static int highest_first(const void *left, const void *right) {
  const double a = ((const struct ranked *)left)->score, b = ((const struct ranked *)right)->score;
  return (a < b) - (a > b);
}

static size_t count_labelled(const bool *label, size_t rows) {
  size_t count = 0;
  for (size_t row = 0; row < rows; row++)
    count += label[row];
  return count;
}

/* The rows, highest score first; the caller frees them. */
static int rank(const double *score, const bool *label, size_t rows, struct ranked **ret_order) {
  const size_t labelled = count_labelled(label, rows);
  if (labelled == 0 || labelled == rows)
    return STATUS_INVALID;
  struct ranked *order = malloc(rows * sizeof(*order));
  if (order == NULL)
    return STATUS_NO_MEMORY;
  for (size_t row = 0; row < rows; row++) {
    if (isnan(score[row])) {
      free(order);
      return STATUS_INVALID;
    }
    order[row] = (struct ranked){.score = score[row], .row = row};
  }
  qsort(order, rows, sizeof(*order), highest_first);
  *ret_order = order;
  return STATUS_OK;
}

static bool ends_tie(const struct ranked *order, size_t rows, size_t at) {
  return at + 1 == rows || order[at + 1].score < order[at].score;
}

int ranking_auc_roc(const double *score, const bool *label, size_t rows, double *ret_area) {
  struct ranked *order;
  const int status = rank(score, label, rows, &order);
  if (status != STATUS_OK)
    return status;
  double hits = 0, misses = 0, hits_before = 0, misses_before = 0, area = 0;
  for (size_t at = 0; at < rows; at++) {
    if (label[order[at].row])
      hits++;
    else
      misses++;
    if (!ends_tie(order, rows, at))
      continue;
    area += (misses - misses_before) * (hits + hits_before) / 2;
    hits_before = hits;
    misses_before = misses;
  }
  free(order);
  *ret_area = area / (hits * misses);
  return STATUS_OK;
}

int ranking_auc_pr(const double *score, const bool *label, size_t rows, double *ret_area) {
  struct ranked *order;
  const int status = rank(score, label, rows, &order);
  if (status != STATUS_OK)
    return status;
  double hits = 0, hits_before = 0, area = 0;
  for (size_t at = 0; at < rows; at++) {
    hits += label[order[at].row];
    if (!ends_tie(order, rows, at))
      continue;
    area += (hits - hits_before) * hits / (double)(at + 1);
    hits_before = hits;
  }
  free(order);
  *ret_area = area / hits;
  return STATUS_OK;
}

/* The labels widened by one buffer length. */
struct widened {
  double *weight;  /* of each row, 0..1 */
  size_t *segment; /* number of the row's segment, from 1; 0 outside */
  bool *found;     /* by number of segment */
  size_t segments;
  double sum;
};

static void widen_labels(struct widened *wide, const bool *label, size_t rows, size_t buffer) {
  const size_t side = buffer / 2;
  for (size_t row = 0; row < rows; row++)
    wide->weight[row] = label[row];
  for (size_t row = 0; row < rows; row++) {
    const bool first = label[row] && (row == 0 || !label[row - 1]);
    const bool last = label[row] && (row + 1 == rows || !label[row + 1]);
    for (size_t far = 1; (first || last) && far <= side; far++) {
      const double weight = sqrt(1 - (double)far / (double)buffer);
      if (first && far <= row)
        wide->weight[row - far] += weight;
      if (last && row + far < rows)
        wide->weight[row + far] += weight;
    }
  }
}

static void number_segments(struct widened *wide, size_t rows) {
  wide->segments = 0;
  wide->sum = 0;
  for (size_t row = 0; row < rows; row++) {
    wide->weight[row] = fmin(wide->weight[row], 1);
    wide->sum += wide->weight[row];
    wide->segment[row] = 0;
    if (wide->weight[row] <= 0)
      continue;
    if (row == 0 || wide->segment[row - 1] == 0)
      wide->found[++wide->segments] = false;
    wide->segment[row] = wide->segments;
  }
}

/* A row that the widest buffer reaches; all others weigh nothing. */
struct reached {
  size_t row;
  size_t end; /* rows that score as much or more */
};

/* Those rows, highest score first; returns how many there are. The widest labels are in `wide`. */
static size_t find_reached(const struct ranked *order, size_t rows, const struct widened *wide,
                           struct reached *reached) {
  size_t count = 0, closed = 0;
  for (size_t at = 0; at < rows; at++) {
    if (wide->weight[order[at].row] > 0)
      reached[count++].row = order[at].row;
    if (!ends_tie(order, rows, at))
      continue;
    while (closed < count)
      reached[closed++].end = at + 1;
  }
  return count;
}

static double range_area(const struct reached *reached, size_t count, struct widened *wide,
                         size_t labelled) {
  const double all = ((double)labelled + wide->sum) / 2;
  double weights = 0, recall_before = 0, area = 0;
  size_t found = 0;
  for (size_t at = 0; at < count; at++) {
    const size_t row = reached[at].row, end = reached[at].end;
    weights += wide->weight[row];
    if (wide->segment[row] > 0 && !wide->found[wide->segment[row]]) {
      wide->found[wide->segment[row]] = true;
      found++;
    }
    if (at + 1 < count && reached[at + 1].end == end)
      continue;
    const double recall = fmin(weights / all, 1) * (double)found / (double)wide->segments;
    area += (recall - recall_before) * weights / (double)end;
    recall_before = recall;
  }
  return area;
}

static double mean_area(const struct ranked *order, const bool *label, size_t rows,
                        size_t buffer_max, struct widened *wide, struct reached *reached) {
  const size_t labelled = count_labelled(label, rows);
  widen_labels(wide, label, rows, buffer_max);
  const size_t count = find_reached(order, rows, wide, reached);
  double sum = 0;
  for (size_t buffer = 0; buffer <= buffer_max; buffer++) {
    widen_labels(wide, label, rows, buffer);
    number_segments(wide, rows);
    sum += range_area(reached, count, wide, labelled);
  }
  return sum / (double)(buffer_max + 1);
}

int ranking_vus_pr(const double *score, const bool *label, size_t rows, size_t buffer_max,
                   double *ret_volume) {
  struct ranked *order;
  int status = rank(score, label, rows, &order);
  if (status != STATUS_OK)
    return status;
  struct reached *reached = malloc(rows * sizeof(*reached));
  struct widened wide = {.weight = malloc(rows * sizeof(*wide.weight)),
                         .segment = malloc(rows * sizeof(*wide.segment)),
                         .found = malloc((count_labelled(label, rows) + 1) * sizeof(*wide.found))};
  if (reached == NULL || wide.weight == NULL || wide.segment == NULL || wide.found == NULL)
    status = STATUS_NO_MEMORY;
  else
    *ret_volume = mean_area(order, label, rows, buffer_max, &wide, reached);
  free(wide.found);
  free(wide.segment);
  free(wide.weight);
  free(reached);
  free(order);
  return status;
}

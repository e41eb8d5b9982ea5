#include "stats/kmeans.h"

#include "anomaly/status.h"
#include "base/random.h"
#include "base/stop.h"
#include "stats/distance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS_MAX = 300 };

/* Of the columns' mean variance: centres that move by less in all have settled. */
static const double SETTLED = 1e-4;

struct work {
  const struct matrix *rows;
  const atomic_bool *stop;
  double *centres, *sums;  /* clusters x columns */
  double *nearest, *drawn; /* by row: squared distance to the nearest centre, and with one more */
  double *best;            /* the least of what was drawn for one centre */
  size_t *sizes;
  size_t clusters;
};

size_t kmeans_nearest(const double *centres, size_t clusters, size_t columns, const double *row,
                      double *ret_square) {
  size_t nearest = 0;
  double least = INFINITY;
  for (size_t i = 0; i < clusters; i++) {
    const double square = squared_distance(centres + i * columns, row, columns);
    if (square < least) {
      least = square;
      nearest = i;
    }
  }
  *ret_square = least;
  return nearest;
}

static const double *row_of(const struct work *work, size_t at) {
  return work->rows->cells + at * work->rows->columns;
}

static double sum_of(const double *numbers, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += numbers[i];
  return sum;
}

/* A row, the likelier the farther it is from the centres so far. */
static size_t draw_row(const struct work *work, double sum, uint64_t *random) {
  double left = random_uniform(random) * sum;
  size_t last = 0;
  for (size_t i = 0; i < work->rows->rows; i++) {
    if (work->nearest[i] <= 0)
      continue;
    last = i;
    left -= work->nearest[i];
    if (left < 0)
      break;
  }
  return last;
}

/* Writes how far each row is from a centre when row `chosen` is one too; returns the sum. */
static double with_centre(const struct work *work, size_t chosen, double *ret_nearest) {
  const double *const centre = row_of(work, chosen);
  double sum = 0;
  for (size_t i = 0; i < work->rows->rows && !stop_asked(work->stop); i++) {
    const double square = squared_distance(centre, row_of(work, i), work->rows->columns);
    ret_nearest[i] = square < work->nearest[i] ? square : work->nearest[i];
    sum += ret_nearest[i];
  }
  return sum;
}

static void swap(double **a, double **b) {
  double *const kept = *a;
  *a = *b;
  *b = kept;
}

/* Chooses one more centre; false where every row is on one. */
static bool add_centre(struct work *work, size_t draws, uint64_t *random) {
  const double sum = sum_of(work->nearest, work->rows->rows);
  if (!(sum > 0))
    return false;
  double least = INFINITY;
  size_t best = 0;
  for (size_t i = 0; i < draws; i++) {
    const size_t chosen = draw_row(work, sum, random);
    const double left = with_centre(work, chosen, work->drawn);
    if (left < least) {
      least = left;
      best = chosen;
      swap(&work->drawn, &work->best);
    }
  }
  swap(&work->nearest, &work->best);
  memcpy(work->centres + work->clusters++ * work->rows->columns, row_of(work, best),
         work->rows->columns * sizeof *work->centres);
  return true;
}

static void choose_centres(struct work *work, size_t wanted, uint64_t *random) {
  const size_t draws = 2 + (size_t)log((double)wanted);
  for (size_t i = 0; i < work->rows->rows; i++)
    work->nearest[i] = INFINITY;
  const size_t first = random_below(random, work->rows->rows);
  (void)with_centre(work, first, work->nearest);
  memcpy(work->centres, row_of(work, first), work->rows->columns * sizeof *work->centres);
  work->clusters = 1;
  while (work->clusters < wanted && !stop_asked(work->stop) && add_centre(work, draws, random)) {
  }
}

static void count_rows(struct work *work) {
  const size_t columns = work->rows->columns;
  memset(work->sums, 0, work->clusters * columns * sizeof *work->sums);
  memset(work->sizes, 0, work->clusters * sizeof *work->sizes);
  for (size_t i = 0; i < work->rows->rows && !stop_asked(work->stop); i++) {
    double square;
    const double *const row = row_of(work, i);
    const size_t at = kmeans_nearest(work->centres, work->clusters, columns, row, &square);
    work->sizes[at]++;
    for (size_t column = 0; column < columns; column++)
      work->sums[at * columns + column] += row[column];
  }
}

/* Moves each centre into the middle of its rows; returns by how much, squared, in all. */
static double move_centres(struct work *work) {
  const size_t columns = work->rows->columns;
  double moved = 0;
  for (size_t i = 0; i < work->clusters; i++) {
    double *const centre = work->centres + i * columns, *const sum = work->sums + i * columns;
    if (work->sizes[i] == 0)
      continue;
    for (size_t column = 0; column < columns; column++)
      sum[column] /= (double)work->sizes[i];
    moved += squared_distance(centre, sum, columns);
    memcpy(centre, sum, columns * sizeof *centre);
  }
  return moved;
}

static double mean_variance(const struct matrix *rows) {
  double sum = 0;
  for (size_t column = 0; column < rows->columns; column++) {
    double mean = 0, squares = 0;
    for (size_t i = 0; i < rows->rows; i++)
      mean += rows->cells[i * rows->columns + column] / (double)rows->rows;
    for (size_t i = 0; i < rows->rows; i++) {
      const double away = rows->cells[i * rows->columns + column] - mean;
      squares += away * away / (double)rows->rows;
    }
    sum += squares;
  }
  return sum / (double)rows->columns;
}

static void settle(struct work *work) {
  const double settled = SETTLED * mean_variance(work->rows);
  double moved = INFINITY;
  for (size_t turn = 0; turn < TURNS_MAX && moved > settled && !stop_asked(work->stop); turn++) {
    count_rows(work);
    moved = move_centres(work);
  }
  count_rows(work);
}

int kmeans(const struct matrix *rows, size_t wanted, uint64_t *random, const atomic_bool *stop,
           double *ret_centres, size_t *ret_sizes, size_t *ret_clusters) {
  double *const memory = calloc(wanted * rows->columns + 3 * rows->rows, sizeof *memory);
  if (memory == NULL)
    return STATUS_NO_MEMORY;
  double *const by_row = memory + wanted * rows->columns;
  struct work work = {.rows = rows,
                      .stop = stop,
                      .centres = ret_centres,
                      .sums = memory,
                      .nearest = by_row,
                      .drawn = by_row + rows->rows,
                      .best = by_row + 2 * rows->rows,
                      .sizes = ret_sizes};
  choose_centres(&work, wanted, random);
  settle(&work);
  *ret_clusters = work.clusters;
  free(memory);
  return STATUS_OK;
}

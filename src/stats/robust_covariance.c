#include "stats/robust_covariance.h"

#include "anomaly/status.h"
#include "base/random.h"
#include "stats/chi_square.h"
#include "stats/linear.h"
#include "stats/select.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { STARTS = 500, KEPT = 10, GROUPS_MAX = 5, GROUP_ROWS = 300, STEPS_MAX = 100 };

/* What a step works on: rows, of which `half` are to have the least determinant. */
struct sample {
  const double *rows;
  size_t count, half;
};

/* An estimate is the logarithm of the determinant, a location and a factor. */
struct search {
  const struct robust_task *task;
  size_t stride; /* doubles of an estimate */
  double *distance, *off;
  uint32_t *index;
  double *shuffled;
  double *estimate; /* at work */
  uint64_t random;
};

/* The best estimates, least determinant first. */
struct best {
  double *estimates;
  size_t count;
};

static bool stopped(const struct search *search) {
  const atomic_bool *const stop = search->task->stop;
  return stop != NULL && atomic_load_explicit(stop, memory_order_relaxed);
}

static double *location_of(double *estimate) { return estimate + 1; }

static double *factor_of(const struct search *search, double *estimate) {
  return estimate + 1 + search->task->size;
}

/* From the first `chosen` rows of the index. Returns how many columns depend on others. */
static size_t estimate_rows(struct search *search, const struct sample *sample, size_t chosen,
                            double *estimate) {
  const size_t size = search->task->size;
  double *const factor = factor_of(search, estimate);
  covariance_of(sample->rows, search->index, chosen, size, location_of(estimate), factor);
  const size_t dropped = cholesky(factor, size);
  estimate[0] = cholesky_log_determinant(factor, size);
  return dropped;
}

static void measure_rows(struct search *search, const struct sample *sample, double *estimate) {
  const size_t size = search->task->size;
  const double *const location = location_of(estimate), *const factor = factor_of(search, estimate);
  for (size_t i = 0; i < sample->count; i++) {
    const double *const row = sample->rows + i * size;
    for (size_t k = 0; k < size; k++)
      search->off[k] = row[k] - location[k];
    search->distance[i] = cholesky_distance(factor, size, search->off, search->off);
    search->index[i] = (uint32_t)i;
  }
}

/* Returns by how much the determinant fell. */
static double concentrate(struct search *search, const struct sample *sample, double *estimate) {
  const double before = estimate[0];
  measure_rows(search, sample, estimate);
  select_least(search->distance, search->index, sample->count, sample->half);
  (void)estimate_rows(search, sample, sample->half, estimate);
  return before - estimate[0];
}

/* A few rows chosen at random; half of all where these do not span the columns. */
static void start(struct search *search, const struct sample *sample, double *estimate) {
  const size_t few = search->task->size + 1;
  const size_t chosen = few < sample->half ? few : sample->half;
  random_choice(&search->random, search->index, sample->count, chosen);
  if (estimate_rows(search, sample, chosen, estimate) == 0)
    return;
  random_choice(&search->random, search->index, sample->count, sample->half);
  (void)estimate_rows(search, sample, sample->half, estimate);
}

static void keep(const struct search *search, struct best *best) {
  const size_t stride = search->stride;
  size_t place = best->count;
  while (place > 0 && search->estimate[0] < best->estimates[(place - 1) * stride])
    place--;
  if (place == KEPT)
    return;
  best->count += best->count < KEPT;
  double *const at = best->estimates + place * stride;
  memmove(at + stride, at, (best->count - 1 - place) * stride * sizeof *at);
  memcpy(at, search->estimate, stride * sizeof *at);
}

static void take(struct search *search, const struct best *best, size_t at) {
  memcpy(search->estimate, best->estimates + at * search->stride,
         search->stride * sizeof *search->estimate);
}

static void try_starts(struct search *search, const struct sample *sample, size_t starts,
                       struct best *best) {
  for (size_t i = 0; i < starts && !stopped(search); i++) {
    start(search, sample, search->estimate);
    (void)concentrate(search, sample, search->estimate);
    (void)concentrate(search, sample, search->estimate);
    keep(search, best);
  }
}

/* The half of a part of all rows, rounded up. */
static size_t half_of(size_t part, const struct sample *all) {
  return (part * all->half + all->count - 1) / all->count;
}

static void shuffle(struct search *search, const struct sample *all, size_t count) {
  const size_t size = search->task->size;
  random_choice(&search->random, search->index, all->count, count);
  for (size_t i = 0; i < count; i++)
    memcpy(search->shuffled + i * size, all->rows + search->index[i] * size,
           size * sizeof *all->rows);
}

/* The best of each group, then the best of these among the rows of all groups. */
static void try_groups(struct search *search, const struct sample *all, size_t groups,
                       struct best *of_groups, struct best *best) {
  const size_t whole = all->count / groups;
  const size_t rows = groups == GROUPS_MAX && whole > GROUP_ROWS ? GROUP_ROWS : whole;
  shuffle(search, all, groups * rows);
  for (size_t i = 0; i < groups; i++) {
    const struct sample group = {search->shuffled + i * rows * search->task->size, rows,
                                 half_of(rows, all)};
    try_starts(search, &group, STARTS / groups, &of_groups[i]);
  }
  const struct sample merged = {search->shuffled, groups * rows, half_of(groups * rows, all)};
  for (size_t i = 0; i < groups; i++)
    for (size_t at = 0; at < of_groups[i].count && !stopped(search); at++) {
      take(search, &of_groups[i], at);
      (void)concentrate(search, &merged, search->estimate);
      (void)concentrate(search, &merged, search->estimate);
      keep(search, best);
    }
}

/* Each of the best until the determinant falls no more; the least is at work afterwards. */
static void finish(struct search *search, const struct sample *all, const struct best *best,
                   struct best *winner) {
  for (size_t i = 0; i < best->count && !stopped(search); i++) {
    take(search, best, i);
    for (size_t step = 0; step < STEPS_MAX && !stopped(search); step++)
      if (!(concentrate(search, all, search->estimate) > 1e-9))
        break;
    keep(search, winner);
  }
  if (!stopped(search))
    take(search, winner, 0);
}

/* Columns that do not depend on others; at least 1. */
static size_t rank_of(const struct search *search) {
  const size_t size = search->task->size;
  const double *const factor = factor_of(search, search->estimate);
  size_t rank = 0;
  for (size_t i = 0; i < size; i++)
    rank += factor[i * size + i] > 0;
  return rank > 0 ? rank : 1;
}

/* One estimate of the rows that are as near as 97.5 % of Gaussian ones. */
static void reweigh(struct search *search, const struct sample *all) {
  const size_t rank = rank_of(search);
  measure_rows(search, all, search->estimate);
  select_least(search->distance, search->index, all->count, all->count / 2);
  const double median = search->distance[all->count / 2];
  const double edge = median / chi_square_quantile(.5, rank) * chi_square_quantile(.025, rank);
  size_t chosen = 0;
  for (size_t i = 0; i < all->count; i++)
    if (search->distance[i] <= edge)
      search->index[chosen++] = search->index[i];
  (void)estimate_rows(search, all, chosen, search->estimate);
}

static int run(struct search *search, double *kept) {
  const struct robust_task *const task = search->task;
  const double share = task->share > 0
                           ? task->share
                           : ((double)(task->count + task->size) + 1) / 2 / (double)task->count;
  const double half = fmin(ceil(share * (double)task->count - 1e-9), (double)task->count);
  const struct sample all = {task->rows, task->count, (size_t)fmax(half, 1)};
  const size_t room = KEPT * search->stride;
  struct best best = {kept, 0}, winner = {kept + room, 0}, of_groups[GROUPS_MAX];
  for (size_t i = 0; i < GROUPS_MAX; i++)
    of_groups[i] = (struct best){kept + (2 + i) * room, 0};
  if (task->count <= 2 * GROUP_ROWS)
    try_starts(search, &all, STARTS, &best);
  else
    try_groups(search, &all,
               task->count < GROUPS_MAX * GROUP_ROWS ? task->count / GROUP_ROWS : GROUPS_MAX,
               of_groups, &best);
  finish(search, &all, &best, &winner);
  if (stopped(search))
    return STATUS_STOPPED;
  reweigh(search, &all);
  return STATUS_OK;
}

int robust_covariance(const struct robust_task *task, double *ret_location, double *ret_factor) {
  const size_t size = task->size, stride = 1 + size + size * size;
  const size_t shuffled =
      (task->count < GROUPS_MAX * GROUP_ROWS ? task->count : GROUPS_MAX * GROUP_ROWS);
  double *const numbers =
      calloc(task->count + size + shuffled * size + (1 + (2 + GROUPS_MAX) * KEPT) * stride,
             sizeof *numbers);
  uint32_t *const index = calloc(task->count, sizeof *index);
  struct search search = {.task = task, .stride = stride, .index = index, .random = task->seed};
  int status = STATUS_NO_MEMORY;
  if (numbers != NULL && index != NULL) {
    search.distance = numbers;
    search.off = search.distance + task->count;
    search.shuffled = search.off + size;
    search.estimate = search.shuffled + shuffled * size;
    status = run(&search, search.estimate + stride);
  }
  if (status == STATUS_OK) {
    memcpy(ret_location, location_of(search.estimate), size * sizeof *ret_location);
    memcpy(ret_factor, factor_of(&search, search.estimate), size * size * sizeof *ret_factor);
  }
  free(index);
  free(numbers);
  return status;
}

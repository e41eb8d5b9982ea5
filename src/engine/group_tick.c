#include "engine/group_tick.h"

#include "anomaly/status.h"
#include "stats/clamp.h"

#include <math.h>
#include <stdlib.h>

static const double REACH = 1e298; /* sums of ten billion are finite */

int group_tick_grow(struct group_tick *tick, uint32_t columns) {
  struct group_cell *const cell = realloc(tick->cell, columns * sizeof *cell);
  if (cell != NULL)
    tick->cell = cell;
  double *const mean = realloc(tick->mean, columns * sizeof *mean);
  if (mean != NULL)
    tick->mean = mean;
  if (cell == NULL || mean == NULL)
    return STATUS_NO_MEMORY;
  for (uint32_t i = tick->columns; i < columns; i++)
    cell[i] = (struct group_cell){0};
  tick->columns = columns;
  return STATUS_OK;
}

void group_tick_add(struct group_tick *tick, uint32_t column, double value) {
  if (!isfinite(value))
    return;
  tick->cell[column].sum += double_clamp(value, -REACH, REACH);
  tick->cell[column].count++;
  tick->values++;
}

bool group_tick_drop(struct group_tick *tick, uint32_t column) {
  const uint32_t count = tick->cell[column].count;
  tick->values -= count;
  tick->cell[column] = (struct group_cell){0};
  return count > 0;
}

const double *group_tick_take(struct group_tick *tick) {
  for (uint32_t i = 0; i < tick->columns; i++) {
    struct group_cell *const cell = &tick->cell[i];
    tick->mean[i] = cell->count > 0 ? cell->sum / cell->count : (double)NAN;
    *cell = (struct group_cell){0};
  }
  tick->values = 0;
  return tick->mean;
}

size_t group_tick_memory(const struct group_tick *tick) {
  return tick->columns * (sizeof *tick->cell + sizeof *tick->mean);
}

void group_tick_release(struct group_tick *tick) {
  free(tick->cell);
  free(tick->mean);
  *tick = (struct group_tick){0};
}

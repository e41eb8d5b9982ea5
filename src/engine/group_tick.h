/*
 * The values of one row on their way: each column's are averaged until the row
 * is taken. It belongs to one thread at a time.
 */
#ifndef ANOMALY_ENGINE_GROUP_TICK_H
#define ANOMALY_ENGINE_GROUP_TICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct group_cell {
  double sum;
  uint32_t count;
};

/* All zero has no columns. */
struct group_tick {
  struct group_cell *cell;
  double *mean;
  uint32_t columns;
  uint64_t values; /* in this row */
};

/* Makes room for more columns. Errors, with the row as it was: STATUS_NO_MEMORY. */
int group_tick_grow(struct group_tick *tick, uint32_t columns);

/* Adds a value; what is not finite is none. */
void group_tick_add(struct group_tick *tick, uint32_t column, double value);

/* Takes a column's values out of the row again; returns whether there were any. */
bool group_tick_drop(struct group_tick *tick, uint32_t column);

/*
 * The means of all columns, NaN where no value came, valid until the next call;
 * the next row begins.
 */
const double *group_tick_take(struct group_tick *tick);

/* Bytes of all columns. */
size_t group_tick_memory(const struct group_tick *tick);

void group_tick_release(struct group_tick *tick);

#endif

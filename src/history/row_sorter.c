#include "history/row_sorter.h"

#include "anomaly/status.h"

#include <math.h>
#include <stdlib.h>

/*
 * Slots are used round about as long as rows come in order. From the first one that
 * does not, `heap` has the numbers of the slots in use, as a binary heap by time, and
 * behind them those of the free ones.
 */
struct row_sorter {
  size_t stride, capacity, count;
  size_t first; /* slot of the oldest row, where there is no heap */
  bool heaped;
  double newest, taken; /* times */
  uint64_t numbers;
  unsigned char *slots;
  uint32_t *heap;
};

int row_sorter_create(struct row_sorter **ret_sorter, size_t bytes) {
  struct row_sorter *const sorter = calloc(1, sizeof *sorter);
  if (sorter == NULL)
    return STATUS_NO_MEMORY;
  sorter->stride = sizeof(struct sorted_row) + (bytes + 7) / 8 * 8;
  sorter->capacity = ROW_SORTER_BYTES / sorter->stride + 1;
  if (sorter->capacity > ROW_SORTER_ROWS)
    sorter->capacity = ROW_SORTER_ROWS;
  sorter->newest = sorter->taken = -(double)INFINITY;
  sorter->slots = malloc(sorter->capacity * sorter->stride);
  sorter->heap = malloc(sorter->capacity * sizeof *sorter->heap);
  if (sorter->slots == NULL || sorter->heap == NULL) {
    row_sorter_destroy(sorter);
    return STATUS_NO_MEMORY;
  }
  *ret_sorter = sorter;
  return STATUS_OK;
}

void row_sorter_destroy(struct row_sorter *sorter) {
  if (sorter == NULL)
    return;
  free(sorter->heap);
  free(sorter->slots);
  free(sorter);
}

bool row_sorter_is_full(const struct row_sorter *sorter) {
  return sorter->count == sorter->capacity;
}

static struct sorted_row *row_at(const struct row_sorter *sorter, size_t slot) {
  return (struct sorted_row *)(void *)(sorter->slots + slot * sorter->stride);
}

/* ---- The heap ------------------------------------------------------------------ */

static bool is_older(const struct row_sorter *sorter, size_t left, size_t right) {
  const struct sorted_row *const one = row_at(sorter, sorter->heap[left]);
  const struct sorted_row *const other = row_at(sorter, sorter->heap[right]);
  return one->time < other->time || (one->time == other->time && one->number < other->number);
}

static void swap(struct row_sorter *sorter, size_t left, size_t right) {
  const uint32_t slot = sorter->heap[left];
  sorter->heap[left] = sorter->heap[right];
  sorter->heap[right] = slot;
}

static void sift_up(struct row_sorter *sorter, size_t at) {
  for (; at > 0 && is_older(sorter, at, (at - 1) / 2); at = (at - 1) / 2)
    swap(sorter, at, (at - 1) / 2);
}

static void sift_down(struct row_sorter *sorter) {
  for (size_t at = 0, child; (child = 2 * at + 1) < sorter->count; at = child) {
    child += child + 1 < sorter->count && is_older(sorter, child + 1, child);
    if (!is_older(sorter, child, at))
      return;
    swap(sorter, at, child);
  }
}

/* Rows in order are a heap already. */
static void begin_heap(struct row_sorter *sorter) {
  for (size_t i = 0; i < sorter->capacity; i++)
    sorter->heap[i] = (uint32_t)((sorter->first + i) % sorter->capacity);
  sorter->heaped = true;
}

/* ---- In and out ---------------------------------------------------------------- */

struct sorted_row *row_sorter_put(struct row_sorter *sorter, double time, bool *ret_late) {
  const bool is_late = time < sorter->newest;
  if (is_late && !sorter->heaped)
    begin_heap(sorter);
  const size_t at = sorter->count++;
  struct sorted_row *const row =
      row_at(sorter, sorter->heaped ? sorter->heap[at] : (sorter->first + at) % sorter->capacity);
  row->time = time;
  row->number = sorter->numbers++;
  if (sorter->heaped)
    sift_up(sorter, at);
  sorter->newest = fmax(sorter->newest, time);
  *ret_late = is_late && time >= sorter->taken;
  return row;
}

const struct sorted_row *row_sorter_take(struct row_sorter *sorter) {
  if (sorter->count == 0)
    return NULL;
  const size_t slot = sorter->heaped ? sorter->heap[0] : sorter->first;
  sorter->count--;
  if (sorter->heaped) {
    swap(sorter, 0, sorter->count);
    sift_down(sorter);
  } else {
    sorter->first = (sorter->first + 1) % sorter->capacity;
  }
  const struct sorted_row *const row = row_at(sorter, slot);
  sorter->taken = fmax(sorter->taken, row->time);
  return row;
}

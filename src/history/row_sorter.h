/*
 * Rows of whatever a source reads, put in the order of time as far as memory reaches: 64 MiB of
 * rows, a million at most. A table that fits is sorted whole; in a longer one a
 * row may be out of place by as many rows as fit. Rows of the same time keep their
 * order. What comes in order costs no sorting.
 */
#ifndef ANOMALY_HISTORY_ROW_SORTER_H
#define ANOMALY_HISTORY_ROW_SORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROW_SORTER_BYTES (UINT64_C(64) << 20)
#define ROW_SORTER_ROWS (1u << 20)

struct row_sorter;

struct sorted_row {
  double time;
  uint64_t number;                   /* of rows put in, from 0 */
  _Alignas(8) unsigned char cells[]; /* the caller's */
};

/* For rows with so many bytes of cells. Errors: STATUS_NO_MEMORY. */
int row_sorter_create(struct row_sorter **ret_sorter, size_t bytes);

/* NULL is fine. */
void row_sorter_destroy(struct row_sorter *sorter);

/* Whether a row must be taken before the next is put. */
bool row_sorter_is_full(const struct row_sorter *sorter);

/*
 * Puts a row in; its cells are the caller's to fill before the next call. *ret_late:
 * it is older than one before it, and has been put in its place.
 */
struct sorted_row *row_sorter_put(struct row_sorter *sorter, double time, bool *ret_late);

/* Takes the oldest row out; valid until the next row is put. NULL where there is none. */
const struct sorted_row *row_sorter_take(struct row_sorter *sorter);

#endif

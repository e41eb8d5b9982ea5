/*
 * The nearest of a set of rows, by Euclidean distance.
 *
 * A k-d tree (Friedman, Bentley and Finkel, 1977, "An algorithm for finding best
 * matches in logarithmic expected time") in one piece of memory without pointers:
 * blocks of eight rows, column by column, halved by ranks, so that it is as deep
 * with duplicates as without. Searching changes nothing in it.
 */
#ifndef ANOMALY_STATS_NEIGHBOURS_H
#define ANOMALY_STATS_NEIGHBOURS_H

#include "anomaly/model.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct neighbours;

struct neighbour {
  double square; /* of the distance; infinite where there was no further row */
  uint32_t row;  /* its number, below that of rows */
  uint32_t slot; /* its place in the tree */
};

/* For the `except` of neighbours_find: none. */
#define NEIGHBOURS_ALL UINT32_MAX

/* Bytes of a tree, to be aligned for doubles; a multiple of 8. */
size_t neighbours_size(size_t rows, size_t columns);

/*
 * Builds a tree of finite rows, 1 .. 2^32 - 2 of them, in neighbours_size zeroed
 * bytes; it ends soon, with a tree of no use, where *stop (may be NULL) is true.
 * Errors: STATUS_NO_MEMORY.
 */
int neighbours_build(struct neighbours *tree, const struct matrix *rows, const atomic_bool *stop);

/* Whether stored bytes are a tree of so many rows and columns. */
bool neighbours_valid(const struct neighbours *tree, size_t size, size_t rows, size_t columns);

/*
 * The `wanted` (> 0) rows nearest to `row`, nearest first, without the row `except`.
 * Of rows that are equally far, those with lower numbers come first, and come in first.
 * `scratch` is as many doubles as there are columns.
 */
void neighbours_find(const struct neighbours *tree, const double *row, uint32_t except,
                     size_t wanted, double *scratch, struct neighbour *ret_list);

/* Each column's squared differences between `row` and the rows of the list, added up. */
void neighbours_explain(const struct neighbours *tree, const double *row,
                        const struct neighbour *list, size_t count, double *ret_parts);

#endif

/*
 * Random cut trees over a window of rows, for robust_random_cut_forest.c.
 *
 * Guha, Mishra, Roy and Schrijvers, 2016, "Robust random cut forest based
 * anomaly detection on streams": a box around all rows is cut in a random
 * column, the wider ones more often, and so are both parts, until each row is
 * alone; rows come and go while the tree stays one that could have been drawn.
 * A tree lies in memory of its owner, linked by indices.
 */
#ifndef ANOMALY_MODELS_CUT_TREE_H
#define ANOMALY_MODELS_CUT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CUT_TREE_SIZE_MAX = 4096 };

/* Magnitudes of a row's numbers: sums of them are finite floats. */
#define CUT_TREE_CELL_MAX 1e30F

/* Less than the number of slots: the leaf of that slot; else a node, counted on from there. */
typedef uint16_t cut_link;

/* Rows of `columns` numbers in `slots` slots. */
struct cut_rows {
  const float *cells;
  size_t slots, columns;
};

/* A tree's memory begins with it; all that follows is cut_tree.c's. */
struct cut_tree {
  cut_link root, free;
};

/* Bytes of a tree over so many slots; a multiple of 4. */
size_t cut_tree_memory(const struct cut_rows *rows);

void cut_tree_init(struct cut_tree *tree, const struct cut_rows *rows);

/* Puts in the row of a slot that is not in it. */
void cut_tree_insert(struct cut_tree *tree, const struct cut_rows *rows, size_t slot,
                     uint64_t *random);

/* Takes out the row of a slot: of rows that are the same, that put in first. */
void cut_tree_remove(struct cut_tree *tree, const struct cut_rows *rows, size_t slot);

/*
 * The collusive displacement that `row` would have if it were put in: the most
 * rows that a group with it in would make room for by leaving, for each of the
 * group. Not drawn but expected, over all cuts that could part the row from the
 * others. Adds each column's part of it to `parts` where that is not NULL.
 */
double cut_tree_displacement(const struct cut_tree *tree, const struct cut_rows *rows,
                             const float *row, double *parts);

/* The collusive displacement of a row that is in it. */
double cut_tree_displacement_within(const struct cut_tree *tree, const struct cut_rows *rows,
                                    const float *row);

/*
 * Of a tree from anywhere: whether all links, counts, boxes and cuts are those
 * of a tree with `leaves` leaves, all in the first `used` slots.
 */
bool cut_tree_is_sound(const struct cut_tree *tree, const struct cut_rows *rows, size_t used,
                       size_t leaves);

/* In a sound one: whether the row of the slot is found at that slot's leaf, `count` times. */
bool cut_tree_holds(const struct cut_tree *tree, const struct cut_rows *rows, size_t slot,
                    size_t count);

#endif

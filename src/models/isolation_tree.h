/*
 * Trees that set rows apart by random cuts, for isolation_forest.c.
 *
 * Liu, Ting and Zhou, 2008, "Isolation forest", with scikit-learn's conventions:
 * each cut is even between the least and the largest of a random column that is
 * not constant, until rows are alone, alike, or ceil(log2(sample)) cuts deep.
 */
#ifndef ANOMALY_MODELS_ISOLATION_TREE_H
#define ANOMALY_MODELS_ISOLATION_TREE_H

#include <stddef.h>
#include <stdint.h>

enum { ISOLATION_SAMPLE_MAX = 16384 };

/* Nodes lie in breadth-first order, the children of one next to each other. */
struct isolation_node {
  float value;              /* rows up to it go left; of a leaf: the expected path to a row in it */
  uint16_t column_or_count; /* column that is cut; of a leaf: training rows in it */
  uint16_t left;            /* node of this tree; right is the next one; 0 = a leaf */
};

/* What one tree after the other is grown with. */
struct isolation_grower {
  const float *cells; /* rows one after the other */
  size_t columns;
  uint32_t *sample; /* rows to grow it from; comes out in another order */
  size_t sampled;   /* 1 .. ISOLATION_SAMPLE_MAX */
  uint32_t *order;  /* 0 .. columns - 1 in any order */
  uint32_t *first;  /* work: one for each node */
  uint64_t random;  /* state */
};

/* Nodes that a tree of so many rows can have. */
size_t isolation_nodes_max(size_t sampled);

/* Grows a tree into `nodes` (room for isolation_nodes_max); how many nodes it has. */
size_t isolation_grow(struct isolation_grower *grower, struct isolation_node *nodes);

/* How many training rows are below each of a tree's nodes. */
void isolation_counts(const struct isolation_node *nodes, size_t count, uint16_t *ret_counts);

/* The mean path to one of `count` rows that are set apart at random; 0 for up to one. */
double isolation_mean_path(size_t count);

#endif

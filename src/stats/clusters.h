/*
 * A handful of clusters of short vectors, learned one by one: the nearest
 * center moves towards each vector, less and less (sequential k-means); a
 * vector far from all of them takes the place of the cluster that is visited
 * least. What was visited only a few times is not usual yet.
 *
 * Source: J. MacQueen, 1967, Some methods for classification and analysis of
 * multivariate observations; taking places: Duda, Hart and Stork, 2001, Pattern
 * Classification (leader-follower clustering); forgetting: this project.
 */
#ifndef ANOMALY_STATS_CLUSTERS_H
#define ANOMALY_STATS_CLUSTERS_H

#include "anomaly/detector.h"

#include <stdbool.h>

#define CLUSTERS 8
#define CLUSTER_LENGTH 6

struct cluster {
  float center[CLUSTER_LENGTH];
  float weight; /* visits, old ones weigh less */
};

/* Zeroed = nothing seen. Cluster 0 is usual from the start: its center begins at 0. */
struct clusters {
  struct cluster cluster[CLUSTERS];
};

extern const struct state_row clusters_rows[];

/* Where a vector lies among the clusters. */
struct cluster_place {
  float distance; /* to the nearest center that is usual */
  float nearest;  /* to the nearest of all */
  int at;         /* number of that one */
};

/* Finds the place of a vector, whose numbers are finite and have finite squares. */
struct cluster_place clusters_find(const struct clusters *clusters, const float *vector);

/* Learns a vector of that place: nearer than `reach` it belongs to the nearest cluster. */
void clusters_learn(struct clusters *clusters, const float *vector,
                    const struct cluster_place *place, float reach);

/* Lets visits so far weigh half. */
void clusters_halve(struct clusters *clusters);

/* Whether restored fields can be gone on from; centers must lie within +-limit. */
bool clusters_valid(const struct clusters *clusters, float limit);

#endif

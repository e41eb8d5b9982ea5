#include "stats/clusters.h"

#include "stats/clamp.h"

#include <math.h>
#include <string.h>

static const float USUAL_WEIGHT = 30.0F; /* visits */
static const float MEMORY = 1000.0F;     /* visits that a center is the mean of */
static const float WEIGHT_LIMIT = 1e9F;

static const struct state_row cluster_rows[] = {
    STATE_ARRAY(struct cluster, center, STATE_F32, CLUSTER_LENGTH),
    STATE_FIELD(struct cluster, weight, STATE_F32),
    STATE_ROWS_END,
};

const struct state_row clusters_rows[] = {
    STATE_STRUCTS(struct clusters, cluster, CLUSTERS, struct cluster, cluster_rows),
    STATE_ROWS_END,
};

static float square_of_distance(const float *a, const float *b) {
  float sum = 0.0F;
  for (int i = 0; i < CLUSTER_LENGTH; i++)
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

struct cluster_place clusters_find(const struct clusters *clusters, const float *vector) {
  struct cluster_place place = {.at = 0};
  float usual = square_of_distance(vector, clusters->cluster[0].center);
  float nearest = usual;
  for (int i = 1; i < CLUSTERS; i++) {
    const struct cluster *const cluster = &clusters->cluster[i];
    if (cluster->weight <= 0.0F)
      continue;
    const float square = square_of_distance(vector, cluster->center);
    if (cluster->weight >= USUAL_WEIGHT)
      usual = float_min(usual, square);
    if (square >= nearest)
      continue;
    nearest = square;
    place.at = i;
  }
  place.distance = sqrtf(usual);
  place.nearest = sqrtf(nearest);
  return place;
}

static struct cluster *least_visited(struct clusters *clusters) {
  struct cluster *least = &clusters->cluster[1];
  for (int i = 2; i < CLUSTERS; i++)
    if (clusters->cluster[i].weight < least->weight)
      least = &clusters->cluster[i];
  return least;
}

void clusters_learn(struct clusters *clusters, const float *vector,
                    const struct cluster_place *place, float reach) {
  struct cluster *cluster = &clusters->cluster[place->at];
  if (place->nearest > reach) {
    cluster = least_visited(clusters);
    cluster->weight = 0.0F;
  }
  cluster->weight = float_min(cluster->weight + 1.0F, WEIGHT_LIMIT);
  const float gain = 1.0F / float_min(cluster->weight, MEMORY);
  for (int i = 0; i < CLUSTER_LENGTH; i++)
    cluster->center[i] += gain * (vector[i] - cluster->center[i]);
}

void clusters_halve(struct clusters *clusters) {
  for (int i = 0; i < CLUSTERS; i++)
    clusters->cluster[i].weight *= 0.5F;
}

bool clusters_valid(const struct clusters *clusters, float limit) {
  for (int i = 0; i < CLUSTERS; i++) {
    const struct cluster *const cluster = &clusters->cluster[i];
    if (!float_within(cluster->weight, 0.0F, WEIGHT_LIMIT))
      return false;
    for (int k = 0; k < CLUSTER_LENGTH; k++)
      if (!float_within(cluster->center[k], -limit, limit))
        return false;
  }
  return true;
}

#include "stats/drift.h"

#include "stats/sorted.h"

#include <math.h>

/* Of a decile that several are equal to, each bounds the share on one side of it. */
double drift_distance(const double decile[DRIFT_DECILES], const double *sorted, size_t count) {
  double distance = 0;
  for (size_t i = 0; i < DRIFT_DECILES; i++) {
    const double earlier = (double)(i + 1) / (DRIFT_DECILES + 1);
    const double below = (double)sorted_count_below(sorted, count, decile[i]) / (double)count;
    const double up_to = (double)sorted_count_to(sorted, count, decile[i]) / (double)count;
    distance = fmax(distance, fmax(below - earlier, earlier - up_to));
  }
  return distance;
}

/* Massey's asymptotic 1.949 is sqrt(-ln(.001 / 2) / 2). */
double drift_chance(size_t earlier, size_t newer) {
  const double both = (double)earlier + (double)newer;
  return fmin(1.949 * sqrt(both / ((double)earlier * (double)newer)), 1);
}

#include "stats/loess.h"

#include <math.h>

/* The numbers that count at a place, and how far the farthest reaches. */
struct neighbours {
  size_t first, end;
  double reach;
};

static struct neighbours find_neighbours(const struct loess *loess, double place) {
  struct neighbours found = {.first = 0, .end = loess->count};
  if (loess->span < loess->count) {
    const double first = round(place) - (double)(loess->span / 2);
    const double last = (double)(loess->count - loess->span);
    found.first = (size_t)fmin(fmax(first, 0), last);
    found.end = found.first + loess->span;
  }
  found.reach = fmax(place - (double)found.first, (double)found.end - 1 - place);
  if (loess->span > loess->count)
    found.reach += (double)((loess->span - loess->count) / 2);
  return found;
}

/* Tricube of the distance, times the number's own weight. */
static double weight_of(const struct loess *loess, double place, double reach, size_t at) {
  const double distance = fabs((double)at - place);
  const double own = loess->weights != NULL ? loess->weights[at] : 1;
  if (distance <= .001 * reach)
    return own;
  if (distance > .999 * reach)
    return 0;
  const double share = distance / reach;
  const double rest = 1 - share * share * share;
  return own * rest * rest * rest;
}

double loess_at(const struct loess *loess, double place) {
  const struct neighbours near = find_neighbours(loess, place);
  double sum = 0, places = 0, squares = 0, numbers = 0, products = 0;
  for (size_t at = near.first; at < near.end; at++) {
    const double weight = weight_of(loess, place, near.reach, at), off = (double)at - place;
    sum += weight;
    places += weight * off;
    squares += weight * off * off;
    numbers += weight * loess->numbers[at];
    products += weight * off * loess->numbers[at];
  }
  if (!(sum > 0))
    return loess->numbers[(size_t)fmin(fmax(round(place), 0), (double)loess->count - 1)];
  const double mean = numbers / sum, centre = places / sum;
  const double spread = squares / sum - centre * centre;
  if (loess->degree == 0 || !(sqrt(fmax(spread, 0)) > .001 * (double)loess->count))
    return mean;
  return mean - centre * (products / sum - centre * mean) / spread;
}

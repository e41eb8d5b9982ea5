#include "stats/chi_square.h"

#include <math.h>
#include <stdbool.h>

/* Abramowitz and Stegun, 1964, 26.4.4 and 26.4.5: a finite sum for whole degrees. */
double chi_square_beyond(double value, size_t degrees) {
  const double half = value / 2;
  const bool odd = degrees % 2 == 1;
  double sum = odd ? erfc(sqrt(half)) : 0;
  double term = exp(-half) * (odd ? 2 * sqrt(half / acos(-1)) : 1);
  for (size_t k = 1; k <= degrees / 2; k++) {
    sum += term;
    term *= half / ((double)k + (odd ? .5 : 0));
  }
  return fmin(sum, 1);
}

double chi_square_quantile(double beyond, size_t degrees) {
  double low = 0, high = (double)degrees + 1;
  while (chi_square_beyond(high, degrees) > beyond)
    high *= 2;
  while (high - low > 1e-10 * high) {
    const double middle = (low + high) / 2;
    if (chi_square_beyond(middle, degrees) > beyond)
      low = middle;
    else
      high = middle;
  }
  return high;
}

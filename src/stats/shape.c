#include "stats/shape.h"

#include <float.h>
#include <math.h>

double skewness_of(const double *numbers, size_t count) {
  double mean = 0, squares = 0, cubes = 0;
  for (size_t i = 0; i < count; i++)
    mean += numbers[i] / (double)count;
  for (size_t i = 0; i < count; i++) {
    const double off = numbers[i] - mean;
    squares += off * off / (double)count;
    cubes += off * off * off / (double)count;
  }
  const double rounding = DBL_EPSILON * mean;
  const double skewness = cubes / pow(squares, 1.5);
  return squares > rounding * rounding && isfinite(skewness) ? skewness : 0;
}

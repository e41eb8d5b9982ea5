#include "stats/shape.h"

#include <float.h>
#include <math.h>

double skewness_of(const double *numbers, size_t count) {
  double sum = 0, squares = 0, cubes = 0;
  for (size_t i = 0; i < count; i++)
    sum += numbers[i];
  const double mean = sum / (double)count;
  for (size_t i = 0; i < count; i++) {
    const double off = numbers[i] - mean, square = off * off;
    squares += square;
    cubes += square * off;
  }
  squares /= (double)count;
  cubes /= (double)count;
  const double rounding = DBL_EPSILON * mean;
  const double skewness = cubes / pow(squares, 1.5);
  return squares > rounding * rounding && isfinite(skewness) ? skewness : 0;
}

#include "stats/sorted.h"

#include <math.h>
#include <stdlib.h>

static int by_size(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

void sort_numbers(double *numbers, size_t count) {
  qsort(numbers, count, sizeof *numbers, by_size);
}

double sorted_quantile(const double *numbers, size_t count, double share) {
  const double place = share * (double)(count - 1);
  const size_t below = (size_t)place;
  const size_t above = below + 1 < count ? below + 1 : below;
  return numbers[below] + (numbers[above] - numbers[below]) * (place - floor(place));
}

size_t sorted_count_to(const double *numbers, size_t count, double value) {
  size_t from = 0;
  while (count > 0) {
    const size_t half = count / 2;
    if (numbers[from + half] <= value) {
      from += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return from;
}

size_t sorted_count_below(const double *numbers, size_t count, double value) {
  size_t from = 0;
  while (count > 0) {
    const size_t half = count / 2;
    if (numbers[from + half] < value) {
      from += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return from;
}

#include "stats/select.h"

#include <stdbool.h>

static double middle_of(double a, double b, double c) {
  const double less = a < b ? a : b, more = a < b ? b : a;
  return c < less ? less : c > more ? more : c;
}

/* Puts those below `pivot`, or not above it, first; returns how many. No branches, for speed. */
static size_t partition(double *numbers, uint32_t *index, size_t count, double pivot,
                        bool equal_too) {
  size_t first = 0;
  for (size_t i = 0; i < count; i++) {
    const double number = numbers[i], other = numbers[first];
    const uint32_t place = index[i], other_place = index[first];
    numbers[i] = other;
    index[i] = other_place;
    numbers[first] = number;
    index[first] = place;
    first += equal_too ? number <= pivot : number < pivot;
  }
  return first;
}

/* Tells equal numbers apart by what goes with them, which all differ. */
static void select_of_equal(double *numbers, uint32_t *index, size_t count, size_t chosen) {
  const double number = numbers[0];
  for (size_t i = 0; i < count; i++)
    numbers[i] = index[i];
  select_least(numbers, index, count, chosen);
  for (size_t i = 0; i < count; i++)
    numbers[i] = number;
}

void select_least(double *numbers, uint32_t *index, size_t count, size_t chosen) {
  while (count > 1 && chosen < count) {
    const double pivot = middle_of(numbers[0], numbers[count / 2], numbers[count - 1]);
    size_t first = partition(numbers, index, count, pivot, false);
    if (chosen < first) {
      count = first;
      continue;
    }
    if (first == 0) {
      first = partition(numbers, index, count, pivot, true);
      if (chosen < first) {
        select_of_equal(numbers, index, first, chosen);
        return;
      }
    }
    numbers += first;
    index += first;
    count -= first;
    chosen -= first;
  }
}

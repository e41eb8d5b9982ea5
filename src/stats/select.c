#include "stats/select.h"

static void swap(double *numbers, uint32_t *index, size_t a, size_t b) {
  const double number = numbers[a];
  const uint32_t place = index[a];
  numbers[a] = numbers[b];
  index[a] = index[b];
  numbers[b] = number;
  index[b] = place;
}

/* The middle one of three goes to the middle, the least and the largest to the ends. */
static double middle_of_three(double *numbers, uint32_t *index, size_t first, size_t last) {
  const size_t middle = first + (last - first) / 2;
  if (numbers[middle] < numbers[first])
    swap(numbers, index, middle, first);
  if (numbers[last] < numbers[first])
    swap(numbers, index, last, first);
  if (numbers[last] < numbers[middle])
    swap(numbers, index, last, middle);
  return numbers[middle];
}

void select_least(double *numbers, uint32_t *index, size_t count, size_t chosen) {
  if (count == 0 || chosen >= count)
    return;
  size_t first = 0, last = count - 1;
  while (first < last) {
    const double pivot = middle_of_three(numbers, index, first, last);
    size_t up = first, down = last;
    for (;;) {
      while (numbers[up] < pivot)
        up++;
      while (numbers[down] > pivot)
        down--;
      if (up >= down)
        break;
      swap(numbers, index, up++, down--);
    }
    if (chosen <= down)
      last = down;
    else
      first = down + 1;
  }
}

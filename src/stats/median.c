#include "stats/median.h"

static void swap(double *a, double *b) {
  const double kept = *a;
  *a = *b;
  *b = kept;
}

/* Puts the number of rank `rank` in its place, and none larger before it. */
static void place(double *numbers, size_t count, size_t rank) {
  size_t left = 0, right = count - 1;
  while (left < right) {
    const double pivot = numbers[left + (right - left) / 2];
    size_t low = left, high = right;
    for (;;) {
      while (numbers[low] < pivot)
        low++;
      while (numbers[high] > pivot)
        high--;
      if (low >= high)
        break;
      swap(&numbers[low++], &numbers[high--]);
    }
    if (rank <= high)
      right = high;
    else
      left = high + 1;
  }
}

double median_of(double *numbers, size_t count) {
  const size_t middle = count / 2;
  place(numbers, count, middle);
  if (count % 2 == 1)
    return numbers[middle];
  double below = numbers[0];
  for (size_t i = 1; i < middle; i++)
    if (numbers[i] > below)
      below = numbers[i];
  return below + (numbers[middle] - below) / 2;
}

#include "stats/median.h"

#include <stdbool.h>

enum { FEW = 8 }; /* so few are soonest put in order one by one */

struct range {
  size_t first, end;
};

/*
 * Puts what is less than the pivot, or equal to it too, first, and returns where the
 * rest begins. Without branches that depend on the numbers: they would be guessed
 * wrong half of the time.
 */
static size_t divide(double *numbers, struct range range, double pivot, bool with_equal) {
  size_t rest = range.first;
  for (size_t at = range.first; at < range.end; at++) {
    const double number = numbers[at];
    numbers[at] = numbers[rest];
    numbers[rest] = number;
    rest += with_equal ? number <= pivot : number < pivot;
  }
  return rest;
}

static void sort_few(double *numbers, struct range range) {
  for (size_t i = range.first + 1; i < range.end; i++) {
    const double number = numbers[i];
    size_t at = i;
    for (; at > range.first && numbers[at - 1] > number; at--)
      numbers[at] = numbers[at - 1];
    numbers[at] = number;
  }
}

/* Puts the number of rank `rank` in its place, and none larger before it. */
static void place(double *numbers, size_t count, size_t rank) {
  struct range range = {.end = count};
  while (range.end - range.first > FEW) {
    const double pivot = numbers[range.first + (range.end - range.first) / 2];
    const size_t less = divide(numbers, range, pivot, false);
    const bool is_least = less == range.first;
    const size_t rest = is_least ? divide(numbers, range, pivot, true) : less;
    if (rank >= rest)
      range.first = rest;
    else if (is_least)
      return;
    else
      range.end = rest;
  }
  sort_few(numbers, range);
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

#include "stats/sorted.h"

#include "base/random.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { CHUNK = 2048, DIGITS = 4, DIGIT_VALUES = 256 };

/* The bits as a number that orders as the doubles do. */
static uint64_t key_of(double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static unsigned digit_of(uint64_t key, unsigned digit) {
  return (unsigned)(key >> (32 + 8 * digit)) % DIGIT_VALUES;
}

/* By one digit of the keys; numbers of the same digit stay in their order. */
static void sort_by_digit(const double *from, double *to, size_t count, unsigned digit,
                          const uint16_t *digits) {
  uint16_t place[DIGIT_VALUES], next = 0;
  for (size_t i = 0; i < DIGIT_VALUES; i++) {
    place[i] = next;
    next = (uint16_t)(next + digits[i]);
  }
  for (size_t i = 0; i < count; i++)
    to[place[digit_of(key_of(from[i]), digit)]++] = from[i];
}

static void insert_each(double *numbers, size_t count) {
  for (size_t i = 1; i < count; i++) {
    const double number = numbers[i];
    size_t place = i;
    for (; place > 0 && numbers[place - 1] > number; place--)
      numbers[place] = numbers[place - 1];
    numbers[place] = number;
  }
}

/* By the upper half of the bits, digit by digit; then little is out of place. */
static void sort_chunk(double *numbers, size_t count) {
  double other[CHUNK];
  uint16_t digits[DIGITS][DIGIT_VALUES] = {{0}};
  for (size_t i = 0; i < count; i++) {
    const uint64_t key = key_of(numbers[i]);
    for (unsigned digit = 0; digit < DIGITS; digit++)
      digits[digit][digit_of(key, digit)]++;
  }
  for (unsigned digit = 0; digit < DIGITS; digit += 2) {
    sort_by_digit(numbers, other, count, digit, digits[digit]);
    sort_by_digit(other, numbers, count, digit + 1, digits[digit + 1]);
  }
  insert_each(numbers, count);
}

static double middle_of(double a, double b, double c) {
  return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* By chance, so that no order is a bad one; not the last, with which divide might take all. */
static double choose_pivot(const double *numbers, size_t count, uint64_t *random) {
  const double one = numbers[random_below(random, count - 1)];
  const double other = numbers[random_below(random, count - 1)];
  return middle_of(one, other, numbers[random_below(random, count - 1)]);
}

/* Hoare, 1962, "Quicksort". Returns how many are in the lower part, which is not all. */
static size_t divide(double *numbers, size_t count, uint64_t *random) {
  const double pivot = choose_pivot(numbers, count, random);
  size_t up = 0, down = count - 1;
  for (;;) {
    while (numbers[up] < pivot)
      up++;
    while (numbers[down] > pivot)
      down--;
    if (up >= down)
      return down + 1;
    const double kept = numbers[up];
    numbers[up++] = numbers[down];
    numbers[down--] = kept;
  }
}

void sort_numbers(double *numbers, size_t count) {
  uint64_t random = count;
  while (count > CHUNK) {
    const size_t lower = divide(numbers, count, &random), upper = count - lower;
    if (lower < upper) {
      sort_numbers(numbers, lower);
      numbers += lower;
      count = upper;
    } else {
      sort_numbers(numbers + lower, upper);
      count = lower;
    }
  }
  if (count > 64)
    sort_chunk(numbers, count);
  else
    insert_each(numbers, count);
}

double sorted_quantile(const double *numbers, size_t count, double share) {
  const double place = share * (double)(count - 1);
  const size_t below = (size_t)place;
  const size_t above = below + 1 < count ? below + 1 : below;
  return numbers[below] + (numbers[above] - numbers[below]) * (place - floor(place));
}

/* Without branches that depend on the numbers: they would be guessed wrong half of the time. */
size_t sorted_count_to(const double *numbers, size_t count, double value) {
  const double *from = numbers;
  for (; count > 1; count -= count / 2)
    from += count / 2 * (size_t)(from[count / 2 - 1] <= value);
  return (size_t)(from - numbers) + (count == 1 && *from <= value);
}

size_t sorted_count_below(const double *numbers, size_t count, double value) {
  const double *from = numbers;
  for (; count > 1; count -= count / 2)
    from += count / 2 * (size_t)(from[count / 2 - 1] < value);
  return (size_t)(from - numbers) + (count == 1 && *from < value);
}

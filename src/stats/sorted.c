#include "stats/sorted.h"

#include "base/random.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
  CHUNK = 1536, /* so that a day of minutes is one */
  FEW = 64,     /* so few are soonest put in order one by one */
  DIGITS_EVEN = 2,
  DIGITS_MAX = 4,
  DIGIT_VALUES = 256,
  MOVES_EXPECTED = 4, /* of each item, after even digits */
};

struct item {
  double number;
  uint32_t key; /* rises with the number, or stays */
  uint32_t order;
};

struct digits {
  uint16_t count[DIGITS_MAX][DIGIT_VALUES];
};

static unsigned digit_of(uint32_t key, unsigned digit) { return key >> (8 * digit) & 255; }

static void count_digits(struct digits *digits, uint32_t key, unsigned used) {
  for (unsigned digit = 0; digit < used; digit++)
    digits->count[digit][digit_of(key, digit)]++;
}

struct range {
  double low, high;
};

/* Equal steps of the range, two digits of them; false where it has none. */
static bool key_evenly(struct item *items, size_t count, struct range range,
                       struct digits *ret_digits) {
  const double low = range.low, scale = UINT16_MAX / (range.high - low);
  if (!(scale > 0 && scale <= DBL_MAX))
    return false;
  *ret_digits = (struct digits){0};
  for (size_t i = 0; i < count; i++) {
    items[i].key = (uint32_t)(int32_t)((items[i].number - low) * scale);
    count_digits(ret_digits, items[i].key, DIGITS_EVEN);
  }
  return true;
}

/* The upper half of the bits, as a number that orders as the doubles do. */
static void key_by_bits(struct item *items, size_t count, struct digits *ret_digits) {
  *ret_digits = (struct digits){0};
  for (size_t i = 0; i < count; i++) {
    uint64_t bits;
    memcpy(&bits, &items[i].number, sizeof bits);
    bits = bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
    items[i].key = (uint32_t)(bits >> 32);
    count_digits(ret_digits, items[i].key, DIGITS_MAX);
  }
}

/* By one digit of the keys; items of the same digit stay in their order. */
static void sort_by_digit(const struct item *from, struct item *to, size_t count, unsigned digit,
                          const struct digits *digits) {
  uint16_t place[DIGIT_VALUES], next = 0;
  for (size_t i = 0; i < DIGIT_VALUES; i++) {
    place[i] = next;
    next = (uint16_t)(next + digits->count[digit][i]);
  }
  for (size_t i = 0; i < count; i++)
    to[place[digit_of(from[i].key, digit)]++] = from[i];
}

static void sort_by_keys(struct item *items, size_t count, unsigned used,
                         const struct digits *digits) {
  struct item other[CHUNK];
  for (unsigned digit = 0; digit < used; digit += 2) {
    sort_by_digit(items, other, count, digit, digits);
    sort_by_digit(other, items, count, digit + 1, digits);
  }
}

/* Gives up, with all items there, after so many moves. */
static bool insert_each(struct item *items, size_t count, size_t moves_max) {
  size_t moves = 0;
  for (size_t i = 1; i < count && moves <= moves_max; i++) {
    if (!(items[i - 1].number > items[i].number))
      continue;
    const struct item item = items[i];
    size_t place = i;
    for (; place > 0 && items[place - 1].number > item.number; place--)
      items[place] = items[place - 1];
    items[place] = item;
    moves += i - place;
  }
  return moves <= moves_max;
}

/* By keys that are soon had; where they tell too few numbers apart, by the bits. */
static void sort_items(struct item *items, size_t count, struct range range) {
  if (count <= FEW) {
    (void)insert_each(items, count, SIZE_MAX);
    return;
  }
  struct digits digits;
  if (key_evenly(items, count, range, &digits)) {
    sort_by_keys(items, count, DIGITS_EVEN, &digits);
    if (insert_each(items, count, MOVES_EXPECTED * count))
      return;
  }
  key_by_bits(items, count, &digits);
  sort_by_keys(items, count, DIGITS_MAX, &digits);
  (void)insert_each(items, count, SIZE_MAX);
}

static void sort_chunk(double *numbers, uint32_t *order, size_t count) {
  struct item items[CHUNK];
  struct range range = {INFINITY, -INFINITY};
  for (size_t i = 0; i < count; i++) {
    items[i] = (struct item){.number = numbers[i], .order = order != NULL ? order[i] : 0};
    range.low = numbers[i] < range.low ? numbers[i] : range.low;
    range.high = numbers[i] > range.high ? numbers[i] : range.high;
  }
  sort_items(items, count, range);
  for (size_t i = 0; i < count; i++)
    numbers[i] = items[i].number;
  for (size_t i = 0; i < count && order != NULL; i++)
    order[i] = items[i].order;
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

static void swap(double *numbers, uint32_t *order, size_t a, size_t b) {
  const double number = numbers[a];
  numbers[a] = numbers[b];
  numbers[b] = number;
  if (order == NULL)
    return;
  const uint32_t kept = order[a];
  order[a] = order[b];
  order[b] = kept;
}

/* Hoare, 1962, "Quicksort". Returns how many are in the lower part, which is not all. */
static size_t divide(double *numbers, uint32_t *order, size_t count, uint64_t *random) {
  const double pivot = choose_pivot(numbers, count, random);
  size_t up = 0, down = count - 1;
  for (;;) {
    while (numbers[up] < pivot)
      up++;
    while (numbers[down] > pivot)
      down--;
    if (up >= down)
      return down + 1;
    swap(numbers, order, up++, down--);
  }
}

void sort_numbered(double *numbers, uint32_t *order, size_t count) {
  uint64_t random = count;
  while (count > CHUNK) {
    const size_t lower = divide(numbers, order, count, &random), upper = count - lower;
    uint32_t *const order_upper = order != NULL ? order + lower : NULL;
    if (lower < upper) {
      sort_numbered(numbers, order, lower);
      numbers += lower;
      order = order_upper;
      count = upper;
    } else {
      sort_numbered(numbers + lower, order_upper, upper);
      count = lower;
    }
  }
  sort_chunk(numbers, order, count);
}

void sort_numbers(double *numbers, size_t count) { sort_numbered(numbers, NULL, count); }

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

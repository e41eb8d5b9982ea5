#include "cli/decimal.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A long double holds each of these exactly, and the digits asked for with room to spare. */
static const long double powers[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,
                                     1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L,
                                     1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L};

/* How many digits of a number of this size stand before the point; 0 or less for a fraction. */
static int digits_before_point(double size) {
  static const double tens[] = {1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1e0,  1e1,  1e2,  1e3,  1e4, 1e5,
                                1e6,  1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  int at = 5;
  while (size < tens[at])
    at--;
  while (size >= tens[at + 1])
    at++;
  return at - 4;
}

/* Writes `whole` / 10^decimals. */
static size_t write_fixed(char *to, uint64_t whole, unsigned decimals) {
  char reversed[DECIMAL_SIZE];
  size_t length = 0;
  while (decimals > 0 && whole % 10 == 0) {
    whole /= 10;
    decimals--;
  }
  for (size_t place = 0; whole > 0 || place <= decimals; place++) {
    if (place == decimals && decimals > 0)
      reversed[length++] = '.';
    reversed[length++] = (char)('0' + whole % 10);
    whole /= 10;
  }
  for (size_t i = 0; i < length; i++)
    to[i] = reversed[length - 1 - i];
  to[length] = '\0';
  return length;
}

size_t decimal_write(char *to, double number, unsigned digits) {
  const double size = fabs(number);
  if (isnan(number) || size == 0) {
    const size_t length = isnan(number) ? 0 : 1;
    to[0] = '0';
    to[length] = '\0';
    return length;
  }
  if (!(size >= 1e-5 && size < 1e15))
    return (size_t)snprintf(to, DECIMAL_SIZE, "%.12g", number);
  const int before = digits_before_point(size);
  const unsigned decimals = (int)digits > before ? (unsigned)((int)digits - before) : 0;
  const uint64_t whole = (uint64_t)((long double)size * powers[decimals] + .5L);
  size_t sign = 0;
  if (number < 0)
    to[sign++] = '-';
  return sign + write_fixed(to + sign, whole, decimals);
}

size_t decimal_write_exactly(char *to, double number) {
  static const int enough = 17;
  int digits = 15, length;
  do
    length = snprintf(to, DECIMAL_SIZE, "%.*g", digits, number);
  while (digits++ < enough && strtod(to, NULL) != number);
  return (size_t)length;
}

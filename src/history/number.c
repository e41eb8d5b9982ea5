#include "history/number.h"

#include "anomaly/status.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "e+02", as rrdtool writes it: the power of ten that `text` ends with. */
static bool parse_exponent(const char *text, int *ret_exponent) {
  const bool negative = text[1] == '-';
  text += 1 + (negative || text[1] == '+');
  int exponent = 0, count = 0;
  for (; *text >= '0' && *text <= '9' && count < 3; text++, count++)
    exponent = exponent * 10 + (*text - '0');
  *ret_exponent = negative ? -exponent : exponent;
  return count > 0 && *text == '\0';
}

/*
 * Decimal numbers whose digits and power of ten are exact as doubles: their
 * quotient or product is correctly rounded, in a small part of strtod's time.
 */
static bool parse_short(const char *text, double *ret_number) {
  static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  enum { POWER_MAX = sizeof powers / sizeof powers[0] - 1 };
  const bool negative = *text == '-';
  uint64_t digits = 0;
  int count = 0, fraction = 0, exponent = 0;
  bool in_fraction = false;
  for (text += negative; *text != '\0' && *text != 'e'; text++) {
    if (*text >= '0' && *text <= '9') {
      digits = digits * 10 + (uint64_t)(*text - '0');
      count++;
      fraction += in_fraction;
    } else if (*text == '.' && !in_fraction) {
      in_fraction = true;
    } else {
      return false;
    }
  }
  if (count == 0 || count > 15 || (*text == 'e' && !parse_exponent(text, &exponent)))
    return false;
  const int power = exponent - fraction;
  if (power > POWER_MAX || power < -POWER_MAX)
    return false;
  const double number =
      power < 0 ? (double)digits / powers[-power] : (double)digits * powers[power];
  *ret_number = negative ? -number : number;
  return true;
}

static bool means_nothing(const char *text, size_t length) {
  static const char *const names[] = {"", "nan", "null", "na"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (length == strlen(names[i]) && strncasecmp(text, names[i], length) == 0)
      return true;
  return false;
}

int number_parse(const char *text, double *ret_number) {
  static const char blanks[] = " \t";
  if (parse_short(text, ret_number))
    return STATUS_OK;
  text += strspn(text, blanks);
  char *end;
  const double number = strtod(text, &end);
  const char *const rest = end != text ? end : text + strcspn(text, blanks);
  if (rest[strspn(rest, blanks)] != '\0' ||
      (end == text && !means_nothing(text, (size_t)(rest - text))))
    return STATUS_INVALID;
  *ret_number = end != text ? number : (double)NAN;
  return STATUS_OK;
}

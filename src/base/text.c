#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text text_over(char *buffer, size_t size) {
  buffer[0] = '\0';
  return (struct text){.buffer = buffer, .size = size};
}

void text_add(struct text *text, const char *string) {
  const size_t room = text->size - text->used - 1;
  size_t length = strlen(string);
  if (length > room) {
    length = room;
    text->cut = true;
  }
  memcpy(text->buffer + text->used, string, length);
  text->used += length;
  text->buffer[text->used] = '\0';
}

void text_addf(struct text *text, const char *format, ...) {
  const size_t room = text->size - text->used;
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(text->buffer + text->used, room, format, arguments);
  va_end(arguments);
  if (length < 0) {
    text->buffer[text->used] = '\0';
    text->cut = true;
  } else if ((size_t)length >= room) {
    text->used = text->size - 1;
    text->cut = true;
  } else {
    text->used += (size_t)length;
  }
}

bool text_try(struct text *text, const char *string) {
  if (strlen(string) > text->size - text->used - 1)
    return false;
  text_add(text, string);
  return true;
}

void text_add_number(struct text *text, double number) {
  static const char *const units[] = {"M", "G", "T", "P", "E"};
  const double size = fabs(number);
  if (size == 0) {
    text_add(text, "0");
  } else if (size < 999.95 || !(size < 1e21)) {
    text_addf(text, "%.4g", number);
  } else if (size < 1e7) {
    text_addf(text, "%.0f", number);
  } else {
    size_t unit = 0;
    double scale = 1e6;
    for (; size >= 999.95 * scale && unit < 4; unit++)
      scale *= 1000;
    text_addf(text, "%.4g%s", number / scale, units[unit]);
  }
}

bool text_to_number(const char *string, double *ret_number, const char **ret_rest) {
  const char *const unsigned_part = string + (*string == '-' || *string == '+');
  const bool is_infinity = strncmp(unsigned_part, "inf", 3) == 0;
  const bool is_hexadecimal =
      unsigned_part[0] == '0' && (unsigned_part[1] == 'x' || unsigned_part[1] == 'X');
  if (!is_infinity &&
      (is_hexadecimal || strchr("0123456789.", *unsigned_part) == NULL || *unsigned_part == '\0'))
    return false;
  char *end;
  const double number = strtod(string, &end);
  if (end == string || (isinf(number) && !is_infinity))
    return false;
  *ret_number = number;
  *ret_rest = end;
  return true;
}

char *text_duplicate(const char *string) {
  const size_t size = strlen(string) + 1;
  char *const copy = malloc(size);
  return copy != NULL ? memcpy(copy, string, size) : NULL;
}

bool text_copy(char *to, size_t size, const char *from) {
  struct text text = text_over(to, size);
  text_add(&text, from);
  return !text.cut;
}

#include "base/option.h"

#include "anomaly/status.h"
#include "base/timefmt.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t option_count(const struct option_row *rows) {
  size_t count = 0;
  while (rows[count].name != NULL)
    count++;
  return count;
}

const struct option_row *option_find(const struct option_row *rows, const char *name) {
  for (; rows->name != NULL; rows++)
    if (strcmp(rows->name, name) == 0)
      return rows;
  return NULL;
}

static void store(const struct option_row *row, void *options, double number) {
  char *const field = (char *)options + row->offset;
  switch (row->kind) {
  case OPTION_BOOL:
    memcpy(field, &(bool){number != 0}, sizeof(bool));
    break;
  case OPTION_COUNT:
  case OPTION_SET:
    memcpy(field, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
    break;
  case OPTION_REAL:
  case OPTION_DURATION:
    memcpy(field, &number, sizeof number);
    break;
  case OPTION_SIZE:
    memcpy(field, &(uint64_t){(uint64_t)number}, sizeof(uint64_t));
    break;
  case OPTION_CHOICE:
    memcpy(field, &(int){(int)number}, sizeof(int));
    break;
  }
}

double option_get(const struct option_row *row, const void *options) {
  const char *const field = (const char *)options + row->offset;
  switch (row->kind) {
  case OPTION_BOOL:
    return *(const bool *)field ? 1 : 0;
  case OPTION_COUNT:
  case OPTION_SET:
    return *(const uint32_t *)(const void *)field;
  case OPTION_REAL:
  case OPTION_DURATION:
    return *(const double *)(const void *)field;
  case OPTION_SIZE:
    return (double)*(const uint64_t *)(const void *)field;
  case OPTION_CHOICE:
    return *(const int *)(const void *)field;
  }
  return 0;
}

void option_copy(const struct option_row *row, void *options, const void *from) {
  store(row, options, option_get(row, from));
}

void option_set_presets(const struct option_row *rows, void *options) {
  for (; rows->name != NULL; rows++)
    store(rows, options, rows->preset);
}

static size_t count_choices(const struct option_row *row) {
  size_t count = 0;
  while (row->choices[count] != NULL)
    count++;
  return count;
}

static bool is_allowed(const struct option_row *row, double number) {
  switch (row->kind) {
  case OPTION_BOOL:
    return number == 0 || number == 1;
  case OPTION_CHOICE:
    return number >= 0 && number < (double)count_choices(row) && number == floor(number);
  case OPTION_SET:
    return number >= 1 && number < ldexp(1, (int)count_choices(row)) && number == floor(number);
  case OPTION_COUNT:
  case OPTION_SIZE:
    return number >= row->min && number <= row->max && number == floor(number);
  case OPTION_REAL:
  case OPTION_DURATION:
    return number >= row->min && number <= row->max;
  }
  return false;
}

void option_explain(const struct option_row *row, struct text *text) {
  text_addf(text, "%s must be %s", row->name, row->kind == OPTION_COUNT ? "a whole number, " : "");
  option_print_range(row, text);
}

static int refuse(const struct option_row *row, struct text *why) {
  if (why != NULL)
    option_explain(row, why);
  return STATUS_INVALID;
}

int option_set_number(const struct option_row *row, void *options, double number,
                      struct text *why) {
  if (!is_allowed(row, number))
    return refuse(row, why);
  store(row, options, number);
  return STATUS_OK;
}

static int parse_bool(const char *value, double *ret_number) {
  if (strcmp(value, "true") == 0 || strcmp(value, "yes") == 0 || strcmp(value, "1") == 0)
    *ret_number = 1;
  else if (strcmp(value, "false") == 0 || strcmp(value, "no") == 0 || strcmp(value, "0") == 0)
    *ret_number = 0;
  else
    return STATUS_INVALID;
  return STATUS_OK;
}

static int parse_choice(const struct option_row *row, const char *value, double *ret_number) {
  for (size_t i = 0; row->choices[i] != NULL; i++)
    if (strcmp(row->choices[i], value) == 0) {
      *ret_number = (double)i;
      return STATUS_OK;
    }
  return STATUS_INVALID;
}

/* Words with a + between them. */
static int parse_set(const struct option_row *row, const char *value, double *ret_number) {
  uint32_t bits = 0;
  for (const char *word = value;; word++) {
    const size_t length = strcspn(word, "+");
    size_t choice = 0;
    while (row->choices[choice] != NULL && (strlen(row->choices[choice]) != length ||
                                            memcmp(row->choices[choice], word, length) != 0))
      choice++;
    if (row->choices[choice] == NULL)
      return STATUS_INVALID;
    bits |= UINT32_C(1) << choice;
    word += length;
    if (*word == '\0')
      break;
  }
  *ret_number = bits;
  return STATUS_OK;
}

static int parse_real(const char *value, double *ret_number) {
  double number;
  const char *rest;
  if (!text_to_number(value, &number, &rest) || *rest != '\0')
    return STATUS_INVALID;
  *ret_number = number;
  return STATUS_OK;
}

static int parse_size(const char *value, double *ret_number) {
  static const char units[] = "kMGT";
  double number;
  const char *rest;
  if (!text_to_number(value, &number, &rest))
    return STATUS_INVALID;
  if (*rest != '\0') {
    const char *const unit = strchr(units, *rest == 'K' ? 'k' : *rest);
    if (unit == NULL || rest[1] != '\0')
      return STATUS_INVALID;
    number *= pow(1024, (double)(unit - units + 1));
  }
  *ret_number = floor(number);
  return STATUS_OK;
}

static int parse(const struct option_row *row, const char *value, double *ret_number) {
  switch (row->kind) {
  case OPTION_BOOL:
    return parse_bool(value, ret_number);
  case OPTION_CHOICE:
    return parse_choice(row, value, ret_number);
  case OPTION_SET:
    return parse_set(row, value, ret_number);
  case OPTION_COUNT:
  case OPTION_REAL:
    return parse_real(value, ret_number);
  case OPTION_DURATION:
    return duration_parse(value, ret_number);
  case OPTION_SIZE:
    return parse_size(value, ret_number);
  }
  return STATUS_INVALID;
}

int option_set_text(const struct option_row *row, void *options, const char *value,
                    struct text *why) {
  double number;
  if (parse(row, value, &number) != STATUS_OK)
    return refuse(row, why);
  return option_set_number(row, options, number, why);
}

static void print_size(double number, struct text *text) {
  static const char *const units[] = {"", "k", "M", "G", "T"};
  size_t unit = 0;
  while (unit < 4 && number >= 1024 && fmod(number, 1024) == 0) {
    number /= 1024;
    unit++;
  }
  text_addf(text, unit == 0 ? "%.0f%s" : "\"%.0f%s\"", number, units[unit]);
}

/* As few digits as read back the same; with a point, as libconfig wants it. */
static void print_real(double number, struct text *text) {
  if (!isfinite(number)) {
    text_addf(text, "\"%g\"", number);
    return;
  }
  if (number == floor(number) && fabs(number) < 1e15) {
    text_addf(text, "%.1f", number);
    return;
  }
  char digits[32];
  double read = HUGE_VAL;
  for (int precision = 6; precision <= 17 && read != number; precision++) {
    snprintf(digits, sizeof digits, "%.*g", precision, number);
    read = strtod(digits, NULL);
  }
  const char *const exponent = strchr(digits, 'e');
  const size_t mantissa = exponent == NULL ? strlen(digits) : (size_t)(exponent - digits);
  const bool has_point = strchr(digits, '.') != NULL;
  text_addf(text, "%.*s%s%s", (int)mantissa, digits, has_point ? "" : ".0",
            exponent == NULL ? "" : exponent);
}

static void print_set(const struct option_row *row, double number, struct text *text) {
  const uint32_t bits = (uint32_t)number;
  const char *before = "\"";
  for (size_t i = 0; row->choices[i] != NULL; i++)
    if ((bits >> i & 1) != 0) {
      text_addf(text, "%s%s", before, row->choices[i]);
      before = "+";
    }
  text_add(text, "\"");
}

void option_print(const struct option_row *row, double number, struct text *text) {
  switch (row->kind) {
  case OPTION_BOOL:
    text_add(text, number != 0 ? "true" : "false");
    break;
  case OPTION_CHOICE:
    text_addf(text, "\"%s\"", row->choices[(size_t)number]);
    break;
  case OPTION_SET:
    print_set(row, number, text);
    break;
  case OPTION_COUNT:
    text_addf(text, "%.0f", number);
    break;
  case OPTION_REAL:
    print_real(number, text);
    break;
  case OPTION_DURATION:
    text_add(text, "\"");
    duration_add(text, number);
    text_add(text, "\"");
    break;
  case OPTION_SIZE:
    print_size(number, text);
    break;
  }
}

static void print_choices(const struct option_row *row, struct text *text) {
  text_add(text, row->kind == OPTION_SET ? "one or more, with + between them, of " : "one of ");
  for (size_t i = 0; row->choices[i] != NULL; i++)
    text_addf(text, "%s\"%s\"", i == 0 ? "" : ", ", row->choices[i]);
}

static void print_limits(const struct option_row *row, struct text *text) {
  if (isinf(row->min) && isinf(row->max)) {
    text_add(text, "any number");
  } else if (isinf(row->max)) {
    text_add(text, "at least ");
    option_print(row, row->min, text);
  } else if (isinf(row->min)) {
    text_add(text, "at most ");
    option_print(row, row->max, text);
  } else {
    option_print(row, row->min, text);
    text_add(text, " .. ");
    option_print(row, row->max, text);
  }
  if (row->unit != NULL)
    text_addf(text, " %s", row->unit);
}

void option_print_range(const struct option_row *row, struct text *text) {
  switch (row->kind) {
  case OPTION_BOOL:
    text_add(text, "true or false");
    break;
  case OPTION_CHOICE:
  case OPTION_SET:
    print_choices(row, text);
    break;
  case OPTION_COUNT:
  case OPTION_REAL:
  case OPTION_DURATION:
  case OPTION_SIZE:
    print_limits(row, text);
    break;
  }
}

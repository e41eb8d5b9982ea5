#include "engine/pattern.h"

#include "anomaly/rule.h"
#include "anomaly/status.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* Characters of an expression times the product of its repetitions. */
static const double REGEX_COST_MAX = 500000;

void pattern_release(struct pattern *pattern) {
  if (pattern->regex != NULL)
    regfree(pattern->regex);
  free(pattern->regex);
  free(pattern->text);
}

static const char *check_exact(const char *text) {
  return strlen(text) >= METRIC_PART_SIZE ? "it is longer than any name can be" : NULL;
}

/* fnmatch takes a bracket that does not close for plain text. */
static const char *check_glob(const char *glob) {
  for (const char *at = glob; *at != '\0'; at++) {
    if (*at == '\\' && at[1] != '\0') {
      at++;
    } else if (*at == '[') {
      const char *const set = at + 1 + (at[1] == '!' || at[1] == '^');
      at = *set == '\0' ? NULL : strchr(set + 1, ']');
      if (at == NULL)
        return "'[' has no ']'";
    }
  }
  return NULL;
}

/* The larger count of "{m,n}" or "{m,}", at least 1. */
static double largest_repetition(const char *brace) {
  char *end;
  const double least = (double)strtoul(brace + 1, &end, 10);
  const double most = *end == ',' ? (double)strtoul(end + 1, NULL, 10) : 0;
  const double larger = least > most ? least : most;
  return larger < 1 ? 1 : larger;
}

static const char *check_regex(const char *expression) {
  double cost = (double)strlen(expression);
  for (const char *at = expression; *at != '\0'; at++) {
    if (*at == '\\') {
      at++;
      if (*at >= '1' && *at <= '9')
        return "back references are not supported";
      if (*at == '\0')
        break;
    } else if (*at == '{') {
      cost *= largest_repetition(at);
    }
  }
  return cost > REGEX_COST_MAX ? "the repetitions multiply to too much" : NULL;
}

static int compile(const char *expression, regex_t **ret_regex, struct text *why) {
  regex_t *const regex = malloc(sizeof *regex);
  if (regex == NULL)
    return STATUS_NO_MEMORY;
  const int error = regcomp(regex, expression, REG_EXTENDED | REG_NOSUB);
  if (error == 0) {
    *ret_regex = regex;
    return STATUS_OK;
  }
  char reason[128];
  regerror(error, regex, reason, sizeof reason);
  free(regex);
  if (error == REG_ESPACE)
    return STATUS_NO_MEMORY;
  text_addf(why, "bad regular expression: %s", reason);
  return STATUS_INVALID;
}

static int compile_between_slashes(struct pattern *pattern, struct text *why) {
  const size_t length = strlen(pattern->text);
  if (length < 3 || pattern->text[length - 1] != '/') {
    text_add(why, "a regular expression is written /.../ and is not empty");
    return STATUS_INVALID;
  }
  char expression[RULE_PATTERN_MAX + 1];
  memcpy(expression, pattern->text + 1, length - 2);
  expression[length - 2] = '\0';
  const char *const problem = check_regex(expression);
  if (problem == NULL)
    return compile(expression, &pattern->regex, why);
  text_add(why, problem);
  return STATUS_INVALID;
}

static int check_and_compile(struct pattern *pattern, struct text *why) {
  if (pattern->kind == PATTERN_REGEX)
    return compile_between_slashes(pattern, why);
  const char *const problem =
      pattern->kind == PATTERN_GLOB ? check_glob(pattern->text) : check_exact(pattern->text);
  if (problem == NULL)
    return STATUS_OK;
  text_add(why, problem);
  return STATUS_INVALID;
}

static enum pattern_kind kind_of(const char *text) {
  if (text[0] == '/')
    return PATTERN_REGEX;
  if (strcmp(text, "*") == 0)
    return PATTERN_ANY;
  return strpbrk(text, "*?[") != NULL ? PATTERN_GLOB : PATTERN_EXACT;
}

int pattern_create(struct pattern *ret_pattern, const char *text, struct text *why) {
  struct pattern pattern = {.kind = kind_of(text)};
  if (strlen(text) > RULE_PATTERN_MAX) {
    text_add(why, "the pattern is too long");
    return STATUS_INVALID;
  }
  if (pattern.kind != PATTERN_ANY) {
    pattern.text = text_duplicate(text);
    if (pattern.text == NULL)
      return STATUS_NO_MEMORY;
    const int status = check_and_compile(&pattern, why);
    if (status != STATUS_OK) {
      pattern_release(&pattern);
      return status;
    }
  }
  *ret_pattern = pattern;
  return STATUS_OK;
}

void patterns_free(struct pattern *patterns, size_t count) {
  for (size_t i = 0; i < count; i++)
    pattern_release(&patterns[i]);
  free(patterns);
}

bool pattern_matches(const struct pattern *pattern, const char *part) {
  switch (pattern->kind) {
  case PATTERN_ANY:
    return true;
  case PATTERN_EXACT:
    return strcmp(pattern->text, part) == 0;
  case PATTERN_GLOB:
    return fnmatch(pattern->text, part, 0) == 0;
  case PATTERN_REGEX:
    return regexec(pattern->regex, part, 0, NULL, 0) == 0;
  }
  return false;
}

bool pattern_equal(const struct pattern *pattern, const struct pattern *other) {
  return pattern->kind == other->kind &&
         (pattern->kind == PATTERN_ANY || strcmp(pattern->text, other->text) == 0);
}

/*
 * Patterns: what one part of a metric's identity must look like. Written as
 * rule_select says.
 */
#ifndef ANOMALY_ENGINE_PATTERN_H
#define ANOMALY_ENGINE_PATTERN_H

#include "base/text.h"

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

enum pattern_kind { PATTERN_ANY, PATTERN_EXACT, PATTERN_GLOB, PATTERN_REGEX };

/* All zero matches everything. */
struct pattern {
  enum pattern_kind kind;
  char *text;     /* owned, as configured; NULL for PATTERN_ANY */
  regex_t *regex; /* owned; only for PATTERN_REGEX */
};

/*
 * Reads a pattern. Names come from the network, so an expression that could
 * take more than about linear time or a few MB is refused too: one with back
 * references, or with repetitions {m,n} that multiply. Errors: STATUS_INVALID
 * (`why` says what is wrong), STATUS_NO_MEMORY.
 */
int pattern_create(struct pattern *ret_pattern, const char *text, struct text *why);

/* Releases what the pattern owns. */
void pattern_release(struct pattern *pattern);

/* Releases all, and the array itself. */
void patterns_free(struct pattern *patterns, size_t count);

/* Thread-safe. An expression that has no memory to run in does not match. */
bool pattern_matches(const struct pattern *pattern, const char *part);

/* Whether both are of the same kind and text. */
bool pattern_equal(const struct pattern *pattern, const struct pattern *other);

#endif

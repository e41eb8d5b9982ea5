/*
 * Options as they are written on the command line: option=value,option=value.
 */
#ifndef ANOMALY_CLI_OPTION_WORDS_H
#define ANOMALY_CLI_OPTION_WORDS_H

#include "anomaly/option.h"
#include "base/text.h"

#include <stddef.h>

/* Rows, and the struct that their offsets refer to. */
struct option_place {
  const struct option_row *rows;
  void *options;
};

/*
 * Sets options of several places, whose names differ. `words` is cut into pieces;
 * NULL sets nothing. `owner` has the options, for messages. Errors:
 * STATUS_INVALID, and what would be right.
 */
int option_words_set(const struct option_place *places, size_t count, char *words,
                     const char *owner, struct text *why);

#endif

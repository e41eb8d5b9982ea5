#include "cli/option_words.h"

#include "anomaly/status.h"
#include "base/nearest.h"
#include "base/option.h"

#include <string.h>

static int say_unknown(const struct option_place *places, size_t count, const char *name,
                       const char *owner, struct text *why) {
  struct nearest nearest = {.name = name};
  for (size_t i = 0; i < count; i++)
    for (const struct option_row *at = places[i].rows; at->name != NULL; at++)
      nearest_try(&nearest, at->name);
  text_addf(why, "%s has no option \"%.32s\"", owner, name);
  if (nearest.best != NULL)
    text_addf(why, "; did you mean \"%s\"?", nearest.best);
  return STATUS_INVALID;
}

static int set_option(const struct option_place *places, size_t count, char *word,
                      const char *owner, struct text *why) {
  char *const equals = strchr(word, '=');
  if (equals == NULL) {
    text_addf(why, "\"%.32s\" is not of the form option=value", word);
    return STATUS_INVALID;
  }
  *equals = '\0';
  for (size_t i = 0; i < count; i++) {
    const struct option_row *const row = option_find(places[i].rows, word);
    if (row != NULL)
      return option_set_text(row, places[i].options, equals + 1, why);
  }
  return say_unknown(places, count, word, owner, why);
}

int option_words_set(const struct option_place *places, size_t count, char *words,
                     const char *owner, struct text *why) {
  int status = STATUS_OK;
  while (words != NULL && status == STATUS_OK) {
    char *const word = strsep(&words, ",");
    status = set_option(places, count, word, owner, why);
  }
  return status;
}

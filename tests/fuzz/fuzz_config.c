/* Any bytes: a configuration, or an error with a line of the text that says what is wrong. */
#include "anomaly/status.h"
#include "config/config.h"
#include "unit/libconfig_leak.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static unsigned count_lines(const char *words) {
  unsigned lines = 1;
  for (; *words != '\0'; words++)
    lines += *words == '\n';
  return lines;
}

/* libconfig must never meet an @include of its own: it would open the file. */
static void check_error(const char *words, int status, const struct config_error *error) {
  if (status != STATUS_INVALID || error->message[0] == '\0' || error->line > count_lines(words) ||
      strcmp(error->message, "cannot open include file") == 0)
    __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  char *const words = malloc(size + 1);
  if (words == NULL)
    return 0;
  memcpy(words, bytes, size);
  words[size] = '\0';
  struct config config;
  struct config_error error;
  const int status = config_load_text(words, &config, &error);
  if (status == STATUS_OK)
    config_release(&config);
  else
    check_error(words, status, &error);
  free(words);
  return 0;
}

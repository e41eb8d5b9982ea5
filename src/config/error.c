#include "config/error.h"

#include <stdarg.h>
#include <stdio.h>

int config_fail(struct config_error *error, int status, const char *file, unsigned line,
                const char *format, ...) {
  text_copy(error->file, sizeof error->file, file);
  error->line = line;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  return status;
}

void config_error_print(const struct config_error *error, struct text *text) {
  text_add(text, error->file);
  if (error->line > 0)
    text_addf(text, ":%u", error->line);
  text_addf(text, ": %s", error->message);
}

#include "cli/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void say_error(const struct verb *verb, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("anomalyctl", stderr);
  if (verb != NULL)
    fprintf(stderr, " %s", verb->name);
  fputs(": ", stderr);
  vfprintf(stderr, format, arguments);
  fputs("\n", stderr);
  va_end(arguments);
}

static bool is_set(const char *variable) {
  const char *const value = getenv(variable);
  return value != NULL && *value != '\0';
}

struct emphasis emphasis_of_stdout(void) {
  const char *const terminal = getenv("TERM");
  const bool plain = terminal == NULL || strcmp(terminal, "dumb") == 0 || is_set("NO_COLOR");
  if (plain || isatty(STDOUT_FILENO) == 0)
    return (struct emphasis){.on = "", .off = ""};
  return (struct emphasis){.on = "\033[1m", .off = "\033[0m"};
}

int finish_stdout(void) {
  const bool failed_before = ferror(stdout) != 0;
  if (fflush(stdout) == 0 && !failed_before)
    return EXIT_SUCCESS;
  if (errno != EPIPE)
    say_error(NULL, "cannot write to standard output: %s", strerror(errno));
  return EXIT_FAILURE;
}

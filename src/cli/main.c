/* anomalyctl: the engine of the plugin on the command line. */
#include "anomaly/status.h"
#include "base/nearest.h"
#include "cli/help.h"
#include "cli/invocation.h"
#include "cli/say.h"
#include "cli/verb.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int say_unknown_verb(const char *name) {
  struct nearest nearest = {.name = name};
  for (const struct verb *const *verb = verb_list; *verb != NULL; verb++)
    nearest_try(&nearest, (*verb)->name);
  if (nearest.best != NULL)
    say_error(NULL, "no verb \"%s\"; did you mean \"%s\"?", name, nearest.best);
  else
    say_error(NULL, "no verb \"%s\"", name);
  fputs("Try 'anomalyctl --help'.\n", stderr);
  return EXIT_USAGE;
}

static int invoke(const struct verb *verb, int argc, char **argv) {
  struct invocation invocation;
  bool help = false;
  const int status = invocation_read(&invocation, verb, argc, argv, &help);
  if (status == STATUS_NO_MEMORY) {
    say_error(verb, "%s", status_text(status));
    return EXIT_FAILURE;
  }
  if (status != STATUS_OK)
    return EXIT_USAGE;
  int exit_status = EXIT_SUCCESS;
  if (help)
    help_print_verb(stdout, verb);
  else
    exit_status = verb->run(&invocation);
  invocation_release(&invocation);
  return exit_status;
}

static int run_verb(int argc, char **argv) {
  const struct verb *const verb = verb_find(argv[0]);
  if (verb == NULL)
    return say_unknown_verb(argv[0]);
  const int exit_status = invoke(verb, argc, argv);
  if (exit_status == EXIT_USAGE)
    fprintf(stderr, "Try 'anomalyctl %s --help'.\n", verb->name);
  const int written = finish_stdout();
  return exit_status == EXIT_SUCCESS ? written : exit_status;
}

int main(int argc, char **argv) {
  /* A reader that goes away is seen as a failed write. */
  signal(SIGPIPE, SIG_IGN);
  if (argc < 2) {
    help_print(stderr);
    return EXIT_USAGE;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
    help_print(stdout);
    return finish_stdout();
  }
  if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
    puts("anomalyctl (collectd-anomaly) " ANOMALY_VERSION);
    return finish_stdout();
  }
  return run_verb(argc - 1, argv + 1);
}

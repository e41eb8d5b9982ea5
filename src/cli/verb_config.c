#include "anomaly/status.h"
#include "cli/manual.h"
#include "cli/say.h"
#include "cli/verbs.h"
#include "config/sample.h"

#include <stdio.h>
#include <stdlib.h>

enum option { OPTION_SAMPLE, OPTION_REFERENCE, OPTION_MANUAL };

static const struct verb_option options[] = {
    [OPTION_SAMPLE] = {.name = "sample",
                       .help = "the sample configuration, which is also the built-in one"},
    [OPTION_REFERENCE] = {.name = "reference", .help = "all options as a Markdown document"},
    [OPTION_MANUAL] = {.name = "manual", .help = "all options as a part of anomaly.cfg(5)"},
    {.name = NULL},
};

static int print(FILE *stream, size_t option) {
  switch ((enum option)option) {
  case OPTION_SAMPLE:
    return config_print_sample(stream);
  case OPTION_REFERENCE:
    return config_print_reference(stream);
  case OPTION_MANUAL:
    break;
  }
  manual_print_options(stream);
  return STATUS_OK;
}

static int run(const struct invocation *invocation) {
  if (invocation->given_count != 1) {
    say_error(invocation->verb, "say one of --sample, --reference and --manual");
    return EXIT_USAGE;
  }
  const int status = print(stdout, invocation->given[0].option);
  if (status == STATUS_NO_MEMORY) {
    say_error(invocation->verb, "%s", status_text(status));
    return EXIT_FAILURE;
  }
  /* What could not be written is seen on stdout. */
  return EXIT_SUCCESS;
}

const struct verb config_verb = {
    .name = "config",
    .operands = "",
    .summary = "prints the sample configuration or the reference of its options",
    .about = "",
    .options = options,
    .run = run,
};

#include "cli/help.h"
#include "cli/say.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>

static const struct verb_option options[] = {{.name = NULL}};

static int run(const struct invocation *invocation) {
  if (invocation->operand_count == 0) {
    help_print(stdout);
    return EXIT_SUCCESS;
  }
  const struct verb *const verb = verb_find(invocation->operands[0]);
  if (verb == NULL) {
    say_error(invocation->verb, "no verb \"%s\"", invocation->operands[0]);
    return EXIT_USAGE;
  }
  help_print_verb(stdout, verb);
  return EXIT_SUCCESS;
}

const struct verb help_verb = {
    .name = "help",
    .operands = "[VERB]",
    .operands_max = 1,
    .summary = "says what the verbs, or what a verb's options are",
    .about = "",
    .options = options,
    .run = run,
};

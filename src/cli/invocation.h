/*
 * From the words of a command line to an invocation.
 */
#ifndef ANOMALY_CLI_INVOCATION_H
#define ANOMALY_CLI_INVOCATION_H

#include "cli/verb.h"

#include <stdbool.h>

/*
 * Reads argv[1] … by the verb's rows; argv[0] is not looked at. argv is
 * reordered: operands come last. Errors: STATUS_INVALID (said on stderr),
 * STATUS_NO_MEMORY. *ret_help: --help was given, nothing else was read.
 */
int invocation_read(struct invocation *ret_invocation, const struct verb *verb, int argc,
                    char **argv, bool *ret_help);

void invocation_release(struct invocation *invocation);

/* Whether an option was given at least once; its last value, or NULL, or what is said otherwise. */
bool invocation_has(const struct invocation *invocation, size_t option);
const char *invocation_value(const struct invocation *invocation, size_t option);
const char *invocation_value_or(const struct invocation *invocation, size_t option,
                                const char *otherwise);

#endif

/*
 * A verb of the command line, described as data: the parser, --help and the
 * list of verbs all read these rows.
 */
#ifndef ANOMALY_CLI_VERB_H
#define ANOMALY_CLI_VERB_H

#include <stddef.h>

/* Exit statuses; EXIT_SUCCESS and EXIT_FAILURE are those of stdlib.h. */
enum { EXIT_USAGE = 2 };

/* For a verb that takes any number of operands. */
enum { VERB_OPERANDS_MAX = 1 << 20 };

/* One option of a verb. A table ends with name NULL. */
struct verb_option {
  const char *name;     /* long form, without its dashes */
  char letter;          /* short form; 0 = none */
  const char *argument; /* what must follow, as --help shows it; NULL = nothing */
  const char *help;     /* one sentence without final full stop */
};

/* An option as it was given. */
struct given_option {
  size_t option;     /* index in the verb's table */
  const char *value; /* NULL where the option takes no argument */
};

/* What somebody typed, checked against the verb's rows; borrowed from argv. */
struct invocation {
  const struct verb *verb;
  struct given_option *given; /* in the order given */
  size_t given_count;
  char **operands;
  size_t operand_count;
};

struct verb {
  const char *name;
  const char *operands; /* such as "[FILE]"; "" = none */
  size_t operands_min, operands_max;
  const char *summary; /* one line without final full stop */
  const char *about;   /* more of it, for --help: lines ended by \n; may be "" */
  const struct verb_option *options;

  /* Returns the exit status; has already said on stderr what went wrong. */
  int (*run)(const struct invocation *invocation);
};

/* All verbs, ended by NULL. */
extern const struct verb *const verb_list[];

/* The verb of that name, or NULL. */
const struct verb *verb_find(const char *name);

#endif

#include "cli/invocation.h"

#include "anomaly/status.h"
#include "base/nearest.h"
#include "base/text.h"
#include "cli/say.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
  OPTIONS_MAX = 32,
  LONG_BASE = 256, /* what getopt_long returns for row 0 */
  HELP_RESULT = LONG_BASE + OPTIONS_MAX,
};

/* The rows in the form of getopt_long. */
struct grammar {
  struct option longs[OPTIONS_MAX + 2];
  char letters[3 * OPTIONS_MAX];
  size_t count;
};

static void make_grammar(struct grammar *grammar, const struct verb_option *rows) {
  size_t used = 0;
  memset(grammar, 0, sizeof *grammar);
  grammar->letters[used++] = ':';
  grammar->letters[used++] = 'h';
  for (size_t i = 0; rows[i].name != NULL && i < OPTIONS_MAX; i++) {
    const int has_argument = rows[i].argument != NULL ? required_argument : no_argument;
    grammar->longs[i] =
        (struct option){.name = rows[i].name, .has_arg = has_argument, .val = LONG_BASE + (int)i};
    if (rows[i].letter != '\0') {
      grammar->letters[used++] = rows[i].letter;
      if (has_argument == required_argument)
        grammar->letters[used++] = ':';
    }
    grammar->count++;
  }
  grammar->longs[grammar->count] = (struct option){.name = "help", .val = HELP_RESULT};
}

/* Row of the table for what getopt_long returned. */
static size_t row_of(const struct verb_option *rows, int result) {
  size_t i = 0;
  if (result >= LONG_BASE)
    return (size_t)(result - LONG_BASE);
  while (rows[i].name != NULL && rows[i].letter != (char)result)
    i++;
  return i;
}

static void say_unknown_option(const struct verb *verb, const char *word) {
  char name[64];
  struct text text = text_over(name, sizeof name);
  text_addf(&text, "%.*s", (int)strcspn(word, "="), word);
  struct nearest nearest = {.name = name + strspn(name, "-")};
  for (size_t i = 0; verb->options[i].name != NULL; i++)
    nearest_try(&nearest, verb->options[i].name);
  nearest_try(&nearest, "help");
  if (nearest.best != NULL)
    say_error(verb, "no option \"%s\"; did you mean --%s?", name, nearest.best);
  else
    say_error(verb, "no option \"%s\"", name);
}

static int refuse_option(const struct verb *verb, int result, char **argv) {
  const char *const word = argv[optind - 1];
  if (result == ':')
    say_error(verb, "%s must be followed by a value", word);
  else if (optopt >= LONG_BASE)
    say_error(verb, "%s takes no value", word);
  else if (optopt != 0)
    say_error(verb, "no option \"-%c\"", optopt);
  else
    say_unknown_option(verb, word);
  return STATUS_INVALID;
}

static int check_operands(const struct invocation *invocation) {
  const struct verb *const verb = invocation->verb;
  if (invocation->operand_count < verb->operands_min) {
    say_error(verb, "%s is missing", verb->operands);
    return STATUS_INVALID;
  }
  if (invocation->operand_count > verb->operands_max) {
    say_error(verb, "\"%s\" is one word too many", invocation->operands[verb->operands_max]);
    return STATUS_INVALID;
  }
  return STATUS_OK;
}

static int read_options(struct invocation *invocation, int argc, char **argv, bool *ret_help) {
  const struct verb_option *const rows = invocation->verb->options;
  struct grammar grammar;
  make_grammar(&grammar, rows);
  opterr = 0;
  optind = 0;
  int result;
  while ((result = getopt_long(argc, argv, grammar.letters, grammar.longs, NULL)) != -1) {
    if (result == HELP_RESULT || result == 'h') {
      *ret_help = true;
      return STATUS_OK;
    }
    if (result == '?' || result == ':')
      return refuse_option(invocation->verb, result, argv);
    invocation->given[invocation->given_count++] =
        (struct given_option){.option = row_of(rows, result), .value = optarg};
  }
  invocation->operands = argv + optind;
  invocation->operand_count = (size_t)(argc - optind);
  return check_operands(invocation);
}

int invocation_read(struct invocation *ret_invocation, const struct verb *verb, int argc,
                    char **argv, bool *ret_help) {
  struct invocation invocation = {.verb = verb};
  /* An option takes at least one letter of one word. */
  size_t most = 1;
  for (int i = 0; i < argc; i++)
    most += strlen(argv[i]);
  invocation.given = calloc(most, sizeof *invocation.given);
  if (invocation.given == NULL)
    return STATUS_NO_MEMORY;
  bool help = false;
  const int status = read_options(&invocation, argc, argv, &help);
  if (status != STATUS_OK) {
    invocation_release(&invocation);
    return status;
  }
  *ret_invocation = invocation;
  *ret_help = help;
  return STATUS_OK;
}

void invocation_release(struct invocation *invocation) {
  free(invocation->given);
  invocation->given = NULL;
}

bool invocation_has(const struct invocation *invocation, size_t option) {
  for (size_t i = 0; i < invocation->given_count; i++)
    if (invocation->given[i].option == option)
      return true;
  return false;
}

const char *invocation_value(const struct invocation *invocation, size_t option) {
  const char *value = NULL;
  for (size_t i = 0; i < invocation->given_count; i++)
    if (invocation->given[i].option == option)
      value = invocation->given[i].value;
  return value;
}

const char *invocation_value_or(const struct invocation *invocation, size_t option,
                                const char *otherwise) {
  const char *const value = invocation_value(invocation, option);
  return value != NULL ? value : otherwise;
}

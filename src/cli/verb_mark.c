/* The verbs label and silence: what people say about a span of time. */
#include "anomaly/status.h"
#include "base/timefmt.h"
#include "cli/invocation.h"
#include "cli/moment.h"
#include "cli/row_id.h"
#include "cli/say.h"
#include "cli/settings.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "engine/identity.h"
#include "engine/pattern.h"
#include "store/marks.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum option {
  OPTION_FROM,
  OPTION_TO,
  OPTION_FOR,
  OPTION_NOTE,
  OPTION_AUTHOR,
  OPTION_DATABASE,
  OPTION_LABEL, /* of label only */
};

#define MARK_OPTION_ROWS                                                                           \
  [OPTION_FROM] = {.name = "from",                                                                 \
                   .letter = 'f',                                                                  \
                   .argument = "TIME",                                                             \
                   .help = "when it begins: 2024-01-31T12:00Z, or 2h for so long before now"},     \
  [OPTION_TO] = {.name = "to", .letter = 't', .argument = "TIME", .help = "when it ends"},         \
  [OPTION_FOR] = {.name = "for", .argument = "TIME", .help = "how long it lasts, such as 90m"},    \
  [OPTION_NOTE] = {.name = "note", .letter = 'n', .argument = "TEXT", .help = "what to remember"}, \
  [OPTION_AUTHOR] = {.name = "author", .argument = "NAME", .help = "who says so, if not $USER"},   \
  [OPTION_DATABASE] = {                                                                            \
      .name = "database", .letter = 'd', .argument = "FILE", .help = "use this database"}

static const struct verb_option silence_options[] = {MARK_OPTION_ROWS, {.name = NULL}};

static const struct verb_option label_options[] = {
    MARK_OPTION_ROWS,
    [OPTION_LABEL] = {.name = "label",
                      .letter = 'l',
                      .argument = "WORD",
                      .help = "what it was, if not just an anomaly"},
    {.name = NULL},
};

static enum mark_table table_of(const struct invocation *invocation) {
  return invocation->verb == &label_verb ? MARK_LABELS : MARK_SILENCES;
}

static const char *path_of(const struct invocation *invocation) {
  return invocation_value_or(invocation, OPTION_DATABASE, ANOMALY_DATABASE_PATH);
}

static int refuse(const struct invocation *invocation, enum option option, const char *why) {
  say_error(invocation->verb, "--%s: %s", invocation->verb->options[option].name, why);
  return EXIT_USAGE;
}

/* ---- A span of time ------------------------------------------------------------ */

static int read_begin(const struct invocation *invocation, double now, double *ret_begin) {
  const char *const value = invocation_value(invocation, OPTION_FROM);
  if (value == NULL && table_of(invocation) == MARK_LABELS)
    return refuse(invocation, OPTION_FROM, "is missing");
  if (value == NULL)
    *ret_begin = now;
  else if (moment_read(value, now, ret_begin) != STATUS_OK)
    return refuse(invocation, OPTION_FROM, MOMENT_HELP);
  return EXIT_SUCCESS;
}

static int read_end(const struct invocation *invocation, double now, double begin,
                    double *ret_end) {
  const char *const to = invocation_value(invocation, OPTION_TO);
  const char *const lasts = invocation_value(invocation, OPTION_FOR);
  double seconds;
  if ((to == NULL) == (lasts == NULL))
    return refuse(invocation, OPTION_TO, "say either this or --for");
  if (to != NULL && moment_read(to, now, ret_end) != STATUS_OK)
    return refuse(invocation, OPTION_TO, MOMENT_HELP);
  if (lasts != NULL && duration_parse(lasts, &seconds) != STATUS_OK)
    return refuse(invocation, OPTION_FOR, "must be a time such as 90s, 5m or 2h");
  if (lasts != NULL)
    *ret_end = begin + seconds;
  if (*ret_end > begin && isfinite(*ret_end))
    return EXIT_SUCCESS;
  return refuse(invocation, to != NULL ? OPTION_TO : OPTION_FOR, "it must end after it begins");
}

/* ---- Verbs --------------------------------------------------------------------- */

static int check_subject(const struct invocation *invocation, const char *subject) {
  char words[160] = "";
  struct text why = text_over(words, sizeof words);
  struct pattern pattern;
  if (table_of(invocation) == MARK_LABELS) {
    if (identity_is_meant(subject) || strpbrk(subject, "*?[") != NULL)
      return EXIT_SUCCESS;
    text_add(&why, "a metric is HOST/PLUGIN/TYPE, a host's metrics are HOST/*");
  } else if (pattern_create(&pattern, subject, &why) == STATUS_OK) {
    pattern_release(&pattern);
    return EXIT_SUCCESS;
  }
  say_error(invocation->verb, "\"%s\": %s", subject, words);
  return EXIT_USAGE;
}

static void print_added(const struct invocation *invocation, const struct mark *mark, int64_t id) {
  char words[128];
  struct text span = text_over(words, sizeof words);
  time_add_iso(&span, mark->start);
  text_add(&span, " .. ");
  time_add_iso(&span, mark->end);
  printf("%s %" PRIi64 ": %s, %s\n", invocation->verb->name, id, mark->subject, words);
}

static int fail(const struct invocation *invocation, const char *why) {
  say_error(invocation->verb, "%s: %s", path_of(invocation), why);
  return EXIT_FAILURE;
}

static int add(const struct invocation *invocation, struct guest *guest, struct text *why) {
  const double now = (double)time(NULL);
  const char *const user = getenv("USER");
  struct mark mark = {.subject = invocation->operands[1],
                      .label = invocation_value_or(invocation, OPTION_LABEL, "anomaly"),
                      .note = invocation_value_or(invocation, OPTION_NOTE, ""),
                      .author =
                          invocation_value_or(invocation, OPTION_AUTHOR, user != NULL ? user : ""),
                      .created = now};
  int exit_status = check_subject(invocation, mark.subject);
  if (exit_status == EXIT_SUCCESS)
    exit_status = read_begin(invocation, now, &mark.start);
  if (exit_status == EXIT_SUCCESS)
    exit_status = read_end(invocation, now, mark.start, &mark.end);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  int64_t id;
  if (marks_add(guest, table_of(invocation), &mark, &id, why) != STATUS_OK)
    return fail(invocation, why->buffer);
  print_added(invocation, &mark, id);
  return EXIT_SUCCESS;
}

static int remove_all(const struct invocation *invocation, struct guest *guest, struct text *why) {
  for (size_t i = 1; i < invocation->operand_count; i++) {
    int64_t id;
    if (!row_id_read(invocation->operands[i], &id)) {
      say_error(invocation->verb, "\"%s\" is no id: see list", invocation->operands[i]);
      return EXIT_USAGE;
    }
    if (marks_remove(guest, table_of(invocation), id, why) != STATUS_OK)
      return fail(invocation, why->buffer);
  }
  return EXIT_SUCCESS;
}

static int list(const struct invocation *invocation) {
  return table_print(invocation->verb, path_of(invocation),
                     table_of(invocation) == MARK_LABELS ? "labels" : "silences", false);
}

/* By what `work` writes into an open database. */
static int write_into(const struct invocation *invocation,
                      int (*work)(const struct invocation *invocation, struct guest *guest,
                                  struct text *why)) {
  char words[512] = "";
  struct text why = text_over(words, sizeof words);
  struct guest *guest = NULL;
  if (guest_open(&guest, path_of(invocation), &why) != STATUS_OK)
    return fail(invocation, words);
  const int exit_status = work(invocation, guest, &why);
  guest_close(guest);
  return exit_status;
}

static int run(const struct invocation *invocation) {
  const char *const what = invocation->operands[0];
  const size_t operands = invocation->operand_count;
  if (strcmp(what, "list") == 0 && operands == 1)
    return list(invocation);
  if (strcmp(what, "add") == 0 && operands == 2)
    return write_into(invocation, add);
  if (strcmp(what, "remove") == 0 && operands >= 2)
    return write_into(invocation, remove_all);
  say_error(invocation->verb, "say %s", invocation->verb->operands);
  return EXIT_USAGE;
}

const struct verb label_verb = {
    .name = "label",
    .operands = "add METRIC | list | remove ID...",
    .operands_min = 1,
    .operands_max = VERB_OPERANDS_MAX,
    .summary = "says when something was wrong with a metric",
    .about =
        "METRIC is an identity, HOST/PLUGIN/TYPE, or a glob over it: 'web1/*' is all of a host.\n"
        "\n"
        "Labels are kept in the database, " ANOMALY_DATABASE_PATH " if not\n"
        "given, which may be in use; backtest --labels reads the output of list.\n",
    .options = label_options,
    .run = run,
};

const struct verb silence_verb = {
    .name = "silence",
    .operands = "add HOST | list | remove ID...",
    .operands_min = 1,
    .operands_max = VERB_OPERANDS_MAX,
    .summary = "has nothing new told of a host for a while",
    .about = "HOST is a name, a glob, or a regular expression between slashes. Without --from it\n"
             "begins now. What is odd is still judged, counted and stored; what goes on after the\n"
             "end is told then. A running daemon knows of it within a minute. The database "
             "is\n" ANOMALY_DATABASE_PATH " if not given.\n",
    .options = silence_options,
    .run = run,
};

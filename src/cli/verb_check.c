#include "anomaly/status.h"
#include "base/option.h"
#include "base/text.h"
#include "cli/invocation.h"
#include "cli/rule_text.h"
#include "cli/say.h"
#include "cli/settings.h"
#include "cli/verbs.h"
#include "engine/describe.h"
#include "engine/identity.h"
#include "engine/plan.h"

#include <stdio.h>
#include <stdlib.h>

enum option { OPTION_METRIC, OPTION_PROFILE };

static const struct verb_option options[] = {
    [OPTION_METRIC] = {.name = "metric",
                       .letter = 'm',
                       .argument = "ID",
                       .help = "print what the rules come to for this metric; may be repeated"},
    [OPTION_PROFILE] = SETTINGS_PROFILE_OPTION,
    {.name = NULL},
};

static int read_config(const struct invocation *invocation, struct config *config) {
  const char *const path =
      invocation->operand_count > 0 ? invocation->operands[0] : settings_installed();
  const int exit_status =
      settings_load(NULL, path, invocation_value(invocation, OPTION_PROFILE), config);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  printf("%s: no error\n", path != NULL ? path : "built-in configuration");
  return EXIT_SUCCESS;
}

static void print_values(const struct option_row *rows, const void *settings) {
  for (const struct option_row *row = rows; row->name != NULL; row++) {
    char value[64];
    struct text text = text_over(value, sizeof value);
    option_print(row, option_get(row, settings), &text);
    printf("%s = %s\n", row->name, value);
  }
}

static void print_metric(struct plan_book *book, const struct metric_name *name) {
  char words[METRIC_TEXT_SIZE];
  struct text text = text_over(words, sizeof words);
  const struct metric_id id = metric_name_id(name);
  describe_metric(&id, &text);
  const struct plan *const plan = plan_book_find(book, &id);
  printf("\n%s:\n", words);
  if (plan == NULL)
    printf("  %s\n", status_text(STATUS_NO_MEMORY));
  else if (plan->count == 0)
    puts("  ignored");
  else
    plan_print(plan);
}

static int check_profile(const struct invocation *invocation) {
  const char *const profile = invocation_value(invocation, OPTION_PROFILE);
  char why[256] = "";
  struct text text = text_over(why, sizeof why);
  if (profile == NULL || settings_check_profile(profile, &text) == STATUS_OK)
    return EXIT_SUCCESS;
  say_error(invocation->verb, "--profile: %s", why);
  return EXIT_USAGE;
}

/* Whether all metrics can be read; prints them too where there is a book. */
static int walk_metrics(const struct invocation *invocation, struct plan_book *book) {
  for (size_t i = 0; i < invocation->given_count; i++) {
    if (invocation->given[i].option != OPTION_METRIC)
      continue;
    char why[256];
    struct text text = text_over(why, sizeof why);
    struct metric_name name;
    if (identity_parse(invocation->given[i].value, &name, &text) != STATUS_OK) {
      say_error(invocation->verb, "--metric: %s", why);
      return EXIT_USAGE;
    }
    if (book != NULL)
      print_metric(book, &name);
  }
  return EXIT_SUCCESS;
}

static int print_metrics(const struct invocation *invocation, struct config *config) {
  struct plan_book *book;
  if (plan_book_create(&book, config->rules) != STATUS_OK) {
    say_error(invocation->verb, "%s", status_text(STATUS_NO_MEMORY));
    return EXIT_FAILURE;
  }
  config->rules = NULL;
  const int exit_status = walk_metrics(invocation, book);
  plan_book_destroy(book);
  return exit_status;
}

static int run(const struct invocation *invocation) {
  int exit_status = walk_metrics(invocation, NULL);
  if (exit_status == EXIT_SUCCESS)
    exit_status = check_profile(invocation);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  struct config config;
  exit_status = read_config(invocation, &config);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  if (invocation_has(invocation, OPTION_METRIC)) {
    exit_status = print_metrics(invocation, &config);
  } else {
    print_values(engine_option_rows, &config.engine);
    print_values(incident_option_rows, &config.incidents);
    print_values(store_option_rows, &config.store);
    rules_print(config.rules);
    groups_print(config.rules);
  }
  config_release(&config);
  return exit_status;
}

const struct verb check_verb = {
    .name = "check",
    .operands = "[FILE]",
    .operands_max = 1,
    .summary = "checks an anomaly.cfg and says what it would do",
    .about = "Without FILE it is " ANOMALY_CONFIG_PATH ",\n"
             "or the built-in configuration where there is none.\n",
    .options = options,
    .run = run,
};

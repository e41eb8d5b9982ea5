#include "anomaly/model.h"
#include "anomaly/status.h"
#include "base/text.h"
#include "cli/invocation.h"
#include "cli/json.h"
#include "cli/model_choice.h"
#include "cli/model_info.h"
#include "cli/option_list.h"
#include "cli/row_id.h"
#include "cli/say.h"
#include "cli/settings.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "store/model_orders.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum option { OPTION_DATABASE, OPTION_ROLLBACK, OPTION_JSON };

static const struct verb_option options[] = {
    [OPTION_DATABASE] = {.name = "database",
                         .letter = 'd',
                         .argument = "FILE",
                         .help = "list what is fitted to metrics and groups in this database"},
    [OPTION_ROLLBACK] = {.name = "rollback",
                         .argument = "ID",
                         .help = "have the daemon go back to this version"},
    [OPTION_JSON] = {.name = "json",
                     .help = "an array of objects, with the options of each; of a database, an "
                             "object in each line"},
    {.name = NULL},
};

static void print_list(void) {
  const struct emphasis bold = emphasis_of_stdout();
  printf("%s%-24s %8s  %s%s\n", bold.on, "MODEL", "BYTES", "WHAT IT FINDS", bold.off);
  for (const struct model *const *at = model_list; *at != NULL; at++)
    printf("%-24s %8zu  %s\n", (*at)->name, model_preset_bytes(*at), (*at)->summary);
}

static void print_model(const struct model *model) {
  const struct emphasis bold = emphasis_of_stdout();
  printf("%s%s%s: %s\n\n", bold.on, model->name, bold.off, model->summary);
  printf("Source:  %s\n", model->source);
  printf("Memory:  %zu bytes when fitted to %d rows and %d columns, with every option at its "
         "preset\n",
         model_preset_bytes(model), MODEL_INFO_ROWS, MODEL_INFO_COLUMNS);
  printf("Rows:    at least %zu%s\n", model->rows_min,
         model->sequential ? ", in the order of time" : "");
  if (model->learn != NULL)
    puts("Learns:  each row that it has scored");
  option_list_print(model->options);
  puts("\nOptions of every model:");
  option_list_print(model_common_rows);
}

static int print_json(const struct verb *verb, const struct model *const *models) {
  if (!json_is_there(verb))
    return EXIT_FAILURE;
  const int status = json_write_models(stdout, models);
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  say_error(verb, "%s", status_text(status));
  return EXIT_FAILURE;
}

/* ---- Of a database --------------------------------------------------------------- */

static int fail(const struct invocation *invocation, const char *path, const char *why) {
  say_error(invocation->verb, "%s: %s", path, why);
  return EXIT_FAILURE;
}

static int roll_back(const struct invocation *invocation, const char *path) {
  char words[512] = "";
  struct text why = text_over(words, sizeof words);
  struct guest *guest = NULL;
  int64_t id;
  const char *const word = invocation_value(invocation, OPTION_ROLLBACK);
  if (!row_id_read(word, &id)) {
    say_error(invocation->verb, "--rollback: \"%s\" is no id: see the list", word);
    return EXIT_USAGE;
  }
  int status = guest_open(&guest, path, &why);
  if (status == STATUS_OK)
    status = model_orders_crown(guest, id, (double)time(NULL), &why);
  guest_close(guest);
  return status == STATUS_OK ? EXIT_SUCCESS : fail(invocation, path, words);
}

static int run_on_database(const struct invocation *invocation, bool json) {
  const char *const path = invocation_value_or(invocation, OPTION_DATABASE, ANOMALY_DATABASE_PATH);
  if (invocation->operand_count > 0) {
    say_error(invocation->verb, "a NAME is not of a database");
    return EXIT_USAGE;
  }
  if (invocation_has(invocation, OPTION_ROLLBACK))
    return roll_back(invocation, path);
  if (json && !json_is_there(invocation->verb))
    return EXIT_FAILURE;
  return table_print(invocation->verb, path, "model_versions", json);
}

static int run(const struct invocation *invocation) {
  const bool json = invocation_has(invocation, OPTION_JSON);
  if (invocation_has(invocation, OPTION_DATABASE) || invocation_has(invocation, OPTION_ROLLBACK))
    return run_on_database(invocation, json);
  if (invocation->operand_count == 0) {
    if (json)
      return print_json(invocation->verb, model_list);
    print_list();
    return EXIT_SUCCESS;
  }
  char why[512];
  struct text text = text_over(why, sizeof why);
  const struct model *model;
  if (model_choice_find(invocation->operands[0], &model, &text) != STATUS_OK) {
    say_error(invocation->verb, "%s", why);
    return EXIT_USAGE;
  }
  if (json)
    return print_json(invocation->verb, (const struct model *const[]){model, NULL});
  print_model(model);
  return EXIT_SUCCESS;
}

const struct verb models_verb = {
    .name = "models",
    .operands = "[NAME]",
    .operands_max = 1,
    .summary = "lists the models, or one with its options, memory and source",
    .about =
        "The bytes are those of a model fitted to 1000 rows and 4 columns.\n"
        "\n"
        "Of a database, it lists the versions that are kept of the models of metrics and of\n"
        "groups; champion is 1 for those in use. Where one has not been fitted yet, a line has\n"
        "the values or rows that are missing. With --rollback a running daemon goes back to one\n"
        "within a minute, another one when it starts; the database is\n" ANOMALY_DATABASE_PATH
        " if not given.\n",
    .options = options,
    .run = run,
};

#include "cli/invocation.h"
#include "cli/json.h"
#include "cli/settings.h"
#include "cli/table.h"
#include "cli/verbs.h"

#include <stdlib.h>

enum option { OPTION_DATABASE, OPTION_JSON };

static const struct verb_option options[] = {
    [OPTION_DATABASE] = {.name = "database",
                         .letter = 'd',
                         .argument = "FILE",
                         .help = "read this database"},
    [OPTION_JSON] = {.name = "json", .help = "print JSON, an object in each line"},
    {.name = NULL},
};

static int run(const struct invocation *invocation) {
  const bool json = invocation_has(invocation, OPTION_JSON);
  if (json && !json_is_there(invocation->verb))
    return EXIT_FAILURE;
  const char *const path = invocation_value_or(invocation, OPTION_DATABASE, ANOMALY_DATABASE_PATH);
  const char *const name = invocation->operand_count > 0 ? invocation->operands[0] : NULL;
  return table_print(invocation->verb, path, name, json);
}

const struct verb export_verb = {
    .name = "export",
    .operands = "[TABLE]",
    .operands_max = 1,
    .summary = "prints a table of the database, or the names of all",
    .about =
        "As CSV, or as JSON; docs/database.md says what is in the tables. Bytes are hexadecimal\n"
        "digits. The database is " ANOMALY_DATABASE_PATH " if not given, and\n"
        "may be in use.\n",
    .options = options,
    .run = run,
};

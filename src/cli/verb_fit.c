#include "anomaly/status.h"
#include "cli/invocation.h"
#include "cli/model_store.h"
#include "cli/say.h"
#include "cli/training.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>

enum option { OPTION_MODEL, OPTION_OUTPUT };

static const struct verb_option options[] = {
    [OPTION_MODEL] = MODEL_CHOICE_OPTION,
    [OPTION_OUTPUT] = {.name = "output",
                       .letter = 'o',
                       .argument = "FILE",
                       .help = "write the model into this file, for score --load"},
    {.name = NULL},
};

static void print_model(const char *path, const struct block *block) {
  printf("%s: %s of %zu rows and %zu columns, %zu bytes, threshold %g\n", path,
         block_model(block)->name, block_rows(block), block_columns(block), block_size(block),
         block_threshold(block));
}

static int fit(const struct invocation *invocation, const struct model_choice *choice) {
  const char *const path = invocation_value(invocation, OPTION_OUTPUT);
  struct model_file model;
  int exit_status = train_on_file(choice, invocation->verb, invocation->operands[0], &model, NULL);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  exit_status = model_store_save(&model, invocation->verb, path);
  if (exit_status == EXIT_SUCCESS)
    print_model(path, model.block);
  model_file_release(&model);
  return exit_status;
}

static int run(const struct invocation *invocation) {
  static const enum option needed[] = {OPTION_MODEL, OPTION_OUTPUT};
  for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
    if (!invocation_has(invocation, needed[i])) {
      say_error(invocation->verb, "--%s is missing", options[needed[i]].name);
      return EXIT_USAGE;
    }
  struct model_choice choice;
  int exit_status =
      model_choice_take(&choice, invocation->verb, invocation_value(invocation, OPTION_MODEL));
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  exit_status = fit(invocation, &choice);
  model_choice_release(&choice);
  return exit_status;
}

const struct verb fit_verb = {
    .name = "fit",
    .operands = "TRAIN.csv",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "fits a model to a CSV file and keeps it in a file",
    .about = "TRAIN.csv is as for score. The file is for score --load on machines of this kind;\n"
             "only its owner may read it.\n",
    .options = options,
    .run = run,
};

/*
 * A model as it is chosen on the command line: NAME[:option=value,...].
 */
#ifndef ANOMALY_CLI_MODEL_CHOICE_H
#define ANOMALY_CLI_MODEL_CHOICE_H

#include "anomaly/model.h"
#include "base/text.h"
#include "cli/option_words.h"
#include "cli/verb.h"

struct model_choice {
  const struct model *model;
  struct model_common common;
  void *options; /* the model's own; owned */
};

/* The row of a verb whose user chooses a model. */
#define MODEL_CHOICE_OPTION                                                                        \
  {                                                                                                \
    .name = "model", .letter = 'm', .argument = "NAME[:OPT=VAL,..]",                               \
    .help = "use this model, with these options; see anomalyctl models"                            \
  }

/* The model of that name. Errors: STATUS_INVALID, and which was perhaps meant. */
int model_choice_find(const char *name, const struct model **ret_model, struct text *why);

/*
 * Reads the words; what they do not give is at its preset. Errors: STATUS_INVALID
 * and what would be right, STATUS_NO_MEMORY.
 */
int model_choice_read(struct model_choice *ret_choice, const char *words, struct text *why);

/* The same with options of another place, whose names differ from all models'. */
int model_choice_read_with(struct model_choice *ret_choice, const char *words,
                           const struct option_place *other, struct text *why);

/* The same for the value of --model. Returns the exit status, having said what is wrong. */
int model_choice_take(struct model_choice *ret_choice, const struct verb *verb, const char *words);

/* All zero is fine. */
void model_choice_release(struct model_choice *choice);

/*
 * Fits the choice to rows on all processors; random_state is the seed.
 * Errors: those of model_fit, and why in terms of the rows.
 */
int model_choice_fit(const struct model_choice *choice, const struct matrix *rows,
                     struct block **ret_block, struct text *why);

#endif

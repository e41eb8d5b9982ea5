#include "cli/model_choice.h"

#include "anomaly/status.h"
#include "base/nearest.h"
#include "base/option.h"
#include "cli/say.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int model_choice_find(const char *name, const struct model **ret_model, struct text *why) {
  const struct model *const model = model_find(name);
  if (model != NULL) {
    *ret_model = model;
    return STATUS_OK;
  }
  struct nearest nearest = {.name = name};
  for (const struct model *const *at = model_list; *at != NULL; at++)
    nearest_try(&nearest, (*at)->name);
  text_addf(why, "no model \"%.32s\"", name);
  if (nearest.best != NULL)
    text_addf(why, "; did you mean \"%s\"?", nearest.best);
  return STATUS_INVALID;
}

/* `words` is a copy that is cut into pieces. */
static int set_options(struct model_choice *choice, char *words, const struct option_place *other,
                       struct text *why) {
  const struct model *const model = choice->model;
  const struct option_place places[] = {
      {.rows = model->options, .options = choice->options},
      {.rows = model_common_rows, .options = &choice->common},
      *other,
  };
  option_set_presets(model->options, choice->options);
  option_set_presets(model_common_rows, &choice->common);
  const int status =
      option_words_set(places, sizeof places / sizeof places[0], words, model->name, why);
  const char *const contradiction =
      status == STATUS_OK && model->check != NULL ? model->check(choice->options) : NULL;
  if (contradiction == NULL)
    return status;
  text_add(why, contradiction);
  return STATUS_INVALID;
}

static int read_words(struct model_choice *choice, char *words, const struct option_place *other,
                      struct text *why) {
  char *rest = words;
  const char *const name = strsep(&rest, ":");
  const int status = model_choice_find(name, &choice->model, why);
  if (status != STATUS_OK)
    return status;
  choice->options = calloc(1, choice->model->options_size + 1);
  return choice->options == NULL ? STATUS_NO_MEMORY : set_options(choice, rest, other, why);
}

int model_choice_read_with(struct model_choice *ret_choice, const char *words,
                           const struct option_place *other, struct text *why) {
  char *const copy = text_duplicate(words);
  if (copy == NULL)
    return STATUS_NO_MEMORY;
  struct model_choice choice = {.model = NULL};
  const int status = read_words(&choice, copy, other, why);
  free(copy);
  if (status == STATUS_OK)
    *ret_choice = choice;
  else
    model_choice_release(&choice);
  return status;
}

int model_choice_read(struct model_choice *ret_choice, const char *words, struct text *why) {
  static const struct option_row none[] = {OPTION_ROWS_END};
  return model_choice_read_with(ret_choice, words, &(struct option_place){.rows = none}, why);
}

int model_choice_take(struct model_choice *ret_choice, const struct verb *verb, const char *words) {
  char why[512];
  struct text text = text_over(why, sizeof why);
  const int status = model_choice_read(ret_choice, words, &text);
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  if (status == STATUS_NO_MEMORY) {
    say_error(verb, "%s", status_text(status));
    return EXIT_FAILURE;
  }
  say_error(verb, "--model: %s", why);
  return EXIT_USAGE;
}

void model_choice_release(struct model_choice *choice) {
  free(choice->options);
  choice->options = NULL;
}

static void say_limit(const struct model *model, const struct matrix *rows, struct text *why) {
  if (rows->rows < model->rows_min)
    text_addf(why, "%zu rows; %s needs %zu", rows->rows, model->name, model->rows_min);
  else if (rows->columns > model_columns_max(model))
    text_addf(why, "%zu columns; %s takes at most %zu", rows->columns, model->name,
              model_columns_max(model));
  else
    text_addf(why, "%zu rows are too few or too alike for %s with these options", rows->rows,
              model->name);
}

int model_choice_fit(const struct model_choice *choice, const struct matrix *rows,
                     struct block **ret_block, struct text *why) {
  const long processors = sysconf(_SC_NPROCESSORS_ONLN);
  const struct fit_control control = {.threads = processors > 1 ? (unsigned)processors : 1};
  const int status =
      model_fit(choice->model, rows, &choice->common, choice->options, &control, ret_block);
  if (status == STATUS_LIMIT)
    say_limit(choice->model, rows, why);
  else if (status != STATUS_OK)
    text_add(why, status_text(status));
  return status;
}

#include "cli/group_fitter.h"

#include "anomaly/status.h"
#include "base/option.h"

#include <stdlib.h>

static int read_words(struct group_fitter *fitter, const char *words, struct text *why) {
  const struct option_place stream = {.rows = group_model_rows, .options = &fitter->stream};
  option_set_presets(group_model_rows, &fitter->stream);
  const int status = model_choice_read_with(&fitter->choice, words, &stream, why);
  if (status != STATUS_OK)
    return status;
  const char *const contradiction = group_model_check(fitter->choice.model, &fitter->stream);
  if (contradiction == NULL)
    return STATUS_OK;
  text_add(why, contradiction);
  return STATUS_INVALID;
}

int group_fitter_create(struct group_fitter **ret_fitter, const char *words, struct text *why) {
  struct group_fitter *const fitter = calloc(1, sizeof *fitter);
  if (fitter == NULL)
    return STATUS_NO_MEMORY;
  const int status = read_words(fitter, words, why);
  if (status != STATUS_OK) {
    model_choice_release(&fitter->choice);
    free(fitter);
    return status;
  }
  const struct group_model_make make = {.model = fitter->choice.model,
                                        .stream = &fitter->stream,
                                        .common = &fitter->choice.common,
                                        .own = fitter->choice.options,
                                        .totals = &fitter->totals};
  fitter->group = group_model_of(&make);
  *ret_fitter = fitter;
  return STATUS_OK;
}

void group_fitter_row(struct group_fitter *fitter, const struct group_row *row,
                      struct group_finding *ret, struct group_blame ret_blames[GROUP_BLAMES],
                      size_t *ret_blame_count) {
  group_model_work(&fitter->group, &fitter->status);
  group_model_update(&fitter->group, row, ret, ret_blames, ret_blame_count);
}

void group_fitter_destroy(struct group_fitter *fitter) {
  if (fitter == NULL)
    return;
  group_model_release(&fitter->group);
  model_choice_release(&fitter->choice);
  free(fitter);
}

/*
 * A group that is judged by a model on the command line: the model written
 * NAME[:option=value,...], fitted to the rows as they go by.
 */
#ifndef ANOMALY_CLI_GROUP_FITTER_H
#define ANOMALY_CLI_GROUP_FITTER_H

#include "base/text.h"
#include "cli/model_choice.h"
#include "engine/group_model.h"

struct group_fitter {
  struct model_choice choice;
  struct group_model_options stream;
  struct fitted_totals totals;
  struct group_model group;
  int status; /* of the last fit; STATUS_OK before the first */
};

/* Errors: STATUS_INVALID and what would be right, STATUS_NO_MEMORY. */
int group_fitter_create(struct group_fitter **ret_fitter, const char *words, struct text *why);

/* As group_model_update; fits where that is due. */
void group_fitter_row(struct group_fitter *fitter, const struct group_row *row,
                      struct group_finding *ret, struct group_blame ret_blames[GROUP_BLAMES],
                      size_t *ret_blame_count);

/* NULL is fine. */
void group_fitter_destroy(struct group_fitter *fitter);

#endif

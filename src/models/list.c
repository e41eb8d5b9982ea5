#include "anomaly/model.h"

#include <string.h>

/* list.inc holds one MODEL(name) for each file in the build's list. */
#define MODEL(name) extern const struct model name##_model;
#include "models/list.inc"
#undef MODEL

const struct model *const model_list[] = {
#define MODEL(name) &name##_model,
#include "models/list.inc"
#undef MODEL
    NULL,
};

const struct model *model_find(const char *name) {
  for (const struct model *const *at = model_list; *at != NULL; at++)
    if (strcmp((*at)->name, name) == 0)
      return *at;
  return NULL;
}

size_t model_columns_max(const struct model *model) {
  return model->columns_max > 0 ? model->columns_max : MODEL_COLUMNS_MAX;
}

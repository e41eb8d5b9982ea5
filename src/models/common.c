#include "anomaly/model.h"
#include "base/hash.h"
#include "base/option.h"

static const uint64_t OPTIONS_SEED = UINT64_C(0x6f7074696f6e73);

static const char *const standardise_choices[] = {"auto", "always", "never", NULL};

const struct option_row model_common_rows[] = {
    {.name = "contamination",
     .kind = OPTION_REAL,
     .offset = offsetof(struct model_common, contamination),
     .preset = .1,
     .min = 1e-6,
     .max = .5,
     .help = "Share of the training rows whose raw score is taken for anomalous"},
    {.name = "random_state",
     .kind = OPTION_COUNT,
     .offset = offsetof(struct model_common, random_state),
     .preset = 0,
     .min = 0,
     .max = UINT32_MAX,
     .help = "Seed of models that draw random numbers: the same seed, the same model"},
    {.name = "standardise",
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct model_common, standardise),
     .preset = STANDARDISE_AUTO,
     .choices = standardise_choices,
     .help = "Make columns comparable first, by their mean and standard deviation; auto does so "
             "where the model is defined that way"},
    OPTION_ROWS_END,
};

static uint64_t add_rows(uint64_t hash, const struct option_row *rows, const void *options) {
  for (; rows->name != NULL; rows++) {
    const double value = option_get(rows, options);
    hash = hash_bytes(&value, sizeof value, hash);
  }
  return hash;
}

uint64_t model_options_hash(const struct model *model, const struct model_common *common,
                            const void *options) {
  return add_rows(add_rows(OPTIONS_SEED, model_common_rows, common), model->options, options);
}

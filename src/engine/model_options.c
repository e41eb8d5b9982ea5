#include "engine/model_options.h"

#include <math.h>
#include <string.h>

#define ALL(feature) (1u << (feature))

#define FIELD(name_) .name = #name_, .offset = offsetof(struct model_options, name_)

const struct option_row model_stream_rows[] = {
    {FIELD(min_samples), .kind = OPTION_COUNT, .unit = "samples", .preset = 50, .min = 10,
     .max = MODEL_WINDOW_MOST, .help = "Values that the first fit waits for"},
    {.name = "retrain_interval",
     .kind = OPTION_COUNT,
     .unit = "samples",
     .offset = offsetof(struct model_options, terms.retrain_interval),
     .preset = 100,
     .min = 1,
     .max = 1e9,
     .help = "Values from one fit to the next"},
    {FIELD(window_size), .kind = OPTION_COUNT, .unit = "samples", .preset = 1000, .min = 20,
     .max = MODEL_WINDOW_MOST, .help = "Newest values that are kept and fitted to"},
    {FIELD(window_age), .kind = OPTION_DURATION, .preset = 0, .min = 0, .max = 3155760000.0,
     .help = "Older values are not fitted to; 0 = none is too old"},
    MODEL_TERMS_ROWS(struct model_options, "samples", "values", 50, .8),
    {.name = "features",
     .kind = OPTION_SET,
     .offset = offsetof(struct model_options, features.features),
     .preset = ALL(FEATURE_VALUE) | ALL(FEATURE_DIFF) | ALL(FEATURE_MEAN) | ALL(FEATURE_STD),
     .choices = feature_names,
     .help = "What the model sees of a value, those before it and the clock; all from mean to lag "
             "once over short_window and once over long_window"},
    {.name = "short_window",
     .kind = OPTION_COUNT,
     .unit = "samples",
     .offset = offsetof(struct model_options, features.short_window),
     .preset = 5,
     .min = FEATURE_WINDOW_MIN,
     .max = FEATURE_WINDOW_MAX,
     .help = "Values in the short window"},
    {.name = "long_window",
     .kind = OPTION_COUNT,
     .unit = "samples",
     .offset = offsetof(struct model_options, features.long_window),
     .preset = 10,
     .min = FEATURE_WINDOW_MIN,
     .max = FEATURE_WINDOW_MAX,
     .help = "Values in the long window"},
    {FIELD(threshold), .kind = OPTION_REAL, .unit = "decades", .preset = 0, .min = 0, .max = 30,
     .help = "Surprise, by the metric's own past scores, that is over the line: 3 is once in a "
             "thousand values; 0 takes what is rare enough for the metric's interval"},
    OPTION_ROWS_END,
};

/* Where the model's own options begin. */
static const size_t OWN = (sizeof(struct model_options) + 15) / 16 * 16;

const void *model_options_own(const void *options) { return (const char *)options + OWN; }

static struct option_row *append(struct option_row *to, const struct option_row *from,
                                 size_t offset) {
  for (; from->name != NULL; from++) {
    *to = *from;
    to++->offset += offset;
  }
  return to;
}

/* A model of a sequence makes features of its own. */
static void preset_sequence(struct option_row *rows) {
  for (; rows->name != NULL; rows++)
    if (strcmp(rows->name, "features") == 0)
      rows->preset = ALL(FEATURE_VALUE);
}

size_t model_options_write(const struct model *model, struct option_row *rows) {
  struct option_row *end = append(rows, model_stream_rows, 0);
  end = append(end, model_common_rows, offsetof(struct model_options, common));
  end = append(end, model->options, OWN);
  *end = (struct option_row)OPTION_ROWS_END;
  if (model->sequential)
    preset_sequence(rows);
  return OWN + model->options_size;
}

const char *model_options_check(const struct model *model, const void *opaque) {
  const struct model_options *const options = opaque;
  const uint32_t reach = feature_reach(&options->features);
  if (options->min_samples > options->window_size)
    return "min_samples is more than window_size";
  if (options->min_samples < reach + model->rows_min + 1)
    return "min_samples is too small for the windows of the features";
  return model->check != NULL ? model->check(model_options_own(options)) : NULL;
}

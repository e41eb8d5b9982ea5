#include "cli/group_judge.h"

#include "anomaly/status.h"
#include "base/nearest.h"
#include "base/option.h"
#include "cli/option_words.h"
#include "config/config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char DEFAULT_DETECTOR[] = "host";

static int find_detector(const char *name, const struct group_detector **ret_detector,
                         struct text *why) {
  const struct group_detector *const detector = group_detector_find(name);
  if (detector != NULL) {
    *ret_detector = detector;
    return STATUS_OK;
  }
  struct nearest nearest = {.name = name};
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++)
    nearest_try(&nearest, (*at)->name);
  text_addf(why, "no group detector \"%.32s\"", name);
  if (nearest.best != NULL)
    text_addf(why, "; did you mean \"%s\"?", nearest.best);
  return STATUS_INVALID;
}

static int read_detector(struct group_judge *judge, char *words, struct text *why) {
  const char *const name = strsep(&words, ":");
  const struct group_detector *detector;
  const int status = find_detector(name, &detector, why);
  if (status != STATUS_OK)
    return status;
  judge->options = calloc(1, detector->options_size + 1);
  if (judge->options == NULL)
    return STATUS_NO_MEMORY;
  judge->group = group_of(detector, judge->options);
  const struct option_place place = {.rows = detector->options, .options = judge->options};
  option_set_presets(detector->options, judge->options);
  return option_words_set(&place, 1, words, detector->name, why);
}

/* One rule watches every column with the default detector. */
static int create_engine(struct group_judge *judge) {
  struct config config;
  struct config_error error;
  int status = config_load_text("rules = ( );", &config, &error);
  if (status != STATUS_OK)
    return status;
  struct engine_settings settings = engine_settings_preset();
  settings.rules = config.rules;
  status = engine_create(&judge->engine, &settings);
  if (status == STATUS_OK)
    config.rules = NULL;
  config_release(&config);
  return status;
}

static int create_detector(struct group_judge *judge, const char *words, struct text *why) {
  char *const copy = strdup(words);
  if (copy == NULL)
    return STATUS_NO_MEMORY;
  int status = read_detector(judge, copy, why);
  free(copy);
  if (status == STATUS_OK && judge->group.detector->feed == GROUP_OF_VERDICTS)
    status = create_engine(judge);
  return status;
}

int group_judge_create(struct group_judge *ret_judge, const char *detector, const char *model,
                       struct text *why) {
  struct group_judge judge = {0};
  int status;
  if (model != NULL)
    status = group_fitter_create(&judge.fitter, model, why);
  else
    status = create_detector(&judge, detector != NULL ? detector : DEFAULT_DETECTOR, why);
  if (status == STATUS_OK)
    *ret_judge = judge;
  else
    group_judge_release(&judge);
  return status;
}

int group_judge_grow(struct group_judge *judge, uint32_t columns) {
  if (judge->fitter != NULL)
    return group_model_grow(&judge->fitter->group, columns);
  double *const verdict = realloc(judge->verdict, columns * sizeof *verdict);
  if (verdict == NULL)
    return STATUS_NO_MEMORY;
  judge->verdict = verdict;
  return group_grow(&judge->group, columns);
}

/* 1 where the value is over the column's line, else 0; NaN where there is nothing to judge. */
static double judge_value(struct group_judge *judge, const struct group_row *row, uint32_t column) {
  char name[16];
  struct text text = text_over(name, sizeof name);
  text_addf(&text, "%u", column);
  const struct metric_id id = {{"localhost", "csv", "", "gauge", name, "value"}};
  const struct sample sample = sample_gauge(row->time, row->interval, row->value[column]);
  struct verdict verdict;
  if (engine_observe(judge->engine, &id, &sample, &verdict) != OBSERVED)
    return (double)NAN;
  return verdict.anomaly ? 1 : 0;
}

static void detect_row(struct group_judge *judge, const struct group_row *row,
                       struct group_finding *ret) {
  if (judge->engine == NULL) {
    group_update(&judge->group, row, ret);
    return;
  }
  for (uint32_t i = 0; i < judge->group.state.columns; i++)
    judge->verdict[i] = judge_value(judge, row, i);
  const struct group_row verdicts = {
      .time = row->time, .interval = row->interval, .value = judge->verdict};
  group_update(&judge->group, &verdicts, ret);
}

void group_judge_row(struct group_judge *judge, const struct group_row *row,
                     struct group_judged *ret) {
  if (judge->fitter != NULL) {
    group_fitter_row(judge->fitter, row, &ret->finding, ret->blames, &ret->blame_count);
    return;
  }
  detect_row(judge, row, &ret->finding);
  ret->blame_count =
      ret->finding.ratio >= 1 || ret->finding.anomaly ? group_blame(&judge->group, ret->blames) : 0;
}

uint32_t group_judge_missing(const struct group_judge *judge) {
  return judge->fitter != NULL ? group_model_missing(&judge->fitter->group) : 0;
}

void group_judge_say_trouble(const struct group_judge *judge, uint32_t columns, struct text *why) {
  const struct group_detector *const detector = judge->group.detector;
  if (detector != NULL && columns < detector->columns_min)
    text_addf(why, "%s needs %u columns, and there are %u", detector->name, detector->columns_min,
              columns);
  if (judge->fitter != NULL && judge->fitter->status != STATUS_OK)
    text_addf(why, "%s was not fitted to the last rows: %s", judge->fitter->choice.model->name,
              judge->fitter->status == STATUS_LIMIT ? "they are too few or too alike"
                                                    : status_text(judge->fitter->status));
}

void group_judge_release(struct group_judge *judge) {
  engine_destroy(judge->engine);
  group_release(&judge->group);
  group_fitter_destroy(judge->fitter);
  free(judge->verdict);
  free(judge->options);
  *judge = (struct group_judge){0};
}

#include "bench/replay.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "config/config.h"
#include "config/profiles.h"
#include "engine/rule_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool set_option(struct watch *watch, char *setting) {
  char *value = strchr(setting, '=');
  if (value == NULL) {
    fprintf(stderr, "%s: option=value is wanted, not %s\n", watch->detector->name, setting);
    return false;
  }
  *value++ = '\0';
  const struct option_row *row = option_find(watch->detector->options, setting);
  if (row == NULL) {
    fprintf(stderr, "%s has no option %s\n", watch->detector->name, setting);
    return false;
  }
  char buffer[256];
  struct text why = text_over(buffer, sizeof(buffer));
  if (option_set_text(row, watch->options, value, &why) == STATUS_OK)
    return true;
  fprintf(stderr, "%s: %s\n", watch->detector->name, buffer);
  return false;
}

static bool set_options(struct watch *watch, char *settings) {
  char *rest = settings;
  for (char *setting; (setting = strsep(&rest, ",")) != NULL;)
    if (!set_option(watch, setting))
      return false;
  return true;
}

static bool parse_detector(const char *text, struct watch *watch) {
  char copy[sizeof(watch->title)];
  text_copy(copy, sizeof(copy), text);
  char *settings = strchr(copy, ':');
  if (settings != NULL)
    *settings++ = '\0';
  watch->detector = watcher_find(copy);
  if (watch->detector == NULL) {
    fprintf(stderr, "there is no detector %s\n", copy);
    return false;
  }
  watch->options = calloc(1, watch->detector->options_size + 1);
  if (watch->options == NULL)
    return false;
  option_set_presets(watch->detector->options, watch->options);
  return settings == NULL || set_options(watch, settings);
}

bool watch_parse(const char *text, int sensitivity, struct watch *ret_watch) {
  struct watch watch = {.sensitivity = sensitivity};
  if (!text_copy(watch.title, sizeof(watch.title), text)) {
    fprintf(stderr, "%s: too long\n", text);
    return false;
  }
  const struct profile *const profile = profile_find(text);
  watch.profile = profile != NULL                    ? profile->name
                  : strcmp(text, WATCH_SHIPPED) == 0 ? profiles[0].name
                                                     : NULL;
  if (watch.profile == NULL && !parse_detector(text, &watch)) {
    watch_release(&watch);
    return false;
  }
  *ret_watch = watch;
  return true;
}

static bool load_config(const struct watch *watch, struct config *ret_config) {
  struct config_error error;
  const int status = watch->profile != NULL
                         ? config_load_text_as("", watch->profile, ret_config, &error)
                         : config_load_file(watch->title, ret_config, &error);
  if (status == STATUS_OK)
    return true;
  char buffer[sizeof(error)];
  struct text text = text_over(buffer, sizeof(buffer));
  config_error_print(&error, &text);
  fprintf(stderr, "%s\n", buffer);
  return false;
}

bool watch_config(const char *path, int sensitivity, struct watch *ret_watch) {
  struct watch watch = {.sensitivity = sensitivity};
  struct config config;
  if (!text_copy(watch.title, sizeof(watch.title), path)) {
    fprintf(stderr, "%s: too long\n", path);
    return false;
  }
  if (!load_config(&watch, &config))
    return false;
  config_release(&config);
  *ret_watch = watch;
  return true;
}

void watch_release(struct watch *watch) {
  free(watch->options);
  *watch = (struct watch){0};
}

static void set_sensitivity(struct rule *rule, int sensitivity) {
  size_t row = 0;
  while (strcmp(rule_option_rows[row].name, "sensitivity") != 0)
    row++;
  rule_settings(rule)->sensitivity = sensitivity;
  rule_mark(rule, row);
}

/* Adds a rule for everything: what the watch says beyond its configuration. */
static bool add_rule(const struct watch *watch, struct rule_set *rules) {
  struct rule *rule;
  if (rule_set_add(rules, &rule) != STATUS_OK)
    return false;
  if (watch->sensitivity != WATCH_AS_IT_SAYS)
    set_sensitivity(rule, watch->sensitivity);
  return watch->detector == NULL ||
         rule_add_detector(rule, watch->detector, watch->options) == STATUS_OK;
}

struct engine *watch_engine(const struct watch *watch) {
  struct engine_settings settings = engine_settings_preset();
  settings.options.memory_limit = UINT64_MAX / 2;
  struct engine *engine = NULL;
  if (watch->detector != NULL) {
    if (rule_set_create(&settings.rules) != STATUS_OK)
      return NULL;
  } else {
    struct config config;
    if (!load_config(watch, &config))
      return NULL;
    settings.rules = config.rules;
    config.rules = NULL;
    config_release(&config);
  }
  if (add_rule(watch, settings.rules) && engine_create(&engine, &settings) == STATUS_OK)
    return engine;
  rule_set_destroy(settings.rules);
  return NULL;
}

size_t watch_state_bytes(const struct watch *watch) {
  if (watch->detector != NULL)
    return watch->detector->state_size(watch->options);
  struct config config;
  if (!load_config(watch, &config))
    return 0;
  size_t bytes = 0;
  const struct rule *const everything = config.rules->rules[0];
  for (size_t at = 0; at < everything->detector_count; at++)
    bytes += everything->detectors[at].detector->state_size(everything->detectors[at].options);
  config_release(&config);
  return bytes;
}

static bool make_room(struct replay *replay, size_t rows) {
  if (rows <= replay->room)
    return true;
  double *score = realloc(replay->score, rows * sizeof(*score));
  if (score != NULL)
    replay->score = score;
  double *onset = realloc(replay->onset, rows * sizeof(*onset));
  if (onset != NULL)
    replay->onset = onset;
  bool *alarm = realloc(replay->alarm, rows * sizeof(*alarm));
  if (alarm != NULL)
    replay->alarm = alarm;
  if (score == NULL || onset == NULL || alarm == NULL)
    return false;
  replay->room = rows;
  return true;
}

static void observe_rows(struct replay *replay, struct engine *engine, const double *time,
                         const double *value, size_t stride, size_t rows) {
  const struct metric_id id = {{"bench", "series", "", "gauge", "", "value"}};
  for (size_t row = 0; row < rows; row++) {
    const struct sample sample = sample_gauge(time[row], 0, value[row * stride]);
    struct verdict verdict;
    const enum observation_result result = engine_observe(engine, &id, &sample, &verdict);
    const bool judged = result == OBSERVED;
    replay->score[row] = judged ? verdict.score : 0;
    replay->onset[row] = judged ? verdict.onset : 0;
    replay->alarm[row] = judged && verdict.anomaly;
    replay->values += judged;
    replay->refused += !judged && result != OBSERVED_GAP;
  }
}

bool replay_run(struct replay *replay, const struct watch *watch, const double *time,
                const double *value, size_t stride, size_t rows) {
  if (!make_room(replay, rows))
    return false;
  struct engine *engine = watch_engine(watch);
  if (engine == NULL)
    return false;
  const double start = cpu_seconds();
  observe_rows(replay, engine, time, value, stride, rows);
  replay->seconds += cpu_seconds() - start;
  struct engine_stats stats;
  engine_stats(engine, &stats);
  replay->memory = (double)stats.memory;
  engine_destroy(engine);
  return true;
}

double replay_nanoseconds(const struct replay *replay) {
  if (replay->values == 0)
    return NAN;
  return replay->seconds * 1e9 / (double)replay->values;
}

void replay_release(struct replay *replay) {
  free(replay->score);
  free(replay->onset);
  free(replay->alarm);
  *replay = (struct replay){0};
}

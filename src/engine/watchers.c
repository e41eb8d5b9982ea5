#include "anomaly/detector.h"
#include "engine/model_detector.h"

#include <pthread.h>
#include <string.h>

enum {
#define DETECTOR(name) DETECTOR_##name,
#include "detectors/list.inc"
#undef DETECTOR
  DETECTORS,
};

enum {
#define MODEL(name) MODEL_##name,
#include "models/list.inc"
#undef MODEL
  MODELS,
};

#define MODEL(name)                                                                                \
  extern const struct model name##_model;                                                          \
  static const char *check_##name(const void *options) {                                           \
    return model_options_check(&name##_model, options);                                            \
  }
#include "models/list.inc"
#undef MODEL

static const char *(*const checks[])(const void *options) = {
#define MODEL(name) check_##name,
#include "models/list.inc"
#undef MODEL
};

static struct option_row rows[MODELS][MODEL_OPTIONS_ROWS];
static struct detector made[MODELS];
static const struct detector *list[DETECTORS + MODELS + 1];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_list(void) {
  for (size_t i = 0; i < DETECTORS; i++)
    list[i] = detector_list[i];
  for (size_t i = 0; i < MODELS; i++) {
    made[i] = model_detector(model_list[i], checks[i], rows[i]);
    list[DETECTORS + i] = &made[i];
  }
}

const struct detector *const *watcher_list(void) {
  (void)pthread_once(&once, make_list);
  return list;
}

const struct detector *watcher_find(const char *name) {
  for (const struct detector *const *at = watcher_list(); *at != NULL; at++)
    if (strcmp((*at)->name, name) == 0)
      return *at;
  return NULL;
}

/*
 * A write plugin for tests: takes each value through our own translation and
 * the engine, and says whether it came to the same rate as collectd's cache.
 * Needs WriteThreads 1, as the cache knows the last value only.
 */
#include "anomaly/engine.h"
#include "config/config.h"
#include "plugin/translate.h"

#include <collectd/core/daemon/utils_cache.h>

#include <math.h>
#include <stdlib.h>

static struct engine *engine;
static unsigned equal, different, late;

/* The cache divides by exact times, we by times rounded to a quarter of a microsecond. */
static bool same(double ours, double theirs) {
  return ours == theirs || fabs(ours - theirs) <= 1e-6 * fabs(theirs);
}

static void compare(const value_list_t *list, const data_source_t *source, value_t value,
                    double theirs) {
  const struct metric_id id = translate_id(list, source);
  struct sample sample;
  struct verdict verdict = {.value = (double)NAN};
  if (!translate_sample(list, source, value, &sample)) {
    different++;
    return;
  }
  const enum observation_result result = engine_observe(engine, &id, &sample, &verdict);
  if (result == REFUSED_LATE)
    late++;
  else if (result == OBSERVED ? same(verdict.value, theirs) : !isfinite(theirs))
    equal++;
  else {
    different++;
    ERROR("rate_probe: %s-%s/%s-%s:%s is %.17g in the cache, but %.17g (%s) to us", list->plugin,
          list->plugin_instance, list->type, list->type_instance, source->name, theirs,
          verdict.value, observation_result_name(result));
  }
}

static int on_write(const data_set_t *set, const value_list_t *list, user_data_t *data) {
  (void)data;
  gauge_t *const rates = uc_get_rate(set, list);
  if (rates == NULL)
    return -1;
  for (size_t i = 0; i < set->ds_num; i++)
    compare(list, &set->ds[i], list->values[i], rates[i]);
  free(rates);
  return 0;
}

static int on_init(void) {
  struct config config;
  struct config_error error;
  struct engine_settings settings = engine_settings_preset();
  if (config_load_text("detectors = \"zscore\"; rules = ();", &config, &error) != STATUS_OK)
    return -1;
  settings.rules = config.rules;
  return engine_create(&engine, &settings) == STATUS_OK ? 0 : -1;
}

static int on_flush(cdtime_t timeout, const char *identifier, user_data_t *data) {
  (void)timeout, (void)identifier, (void)data;
  INFO("rate_probe: %u equal, %u different, %u late", equal, different, late);
  return 0;
}

static int on_shutdown(void) {
  engine_destroy(engine);
  return 0;
}

void __attribute__((visibility("default"))) module_register(void) {
  plugin_register_init("rate_probe", on_init);
  plugin_register_write("rate_probe", on_write, NULL);
  plugin_register_flush("rate_probe", on_flush, NULL);
  plugin_register_shutdown("rate_probe", on_shutdown);
}

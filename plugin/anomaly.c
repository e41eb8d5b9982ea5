/*
 * The plugin as collectd sees it: callbacks, and what lives between init and
 * shutdown.
 */
#include "anomaly/engine.h"
#include "config/config.h"
#include "engine/outbox.h"
#include "plugin/block.h"
#include "plugin/meter.h"
#include "plugin/notify.h"
#include "plugin/publish.h"
#include "plugin/report.h"
#include "plugin/translate.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Episode events that wait for slow notification handlers; about 1 KB each. */
enum { OUTBOX_CAPACITY = 1024 };
/* Longest wait for the handlers in a flush, in seconds. */
static const double DRAIN_SECONDS = 5;

/*
 * collectd's callbacks carry no state of ours, so it is here. `engine` is NULL
 * unless init has succeeded. It is set before the first write thread starts
 * and cleared after the last has ended; only a flush may run at any time.
 */
static struct {
  char *path; /* of the configuration file; NULL = not given */
  struct config config;
  bool configured;
  struct engine *engine;
  struct outbox *outbox; /* guarded by outbox_lock, for flush and shutdown */
  pthread_mutex_t outbox_lock;
  struct notifier notifier;
  struct publisher publisher;
  struct report report;
  struct meter meter;
} plugin = {.outbox_lock = PTHREAD_MUTEX_INITIALIZER};

static int read_config(const char *path) {
  struct config_error error;
  const int status = path != NULL ? config_load_file(path, &plugin.config, &error)
                                  : config_load_builtin(&plugin.config, &error);
  plugin.configured = status == STATUS_OK;
  if (status != STATUS_OK) {
    char words[sizeof error.file + sizeof error.message + 16];
    struct text text = text_over(words, sizeof words);
    config_error_print(&error, &text);
    ERROR(PLUGIN_NAME " plugin: %s", words);
  }
  return status;
}

static int on_config(oconfig_item_t *block) {
  char words[512];
  struct text why = text_over(words, sizeof words);
  const char *path = NULL;
  if (block_read(block, &path, &why) != STATUS_OK) {
    ERROR(PLUGIN_NAME " plugin: %s", words);
    return -1;
  }
  if (path == NULL)
    return 0;
  if (plugin.path != NULL) {
    ERROR(PLUGIN_NAME " plugin: ConfigFile is given in two blocks: \"%s\" and \"%s\"; give it once",
          plugin.path, path);
    return -1;
  }
  plugin.path = strdup(path);
  if (plugin.path == NULL) {
    ERROR(PLUGIN_NAME " plugin: out of memory");
    return -1;
  }
  return read_config(path) == STATUS_OK ? 0 : -1;
}

static uint64_t random_seed(void) {
  uint64_t seed;
  return getrandom(&seed, sizeof seed, 0) == (ssize_t)sizeof seed ? seed : cdtime();
}

static int create_engine(void) {
  struct engine_settings settings = engine_settings_preset();
  settings.options = plugin.config.engine;
  settings.rules = plugin.config.rules;
  settings.listener = outbox_put;
  settings.listener_context = plugin.outbox;
  settings.hash_seed = random_seed();
  const int status = engine_create(&plugin.engine, &settings);
  if (status == STATUS_OK)
    plugin.config.rules = NULL;
  return status;
}

static void release(void) {
  pthread_mutex_lock(&plugin.outbox_lock);
  struct outbox *const outbox = plugin.outbox;
  plugin.outbox = NULL;
  pthread_mutex_unlock(&plugin.outbox_lock);
  outbox_destroy(outbox);
  engine_destroy(plugin.engine);
  plugin.engine = NULL;
  publisher_release(&plugin.publisher);
  config_release(&plugin.config);
  plugin.configured = false;
  free(plugin.path);
  plugin.path = NULL;
}

static int on_init(void) {
  if (!plugin.configured && read_config(plugin.path) != STATUS_OK)
    return -1;
  plugin.notifier = (struct notifier){.context = plugin_get_ctx()};
  plugin.report = (struct report){.reads = 0};
  const struct outbox_receiver receiver = notifier_receiver(&plugin.notifier);
  int status = outbox_create(&plugin.outbox, OUTBOX_CAPACITY, &receiver);
  if (status == STATUS_OK)
    status = create_engine();
  if (status != STATUS_OK) {
    ERROR(PLUGIN_NAME " plugin: cannot start: %s", status_text(status));
    release();
    return -1;
  }
  report_start(plugin.path);
  return 0;
}

static int on_write(const data_set_t *set, const value_list_t *list, user_data_t *data) {
  (void)data;
  if (plugin.engine == NULL || translate_is_own(list))
    return 0;
  if (set->ds_num != list->values_len)
    return EINVAL;
  const uint64_t begin = meter_begin();
  for (size_t i = 0; i < set->ds_num; i++) {
    const struct metric_id id = translate_id(list, &set->ds[i]);
    struct sample sample;
    if (translate_sample(list, &set->ds[i], list->values[i], &sample))
      engine_observe(plugin.engine, &id, &sample, NULL);
  }
  meter_end(&plugin.meter, begin, set->ds_num);
  return 0;
}

/*
 * Until when no value came, at least. By the wall clock it is now; where the
 * sender's clock is ahead, its data say more.
 */
static double silent_until(const value_list_t *list) {
  return fmax(translate_seconds(cdtime()),
              translate_seconds(list->time + list->interval * (cdtime_t)timeout_g));
}

static int on_missing(const value_list_t *list, user_data_t *data) {
  (void)data;
  if (plugin.engine == NULL || translate_is_own(list))
    return 0;
  const data_set_t *const set = plugin_get_ds(list->type);
  const double time = silent_until(list);
  for (size_t i = 0; set != NULL && i < set->ds_num; i++) {
    const struct metric_id id = translate_id(list, &set->ds[i]);
    engine_silence(plugin.engine, &id, time, NULL);
  }
  return 0;
}

static int on_read(void) {
  if (plugin.engine == NULL)
    return -1;
  const double now = translate_seconds(cdtime());
  engine_tick(plugin.engine, now);
  struct engine_stats stats;
  engine_stats(plugin.engine, &stats);
  report_stats(&plugin.report, &stats, now);
  publisher_run(&plugin.publisher, plugin.engine, &stats, plugin.outbox, &plugin.meter);
  return 0;
}

/*
 * collectd flushes all plugins after the last value and before the first
 * shutdown callback: what waits now must go out now, as the handlers may be
 * gone when our own shutdown callback comes.
 */
static int on_flush(cdtime_t timeout, const char *identifier, user_data_t *data) {
  (void)timeout, (void)identifier, (void)data;
  pthread_mutex_lock(&plugin.outbox_lock);
  const bool empty = plugin.outbox == NULL || outbox_drain(plugin.outbox, DRAIN_SECONDS);
  pthread_mutex_unlock(&plugin.outbox_lock);
  if (!empty)
    WARNING(PLUGIN_NAME " plugin: notifications still wait after %g s, the handlers are too slow",
            DRAIN_SECONDS);
  return empty ? 0 : -1;
}

static int on_shutdown(void) {
  release();
  return 0;
}

void __attribute__((visibility("default"))) module_register(void) {
  plugin_register_complex_config(PLUGIN_NAME, on_config);
  plugin_register_init(PLUGIN_NAME, on_init);
  plugin_register_read(PLUGIN_NAME, on_read);
  plugin_register_write(PLUGIN_NAME, on_write, NULL);
  plugin_register_missing(PLUGIN_NAME, on_missing, NULL);
  plugin_register_flush(PLUGIN_NAME, on_flush, NULL);
  plugin_register_shutdown(PLUGIN_NAME, on_shutdown);
}

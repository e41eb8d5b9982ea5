/*
 * The plugin as collectd sees it: callbacks, and what lives between init and
 * shutdown.
 */
#include "anomaly/engine.h"
#include "anomaly/trainer.h"
#include "config/config.h"
#include "engine/incidents.h"
#include "engine/outbox.h"
#include "plugin/block.h"
#include "plugin/maintenance.h"
#include "plugin/meter.h"
#include "plugin/notify.h"
#include "plugin/publish.h"
#include "plugin/report.h"
#include "plugin/ticker.h"
#include "plugin/translate.h"
#include "store/store.h"

#include <collectd/core/daemon/configfile.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Incidents that wait for slow notification handlers; about 12 KB each. */
enum { OUTBOX_CAPACITY = 256 };
/* Seconds between two looks at what is due to be told. */
static const double TICK_SECONDS = 1;
/* Longest waits of a flush, in seconds: for the handlers, for the disk. */
static const double DRAIN_SECONDS = 5, WRITE_SECONDS = 20;
/* Longest wait for an incident to be stored before it is told all the same. */
static const double STORE_SECONDS = 5;

/* Between outbox and notifier; the outbox's thread's own. */
struct teller {
  struct store *store;
  struct outbox_receiver to;
};

/*
 * collectd's callbacks carry no state of ours, so it is here. `engine` is NULL
 * unless init has succeeded. It is set before the first write thread starts
 * and cleared after the last has ended; only a flush may run at any time.
 */
static struct {
  char *paths[BLOCK_OPTIONS]; /* NULL = not given */
  struct config config;
  bool configured;
  struct engine *engine;
  struct incidents *incidents; /* like outbox */
  struct outbox *outbox;       /* guarded by flush_lock, for flush and shutdown */
  struct store *store;         /* like outbox */
  pthread_mutex_t flush_lock;
  struct ticker *ticker;
  struct trainer *trainer;
  struct maintenance maintenance; /* the ticker's */
  struct notifier notifier;
  struct teller teller;
  struct publisher publisher;
  struct report report;
  struct meter meter;
} plugin = {.flush_lock = PTHREAD_MUTEX_INITIALIZER};

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

/* Keeps the paths of a block; one that an earlier block gave is a mistake. */
static int keep_path(enum block_option option, const char *path) {
  const char *const name = block_option_name(option);
  if (path == NULL)
    return STATUS_OK;
  if (plugin.paths[option] != NULL) {
    ERROR(PLUGIN_NAME " plugin: %s is given in two blocks: \"%s\" and \"%s\"; give it once", name,
          plugin.paths[option], path);
    return STATUS_INVALID;
  }
  plugin.paths[option] = strdup(path);
  if (plugin.paths[option] != NULL)
    return STATUS_OK;
  ERROR(PLUGIN_NAME " plugin: out of memory");
  return STATUS_NO_MEMORY;
}

static int on_config(oconfig_item_t *block) {
  char words[512];
  struct text why = text_over(words, sizeof words);
  const char *paths[BLOCK_OPTIONS];
  if (block_read(block, paths, &why) != STATUS_OK) {
    ERROR(PLUGIN_NAME " plugin: %s", words);
    return -1;
  }
  for (enum block_option option = 0; option < BLOCK_OPTIONS; option++)
    if (keep_path(option, paths[option]) != STATUS_OK)
      return -1;
  const char *const config = paths[BLOCK_CONFIG_FILE];
  return config == NULL || read_config(config) == STATUS_OK ? 0 : -1;
}

static double seconds_now(void) { return translate_seconds(cdtime()); }

static void take_episode(void *context, const struct episode_event *episode) {
  incidents_observe(context, episode, ticker_now());
}

static void take_verdict(void *context, const struct episode_event *verdict) {
  store_note_verdict(context, verdict);
}

static void take_boot(void *context, const char *host, double time) {
  incidents_note_boot(context, host, time);
}

static void tick(void *context) {
  (void)context;
  const char *const path = plugin.paths[BLOCK_MAINTENANCE_FILE];
  if (path != NULL)
    maintenance_look(&plugin.maintenance, path, plugin.incidents);
  incidents_advance(plugin.incidents, ticker_now());
}

/* As configured, or anomaly.db in collectd's BaseDir. */
static int open_store(void) {
  char path[PATH_MAX];
  const char *const configured = plugin.paths[BLOCK_DATABASE];
  const char *const folder = global_option_get("BaseDir");
  struct text text = text_over(path, sizeof path);
  if (configured == NULL && folder != NULL)
    text_addf(&text, "%s/", folder);
  text_add(&text, configured != NULL ? configured : "anomaly.db");
  const struct store_settings settings = {
      .path = path, .options = plugin.config.store, .now = seconds_now};
  return text.cut ? STATUS_INVALID : store_open(&plugin.store, &settings);
}

static int create_incidents(void) {
  struct incident_settings settings = incident_settings_preset();
  settings.options = plugin.config.incidents;
  settings.listener = outbox_put;
  settings.listener_context = plugin.outbox;
  settings.hash_seed = store_seed(plugin.store);
  return incidents_create(&plugin.incidents, &settings);
}

static int create_engine(void) {
  struct engine_settings settings = engine_settings_preset();
  settings.options = plugin.config.engine;
  settings.rules = plugin.config.rules;
  settings.listener = take_episode;
  settings.boot_listener = take_boot;
  settings.listener_context = plugin.incidents;
  settings.verdict_listener = take_verdict;
  settings.verdict_context = plugin.store;
  settings.hash_seed = store_seed(plugin.store);
  settings.fit_later = true;
  settings.store_models = plugin.config.store.keep_models > 0;
  const int status = engine_create(&plugin.engine, &settings);
  if (status == STATUS_OK)
    plugin.config.rules = NULL;
  return status;
}

/* Stored first, so that no crash makes anybody forget what people know. */
static void tell_stored(void *context, const struct incident_event *event) {
  const struct teller *const teller = context;
  const bool stored = store_put_incident(teller->store, event, STORE_SECONDS);
  teller->to.event(teller->to.context, event);
  if (stored)
    (void)store_note_told(teller->store, event->incident.id, STORE_SECONDS);
}

static void tell_summary(void *context, const struct outbox_summary *summary) {
  const struct teller *const teller = context;
  teller->to.summary(teller->to.context, summary);
}

static int create_outbox(void) {
  plugin.teller = (struct teller){.store = plugin.store, .to = notifier_receiver(&plugin.notifier)};
  const struct outbox_receiver receiver = {
      .event = tell_stored, .summary = tell_summary, .context = &plugin.teller};
  return outbox_create(&plugin.outbox, OUTBOX_CAPACITY, &receiver);
}

static void take_open_episode(void *context, const struct episode_event *episode) {
  (void)context;
  take_episode(plugin.incidents, episode);
}

static int start_store(void) {
  const struct store_hearers hearers = {.incidents = plugin.incidents,
                                        .clock = ticker_now,
                                        .tell = outbox_put,
                                        .episode = take_open_episode,
                                        .context = plugin.outbox};
  return store_start(plugin.store, plugin.engine, &hearers);
}

static int create_trainer(void) { return trainer_create(&plugin.trainer, plugin.engine); }

static int create_ticker(void) { return ticker_create(&plugin.ticker, TICK_SECONDS, tick, NULL); }

/* Backwards: who is told first ends last. */
static void release_all(void) {
  pthread_mutex_lock(&plugin.flush_lock);
  struct outbox *const outbox = plugin.outbox;
  struct incidents *const incidents = plugin.incidents;
  struct store *const store = plugin.store;
  plugin.outbox = NULL;
  plugin.incidents = NULL;
  plugin.store = NULL;
  pthread_mutex_unlock(&plugin.flush_lock);
  outbox_destroy(outbox);
  store_destroy(store);
  engine_destroy(plugin.engine);
  plugin.engine = NULL;
  incidents_destroy(incidents);
  maintenance_release(&plugin.maintenance);
}

static void release(void) {
  ticker_destroy(plugin.ticker);
  plugin.ticker = NULL;
  trainer_destroy(plugin.trainer);
  plugin.trainer = NULL;
  release_all();
  publisher_release(&plugin.publisher);
  config_release(&plugin.config);
  plugin.configured = false;
  for (size_t i = 0; i < BLOCK_OPTIONS; i++) {
    free(plugin.paths[i]);
    plugin.paths[i] = NULL;
  }
}

static int on_init(void) {
  static int (*const steps[])(void) = {open_store,  create_outbox,  create_incidents, create_engine,
                                       start_store, create_trainer, create_ticker};
  if (!plugin.configured && read_config(plugin.paths[BLOCK_CONFIG_FILE]) != STATUS_OK)
    return -1;
  plugin.notifier = (struct notifier){.context = plugin_get_ctx()};
  plugin.report = (struct report){.reads = 0};
  int status = STATUS_OK;
  pthread_mutex_lock(&plugin.flush_lock);
  for (size_t i = 0; status == STATUS_OK && i < sizeof steps / sizeof steps[0]; i++)
    status = steps[i]();
  pthread_mutex_unlock(&plugin.flush_lock);
  if (status != STATUS_OK) {
    ERROR(PLUGIN_NAME " plugin: cannot start: %s", status_text(status));
    release();
    return -1;
  }
  report_start(plugin.paths[BLOCK_CONFIG_FILE]);
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
  const double now = seconds_now();
  engine_tick(plugin.engine, now);
  struct engine_stats stats;
  engine_stats(plugin.engine, &stats);
  report_stats(&plugin.report, &stats, now);
  struct store_status store;
  store_status(plugin.store, &store);
  report_store(&plugin.report, &store);
  publish_store(&store);
  struct incident_stats incident_stats;
  incidents_stats(plugin.incidents, &incident_stats);
  publisher_run(&plugin.publisher, plugin.engine, &stats, &incident_stats, plugin.outbox,
                &plugin.meter);
  return 0;
}

/*
 * Tells all that waits, now. collectd flushes all plugins after the last value
 * and before the first shutdown callback: the handlers may be gone when our own
 * shutdown callback comes.
 */
static bool tell_all(void) {
  if (plugin.incidents == NULL)
    return true;
  incidents_flush(plugin.incidents, ticker_now());
  return outbox_drain(plugin.outbox, DRAIN_SECONDS);
}

/* Why something was not written is told by report_store. */
static bool write_all(void) {
  return plugin.store == NULL || store_flush(plugin.store, WRITE_SECONDS);
}

/* A flush of one metric's values, as graph front ends ask for, is nothing to us. */
static int on_flush(cdtime_t timeout, const char *identifier, user_data_t *data) {
  (void)timeout, (void)data;
  if (identifier != NULL)
    return 0;
  pthread_mutex_lock(&plugin.flush_lock);
  const bool told = tell_all();
  const bool written = write_all();
  pthread_mutex_unlock(&plugin.flush_lock);
  if (!told)
    WARNING(PLUGIN_NAME " plugin: notifications still wait after %g s, the handlers are too slow",
            DRAIN_SECONDS);
  return told && written ? 0 : -1;
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

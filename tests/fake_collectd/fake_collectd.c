#include "fake_collectd/fake_collectd.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { VALUES_MAX = 4096, NOTIFICATIONS_MAX = 4096, LINES_MAX = 1024, LINE_SIZE = 1024 };

#define NO_BOUND ((double)NAN)

struct fake_callbacks fake;

static char host_name[] = "fakehost";
char *hostname_g = host_name;
int timeout_g = 2;

static struct {
  pthread_mutex_t lock;
  cdtime_t now;
  struct fake_value values[VALUES_MAX];
  size_t value_count;
  notification_t notifications[NOTIFICATIONS_MAX];
  size_t notification_count;
  fake_handler handler;
  struct {
    int level;
    char text[LINE_SIZE];
  } lines[LINES_MAX];
  size_t line_count;
  atomic_uint fail_metadata;
  atomic_long metadata_alive;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Thread_local plugin_ctx_t thread_context;
static const char *base_folder = NULL;

static void free_meta(notification_meta_t *meta) {
  while (meta != NULL) {
    notification_meta_t *const next = meta->next;
    if (meta->type == NM_TYPE_STRING)
      free((void *)(uintptr_t)meta->nm_value.nm_string);
    free(meta);
    meta = next;
  }
}

/* ---- Control -------------------------------------------------------------- */

void fake_accept(const notification_t *notification) { (void)notification; }

void fake_reset(double now) {
  fake = (struct fake_callbacks){0};
  for (size_t i = 0; i < state.notification_count; i++)
    free_meta(state.notifications[i].meta);
  state.value_count = state.notification_count = state.line_count = 0;
  state.handler = fake_accept;
  state.fail_metadata = 0;
  state.metadata_alive = 0;
  fake_set_time(now);
}

void fake_set_base(const char *folder) { base_folder = folder; }

void fake_set_time(double now) {
  pthread_mutex_lock(&state.lock);
  state.now = DOUBLE_TO_CDTIME_T(now);
  pthread_mutex_unlock(&state.lock);
}

size_t fake_value_count(void) { return state.value_count; }

const struct fake_value *fake_value_at(size_t index) {
  return index < state.value_count ? &state.values[index] : NULL;
}

static bool matches(const char *wanted, const char *have) {
  return wanted == NULL || strcmp(wanted, have) == 0;
}

const struct fake_value *fake_value_find(const char *plugin_instance, const char *type,
                                         const char *type_instance) {
  for (size_t i = state.value_count; i-- > 0;) {
    const value_list_t *const list = &state.values[i].list;
    if (matches(plugin_instance, list->plugin_instance) && matches(type, list->type) &&
        matches(type_instance, list->type_instance))
      return &state.values[i];
  }
  return NULL;
}

void fake_forget_values(void) { state.value_count = 0; }

size_t fake_notification_count(void) {
  pthread_mutex_lock(&state.lock);
  const size_t count = state.notification_count;
  pthread_mutex_unlock(&state.lock);
  return count;
}

const notification_t *fake_notification_at(size_t index) {
  return index < fake_notification_count() ? &state.notifications[index] : NULL;
}

const notification_meta_t *fake_meta_find(const notification_t *notification, const char *name) {
  const notification_meta_t *meta = notification->meta;
  while (meta != NULL && strcmp(meta->name, name) != 0)
    meta = meta->next;
  return meta;
}

void fake_set_handler(fake_handler handler) {
  pthread_mutex_lock(&state.lock);
  state.handler = handler;
  pthread_mutex_unlock(&state.lock);
}

size_t fake_log_count(int level, const char *part) {
  pthread_mutex_lock(&state.lock);
  size_t count = 0;
  for (size_t i = 0; i < state.line_count; i++)
    count += state.lines[i].level == level && strstr(state.lines[i].text, part) != NULL;
  pthread_mutex_unlock(&state.lock);
  return count;
}

void fake_log_print(void) {
  for (size_t i = 0; i < state.line_count; i++)
    fprintf(stderr, "# log %d: %s\n", state.lines[i].level, state.lines[i].text);
}

void fake_fail_metadata(unsigned nth) { state.fail_metadata = nth; }

long fake_metadata_alive(void) { return state.metadata_alive; }

/* ---- What the plugin calls ------------------------------------------------ */

int plugin_register_complex_config(const char *type, int (*callback)(oconfig_item_t *)) {
  (void)type;
  fake.config = callback;
  return 0;
}

int plugin_register_init(const char *name, plugin_init_cb callback) {
  (void)name;
  fake.init = callback;
  return 0;
}

int plugin_register_read(const char *name, int (*callback)(void)) {
  (void)name;
  fake.read = callback;
  return 0;
}

int plugin_register_write(const char *name, plugin_write_cb callback, user_data_t const *data) {
  (void)name, (void)data;
  fake.write = callback;
  return 0;
}

int plugin_register_missing(const char *name, plugin_missing_cb callback, user_data_t const *data) {
  (void)name, (void)data;
  fake.missing = callback;
  return 0;
}

int plugin_register_flush(const char *name, plugin_flush_cb callback, user_data_t const *data) {
  (void)name, (void)data;
  fake.flush = callback;
  return 0;
}

int plugin_register_shutdown(const char *name, plugin_shutdown_cb callback) {
  (void)name;
  fake.shutdown = callback;
  return 0;
}

const char *global_option_get(const char *option) {
  return strcasecmp(option, "BaseDir") == 0 ? base_folder : NULL;
}

cdtime_t cdtime(void) {
  pthread_mutex_lock(&state.lock);
  const cdtime_t now = state.now;
  pthread_mutex_unlock(&state.lock);
  return now;
}

plugin_ctx_t plugin_get_ctx(void) {
  if (thread_context.interval == 0)
    thread_context.interval = TIME_T_TO_CDTIME_T(FAKE_INTERVAL);
  return thread_context;
}

plugin_ctx_t plugin_set_ctx(plugin_ctx_t context) {
  const plugin_ctx_t before = thread_context;
  thread_context = context;
  return before;
}

void plugin_log(int level, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  pthread_mutex_lock(&state.lock);
  if (state.line_count < LINES_MAX) {
    state.lines[state.line_count].level = level;
    vsnprintf(state.lines[state.line_count++].text, LINE_SIZE, format, arguments);
  }
  pthread_mutex_unlock(&state.lock);
  va_end(arguments);
}

const data_set_t *plugin_get_ds(const char *name) {
  static data_source_t load[] = {{"shortterm", DS_TYPE_GAUGE, 0, 5000},
                                 {"midterm", DS_TYPE_GAUGE, 0, 5000},
                                 {"longterm", DS_TYPE_GAUGE, 0, 5000}};
  static data_source_t gauge[] = {{"value", DS_TYPE_GAUGE, NO_BOUND, NO_BOUND}};
  static data_source_t counter[] = {{"value", DS_TYPE_COUNTER, NO_BOUND, NO_BOUND}};
  static data_source_t derive[] = {{"value", DS_TYPE_DERIVE, 0, NO_BOUND}};
  static data_source_t absolute[] = {{"value", DS_TYPE_ABSOLUTE, 0, NO_BOUND}};
  static const data_set_t sets[] = {
      {"load", 3, load},     {"gauge", 1, gauge},       {"counter", 1, counter},
      {"derive", 1, derive}, {"absolute", 1, absolute},
  };
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
    if (strcmp(sets[i].type, name) == 0)
      return &sets[i];
  return NULL;
}

int plugin_dispatch_values(value_list_t const *list) {
  pthread_mutex_lock(&state.lock);
  if (state.value_count < VALUES_MAX) {
    struct fake_value *const value = &state.values[state.value_count++];
    value->list = *list;
    value->list.values = NULL;
    value->value = list->values[0];
  }
  pthread_mutex_unlock(&state.lock);
  return 0;
}

static notification_meta_t *copy_meta(const notification_meta_t *meta) {
  if (meta == NULL)
    return NULL;
  notification_meta_t *const copy = malloc(sizeof *copy);
  assert(copy != NULL);
  *copy = *meta;
  if (meta->type == NM_TYPE_STRING)
    copy->nm_value.nm_string = strdup(meta->nm_value.nm_string);
  copy->next = copy_meta(meta->next);
  return copy;
}

int plugin_dispatch_notification(const notification_t *notification) {
  pthread_mutex_lock(&state.lock);
  const fake_handler handler = state.handler;
  pthread_mutex_unlock(&state.lock);
  if (handler == NULL)
    return -1;
  handler(notification);
  pthread_mutex_lock(&state.lock);
  if (state.notification_count < NOTIFICATIONS_MAX) {
    notification_t *const copy = &state.notifications[state.notification_count++];
    *copy = *notification;
    copy->meta = copy_meta(notification->meta);
  }
  pthread_mutex_unlock(&state.lock);
  return 0;
}

static int add_meta(notification_t *notification, const char *name, notification_meta_t meta) {
  if (state.fail_metadata > 0 && atomic_fetch_sub(&state.fail_metadata, 1) == 1) {
    if (meta.type == NM_TYPE_STRING)
      free((void *)(uintptr_t)meta.nm_value.nm_string);
    return -1;
  }
  notification_meta_t *const added = malloc(sizeof *added);
  assert(added != NULL);
  *added = meta;
  snprintf(added->name, sizeof added->name, "%s", name);
  notification_meta_t **end = &notification->meta;
  while (*end != NULL)
    end = &(*end)->next;
  *end = added;
  state.metadata_alive++;
  return 0;
}

int plugin_notification_meta_add_string(notification_t *notification, const char *name,
                                        const char *value) {
  return add_meta(
      notification, name,
      (notification_meta_t){.type = NM_TYPE_STRING, .nm_value.nm_string = strdup(value)});
}

int plugin_notification_meta_add_unsigned_int(notification_t *notification, const char *name,
                                              uint64_t value) {
  return add_meta(
      notification, name,
      (notification_meta_t){.type = NM_TYPE_UNSIGNED_INT, .nm_value.nm_unsigned_int = value});
}

int plugin_notification_meta_add_double(notification_t *notification, const char *name,
                                        double value) {
  return add_meta(notification, name,
                  (notification_meta_t){.type = NM_TYPE_DOUBLE, .nm_value.nm_double = value});
}

int plugin_notification_meta_free(notification_meta_t *meta) {
  for (const notification_meta_t *each = meta; each != NULL; each = each->next)
    state.metadata_alive--;
  free_meta(meta);
  return meta != NULL ? 0 : -1;
}

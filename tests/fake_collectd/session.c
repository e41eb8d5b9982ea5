#include "fake_collectd/session.h"

#include "base/text.h"

#include <string.h>
#include <unistd.h>

static char folder[64];
char config_path[80], database_path[80];

int make_folder(void **state) {
  (void)state;
  text_copy(folder, sizeof folder, "/tmp/anomaly-test.XXXXXX");
  if (mkdtemp(folder) == NULL)
    return -1;
  snprintf(config_path, sizeof config_path, "%s/anomaly.cfg", folder);
  snprintf(database_path, sizeof database_path, "%s/anomaly.db", folder);
  fake_set_base(folder);
  return 0;
}

int remove_folder(void **state) {
  (void)state;
  unlink(config_path);
  forget_database();
  return rmdir(folder);
}

void write_config(const char *text) {
  FILE *const file = fopen(config_path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

/* A <Plugin anomaly> block with one option of one string. */
int configure(const char *key, const char *path) {
  char key_copy[32], path_copy[128];
  assert_true(text_copy(key_copy, sizeof key_copy, key));
  assert_true(text_copy(path_copy, sizeof path_copy, path));
  oconfig_value_t value = {.value.string = path_copy, .type = OCONFIG_TYPE_STRING};
  oconfig_item_t option = {.key = key_copy, .values = &value, .values_num = 1};
  oconfig_item_t block = {.children = &option, .children_num = 1};
  return fake.config(&block);
}

void forget_database(void) {
  static const char *const suffixes[] = {"", "-wal", "-shm"};
  for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
    char path[96];
    snprintf(path, sizeof path, "%s%s", database_path, suffixes[i]);
    unlink(path);
  }
}

static void load_again(void) {
  /* A test that failed before its end leaves a plugin behind. */
  if (fake.shutdown != NULL)
    fake.shutdown();
  fake_reset(START);
  module_register();
}

void load(void) {
  load_again();
  forget_database();
}

static void configure_and_init(const char *config) {
  write_config(config);
  assert_int_equal(configure("ConfigFile", config_path), 0);
  assert_int_equal(fake.init(), 0);
}

void start(const char *config) {
  load();
  configure_and_init(config);
}

void restart(const char *config) {
  load_again();
  configure_and_init(config);
}

/* As collectd does it when all threads but ours have ended. */
void stop(void) {
  fake.flush(0, NULL, NULL);
  assert_int_equal(fake.shutdown(), 0);
}

int write_list(const char *plugin, const char *type, const char *instance, double time,
               value_t *values, size_t count) {
  value_list_t list = {.values = values,
                       .values_len = count,
                       .time = DOUBLE_TO_CDTIME_T(time),
                       .interval = DOUBLE_TO_CDTIME_T(STEP),
                       .host = "web1",
                       .plugin_instance = "0"};
  text_copy(list.plugin, sizeof list.plugin, plugin);
  text_copy(list.type, sizeof list.type, type);
  text_copy(list.type_instance, sizeof list.type_instance, instance);
  return fake.write(plugin_get_ds(type), &list, NULL);
}

void write_gauge(const char *instance, double time, double gauge) {
  value_t value = {.gauge = gauge};
  assert_int_equal(write_list("test", "gauge", instance, time, &value, 1), 0);
}

/* `count` values around 100 from `time` on; returns the time of the next. */
double write_usual(const char *instance, double time, unsigned count) {
  for (unsigned i = 0; i < count; i++, time += STEP)
    write_gauge(instance, time, 100 + (double)(i * 7919 % 101) / 50);
  return time;
}

/* Reads our own values; the one of that type and instance must be there. */
double own(const char *type, const char *instance) {
  fake_forget_values();
  assert_int_equal(fake.read(), 0);
  const struct fake_value *const found = fake_value_find("", type, instance);
  assert_non_null(found);
  const bool is_gauge = strcmp(type, "derive") != 0;
  return is_gauge ? found->value.gauge : (double)found->value.derive;
}

const notification_t *last_notification(void) {
  assert_true(fake_notification_count() > 0);
  return fake_notification_at(fake_notification_count() - 1);
}

double meta_number(const notification_t *notification, const char *name) {
  const notification_meta_t *const meta = fake_meta_find(notification, name);
  assert_non_null(meta);
  if (meta->type == NM_TYPE_UNSIGNED_INT)
    return (double)meta->nm_value.nm_unsigned_int;
  assert_int_equal(meta->type, NM_TYPE_DOUBLE);
  return meta->nm_value.nm_double;
}

const char *meta_text(const notification_t *notification, const char *name) {
  const notification_meta_t *const meta = fake_meta_find(notification, name);
  assert_non_null(meta);
  assert_int_equal(meta->type, NM_TYPE_STRING);
  return meta->nm_value.nm_string;
}

void check_identity(const notification_t *notification) {
  assert_string_equal(notification->host, "web1");
  assert_string_equal(notification->plugin, "test");
  assert_string_equal(notification->plugin_instance, "0");
  assert_string_equal(notification->type, "gauge");
  assert_string_equal(notification->type_instance, "a");
  assert_string_equal(meta_text(notification, "DataSource"), "value");
}

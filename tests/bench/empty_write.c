/*
 * A write plugin that does nothing but count: what the daemon costs without us.
 */
#include <collectd/core/daemon/plugin.h>

#include <stdatomic.h>

static atomic_ullong written;

static int on_write(const data_set_t *set, const value_list_t *list, user_data_t *data) {
  (void)set;
  (void)list;
  (void)data;
  atomic_fetch_add_explicit(&written, 1, memory_order_relaxed);
  return 0;
}

static int on_read(void) {
  value_t value = {.gauge = (gauge_t)atomic_load(&written)};
  value_list_t list = {.values = &value, .values_len = 1, .plugin = "empty_write", .type = "gauge"};
  return plugin_dispatch_values(&list);
}

void __attribute__((visibility("default"))) module_register(void) {
  plugin_register_write("empty_write", on_write, NULL);
  plugin_register_read("empty_write", on_read);
}

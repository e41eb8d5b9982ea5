/*
 * A read plugin for tests: several readers that dispatch many values at once,
 * so that all write threads are busy and the queue never empties.
 */
#include <collectd/core/daemon/plugin.h>

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

enum { READERS = 5, METRICS = 2000 };

static atomic_uint rounds;

static int on_read(user_data_t *data) {
  const unsigned reader = (unsigned)(uintptr_t)data->data;
  const unsigned round = atomic_fetch_add(&rounds, 1);
  value_t value;
  value_list_t list = {.values = &value, .values_len = 1, .plugin = "flood", .type = "derive"};
  list.time = cdtime();
  snprintf(list.plugin_instance, sizeof list.plugin_instance, "%u", reader);
  for (unsigned metric = 0; metric < METRICS; metric++) {
    snprintf(list.type_instance, sizeof list.type_instance, "%u", metric);
    value.derive = (derive_t)round * metric;
    plugin_dispatch_values(&list);
  }
  return 0;
}

void __attribute__((visibility("default"))) module_register(void) {
  for (unsigned reader = 0; reader < READERS; reader++) {
    char name[32];
    snprintf(name, sizeof name, "flood-%u", reader);
    const user_data_t data = {.data = (void *)(uintptr_t)reader};
    plugin_register_complex_read(NULL, name, on_read, MS_TO_CDTIME_T(200), &data);
  }
}

/*
 * A notification handler for tests that takes its time, in the thread that
 * calls it, as notify_email or python's may.
 */
#include <collectd/core/daemon/plugin.h>

#include <unistd.h>

static int on_notification(const notification_t *notification, user_data_t *data) {
  (void)data;
  INFO("slow_handler: begins with %s/%s", notification->plugin, notification->type);
  sleep(10);
  INFO("slow_handler: ends");
  return 0;
}

void __attribute__((visibility("default"))) module_register(void) {
  plugin_register_notification("slow_handler", on_notification, NULL);
}

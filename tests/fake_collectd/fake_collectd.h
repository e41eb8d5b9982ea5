/*
 * A collectd without the daemon: our own implementation of those functions
 * that the plugin calls, which record what they are given. The recording
 * functions are thread-safe, the controlling ones are for the test's thread.
 */
#ifndef TESTS_FAKE_COLLECTD_H
#define TESTS_FAKE_COLLECTD_H

#include <collectd/core/daemon/plugin.h>

#include <stdbool.h>
#include <stddef.h>

/* What the plugin has registered; NULL = not. */
struct fake_callbacks {
  int (*config)(oconfig_item_t *block);
  plugin_init_cb init;
  int (*read)(void);
  plugin_write_cb write;
  plugin_missing_cb missing;
  plugin_flush_cb flush;
  plugin_shutdown_cb shutdown;
};
extern struct fake_callbacks fake;

/* Back to nothing registered, nothing recorded, 10 s interval, time `now`. */
void fake_reset(double now);
void fake_set_time(double now);

/* A value list that the plugin dispatched, with its only value. */
struct fake_value {
  value_list_t list; /* `values` is NULL */
  value_t value;
};
size_t fake_value_count(void);
const struct fake_value *fake_value_at(size_t index);
/* The last one of that identity, NULL if there is none; NULL parts match everything. */
const struct fake_value *fake_value_find(const char *plugin_instance, const char *type,
                                         const char *type_instance);
void fake_forget_values(void);

/* What global_option_get gives for BaseDir; borrowed. */
void fake_set_base(const char *folder);

/* Copies of the notifications, metadata and all. */
size_t fake_notification_count(void);
const notification_t *fake_notification_at(size_t index);
const notification_meta_t *fake_meta_find(const notification_t *notification, const char *name);

/*
 * Called in the dispatching thread before a notification is recorded, as a
 * handler would be; NULL = no handler is loaded: dispatching fails.
 */
typedef void (*fake_handler)(const notification_t *notification);
void fake_set_handler(fake_handler handler);
void fake_accept(const notification_t *notification); /* does nothing; the handler after a reset */

/* Log lines; count those of a level whose text has `part` in it. */
size_t fake_log_count(int level, const char *part);
void fake_log_print(void);

/* From now on the nth allocation for metadata fails, counted from 1; 0 = none. */
void fake_fail_metadata(unsigned nth);
/* Metadata blocks that are not freed, copies of recorded notifications apart. */
long fake_metadata_alive(void);

/* Seconds, of every thread's context. */
#define FAKE_INTERVAL 10

#endif

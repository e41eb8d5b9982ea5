/*
 * A fake daemon with the plugin loaded, and short ways to work with it. What
 * does not go as it must fails the running cmocka test.
 */
#ifndef TESTS_FAKE_COLLECTD_SESSION_H
#define TESTS_FAKE_COLLECTD_SESSION_H

#include "fake_collectd/fake_collectd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* When everything begins, and the seconds from value to value. */
#define START 1700000000.0
#define STEP 10.0

/* Configurations whose metrics know soon and are told at once, with the shipped rules off. */
#define ZSCORE "detectors = (\"zscore\"); warmup = \"5m\"; incident_delay = 0; rules = ();\n"
#define MISSING "detectors = (\"missing\"); warmup = \"1m\"; incident_delay = 0; rules = ();\n"

/* Group setup and teardown of every program: a folder for the configuration file. */
int make_folder(void **state);
int remove_folder(void **state);

extern char config_path[], database_path[];
void write_config(const char *text);

/* A <Plugin anomaly> block with one option of one string; gives the callback's status. */
int configure(const char *key, const char *path);

/*
 * Loads the plugin into a new daemon without a database; the second one also
 * configures and initialises it, the third one does so with the database of the
 * last daemon.
 */
void load(void);
void start(const char *config);
void restart(const char *config);
void forget_database(void);

/* As collectd does it when all threads but ours have ended. */
void stop(void);

/*
 * Writes a list of host "web1" and plugin instance "0"; `type` is one of the
 * fake daemon's. Gives the callback's status.
 */
int write_list(const char *plugin, const char *type, const char *instance, double time,
               value_t *values, size_t count);

/* A gauge of plugin "test". */
void write_gauge(const char *instance, double time, double gauge);

/* `count` values around 101 from `time` on; returns the time of the next. */
double write_usual(const char *instance, double time, unsigned count);

/* Has our own values read; the one of that type and instance must be there. */
double own(const char *type, const char *instance);

/* Metadata that must be there: a double or unsigned integer, a string. */
double meta_number(const notification_t *notification, const char *name);
const char *meta_text(const notification_t *notification, const char *name);

const notification_t *last_notification(void);

/* That it is about what write_gauge("a", ...) writes. */
void check_identity(const notification_t *notification);

#endif

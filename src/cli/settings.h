/*
 * The configuration that a verb works under.
 */
#ifndef ANOMALY_CLI_SETTINGS_H
#define ANOMALY_CLI_SETTINGS_H

#include "cli/verb.h"
#include "config/config.h"

#ifndef ANOMALY_CONFIG_PATH
#define ANOMALY_CONFIG_PATH "/etc/collectd/collectd.conf.d/anomaly.cfg"
#endif
#ifndef ANOMALY_DATABASE_PATH
#define ANOMALY_DATABASE_PATH "/var/lib/collectd/anomaly.db"
#endif

/* The installed configuration; NULL where there is none. */
const char *settings_installed(void);

/* The row of a verb that lets its user choose a profile. */
#define SETTINGS_PROFILE_OPTION                                                                    \
  {                                                                                                \
    .name = "profile", .letter = 'p', .argument = "NAME",                                          \
    .help = "use this profile in place of the one that anomaly.cfg names"                          \
  }

/* Errors: STATUS_INVALID (there is no such profile), and which was perhaps meant. */
int settings_check_profile(const char *name, struct text *why);

/*
 * Loads a configuration; NULL is what is built in. A profile that is not NULL
 * is one there is, and replaces that of the configuration. Returns the exit
 * status, having said what is wrong, without the verb where that is NULL: as
 * compilers do, by file and line.
 */
int settings_load(const struct verb *verb, const char *path, const char *profile,
                  struct config *ret_config);

/* The same, with a text in place of a file where path is NULL. */
int settings_load_or(const struct verb *verb, const char *path, const char *text,
                     const char *profile, struct config *ret_config);

#endif

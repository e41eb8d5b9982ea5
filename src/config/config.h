/*
 * anomaly.cfg: libconfig text -> engine settings.
 *
 * The only part that knows libconfig. Everything it accepts is described by
 * option rows: engine_option_rows, incident_option_rows and store_option_rows at
 * the top level, the detectors' own rows in `detectors`, rule_option_rows and
 * selectors in each of `rules`.
 */
#ifndef ANOMALY_CONFIG_CONFIG_H
#define ANOMALY_CONFIG_CONFIG_H

#include "anomaly/engine.h"
#include "anomaly/incident.h"
#include "anomaly/store_options.h"
#include "base/text.h"

/* What was read; owns the rules until they are handed to an engine. */
struct config {
  struct engine_options engine;
  struct incident_options incidents;
  struct store_options store;
  struct rule_set *rules;
};

/* The first thing that is wrong, and what would be right. */
struct config_error {
  char file[512];
  unsigned line; /* 0 where there is none, as when a file cannot be opened */
  char message[512];
};

/*
 * Reads a file (its @include lines too), a text, or what is built in: the
 * sample configuration as shipped. Errors: STATUS_IO, STATUS_INVALID,
 * STATUS_NO_MEMORY; *ret_config is untouched and *ret_error says what and
 * where. Thread-safe. (Not called config_read_…: such names are libconfig's.)
 */
int config_load_file(const char *path, struct config *ret_config, struct config_error *ret_error);
int config_load_text(const char *text, struct config *ret_config, struct config_error *ret_error);
int config_load_builtin(struct config *ret_config, struct config_error *ret_error);

/*
 * The same with the profile of that name (one of profiles.h) in place of the one
 * that the file or text names; NULL leaves it as it is.
 */
int config_load_file_as(const char *path, const char *profile, struct config *ret_config,
                        struct config_error *ret_error);
int config_load_text_as(const char *text, const char *profile, struct config *ret_config,
                        struct config_error *ret_error);

/* Releases what the config still owns and empties it; NULL is fine. */
void config_release(struct config *config);

/* Writes "FILE:LINE: message". */
void config_error_print(const struct config_error *error, struct text *text);

#endif

#include "cli/settings.h"

#include "anomaly/status.h"
#include "base/nearest.h"
#include "cli/say.h"
#include "config/profiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *settings_installed(void) {
  return access(ANOMALY_CONFIG_PATH, F_OK) == 0 ? ANOMALY_CONFIG_PATH : NULL;
}

int settings_check_profile(const char *name, struct text *why) {
  if (profile_find(name) != NULL)
    return STATUS_OK;
  struct nearest nearest = {.name = name};
  for (const struct profile *at = profiles; at->name != NULL; at++)
    nearest_try(&nearest, at->name);
  text_addf(why, "there is no profile \"%.32s\"", name);
  if (nearest.best != NULL)
    text_addf(why, "; did you mean \"%s\"?", nearest.best);
  return STATUS_INVALID;
}

int settings_load_or(const struct verb *verb, const char *path, const char *text,
                     const char *profile, struct config *ret_config) {
  struct config_error error;
  const int status = path != NULL ? config_load_file_as(path, profile, ret_config, &error)
                                  : config_load_text_as(text, profile, ret_config, &error);
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  char message[1200];
  struct text what = text_over(message, sizeof message);
  config_error_print(&error, &what);
  if (verb != NULL)
    say_error(verb, "%s", message);
  else
    fprintf(stderr, "%s\n", message);
  return EXIT_FAILURE;
}

int settings_load(const struct verb *verb, const char *path, const char *profile,
                  struct config *ret_config) {
  return settings_load_or(verb, path, "", profile, ret_config);
}

#include "cli/settings.h"

#include "anomaly/status.h"
#include "cli/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *settings_installed(void) {
  return access(ANOMALY_CONFIG_PATH, F_OK) == 0 ? ANOMALY_CONFIG_PATH : NULL;
}

int settings_load(const struct verb *verb, const char *path, struct config *ret_config) {
  struct config_error error;
  const int status = path != NULL ? config_load_file(path, ret_config, &error)
                                  : config_load_builtin(ret_config, &error);
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  char message[1200];
  struct text text = text_over(message, sizeof message);
  config_error_print(&error, &text);
  if (verb != NULL)
    say_error(verb, "%s", message);
  else
    fprintf(stderr, "%s\n", message);
  return EXIT_FAILURE;
}

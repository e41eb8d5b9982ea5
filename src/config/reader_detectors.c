#include "config/reader.h"

#include "anomaly/status.h"
#include "base/option.h"

#include <stdlib.h>
#include <string.h>

/* NULL, and the error told, where there is none. */
static const struct detector *find_detector(const struct reader *reader,
                                            const config_setting_t *setting, const char *name) {
  const struct detector *const detector = watcher_find(name);
  if (detector != NULL)
    return detector;
  struct nearest nearest = {.name = name};
  for (size_t i = 0; watcher_list()[i] != NULL; i++)
    nearest_try(&nearest, watcher_list()[i]->name);
  if (nearest.best != NULL)
    reader_fail(reader, setting, "there is no detector %s; did you mean %s?", name, nearest.best);
  else
    reader_fail(reader, setting,
                "there is no detector %s; `anomalyctl detectors` lists what there is", name);
  return NULL;
}

static const char *contradiction(const struct detector *detector, const void *options) {
  return detector->check != NULL ? detector->check(options) : NULL;
}

static int check(const struct reader *reader, const config_setting_t *setting,
                 const struct detector *detector, const void *options) {
  return reader_fail_check(reader, setting, detector->options, contradiction(detector, options));
}

int reader_detector_options(const struct reader *reader, const config_setting_t *group,
                            const struct detector *detector, void *options) {
  const bool lacking = contradiction(detector, options) != NULL;
  for (int i = 0; i < config_setting_length(group); i++) {
    const config_setting_t *const member = config_setting_get_elem(group, (unsigned)i);
    const char *const name = config_setting_name(member);
    const struct option_row *const row = option_find(detector->options, name);
    const bool is_name = strcmp(name, "name") == 0 && config_setting_name(group) == NULL;
    if (row == NULL && !is_name) {
      struct nearest nearest = {.name = name};
      reader_nearest_row(&nearest, detector->options);
      return reader_fail_unknown(reader, member, detector->name, &nearest);
    }
    const int status = is_name ? STATUS_OK : reader_option(reader, member, row, options);
    if (status != STATUS_OK)
      return status;
  }
  return lacking ? STATUS_OK : check(reader, group, detector, options);
}

static int add_detector(const struct reader *reader, const config_setting_t *setting,
                        const struct detector *detector, const void *options, struct rule *rule) {
  const int status = check(reader, setting, detector, options);
  if (status != STATUS_OK)
    return status;
  switch (rule_add_detector(rule, detector, options)) {
  case STATUS_OK:
    return STATUS_OK;
  case STATUS_NO_MEMORY:
    return reader_fail_memory(reader);
  case STATUS_LIMIT:
    return reader_fail(reader, setting, "a metric has at most %d detectors", RULE_DETECTORS_MAX);
  default:
    return reader_fail(reader, setting, "%s is already there with the same options",
                       detector->name);
  }
}

/* { name = "zscore"; window = 200; } */
static int read_group(const struct reader *reader, const config_setting_t *group,
                      struct rule *rule) {
  const char *name;
  if (config_setting_lookup_string(group, "name", &name) != CONFIG_TRUE)
    return reader_fail(reader, group, "a detector with options needs its name: name = \"...\";");
  const struct detector *const detector = find_detector(reader, group, name);
  if (detector == NULL)
    return STATUS_INVALID;
  void *const options = malloc(detector->options_size > 0 ? detector->options_size : 1);
  if (options == NULL)
    return reader_fail_memory(reader);
  memcpy(options, presets_of(reader->presets, detector), detector->options_size);
  int status = reader_detector_options(reader, group, detector, options);
  if (status == STATUS_OK)
    status = add_detector(reader, group, detector, options, rule);
  free(options);
  return status;
}

static int read_detector(const struct reader *reader, const config_setting_t *setting,
                         struct rule *rule) {
  if (config_setting_type(setting) == CONFIG_TYPE_GROUP)
    return read_group(reader, setting, rule);
  if (config_setting_type(setting) != CONFIG_TYPE_STRING)
    return reader_fail(reader, setting,
                       "a detector is written \"name\" or { name = \"...\"; option = value; }");
  const struct detector *const detector =
      find_detector(reader, setting, config_setting_get_string(setting));
  if (detector == NULL)
    return STATUS_INVALID;
  return add_detector(reader, setting, detector, presets_of(reader->presets, detector), rule);
}

int reader_detectors(const struct reader *reader, const config_setting_t *setting,
                     struct rule *rule) {
  const int type = config_setting_type(setting);
  if (type == CONFIG_TYPE_STRING || type == CONFIG_TYPE_GROUP)
    return read_detector(reader, setting, rule);
  int status = reader_want_list(reader, setting);
  const int length = status == STATUS_OK ? config_setting_length(setting) : 0;
  if (status == STATUS_OK && length == 0)
    return reader_fail(reader, setting,
                       "detectors is empty: to leave a metric alone, say ignore = true");
  for (int i = 0; status == STATUS_OK && i < length; i++)
    status = read_detector(reader, config_setting_get_elem(setting, (unsigned)i), rule);
  return status;
}

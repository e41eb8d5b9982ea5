#include "config/config.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "config/error.h"
#include "config/profiles.h"
#include "config/reader.h"
#include "config/shipped_groups.h"
#include "config/shipped_rules.h"
#include "engine/rule_private.h"

#include <string.h>

/* libconfig's tree of a source. On failure nothing is left behind. */
static int parse(const struct source *source, config_t *ret_tree, struct config_error *error) {
  config_init(ret_tree);
  if (config_read_string(ret_tree, source->text) == CONFIG_TRUE)
    return STATUS_OK;
  const char *file;
  unsigned line;
  source_locate(source, (unsigned)config_error_line(ret_tree), &file, &line);
  const char *const problem = config_error_text(ret_tree);
  const int status =
      config_fail(error, STATUS_INVALID, file, line, "%s%s", problem,
                  strcmp(problem, "syntax error") == 0
                      ? " here or just before: settings are name = value; groups { }, lists ( , )"
                      : "");
  config_destroy(ret_tree);
  return status;
}

static int fail_unknown(const struct reader *reader, const config_setting_t *setting) {
  struct nearest nearest = {.name = config_setting_name(setting)};
  reader_nearest_row(&nearest, engine_option_rows);
  reader_nearest_row(&nearest, incident_option_rows);
  reader_nearest_row(&nearest, store_option_rows);
  reader_nearest_row(&nearest, rule_option_rows);
  nearest_try(&nearest, "profile");
  nearest_try(&nearest, "detectors");
  nearest_try(&nearest, "rules");
  nearest_try(&nearest, "groups");
  for (size_t i = 0; watcher_list()[i] != NULL; i++)
    nearest_try(&nearest, watcher_list()[i]->name);
  for (int part = 0; part < METRIC_PARTS; part++)
    if (strcmp(rule_part_name((enum metric_part)part), nearest.name) == 0)
      return reader_fail(reader, setting, "%s belongs into a rule: rules = ( { %s = ...; } );",
                         nearest.name, nearest.name);
  return reader_fail_unknown(reader, setting, "anomaly.cfg", &nearest);
}

static bool is_read_apart(const char *name) {
  static const char *const names[] = {"profile", "detectors", "rules", "groups"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcmp(names[i], name) == 0)
      return true;
  return false;
}

/* One setting of the top level, but for those that are read before or after the others. */
static int read_setting(const struct reader *reader, const config_setting_t *setting,
                        struct config *config, struct rule *everything) {
  const char *const name = config_setting_name(setting);
  const struct option_row *const engine_row = option_find(engine_option_rows, name);
  if (engine_row != NULL)
    return reader_option(reader, setting, engine_row, &config->engine);
  const struct option_row *const incident_row = option_find(incident_option_rows, name);
  if (incident_row != NULL)
    return reader_option(reader, setting, incident_row, &config->incidents);
  const struct option_row *const store_row = option_find(store_option_rows, name);
  if (store_row != NULL)
    return reader_option(reader, setting, store_row, &config->store);
  const struct option_row *const rule_row = option_find(rule_option_rows, name);
  if (rule_row != NULL) {
    rule_mark(everything, (size_t)(rule_row - rule_option_rows));
    return reader_option(reader, setting, rule_row, rule_settings(everything));
  }
  const struct detector *const detector = watcher_find(name);
  if (detector != NULL) {
    const int status = reader_want_group(reader, setting);
    return status != STATUS_OK ? status
                               : reader_detector_options(reader, setting, detector,
                                                         presets_of(reader->presets, detector));
  }
  return is_read_apart(name) ? STATUS_OK : fail_unknown(reader, setting);
}

static int fail_profile(const struct reader *reader, const config_setting_t *setting) {
  struct nearest nearest = {.name = config_setting_get_string(setting)};
  if (nearest.name == NULL)
    return reader_fail(reader, setting, "profile must be a name in quotes, such as \"%s\"",
                       profiles[0].name);
  for (const struct profile *at = profiles; at->name != NULL; at++)
    nearest_try(&nearest, at->name);
  if (nearest.best != NULL)
    return reader_fail(reader, setting, "there is no profile %s; did you mean %s?", nearest.name,
                       nearest.best);
  return reader_fail(reader, setting,
                     "there is no profile %s; `anomalyctl config --reference` lists what there is",
                     nearest.name);
}

/* Everything else of the top level goes over the profile, so it is read first. */
static int read_profile(const struct reader *reader, const config_setting_t *root,
                        struct rule *everything, const struct profile **ret_profile) {
  const config_setting_t *const setting = config_setting_get_member(root, "profile");
  const struct profile *profile = &profiles[0];
  if (setting != NULL) {
    const char *const name = config_setting_get_string(setting);
    profile = name != NULL ? profile_find(name) : NULL;
    if (profile == NULL)
      return fail_profile(reader, setting);
  }
  if (reader->profile != NULL)
    profile = reader->profile;
  profile_set_options(profile, everything);
  profile_set_tunings(profile, reader->presets);
  *ret_profile = profile;
  return STATUS_OK;
}

/* The top level's list of detectors needs all presets, so it is read after them. */
static int read_detectors(const struct reader *reader, const config_setting_t *root,
                          const struct profile *profile, struct rule *everything) {
  const config_setting_t *const setting = config_setting_get_member(root, "detectors");
  if (setting != NULL)
    return reader_detectors(reader, setting, everything);
  for (const char *const *name = profile->detectors; *name != NULL; name++) {
    const struct detector *const detector = watcher_find(*name);
    if (rule_add_detector(everything, detector, presets_of(reader->presets, detector)) != STATUS_OK)
      return reader_fail_memory(reader);
  }
  return STATUS_OK;
}

typedef int (*list_reader)(const struct reader *reader, const config_setting_t *list,
                           struct rule_set *set);

/* A list of rules or groups: the file's, or the shipped one under the presets read so far. */
struct shipped {
  const char *list, *name, *text;
  list_reader read;
};

static int read_shipped(const struct reader *reader, const struct shipped *shipped,
                        struct rule_set *set) {
  struct source source;
  config_t tree;
  int status = source_read_text(&source, shipped->name, shipped->text, reader->error);
  if (status != STATUS_OK)
    return status;
  status = parse(&source, &tree, reader->error);
  if (status == STATUS_OK) {
    const struct reader own = {
        .source = &source, .presets = reader->presets, .error = reader->error};
    status = shipped->read(
        &own, config_setting_get_member(config_root_setting(&tree), shipped->list), set);
    config_destroy(&tree);
  }
  source_release(&source);
  return status;
}

static int read_lists(const struct reader *reader, const config_setting_t *root,
                      struct rule_set *set) {
  static const struct shipped lists[] = {
      {"rules", "the rules as shipped", shipped_rules, reader_rules},
      {"groups", "the groups as shipped", shipped_groups, reader_groups}};
  int status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < sizeof lists / sizeof lists[0]; i++) {
    const config_setting_t *const list = config_setting_get_member(root, lists[i].list);
    status = list != NULL ? lists[i].read(reader, list, set) : read_shipped(reader, &lists[i], set);
  }
  return status;
}

static int read_tree(const struct reader *reader, const config_setting_t *root,
                     struct config *config) {
  struct rule *everything;
  if (rule_set_add(config->rules, &everything) != STATUS_OK)
    return reader_fail_memory(reader);
  const struct profile *profile = NULL;
  int status = read_profile(reader, root, everything, &profile);
  for (int i = 0; status == STATUS_OK && i < config_setting_length(root); i++)
    status = read_setting(reader, config_setting_get_elem(root, (unsigned)i), config, everything);
  if (status == STATUS_OK)
    status = read_detectors(reader, root, profile, everything);
  if (status == STATUS_OK)
    status =
        reader_fail_check(reader, root, rule_option_rows, rule_options_check(&everything->options));
  return status == STATUS_OK ? read_lists(reader, root, config->rules) : status;
}

static int read_source(const struct source *source, const config_setting_t *root,
                       const struct profile *profile, struct config *ret_config,
                       struct config_error *error) {
  struct presets presets = {.options = NULL};
  struct config config = {.rules = NULL};
  const struct reader reader = {
      .source = source, .presets = &presets, .profile = profile, .error = error};
  option_set_presets(engine_option_rows, &config.engine);
  option_set_presets(incident_option_rows, &config.incidents);
  option_set_presets(store_option_rows, &config.store);
  int status = presets_create(&presets);
  if (status == STATUS_OK)
    status = rule_set_create(&config.rules);
  status = status == STATUS_OK ? read_tree(&reader, root, &config) : reader_fail_memory(&reader);
  presets_release(&presets);
  if (status == STATUS_OK)
    *ret_config = config;
  else
    config_release(&config);
  return status;
}

static int read_and_release(struct source *source, const struct profile *profile,
                            struct config *ret_config, struct config_error *error) {
  config_t tree;
  int status = parse(source, &tree, error);
  if (status == STATUS_OK) {
    status = read_source(source, config_root_setting(&tree), profile, ret_config, error);
    config_destroy(&tree);
  }
  source_release(source);
  return status;
}

int config_load_file_as(const char *path, const char *profile, struct config *ret_config,
                        struct config_error *ret_error) {
  struct source source;
  const int status = source_read_file(&source, path, ret_error);
  return status == STATUS_OK
             ? read_and_release(&source, profile != NULL ? profile_find(profile) : NULL, ret_config,
                                ret_error)
             : status;
}

int config_load_text_as(const char *text, const char *profile, struct config *ret_config,
                        struct config_error *ret_error) {
  struct source source;
  const int status = source_read_text(&source, "text", text, ret_error);
  return status == STATUS_OK
             ? read_and_release(&source, profile != NULL ? profile_find(profile) : NULL, ret_config,
                                ret_error)
             : status;
}

int config_load_file(const char *path, struct config *ret_config, struct config_error *ret_error) {
  return config_load_file_as(path, NULL, ret_config, ret_error);
}

int config_load_text(const char *text, struct config *ret_config, struct config_error *ret_error) {
  return config_load_text_as(text, NULL, ret_config, ret_error);
}

int config_load_builtin(struct config *ret_config, struct config_error *ret_error) {
  return config_load_text("", ret_config, ret_error);
}

void config_release(struct config *config) {
  if (config == NULL)
    return;
  rule_set_destroy(config->rules);
  *config = (struct config){.rules = NULL};
}

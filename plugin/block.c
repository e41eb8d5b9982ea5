#include "plugin/block.h"

#include "anomaly/status.h"

#include <string.h>
#include <strings.h>

/* A name, and a path as an example. */
static const struct {
  const char *name, *example;
} options[BLOCK_OPTIONS] = {
    [BLOCK_CONFIG_FILE] = {"ConfigFile", "/etc/collectd/collectd.conf.d/anomaly.cfg"},
    [BLOCK_DATABASE] = {"Database", "/var/lib/collectd/anomaly.db"},
    [BLOCK_MAINTENANCE_FILE] = {"MaintenanceFile", "/run/collectd-maintenance"},
};

const char *block_option_name(enum block_option option) { return options[option].name; }

/* BLOCK_OPTIONS where there is none of that name. */
static size_t find_option(const char *key) {
  size_t option = 0;
  while (option < BLOCK_OPTIONS && strcasecmp(options[option].name, key) != 0)
    option++;
  return option;
}

static bool is_one_string(const oconfig_item_t *item) {
  return item->values_num == 1 && item->values[0].type == OCONFIG_TYPE_STRING &&
         item->values[0].value.string[0] != '\0' && item->children_num == 0;
}

static int fail_unknown(const char *key, struct text *why) {
  text_addf(why, "there is no option \"%s\" in <Plugin anomaly>; it knows", key);
  for (size_t i = 0; i < BLOCK_OPTIONS; i++)
    text_addf(why, "%s %s \"PATH\"", i > 0 ? "," : "", options[i].name);
  return STATUS_INVALID;
}

static int read_item(const oconfig_item_t *item, const char **paths, struct text *why) {
  const size_t option = find_option(item->key);
  if (option == BLOCK_OPTIONS)
    return fail_unknown(item->key, why);
  const char *const name = options[option].name;
  if (!is_one_string(item))
    text_addf(why, "%s needs one path in quotes, such as %s \"%s\"", name, name,
              options[option].example);
  else if (paths[option] != NULL)
    text_addf(why, "%s is given twice: \"%s\" and \"%s\"; give it once", name, paths[option],
              item->values[0].value.string);
  else {
    paths[option] = item->values[0].value.string;
    return STATUS_OK;
  }
  return STATUS_INVALID;
}

int block_read(const oconfig_item_t *block, const char *ret_paths[BLOCK_OPTIONS],
               struct text *why) {
  const char *paths[BLOCK_OPTIONS] = {NULL};
  for (int i = 0; i < block->children_num; i++)
    if (read_item(&block->children[i], paths, why) != STATUS_OK)
      return STATUS_INVALID;
  memcpy(ret_paths, paths, sizeof paths);
  return STATUS_OK;
}

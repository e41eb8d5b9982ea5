#include "plugin/block.h"

#include "anomaly/status.h"

#include <strings.h>

static bool is_one_string(const oconfig_item_t *item) {
  return item->values_num == 1 && item->values[0].type == OCONFIG_TYPE_STRING &&
         item->values[0].value.string[0] != '\0' && item->children_num == 0;
}

static int check_option(const oconfig_item_t *item, const char *path, struct text *why) {
  if (strcasecmp(item->key, "ConfigFile") != 0)
    text_addf(why, "there is no option \"%s\" in <Plugin anomaly>; it knows ConfigFile \"PATH\"",
              item->key);
  else if (!is_one_string(item))
    text_addf(why, "ConfigFile needs one path in quotes, such as ConfigFile "
                   "\"/etc/collectd/collectd.conf.d/anomaly.cfg\"");
  else if (path != NULL)
    text_addf(why, "ConfigFile is given twice: \"%s\" and \"%s\"; give it once", path,
              item->values[0].value.string);
  else
    return STATUS_OK;
  return STATUS_INVALID;
}

int block_read(const oconfig_item_t *block, const char **ret_path, struct text *why) {
  const char *path = NULL;
  for (int i = 0; i < block->children_num; i++) {
    const oconfig_item_t *const item = &block->children[i];
    if (check_option(item, path, why) != STATUS_OK)
      return STATUS_INVALID;
    path = item->values[0].value.string;
  }
  *ret_path = path;
  return STATUS_OK;
}

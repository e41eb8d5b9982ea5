/*
 * The <Plugin anomaly> block of collectd.conf.
 */
#ifndef ANOMALY_PLUGIN_BLOCK_H
#define ANOMALY_PLUGIN_BLOCK_H

#include "base/text.h"

#include <collectd/core/daemon/configfile.h>

/* The options, each a path. */
enum block_option {
  BLOCK_CONFIG_FILE,      /* anomaly.cfg */
  BLOCK_MAINTENANCE_FILE, /* while it is there, nothing new is told */
  BLOCK_DATABASE,         /* what was learned */
  BLOCK_OPTIONS,
};

/* As written in the block, such as "ConfigFile". */
const char *block_option_name(enum block_option option);

/*
 * Reads one block. Keys are compared without regard to case, as collectd does.
 * ret_paths[option] becomes the option's value, borrowed from the block, or NULL
 * where the block has none. Errors: STATUS_INVALID; `why` says what is wrong
 * and what would be right, and ret_paths is untouched.
 */
int block_read(const oconfig_item_t *block, const char *ret_paths[BLOCK_OPTIONS], struct text *why);

#endif

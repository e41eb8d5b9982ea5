/*
 * The <Plugin anomaly> block of collectd.conf.
 */
#ifndef ANOMALY_PLUGIN_BLOCK_H
#define ANOMALY_PLUGIN_BLOCK_H

#include "base/text.h"

#include <collectd/core/daemon/configfile.h>

/*
 * Reads one block. Keys are compared without regard to case, as collectd does.
 * *ret_path becomes the value of ConfigFile, borrowed from the block, or NULL
 * where the block has none. Errors: STATUS_INVALID; `why` says what is wrong
 * and what would be right, and *ret_path is untouched.
 */
int block_read(const oconfig_item_t *block, const char **ret_path, struct text *why);

#endif

/*
 * A folder as collectd's writers lay it out: HOST/PLUGIN-INSTANCE/FILE.
 */
#ifndef ANOMALY_HISTORY_TREE_H
#define ANOMALY_HISTORY_TREE_H

#include "history/source.h"

#include <stdbool.h>
#include <stddef.h>

struct tree_file {
  char *path; /* that opens it */
  const char *host, *plugin, *name;
};

struct tree {
  struct tree_file *files; /* by host, plugin and name, each byte by byte */
  size_t count, room;
};

/*
 * Lists the files that `takes` says yes to; others, and folders that cannot be
 * read, become remarks. Links are followed. `tree` is all zero. Errors, with
 * why: STATUS_IO (the folder itself), STATUS_NO_MEMORY, STATUS_LIMIT (more than
 * TREE_FILES_MAX). tree_release must be called in any case.
 */
int tree_list(struct tree *tree, struct history_context *context, const char *folder,
              bool (*takes)(const char *name));
#define TREE_FILES_MAX (1u << 24)

void tree_release(struct tree *tree);

#endif

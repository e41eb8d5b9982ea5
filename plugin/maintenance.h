/*
 * The flag file of maintenance: while it is there, nothing new is told of the
 * hosts that it names, one a line, exact or as a glob; an empty one means all.
 * Lines that begin with '#' are passed over.
 */
#ifndef ANOMALY_PLUGIN_MAINTENANCE_H
#define ANOMALY_PLUGIN_MAINTENANCE_H

#include "engine/incidents.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum { MAINTENANCE_HOSTS = 256 }; /* lines beyond are passed over, with a word in the log */

/* All zero: no maintenance. Used by one thread at a time. */
struct maintenance {
  struct pattern *patterns;
  size_t count;
  bool present;         /* the file was read, and was there at the last look */
  bool said_unreadable; /* since it last could be read, or was not there */
  struct timespec read; /* when what was read was last changed */
  off_t size;
};

/*
 * Looks whether the file has come, changed or gone, and tells `incidents`. Says
 * so in the log. A file that cannot be read is taken for one that is not there,
 * and tried again at each look.
 */
void maintenance_look(struct maintenance *maintenance, const char *path,
                      struct incidents *incidents);

/* Frees what is kept; `incidents` no longer uses it. */
void maintenance_release(struct maintenance *maintenance);

#endif

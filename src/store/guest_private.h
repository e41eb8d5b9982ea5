/*
 * A guest's connection, for the files that write by it.
 */
#ifndef ANOMALY_STORE_GUEST_PRIVATE_H
#define ANOMALY_STORE_GUEST_PRIVATE_H

#include "store/guest.h"

#include <sqlite3.h>

struct guest {
  sqlite3 *handle;
};

/* STATUS_IO, and in SQLite's words why. */
int guest_fail(const struct guest *guest, struct text *why);

#endif

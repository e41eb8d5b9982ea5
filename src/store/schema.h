/*
 * The tables, and how an older file gets them. docs/database.md says what is in
 * them.
 */
#ifndef ANOMALY_STORE_SCHEMA_H
#define ANOMALY_STORE_SCHEMA_H

#include <sqlite3.h>
#include <stdint.h>

/* What tells our files from others: "anom". */
#define SCHEMA_APPLICATION 0x616e6f6d

/* Which rows of detector_state are groups'. They have an index, which a query finds by these words.
 */
#define SCHEMA_IS_GROUP "metric GLOB 'anomaly-*'"

enum schema_state {
  SCHEMA_READY,   /* of this version now */
  SCHEMA_NEWER,   /* of a later version: not to be touched */
  SCHEMA_FOREIGN, /* somebody else's: not to be touched */
};

/*
 * Makes an empty file ours, and a file of an earlier version one of this. Gives a
 * code of SQLite; *ret_state is written for SQLITE_OK.
 */
int schema_prepare(sqlite3 *database, enum schema_state *ret_state);

/* The seed of the metrics' ids, untouched where there is none; a code of SQLite. */
int schema_seed(sqlite3 *database, int64_t *ret_seed);

#endif

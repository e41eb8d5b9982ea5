/*
 * collectd's types.db: which data sources a type has, and whether they count.
 *
 *   if_octets  rx:DERIVE:0:U, tx:DERIVE:0:U
 *
 * Lines that are not of this form are passed over. The file may be hostile.
 */
#ifndef ANOMALY_HISTORY_TYPES_DB_H
#define ANOMALY_HISTORY_TYPES_DB_H

#include "anomaly/metric.h"

#include <stddef.h>
#include <stdio.h>

struct types_source {
  const char *type, *name;
  enum value_kind kind;
  double min, max; /* NaN = none */
};

struct types_db {
  char *text;                   /* that the names are in */
  struct types_source *sources; /* by type, then in the order of their line */
  size_t count, room;
};

/*
 * Reads a file of at most TYPES_DB_MAX bytes; what is beyond is not read. A
 * type that is there twice is the later one, as in collectd. `db` is all zero.
 * Errors: STATUS_IO (errno says why), STATUS_NO_MEMORY; types_db_release must
 * be called in any case.
 */
int types_db_read(struct types_db *db, FILE *file);
#define TYPES_DB_MAX (4u << 20)

/*
 * The same from a path; NULL is collectd's own file, without which the db is
 * empty and all is well.
 */
int types_db_load(struct types_db *db, const char *path);

/* NULL where there is no such data source, or no such type. */
const struct types_source *types_db_find(const struct types_db *db, const char *type,
                                         const char *name);

void types_db_release(struct types_db *db);

#endif

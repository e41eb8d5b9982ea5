/*
 * The open file: one connection that writes, its statements, and what to do when
 * the file is not what it should be. Used by one thread at a time.
 */
#ifndef ANOMALY_STORE_DATABASE_H
#define ANOMALY_STORE_DATABASE_H

#include "store/health.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum database_statement {
  STATEMENT_BEGIN,
  STATEMENT_COMMIT,
  STATEMENT_PUT_STATE,
  STATEMENT_PUT_BASELINE,
  DATABASE_STATEMENTS,
};

struct database {
  char *path;
  sqlite3 *handle; /* NULL = not open */
  sqlite3_stmt *statement[DATABASE_STATEMENTS];
  dev_t device; /* of the file that is open */
  ino_t inode;
  uint64_t seed;        /* of the metrics' keys in the engine; 0 until it is known */
  uint64_t stored_seed; /* of those in the file; 0 where it has none */
  bool unread;          /* the engine has not seen what is in the file: its reader clears it */
};

/*
 * Opens the file, or makes it. A damaged one, or one of a later version, is
 * renamed and a new one made in its place, which health is told; one of another
 * program is left alone. The first file's seed becomes the engine's. False, and
 * the reason in *health, where there is no file to work with.
 */
bool database_open(struct database *database, struct health *health);

/* Forgets the file's metrics, and gives it the engine's seed; a code of SQLite. */
int database_rekey(struct database *database);

/* Gives the engine a seed where no file has one. */
void database_choose_seed(struct database *database);

/* Closes what is open; keeps path and seed. */
void database_close(struct database *database);

/*
 * Whether the open file is still the one at its path. False where somebody has
 * removed or replaced it.
 */
bool database_is_there(const struct database *database);

/* The work of `body` in one transaction; false, and the reason in *health, where it failed. */
bool database_transaction(struct database *database, struct health *health,
                          int (*body)(struct database *database, void *context), void *context);

/*
 * Tells health of a code of SQLite and closes the file, so that the next
 * database_open sees what there is; a damaged file is renamed.
 */
void database_fail(struct database *database, struct health *health, int code);

/* Bytes of the file. */
uint64_t database_bytes(const struct database *database);

#endif

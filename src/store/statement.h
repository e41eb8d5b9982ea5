/*
 * Statements. One that is used often is prepared with statement_prepare and run
 * with statement_run. One that is used once is prepared with statement_once, bound,
 * and handed to statement_finish or statement_each, which release it. All give
 * codes of SQLite.
 */
#ifndef ANOMALY_STORE_STATEMENT_H
#define ANOMALY_STORE_STATEMENT_H

#include <sqlite3.h>
#include <stdint.h>

/* Prepares one that is used often. */
int statement_prepare(sqlite3 *database, const char *sql, sqlite3_stmt **ret_statement);

/* Runs one that gives no rows, and makes it ready for the next time. */
int statement_run(sqlite3_stmt *statement);

/* Prepares one that is used once; *ret_statement is NULL where that fails. */
int statement_once(sqlite3 *database, const char *sql, sqlite3_stmt **ret_statement);

/* Runs one that gives no rows, and releases it. */
int statement_finish(sqlite3_stmt *statement);

/*
 * Gives each row to `take`, and releases the statement. What `take` answers but
 * SQLITE_OK ends that: SQLITE_DONE well, any other code with that code.
 */
int statement_each(sqlite3_stmt *statement, int (*take)(void *context, sqlite3_stmt *row),
                   void *context);

/* Prepares one, binds ?1, and runs it: it gives no rows and is not used again. */
int statement_run_with_real(sqlite3 *database, const char *sql, double number);
int statement_run_with_id(sqlite3 *database, const char *sql, int64_t id);

/* Binds a number; NaN and infinities, which tables do not know, become NULL. */
int statement_bind_real(sqlite3_stmt *statement, int at, double number);

/* The first column of the first row of a query; untouched where there is no row. */
int statement_number(sqlite3 *database, const char *sql, int64_t *ret_number);

#endif

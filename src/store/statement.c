#include "store/statement.h"

#include <math.h>

int statement_prepare(sqlite3 *database, const char *sql, sqlite3_stmt **ret_statement) {
  return sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_statement, NULL);
}

int statement_run(sqlite3_stmt *statement) {
  const int code = sqlite3_step(statement);
  const int reset = sqlite3_reset(statement);
  return code == SQLITE_DONE ? SQLITE_OK : reset;
}

int statement_once(sqlite3 *database, const char *sql, sqlite3_stmt **ret_statement) {
  return sqlite3_prepare_v2(database, sql, -1, ret_statement, NULL);
}

int statement_finish(sqlite3_stmt *statement) {
  const int code = statement_run(statement);
  sqlite3_finalize(statement);
  return code;
}

int statement_each(sqlite3_stmt *statement, int (*take)(void *context, sqlite3_stmt *row),
                   void *context) {
  int code = SQLITE_OK;
  while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW)
    code = take(context, statement);
  sqlite3_finalize(statement);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

int statement_run_with_real(sqlite3 *database, const char *sql, double number) {
  sqlite3_stmt *statement;
  const int code = statement_once(database, sql, &statement);
  if (code != SQLITE_OK)
    return code;
  statement_bind_real(statement, 1, number);
  return statement_finish(statement);
}

int statement_run_with_id(sqlite3 *database, const char *sql, int64_t id) {
  sqlite3_stmt *statement;
  const int code = statement_once(database, sql, &statement);
  if (code != SQLITE_OK)
    return code;
  sqlite3_bind_int64(statement, 1, id);
  return statement_finish(statement);
}

int statement_bind_real(sqlite3_stmt *statement, int at, double number) {
  return isfinite(number) ? sqlite3_bind_double(statement, at, number)
                          : sqlite3_bind_null(statement, at);
}

int statement_number(sqlite3 *database, const char *sql, int64_t *ret_number) {
  sqlite3_stmt *statement;
  int code = statement_once(database, sql, &statement);
  if (code != SQLITE_OK)
    return code;
  if (sqlite3_step(statement) == SQLITE_ROW)
    *ret_number = sqlite3_column_int64(statement, 0);
  return sqlite3_finalize(statement);
}

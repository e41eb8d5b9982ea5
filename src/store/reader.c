#include "store/reader.h"

#include "anomaly/status.h"
#include "store/schema.h"
#include "store/statement.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOCK_PATIENCE = 10000, QUERY_SIZE = 512 };

struct store_reader {
  sqlite3 *database;
  sqlite3_stmt *rows; /* of the table that is read */
};

static int fail(const struct store_reader *reader, struct text *why) {
  text_add(why, sqlite3_errmsg(reader->database));
  return STATUS_IO;
}

static int open_database(struct store_reader *reader, const char *path, struct text *why) {
  int64_t application = 0;
  if (access(path, R_OK) != 0) {
    text_add(why, strerror(errno));
    return STATUS_IO;
  }
  int code =
      sqlite3_open_v2(path, &reader->database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
  if (reader->database == NULL)
    return STATUS_NO_MEMORY;
  sqlite3_busy_timeout(reader->database, LOCK_PATIENCE);
  if (code == SQLITE_OK)
    code = statement_number(reader->database, "PRAGMA application_id", &application);
  if (code != SQLITE_OK && code != SQLITE_NOTADB)
    return fail(reader, why);
  if (code == SQLITE_OK && application == SCHEMA_APPLICATION)
    return STATUS_OK;
  text_add(why, "it is no database of this program");
  return STATUS_INVALID;
}

int store_reader_open(struct store_reader **ret_reader, const char *path, struct text *why) {
  struct store_reader *const reader = calloc(1, sizeof *reader);
  const int status = reader == NULL ? STATUS_NO_MEMORY : open_database(reader, path, why);
  if (status == STATUS_OK) {
    *ret_reader = reader;
    return STATUS_OK;
  }
  if (status == STATUS_NO_MEMORY)
    text_add(why, status_text(status));
  store_reader_close(reader);
  return status;
}

void store_reader_close(struct store_reader *reader) {
  if (reader == NULL)
    return;
  sqlite3_finalize(reader->rows);
  sqlite3_close(reader->database);
  free(reader);
}

struct naming {
  void (*visit)(void *context, const char *name);
  void *context;
};

static int visit_name(void *context, sqlite3_stmt *row) {
  const struct naming *const naming = context;
  naming->visit(naming->context, (const char *)sqlite3_column_text(row, 0));
  return SQLITE_OK;
}

int store_reader_tables(struct store_reader *reader, void (*visit)(void *context, const char *name),
                        void *context, struct text *why) {
  static const char query[] = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
                              " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
  sqlite3_stmt *names;
  struct naming naming = {.visit = visit, .context = context};
  int code = statement_once(reader->database, query, &names);
  if (code == SQLITE_OK)
    code = statement_each(names, visit_name, &naming);
  return code == SQLITE_OK ? STATUS_OK : fail(reader, why);
}

/* What is looked for among the names, so that no other text gets into the query. */
struct search {
  const char *name;
  bool found;
};

static void compare(void *context, const char *name) {
  struct search *const search = context;
  search->found = search->found || strcmp(search->name, name) == 0;
}

int store_reader_begin(struct store_reader *reader, const char *table, struct text *why) {
  char query[QUERY_SIZE];
  struct search search = {.name = table};
  const int status = store_reader_tables(reader, compare, &search, why);
  if (status != STATUS_OK)
    return status;
  if (!search.found || strchr(table, '"') != NULL) {
    text_addf(why, "there is no table \"%.64s\"", table);
    return STATUS_NOT_FOUND;
  }
  struct text text = text_over(query, sizeof query);
  text_addf(&text, "SELECT * FROM \"%s\" ORDER BY 1", table);
  sqlite3_finalize(reader->rows);
  reader->rows = NULL;
  return statement_once(reader->database, query, &reader->rows) == SQLITE_OK ? STATUS_OK
                                                                             : fail(reader, why);
}

int store_reader_next(struct store_reader *reader, struct text *why) {
  const int code = sqlite3_step(reader->rows);
  return code == SQLITE_ROW    ? STATUS_OK
         : code == SQLITE_DONE ? STATUS_NOT_FOUND
                               : fail(reader, why);
}

size_t store_reader_columns(const struct store_reader *reader) {
  return (size_t)sqlite3_column_count(reader->rows);
}

const char *store_reader_name(const struct store_reader *reader, size_t column) {
  const char *const name = sqlite3_column_name(reader->rows, (int)column);
  return name != NULL ? name : "";
}

struct stored_value store_reader_value(const struct store_reader *reader, size_t column) {
  sqlite3_stmt *const rows = reader->rows;
  const int at = (int)column;
  struct stored_value value = {.kind = STORED_NULL};
  switch (sqlite3_column_type(rows, at)) {
  case SQLITE_INTEGER:
    value.kind = STORED_WHOLE;
    value.whole = sqlite3_column_int64(rows, at);
    break;
  case SQLITE_FLOAT:
    value.kind = STORED_REAL;
    value.real = sqlite3_column_double(rows, at);
    break;
  case SQLITE_TEXT:
    value.text = (const char *)sqlite3_column_text(rows, at);
    value.kind = value.text != NULL ? STORED_TEXT : STORED_NULL;
    break;
  case SQLITE_BLOB:
    value.kind = STORED_BYTES;
    value.bytes = sqlite3_column_blob(rows, at);
    break;
  default:
    break;
  }
  value.size = (size_t)sqlite3_column_bytes(rows, at);
  return value;
}

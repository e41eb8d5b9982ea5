#include "store/trained_rows.h"

#include "anomaly/status.h"
#include "engine/describe.h"
#include "store/guest_private.h"
#include "store/statement.h"

enum { BATCH = 64 };

/* ---- From the one who learned ------------------------------------------------ */

static int put_record(sqlite3_stmt *put, const struct metric_record *record, double now) {
  char words[METRIC_TEXT_SIZE];
  struct text metric = text_over(words, sizeof words);
  describe_metric_short(&record->id, &metric);
  sqlite3_bind_int64(put, 1, (int64_t)record->key);
  sqlite3_bind_text(put, 2, record->id.part[METRIC_HOST], -1, SQLITE_STATIC);
  sqlite3_bind_text(put, 3, words, (int)metric.used, SQLITE_STATIC);
  statement_bind_real(put, 4, now);
  sqlite3_bind_blob64(put, 5, record->state, record->size, SQLITE_STATIC);
  return statement_run(put);
}

static int put_records(struct guest *guest, const struct metric_record *records, size_t count,
                       double now) {
  sqlite3_stmt *put;
  int code = statement_once(guest->handle,
                            "INSERT OR REPLACE INTO trained_state (id, host, metric, trained,"
                            " state) VALUES (?1, ?2, ?3, ?4, ?5)",
                            &put);
  for (size_t i = 0; code == SQLITE_OK && i < count; i++)
    code = put_record(put, &records[i], now);
  sqlite3_finalize(put);
  return code;
}

int trained_rows_put(struct guest *guest, const struct metric_record *records, size_t count,
                     double now, struct text *why) {
  sqlite3_stmt *rollback; /* made now, as it is for when there may be no memory */
  int code = statement_once(guest->handle, "ROLLBACK", &rollback);
  if (code == SQLITE_OK)
    code = sqlite3_exec(guest->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  if (code == SQLITE_OK)
    code = put_records(guest, records, count, now);
  if (code == SQLITE_OK)
    code = sqlite3_exec(guest->handle, "COMMIT", NULL, NULL, NULL);
  const int status = code == SQLITE_OK ? STATUS_OK : guest_fail(guest, why);
  if (sqlite3_get_autocommit(guest->handle) == 0)
    (void)statement_run(rollback);
  sqlite3_finalize(rollback);
  return status;
}

/* ---- To the one who watches ---------------------------------------------------- */

struct taking {
  struct database *database;
  struct engine *engine;
  double now;
  int64_t cursor;
  size_t rows;
  uint64_t taken;
};

static int keep_state(struct database *database, int64_t id) {
  return statement_run_with_id(
      database->handle,
      "INSERT OR REPLACE INTO detector_state (id, host, metric, last_updated, state, trained)"
      " SELECT id, host, metric, trained, state, 1 FROM trained_state WHERE id = ?1",
      id);
}

static int remove_row(struct database *database, int64_t id) {
  return statement_run_with_id(database->handle, "DELETE FROM trained_state WHERE id = ?1", id);
}

/* Columns: id, state, trained. */
static int take_row(void *context, sqlite3_stmt *row) {
  struct taking *const taking = context;
  const void *const state = sqlite3_column_blob(row, 1);
  const enum taking_over result =
      engine_take_over(taking->engine, state, (size_t)sqlite3_column_bytes(row, 1), taking->now);
  taking->cursor = sqlite3_column_int64(row, 0);
  taking->rows++;
  if (result == TAKEN_LATER && taking->now - sqlite3_column_double(row, 2) < TRAINED_PATIENCE)
    return SQLITE_OK;
  taking->taken += result == TAKEN_OVER;
  const int code = result == TAKEN_OVER ? keep_state(taking->database, taking->cursor) : SQLITE_OK;
  return code == SQLITE_OK ? remove_row(taking->database, taking->cursor) : code;
}

static int take_rows(struct database *database, void *context) {
  struct taking *const taking = context;
  sqlite3_stmt *rows;
  const int code = statement_once(database->handle,
                                  "SELECT id, state, trained FROM trained_state WHERE id > ?1"
                                  " ORDER BY id LIMIT ?2",
                                  &rows);
  if (code != SQLITE_OK)
    return code;
  sqlite3_bind_int64(rows, 1, taking->cursor);
  sqlite3_bind_int(rows, 2, BATCH);
  return statement_each(rows, take_row, taking);
}

bool trained_rows_take(struct database *database, struct health *health, struct engine *engine,
                       double now, int64_t *cursor, size_t *ret_rows, uint64_t *taken) {
  struct taking taking = {.database = database, .engine = engine, .now = now, .cursor = *cursor};
  if (!database_transaction(database, health, take_rows, &taking))
    return false;
  *cursor = taking.cursor;
  *ret_rows = taking.rows;
  *taken += taking.taken;
  return true;
}

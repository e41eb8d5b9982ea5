#include "store/states.h"

#include "engine/describe.h"
#include "store/schema.h"
#include "store/statement.h"

#include <math.h>

struct batch {
  struct model_shelf *shelf;
  bool trains;
  const struct metric_record *records;
  size_t count;
  double now;
};

/* The columns that both tables begin with. */
static void bind_name(sqlite3_stmt *put, const struct metric_record *record,
                      const struct text *metric) {
  sqlite3_bind_int64(put, 1, (int64_t)record->key);
  sqlite3_bind_text(put, 2, record->id.part[METRIC_HOST], -1, SQLITE_STATIC);
  sqlite3_bind_text(put, 3, metric->buffer, (int)metric->used, SQLITE_STATIC);
}

static int put_state(sqlite3_stmt *put, const struct metric_record *record,
                     const struct text *metric, const struct batch *batch) {
  bind_name(put, record, metric);
  statement_bind_real(put, 4, batch->now);
  sqlite3_bind_blob64(put, 5, record->state, record->size, SQLITE_STATIC);
  sqlite3_bind_int(put, 6, batch->trains || record->trained);
  return statement_run(put);
}

static int put_baseline(sqlite3_stmt *put, const struct metric_record *record,
                        const struct text *metric, double now) {
  const struct metric_baseline *const baseline = &record->baseline;
  const double known[] = {baseline->mean, baseline->deviation, baseline->minimum,
                          baseline->maximum};
  bind_name(put, record, metric);
  for (int i = 0; i < 4; i++)
    statement_bind_real(put, 4 + i, baseline->count > 0 ? known[i] : (double)NAN);
  sqlite3_bind_int64(put, 8, (int64_t)baseline->count);
  statement_bind_real(put, 9, baseline->count > 0 ? baseline->percentile_95 : (double)NAN);
  statement_bind_real(put, 10, baseline->count > 0 ? baseline->percentile_99 : (double)NAN);
  statement_bind_real(put, 11, record->first_time > 0 ? record->first_time : (double)NAN);
  statement_bind_real(put, 12, record->last_time);
  statement_bind_real(put, 13, now);
  sqlite3_bind_int64(put, 14, record->missing);
  sqlite3_bind_text(put, 15, record->learning, -1, SQLITE_STATIC);
  return statement_run(put);
}

static int put_record(struct database *database, const struct batch *batch,
                      const struct metric_record *record) {
  char name[METRIC_TEXT_SIZE];
  struct text metric = text_over(name, sizeof name);
  describe_metric_short(&record->id, &metric);
  int code = SQLITE_OK;
  if ((record->unsaved & UNSAVED_STATE) != 0)
    code = put_state(database->statement[STATEMENT_PUT_STATE], record, &metric, batch);
  if (code == SQLITE_OK && (record->unsaved & UNSAVED_BASELINE) != 0)
    code = put_baseline(database->statement[STATEMENT_PUT_BASELINE], record, &metric, batch->now);
  for (size_t i = 0; code == SQLITE_OK && i < record->model_count; i++)
    code = model_shelf_put(batch->shelf, database, record, &record->models[i]);
  return code;
}

static int put_batch(struct database *database, void *context) {
  const struct batch *const batch = context;
  int code = SQLITE_OK;
  for (size_t i = 0; code == SQLITE_OK && i < batch->count; i++)
    code = put_record(database, batch, &batch->records[i]);
  return code;
}

bool states_put(struct database *database, struct health *health, struct model_shelf *shelf,
                bool trains, const struct metric_record *records, size_t count, double now) {
  struct batch batch = {
      .shelf = shelf, .trains = trains, .records = records, .count = count, .now = now};
  const struct model_shelf before = *shelf;
  const bool good = database_transaction(database, health, put_batch, &batch);
  if (!good)
    *shelf = before;
  return good;
}

/* Groups, which come with the places of their members; then the rest, who find them. */
static const char *const passes[] = {
    "SELECT state, trained FROM detector_state WHERE " SCHEMA_IS_GROUP " ORDER BY id",
    "SELECT state, trained FROM detector_state WHERE NOT " SCHEMA_IS_GROUP " ORDER BY id"};

struct restoring {
  struct engine *engine;
  bool trains;
  double now;
  struct restore_stats *stats;
};

/* Columns: state, trained. */
static int restore_row(void *context, sqlite3_stmt *row) {
  const struct restoring *const restoring = context;
  const void *const state = sqlite3_column_blob(row, 0);
  const bool trained = sqlite3_column_int(row, 1) != 0 && !restoring->trains;
  engine_restore(restoring->engine, trained ? LEARNED_ELSEWHERE : LEARNED_HERE, state,
                 (size_t)sqlite3_column_bytes(row, 0), restoring->now, restoring->stats);
  return SQLITE_OK;
}

bool states_restore(struct database *database, struct health *health, struct engine *engine,
                    bool trains, double now, struct restore_stats *stats) {
  struct restoring restoring = {.engine = engine, .trains = trains, .now = now, .stats = stats};
  int code = SQLITE_OK;
  for (size_t i = 0; i < sizeof passes / sizeof *passes && code == SQLITE_OK; i++) {
    sqlite3_stmt *rows;
    code = statement_once(database->handle, passes[i], &rows);
    if (code == SQLITE_OK)
      code = statement_each(rows, restore_row, &restoring);
  }
  if (code != SQLITE_OK)
    database_fail(database, health, code);
  return code == SQLITE_OK;
}

/* The small table says which rows of the large one are old. */
static int forget(struct database *database, void *context) {
  static const char *const steps[] = {
      "DELETE FROM detector_state WHERE id IN (SELECT id FROM baselines WHERE last_seen < ?1)",
      "DELETE FROM models WHERE metric_id IN (SELECT id FROM baselines WHERE last_seen < ?1)",
      "DELETE FROM baselines WHERE last_seen < ?1"};
  int code = SQLITE_OK;
  for (size_t i = 0; code == SQLITE_OK && i < sizeof steps / sizeof *steps; i++)
    code = statement_run_with_real(database->handle, steps[i], *(const double *)context);
  return code;
}

bool states_forget(struct database *database, struct health *health, double before) {
  return database_transaction(database, health, forget, &before);
}

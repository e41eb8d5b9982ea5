#include "store/model_rows.h"

#include "anomaly/status.h"
#include "store/statement.h"

#include <math.h>
#include <string.h>

/* The columns of a row that have no default; the order is that of bind and take. */
#define MODEL_COLUMNS                                                                              \
  "scope, subject, model, version, options, created, samples, train_from, train_to,"               \
  " score_mean, score_stddev, score_min, score_max, threshold, precision, recall, f1, champion,"   \
  " bytes"

static const char *const scope_names[] = {[MODEL_OF_METRIC] = "metric", [MODEL_OF_GROUP] = "group"};

static int status_of(bool good) { return good ? STATUS_OK : STATUS_IO; }

/* ---- Writing ---------------------------------------------------------------- */

struct putting {
  const struct model_row *row;
  int64_t id;
};

static int bind_row(sqlite3_stmt *put, const struct model_row *row) {
  const double numbers[] = {row->train_from, row->train_to,  row->score_mean, row->score_stddev,
                            row->score_min,  row->score_max, row->threshold,  row->precision,
                            row->recall,     row->f1};
  sqlite3_bind_text(put, 1, scope_names[row->scope], -1, SQLITE_STATIC);
  sqlite3_bind_text(put, 2, row->subject, -1, SQLITE_STATIC);
  sqlite3_bind_text(put, 3, row->model, -1, SQLITE_STATIC);
  sqlite3_bind_int64(put, 4, row->version);
  sqlite3_bind_text(put, 5, row->options, -1, SQLITE_STATIC);
  statement_bind_real(put, 6, row->created);
  sqlite3_bind_int64(put, 7, (int64_t)row->samples);
  for (int i = 0; i < 10; i++)
    statement_bind_real(put, 8 + i, numbers[i]);
  sqlite3_bind_int(put, 18, row->champion);
  sqlite3_bind_int64(put, 19, (int64_t)row->bytes);
  return sqlite3_bind_blob64(put, 20, row->block, row->bytes, SQLITE_STATIC);
}

/* The champions of row ?1's subject are none any more, but for that row itself. */
static const char dethrone[] =
    "UPDATE models SET champion = (id = ?1) WHERE (scope, subject) ="
    " (SELECT scope, subject FROM models WHERE id = ?1) AND champion <> (id = ?1)";

static int put_row(struct database *database, void *context) {
  struct putting *const putting = context;
  sqlite3_stmt *put;
  int code = sqlite3_prepare_v2(database->handle,
                                "INSERT INTO models (" MODEL_COLUMNS ", block) VALUES (?1, ?2, ?3,"
                                " ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
                                " ?18, ?19, ?20)",
                                -1, &put, NULL);
  if (code == SQLITE_OK)
    code = bind_row(put, putting->row);
  if (code == SQLITE_OK)
    code = statement_run(put);
  sqlite3_finalize(put);
  putting->id = sqlite3_last_insert_rowid(database->handle);
  return code == SQLITE_OK && putting->row->champion
             ? statement_run_with_id(database->handle, dethrone, putting->id)
             : code;
}

int model_rows_put(struct database *database, struct health *health, const struct model_row *row,
                   int64_t *ret_id) {
  struct putting putting = {.row = row};
  if (row->bytes > MODEL_ROW_BYTES_MAX)
    return STATUS_LIMIT;
  if (!database_transaction(database, health, put_row, &putting))
    return STATUS_IO;
  *ret_id = putting.id;
  return STATUS_OK;
}

struct crowning {
  int64_t id;
  bool found;
};

static int crown(struct database *database, void *context) {
  struct crowning *const crowning = context;
  int code = statement_run_with_id(database->handle, "UPDATE models SET champion = 1 WHERE id = ?1",
                                   crowning->id);
  crowning->found = sqlite3_changes(database->handle) > 0;
  return code == SQLITE_OK ? statement_run_with_id(database->handle, dethrone, crowning->id) : code;
}

int model_rows_crown(struct database *database, struct health *health, int64_t id) {
  struct crowning crowning = {.id = id};
  if (!database_transaction(database, health, crown, &crowning))
    return STATUS_IO;
  return crowning.found ? STATUS_OK : STATUS_NOT_FOUND;
}

static int forget(struct database *database, void *context) {
  return statement_run_with_id(
      database->handle,
      "DELETE FROM models WHERE champion = 0 AND id IN (SELECT id FROM"
      " (SELECT id, row_number() OVER (PARTITION BY scope, subject ORDER BY id DESC)"
      " AS place FROM models) WHERE place > ?1)",
      *(const int64_t *)context);
}

int model_rows_forget(struct database *database, struct health *health, unsigned keep) {
  int64_t rows = keep;
  return status_of(database_transaction(database, health, forget, &rows));
}

/* ---- Reading ---------------------------------------------------------------- */

static const char *text_at(sqlite3_stmt *get, int at) {
  const char *const text = (const char *)sqlite3_column_text(get, at);
  return text != NULL ? text : "";
}

static double real_at(sqlite3_stmt *get, int at) {
  return sqlite3_column_type(get, at) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(get, at);
}

/* Columns: MODEL_COLUMNS, id, and perhaps block. */
static struct model_row take_row(sqlite3_stmt *get) {
  struct model_row row = {
      .scope = strcmp(text_at(get, 0), scope_names[MODEL_OF_GROUP]) == 0 ? MODEL_OF_GROUP
                                                                         : MODEL_OF_METRIC,
      .subject = text_at(get, 1),
      .model = text_at(get, 2),
      .version = (uint32_t)sqlite3_column_int64(get, 3),
      .options = text_at(get, 4),
      .created = real_at(get, 5),
      .samples = (uint64_t)sqlite3_column_int64(get, 6),
      .train_from = real_at(get, 7),
      .train_to = real_at(get, 8),
      .score_mean = real_at(get, 9),
      .score_stddev = real_at(get, 10),
      .score_min = real_at(get, 11),
      .score_max = real_at(get, 12),
      .threshold = real_at(get, 13),
      .precision = real_at(get, 14),
      .recall = real_at(get, 15),
      .f1 = real_at(get, 16),
      .champion = sqlite3_column_int(get, 17) != 0,
      .bytes = (size_t)sqlite3_column_int64(get, 18),
      .id = sqlite3_column_int64(get, 19),
  };
  if (sqlite3_column_count(get) > 20) {
    row.block = sqlite3_column_blob(get, 20);
    row.bytes = (size_t)sqlite3_column_bytes(get, 20);
  }
  return row;
}

/* Visits the rows of a query, which is finalized; gives how many there were. */
static int visit_rows(struct database *database, struct health *health, sqlite3_stmt *get, int code,
                      void (*visit)(void *context, const struct model_row *row), void *context,
                      size_t *ret_rows) {
  size_t rows = 0;
  while (code == SQLITE_OK && (code = sqlite3_step(get)) == SQLITE_ROW) {
    const struct model_row row = take_row(get);
    visit(context, &row);
    rows++;
    code = SQLITE_OK;
  }
  sqlite3_finalize(get);
  *ret_rows = rows;
  if (code == SQLITE_DONE)
    return STATUS_OK;
  database_fail(database, health, code);
  return STATUS_IO;
}

int model_rows_each(struct database *database, struct health *health,
                    void (*visit)(void *context, const struct model_row *row), void *context) {
  sqlite3_stmt *get;
  size_t rows;
  const int code = sqlite3_prepare_v2(
      database->handle, "SELECT " MODEL_COLUMNS ", id FROM models ORDER BY id", -1, &get, NULL);
  return visit_rows(database, health, get, code, visit, context, &rows);
}

int model_rows_champion(struct database *database, struct health *health, enum model_scope scope,
                        const char *subject,
                        void (*visit)(void *context, const struct model_row *row), void *context) {
  sqlite3_stmt *get;
  size_t rows;
  const int code = sqlite3_prepare_v2(database->handle,
                                      "SELECT " MODEL_COLUMNS ", id, block FROM models"
                                      " WHERE scope = ?1 AND subject = ?2 AND champion = 1"
                                      " ORDER BY id DESC LIMIT 1",
                                      -1, &get, NULL);
  if (code == SQLITE_OK) {
    sqlite3_bind_text(get, 1, scope_names[scope], -1, SQLITE_STATIC);
    sqlite3_bind_text(get, 2, subject, -1, SQLITE_STATIC);
  }
  const int status = visit_rows(database, health, get, code, visit, context, &rows);
  return status == STATUS_OK && rows == 0 ? STATUS_NOT_FOUND : status;
}

#include "store/model_rows.h"

#include "anomaly/status.h"
#include "store/statement.h"

#include <math.h>
#include <string.h>

/* The columns of a row but id and block; the order is that of bind and take. */
#define MODEL_COLUMNS                                                                              \
  "scope, subject, metric_id, model, version, options, created, samples, train_from, train_to,"    \
  " score_mean, score_stddev, score_min, score_max, threshold, input_drift, score_drift,"          \
  " precision, recall, f1, champion, bytes, since"

enum { COLUMN_ID = 23, COLUMN_BLOCK };

static const char *const scope_names[] = {[MODEL_OF_METRIC] = "metric", [MODEL_OF_GROUP] = "group"};

/* ---- Writing ---------------------------------------------------------------- */

/* What a row is one of: ?1 .. ?3. */
static void bind_kind(sqlite3_stmt *statement, const struct model_row *row) {
  sqlite3_bind_text(statement, 1, scope_names[row->scope], -1, SQLITE_STATIC);
  sqlite3_bind_text(statement, 2, row->subject, -1, SQLITE_STATIC);
  sqlite3_bind_text(statement, 3, row->model, -1, SQLITE_STATIC);
}

static int bind_row(sqlite3_stmt *put, const struct model_row *row) {
  const double numbers[] = {row->train_from,  row->train_to,  row->score_mean, row->score_stddev,
                            row->score_min,   row->score_max, row->threshold,  row->input_drift,
                            row->score_drift, row->precision, row->recall,     row->f1};
  bind_kind(put, row);
  if (row->metric_id != 0)
    sqlite3_bind_int64(put, 4, row->metric_id);
  sqlite3_bind_int64(put, 5, row->version);
  sqlite3_bind_text(put, 6, row->options, -1, SQLITE_STATIC);
  statement_bind_real(put, 7, row->created);
  sqlite3_bind_int64(put, 8, (int64_t)row->samples);
  for (int i = 0; i < 12; i++)
    statement_bind_real(put, 9 + i, numbers[i]);
  sqlite3_bind_int(put, 21, row->champion);
  sqlite3_bind_int64(put, 22, (int64_t)row->bytes);
  statement_bind_real(put, 23, row->since);
  return sqlite3_bind_blob64(put, 24, row->block, row->bytes, SQLITE_STATIC);
}

/* Runs SQL on what the row is one of, with a number as ?4. */
static int run_on_kind(sqlite3 *database, const char *sql, const struct model_row *row,
                       int64_t number) {
  sqlite3_stmt *statement;
  const int code = statement_once(database, sql, &statement);
  if (code != SQLITE_OK)
    return code;
  bind_kind(statement, row);
  sqlite3_bind_int64(statement, 4, number);
  return statement_finish(statement);
}

static int remove_version(sqlite3 *database, const struct model_row *row) {
  return run_on_kind(database,
                     "DELETE FROM models WHERE scope = ?1 AND subject = ?2 AND model = ?3"
                     " AND version = ?4",
                     row, row->version);
}

/* The other champions of what row ?1 is one of are none any more. */
static int dethrone_others(sqlite3 *database, int64_t id) {
  return statement_run_with_id(
      database,
      "UPDATE models SET champion = (id = ?1) WHERE (scope, subject, model) ="
      " (SELECT scope, subject, model FROM models WHERE id = ?1) AND champion <> (id = ?1)",
      id);
}

int model_rows_add(sqlite3 *database, const struct model_row *row, int64_t *ret_id) {
  sqlite3_stmt *put;
  int code = remove_version(database, row);
  if (code == SQLITE_OK)
    code = statement_once(
        database,
        "INSERT INTO models (" MODEL_COLUMNS ", block) VALUES (?1, ?2, ?4, ?3, ?5, ?6, ?7, ?8, ?9,"
        " ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)",
        &put);
  if (code != SQLITE_OK)
    return code;
  code = bind_row(put, row);
  if (code == SQLITE_OK)
    code = statement_run(put);
  sqlite3_finalize(put);
  if (code != SQLITE_OK)
    return code;
  *ret_id = sqlite3_last_insert_rowid(database);
  return row->champion ? dethrone_others(database, *ret_id) : SQLITE_OK;
}

int model_rows_judge(sqlite3 *database, const struct model_row *row) {
  sqlite3_stmt *put;
  const int code =
      statement_once(database,
                     "UPDATE models SET input_drift = ?5, score_drift = ?6"
                     " WHERE scope = ?1 AND subject = ?2 AND model = ?3 AND version = ?4",
                     &put);
  if (code != SQLITE_OK)
    return code;
  bind_kind(put, row);
  sqlite3_bind_int64(put, 4, row->version);
  statement_bind_real(put, 5, row->input_drift);
  statement_bind_real(put, 6, row->score_drift);
  return statement_finish(put);
}

struct putting {
  const struct model_row *row;
  int64_t id;
};

static int put_row(struct database *database, void *context) {
  struct putting *const putting = context;
  return model_rows_add(database->handle, putting->row, &putting->id);
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

int model_rows_uncrown(sqlite3 *database, int64_t id) {
  return statement_run_with_id(database, "UPDATE models SET crowned = NULL WHERE id = ?1", id);
}

int model_rows_forget(sqlite3 *database, unsigned keep) {
  return statement_run_with_id(
      database,
      "DELETE FROM models WHERE champion = 0 AND id IN (SELECT id FROM"
      " (SELECT id, row_number() OVER (PARTITION BY scope, subject, model ORDER BY id DESC)"
      " AS place FROM models) WHERE place > ?1)",
      keep);
}

int model_rows_forget_like(sqlite3 *database, const struct model_row *row, unsigned keep) {
  return run_on_kind(database,
                     "DELETE FROM models WHERE id IN (SELECT id FROM models WHERE scope = ?1"
                     " AND subject = ?2 AND model = ?3 ORDER BY id DESC LIMIT -1 OFFSET ?4)",
                     row, keep);
}

int model_rows_bytes(sqlite3 *database, int64_t *ret_bytes) {
  return statement_number(database, "SELECT total(bytes) FROM models", ret_bytes);
}

int model_rows_bytes_like(sqlite3 *database, const struct model_row *row, int64_t *ret_bytes) {
  sqlite3_stmt *get;
  const int code =
      statement_once(database,
                     "SELECT total(bytes) FROM models WHERE scope = ?1 AND subject = ?2"
                     " AND model = ?3",
                     &get);
  if (code != SQLITE_OK)
    return code;
  bind_kind(get, row);
  if (sqlite3_step(get) == SQLITE_ROW)
    *ret_bytes = sqlite3_column_int64(get, 0);
  return sqlite3_finalize(get);
}

/* ---- Reading ---------------------------------------------------------------- */

static const char *text_at(sqlite3_stmt *get, int at) {
  const char *const text = (const char *)sqlite3_column_text(get, at);
  return text != NULL ? text : "";
}

static double real_at(sqlite3_stmt *get, int at) {
  return sqlite3_column_type(get, at) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(get, at);
}

/* Columns: MODEL_COLUMNS, id. */
static struct model_row take_row(sqlite3_stmt *get) {
  return (struct model_row){
      .scope = strcmp(text_at(get, 0), scope_names[MODEL_OF_GROUP]) == 0 ? MODEL_OF_GROUP
                                                                         : MODEL_OF_METRIC,
      .subject = text_at(get, 1),
      .metric_id = sqlite3_column_int64(get, 2),
      .model = text_at(get, 3),
      .version = (uint32_t)sqlite3_column_int64(get, 4),
      .options = text_at(get, 5),
      .created = real_at(get, 6),
      .samples = (uint64_t)sqlite3_column_int64(get, 7),
      .train_from = real_at(get, 8),
      .train_to = real_at(get, 9),
      .score_mean = real_at(get, 10),
      .score_stddev = real_at(get, 11),
      .score_min = real_at(get, 12),
      .score_max = real_at(get, 13),
      .threshold = real_at(get, 14),
      .input_drift = real_at(get, 15),
      .score_drift = real_at(get, 16),
      .precision = real_at(get, 17),
      .recall = real_at(get, 18),
      .f1 = real_at(get, 19),
      .champion = sqlite3_column_int(get, 20) != 0,
      .bytes = (size_t)sqlite3_column_int64(get, 21),
      .since = real_at(get, 22),
      .id = sqlite3_column_int64(get, COLUMN_ID),
  };
}

/* How the rows of a query are visited; where choose is NULL, all of them. */
struct visiting {
  bool blocks;
  model_chooser choose;
  model_visitor visit;
  void *context;
};

/* SQLite reads a block only when it is asked for, and gives NULL where it has no memory for it. */
static int visit_row(void *context, sqlite3_stmt *get) {
  const struct visiting *const visiting = context;
  struct model_row row = take_row(get);
  if (visiting->choose != NULL && !visiting->choose(visiting->context, &row))
    return SQLITE_OK;
  if (visiting->blocks) {
    row.block = sqlite3_column_blob(get, COLUMN_BLOCK);
    row.bytes = (size_t)sqlite3_column_bytes(get, COLUMN_BLOCK);
    if (row.block == NULL && sqlite3_errcode(sqlite3_db_handle(get)) == SQLITE_NOMEM)
      return SQLITE_NOMEM;
  }
  visiting->visit(visiting->context, &row);
  return SQLITE_OK;
}

static int visit_rows(struct database *database, struct health *health, const char *sql,
                      struct visiting *visiting) {
  sqlite3_stmt *get;
  int code = statement_once(database->handle, sql, &get);
  if (code == SQLITE_OK)
    code = statement_each(get, visit_row, visiting);
  if (code == SQLITE_OK)
    return STATUS_OK;
  database_fail(database, health, code);
  return STATUS_IO;
}

int model_rows_each(struct database *database, struct health *health, model_visitor visit,
                    void *context) {
  struct visiting visiting = {.visit = visit, .context = context};
  return visit_rows(database, health, "SELECT " MODEL_COLUMNS ", id FROM models ORDER BY id",
                    &visiting);
}

int model_rows_load(struct database *database, struct health *health, model_chooser choose,
                    model_visitor visit, void *context) {
  struct visiting visiting = {.blocks = true, .choose = choose, .visit = visit, .context = context};
  return visit_rows(database, health, "SELECT " MODEL_COLUMNS ", id, block FROM models ORDER BY id",
                    &visiting);
}

int model_rows_crowned(struct database *database, struct health *health, model_visitor visit,
                       void *context) {
  struct visiting visiting = {.blocks = true, .visit = visit, .context = context};
  return visit_rows(database, health,
                    "SELECT " MODEL_COLUMNS ", id, block FROM models WHERE crowned IS NOT NULL"
                    " ORDER BY crowned",
                    &visiting);
}

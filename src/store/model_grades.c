#include "store/model_grades.h"

#include "anomaly/state.h"
#include "base/text.h"
#include "store/statement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Seconds between two looks at labels that are the same. */
static const double INTERVAL = 3600;

/* Versions of one look; those of the latest fits. */
enum { GRADED_MOST = 1000, MODEL_NAME_SIZE = 64 };

/* A version, and for how long it scored. */
struct version {
  int64_t id, metric_id;
  uint32_t version;
  bool champion;
  char model[MODEL_NAME_SIZE];
  double created, since, until;
  double precision, recall, f1; /* NaN = not known */
};

struct look {
  struct model_grades *grades;
  struct engine *engine;
  double now;
  struct version *versions;
  size_t count;
};

/* Whether label l is about the metric whose identity is `subject`, as labels are written. */
#define LABEL_IS_OF(subject)                                                                       \
  "(" subject " = l.metric OR " subject " GLOB l.metric OR " subject " || ':value' = l.metric)"

/* ---- What is to be graded ------------------------------------------------------- */

static int take_version(void *context, sqlite3_stmt *get) {
  struct look *const look = context;
  struct version *const version = &look->versions[look->count++];
  const char *const model = (const char *)sqlite3_column_text(get, 4);
  *version = (struct version){.id = sqlite3_column_int64(get, 0),
                              .metric_id = sqlite3_column_int64(get, 1),
                              .version = (uint32_t)sqlite3_column_int64(get, 2),
                              .champion = sqlite3_column_int(get, 3) != 0,
                              .created = sqlite3_column_double(get, 5),
                              .since = sqlite3_column_double(get, 6),
                              .until = look->now,
                              .precision = NAN,
                              .recall = NAN,
                              .f1 = NAN};
  text_copy(version->model, MODEL_NAME_SIZE, model != NULL ? model : "");
  if (sqlite3_column_type(get, 7) != SQLITE_NULL)
    version->until = sqlite3_column_double(get, 7);
  return SQLITE_OK;
}

/* What labels speak of: metrics, and groups of one host; one over hosts is told of under others. */
#define IS_GRADED "(m.scope = 'metric' OR m.subject GLOB '*/gauge-group')"

/* A version scored until the next one of the same metric and model took its place. */
static int find_versions(sqlite3 *database, struct look *look) {
  sqlite3_stmt *get;
  const int code = statement_once(
      database,
      "SELECT id, metric_id, version, champion, model, created, since, (SELECT min(n.since)"
      " FROM models n WHERE n.scope = m.scope AND n.subject = m.subject AND n.model = m.model"
      " AND n.id > m.id) FROM models m WHERE " IS_GRADED " AND since IS NOT NULL AND EXISTS"
      " (SELECT 1 FROM labels l WHERE " LABEL_IS_OF("m.subject") " AND l.\"end\" >= m.since)"
                                                                 " ORDER BY id DESC LIMIT ?1",
      &get);
  if (code != SQLITE_OK)
    return code;
  sqlite3_bind_int(get, 1, GRADED_MOST);
  return statement_each(get, take_version, look);
}

/* ---- Grades --------------------------------------------------------------------- */

/* Verdicts of version ?1's metric that it voted for, while it scored: ?2 .. ?3. */
#define VOTES                                                                                      \
  " FROM models m JOIN detector_state d ON d.id = m.metric_id JOIN anomalies a ON a.host = d.host" \
  " AND a.metric = d.metric AND a.time >= ?2 AND a.time < ?3"                                      \
  " AND instr(',' || a.voters || ',', ',' || m.model || ',') > 0"

/* Labels in its time; of them, those it found; its episodes; of them, those in labels. */
static const char count_sql[] =
    "WITH spans AS (SELECT max(l.start, ?2) AS start, min(l.\"end\", ?3) AS end FROM models m"
    " JOIN labels l ON " LABEL_IS_OF(
        "m.subject") " WHERE m.id = ?1 AND l.\"end\" >= ?2"
                     " AND l.start < ?3),"
                     " votes AS (SELECT a.time AS time, a.episode AS episode" VOTES
                     " WHERE m.id = ?1)"
                     " SELECT (SELECT count(*) FROM spans),"
                     " (SELECT count(*) FROM spans s WHERE EXISTS (SELECT 1 FROM votes v"
                     " WHERE v.time BETWEEN s.start AND s.end)),"
                     " (SELECT count(DISTINCT episode) FROM votes),"
                     " (SELECT count(DISTINCT episode) FROM votes v WHERE EXISTS (SELECT 1 FROM "
                     "spans s"
                     " WHERE v.time BETWEEN s.start AND s.end))";

static void take_counts(sqlite3_stmt *get, struct version *version) {
  const double labels = sqlite3_column_double(get, 0), found = sqlite3_column_double(get, 1);
  const double episodes = sqlite3_column_double(get, 2), right = sqlite3_column_double(get, 3);
  if (!(labels > 0))
    return;
  version->recall = found / labels;
  if (episodes > 0)
    version->precision = right / episodes;
  const double sum = version->recall + (episodes > 0 ? version->precision : 0);
  version->f1 = sum > 0 && episodes > 0 ? 2 * version->recall * version->precision / sum : 0;
}

static int count(sqlite3 *database, struct look *look) {
  sqlite3_stmt *get;
  int code = statement_once(database, count_sql, &get);
  for (size_t i = 0; code == SQLITE_OK && i < look->count; i++) {
    sqlite3_bind_int64(get, 1, look->versions[i].id);
    sqlite3_bind_double(get, 2, look->versions[i].since);
    sqlite3_bind_double(get, 3, look->versions[i].until);
    if (sqlite3_step(get) == SQLITE_ROW)
      take_counts(get, &look->versions[i]);
    code = sqlite3_reset(get);
  }
  sqlite3_finalize(get);
  return code;
}

static int write_grades(sqlite3 *database, const struct look *look) {
  sqlite3_stmt *put;
  int code = statement_once(
      database, "UPDATE models SET precision = ?2, recall = ?3, f1 = ?4 WHERE id = ?1", &put);
  for (size_t i = 0; code == SQLITE_OK && i < look->count; i++) {
    const struct version *const version = &look->versions[i];
    sqlite3_bind_int64(put, 1, version->id);
    statement_bind_real(put, 2, version->precision);
    statement_bind_real(put, 3, version->recall);
    statement_bind_real(put, 4, version->f1);
    code = statement_run(put);
  }
  sqlite3_finalize(put);
  return code;
}

/* ---- What follows ---------------------------------------------------------------- */

/* The best of the earlier versions of the same; NULL where no label speaks of any. */
static const struct version *best_other(const struct look *look, const struct version *champion) {
  const struct version *best = NULL;
  for (size_t i = 0; i < look->count; i++) {
    const struct version *const other = &look->versions[i];
    if (other != champion && other->metric_id == champion->metric_id && !isnan(other->f1) &&
        strcmp(other->model, champion->model) == 0 && (best == NULL || other->f1 > best->f1))
      best = other;
  }
  return best;
}

static int go_back(sqlite3 *database, int64_t id, double now) {
  sqlite3_stmt *put;
  const int code = statement_once(database, "UPDATE models SET crowned = ?2 WHERE id = ?1", &put);
  if (code != SQLITE_OK)
    return code;
  sqlite3_bind_int64(put, 1, id);
  statement_bind_real(put, 2, now);
  return statement_finish(put);
}

static int tell(sqlite3 *database, struct look *look, const struct version *champion) {
  const struct version *const best = best_other(look, champion);
  const struct stored_model stored = {.key = (uint64_t)champion->metric_id,
                                      .model = champion->model,
                                      .version = champion->version,
                                      .created = champion->created};
  switch (engine_grade_model(look->engine, &stored, champion->f1,
                             best != NULL ? best->f1 : (double)NAN)) {
  case MODEL_GOOD:
    return SQLITE_OK;
  case MODEL_REFIT:
    look->grades->refits++;
    return SQLITE_OK;
  case MODEL_RETURN:
    look->grades->returns++;
    return go_back(database, best->id, look->now);
  }
  return SQLITE_OK;
}

static int grade(struct database *database, void *context) {
  struct look *const look = context;
  int code = find_versions(database->handle, look);
  if (code == SQLITE_OK)
    code = count(database->handle, look);
  if (code == SQLITE_OK)
    code = write_grades(database->handle, look);
  for (size_t i = 0; code == SQLITE_OK && i < look->count; i++)
    if (look->versions[i].champion && !isnan(look->versions[i].f1))
      code = tell(database->handle, look, &look->versions[i]);
  return code;
}

/* Whether labels are others than at the last look. */
static int look_at_labels(struct model_grades *grades, sqlite3 *database, bool *ret_changed) {
  int64_t labels = 0, newest = 0;
  int code = statement_number(database, "SELECT count(*) FROM labels", &labels);
  if (code == SQLITE_OK)
    code = statement_number(database, "SELECT coalesce(max(id), 0) FROM labels", &newest);
  *ret_changed = labels != grades->labels || newest != grades->newest;
  grades->labels = labels;
  grades->newest = newest;
  return code;
}

bool model_grades_look(struct model_grades *grades, struct database *database,
                       struct health *health, struct engine *engine, double now, double clock) {
  bool changed = false;
  const int code = look_at_labels(grades, database->handle, &changed);
  if (code != SQLITE_OK) {
    database_fail(database, health, code);
    return false;
  }
  if (!changed && (grades->labels == 0 || clock < grades->next))
    return true;
  struct look look = {.grades = grades, .engine = engine, .now = now};
  look.versions = calloc(GRADED_MOST, sizeof *look.versions);
  if (look.versions == NULL)
    database_fail(database, health, SQLITE_NOMEM);
  const bool good = look.versions != NULL && database_transaction(database, health, grade, &look);
  if (good)
    grades->next = clock + INTERVAL;
  else
    grades->newest = -1; /* the next look sees a change */
  free(look.versions);
  return good;
}

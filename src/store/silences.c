#include "store/silences.h"

#include "anomaly/status.h"
#include "engine/incidents.h"
#include "store/statement.h"

#include <stdlib.h>

static void replace(struct silences *silences, struct pattern *patterns, size_t count,
                    struct incidents *incidents) {
  incidents_set_maintenance(incidents, MAINTENANCE_BY_SILENCE, patterns, count);
  patterns_free(silences->patterns, silences->count);
  silences->patterns = patterns;
  silences->count = count;
}

void silences_release(struct silences *silences, struct incidents *incidents) {
  if (incidents != NULL)
    replace(silences, NULL, 0, incidents);
}

/* A code of SQLite; a row that is no pattern is passed over. */
static int read_row(sqlite3_stmt *rows, struct pattern *patterns, size_t *count) {
  char words[160];
  struct text why = text_over(words, sizeof words);
  const char *const host = (const char *)sqlite3_column_text(rows, 0);
  if (host == NULL)
    return SQLITE_OK; /* the next step says whether that is a lack of memory */
  const int status = pattern_create(&patterns[*count], host, &why);
  *count += status == STATUS_OK;
  return status == STATUS_NO_MEMORY ? SQLITE_NOMEM : SQLITE_OK;
}

static int read_rows(sqlite3_stmt *rows, struct pattern *patterns, size_t *count) {
  int code = SQLITE_OK;
  while (code == SQLITE_OK && *count < SILENCES_MAX && (code = sqlite3_step(rows)) == SQLITE_ROW)
    code = read_row(rows, patterns, count);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

bool silences_look(struct silences *silences, struct database *database, struct health *health,
                   struct incidents *incidents, double now) {
  struct pattern *const patterns = calloc(SILENCES_MAX, sizeof *patterns);
  sqlite3_stmt *rows = NULL;
  size_t count = 0;
  int code = patterns == NULL ? SQLITE_NOMEM
                              : sqlite3_prepare_v2(database->handle,
                                                   "SELECT host FROM silences WHERE start <= ?1"
                                                   " AND \"end\" > ?1 ORDER BY \"end\" DESC",
                                                   -1, &rows, NULL);
  if (code == SQLITE_OK) {
    sqlite3_bind_double(rows, 1, now);
    code = read_rows(rows, patterns, &count);
  }
  sqlite3_finalize(rows);
  if (code == SQLITE_OK) {
    replace(silences, patterns, count, incidents);
    return true;
  }
  patterns_free(patterns, count);
  database_fail(database, health, code);
  return false;
}

static int forget(struct database *database, void *context) {
  return statement_run_with_real(database->handle, "DELETE FROM silences WHERE \"end\" < ?1",
                                 *(const double *)context);
}

bool silences_forget(struct database *database, struct health *health, double before) {
  return database_transaction(database, health, forget, &before);
}

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

/* What holds now. */
struct reading {
  struct pattern *patterns; /* room for SILENCES_MAX */
  size_t count;
};

/* A row that is no pattern is passed over. */
static int read_row(void *context, sqlite3_stmt *row) {
  struct reading *const reading = context;
  if (reading->count == SILENCES_MAX)
    return SQLITE_DONE;
  char words[160];
  struct text why = text_over(words, sizeof words);
  const char *const host = (const char *)sqlite3_column_text(row, 0);
  if (host == NULL)
    return SQLITE_OK; /* the next step says whether that is a lack of memory */
  const int status = pattern_create(&reading->patterns[reading->count], host, &why);
  reading->count += status == STATUS_OK;
  return status == STATUS_NO_MEMORY ? SQLITE_NOMEM : SQLITE_OK;
}

static int read_rows(sqlite3 *database, double now, struct reading *reading) {
  sqlite3_stmt *rows;
  const int code = statement_once(database,
                                  "SELECT host FROM silences WHERE start <= ?1"
                                  " AND \"end\" > ?1 ORDER BY \"end\" DESC",
                                  &rows);
  if (code != SQLITE_OK)
    return code;
  sqlite3_bind_double(rows, 1, now);
  return statement_each(rows, read_row, reading);
}

bool silences_look(struct silences *silences, struct database *database, struct health *health,
                   struct incidents *incidents, double now) {
  struct reading reading = {.patterns = calloc(SILENCES_MAX, sizeof *reading.patterns)};
  const int code =
      reading.patterns == NULL ? SQLITE_NOMEM : read_rows(database->handle, now, &reading);
  if (code == SQLITE_OK) {
    replace(silences, reading.patterns, reading.count, incidents);
    return true;
  }
  patterns_free(reading.patterns, reading.count);
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

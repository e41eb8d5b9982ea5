#include "store/schema.h"

#include "store/statement.h"

#include <stdio.h>

/* Migration n leads from version n to n + 1. What has been released never changes. */
static const char *const migrations[] = {
    "CREATE TABLE meta ("
    " name TEXT PRIMARY KEY,"
    " value"
    ") WITHOUT ROWID;"
    "CREATE TABLE baselines ("
    " id INTEGER PRIMARY KEY,"
    " host TEXT NOT NULL,"
    " metric TEXT NOT NULL,"
    " mean REAL,"
    " stddev REAL,"
    " min_value REAL,"
    " max_value REAL,"
    " sample_count INTEGER NOT NULL,"
    " percentile_95 REAL,"
    " percentile_99 REAL,"
    " first_seen REAL,"
    " last_seen REAL,"
    " last_updated REAL NOT NULL"
    ");"
    "CREATE TABLE detector_state ("
    " id INTEGER PRIMARY KEY,"
    " host TEXT NOT NULL,"
    " metric TEXT NOT NULL,"
    " last_updated REAL NOT NULL,"
    " state BLOB NOT NULL"
    ");",

    "CREATE TABLE incidents ("
    " id INTEGER PRIMARY KEY,"
    " host TEXT,"
    " hosts INTEGER NOT NULL,"
    " severity TEXT NOT NULL,"
    " trouble TEXT NOT NULL,"
    " started REAL NOT NULL,"
    " seen REAL NOT NULL,"
    " ended REAL,"
    " metrics INTEGER NOT NULL,"
    " sentence TEXT NOT NULL,"
    " change TEXT NOT NULL,"
    " told INTEGER NOT NULL,"
    " last_updated REAL NOT NULL,"
    " state BLOB"
    ");"
    "CREATE INDEX incidents_by_time ON incidents (seen);"
    "CREATE TABLE incident_members ("
    " incident INTEGER NOT NULL,"
    " place INTEGER NOT NULL,"
    " host TEXT NOT NULL,"
    " metric TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " started REAL NOT NULL,"
    " open INTEGER NOT NULL,"
    " peak_score REAL,"
    " peak_value REAL,"
    " peak_time REAL,"
    " expected REAL,"
    " lower REAL,"
    " upper REAL,"
    " PRIMARY KEY (incident, place)"
    ") WITHOUT ROWID;",

    "ALTER TABLE incident_members ADD COLUMN episode INTEGER;"
    "CREATE TABLE anomalies ("
    " id INTEGER PRIMARY KEY,"
    " time REAL NOT NULL,"
    " host TEXT NOT NULL,"
    " metric TEXT NOT NULL,"
    " episode INTEGER,"
    " change TEXT,"
    " kind TEXT NOT NULL,"
    " score REAL,"
    " ratio REAL,"
    " surprise REAL,"
    " confidence REAL,"
    " detectors INTEGER NOT NULL,"
    " ready INTEGER NOT NULL,"
    " agree INTEGER NOT NULL,"
    " leading TEXT NOT NULL,"
    " reason TEXT,"
    " value REAL,"
    " expected REAL,"
    " lower REAL,"
    " upper REAL,"
    " peak_score REAL,"
    " peak_value REAL,"
    " peak_time REAL"
    ");"
    "CREATE INDEX anomalies_by_time ON anomalies (time);"
    "CREATE TABLE labels ("
    " id INTEGER PRIMARY KEY,"
    " metric TEXT NOT NULL,"
    " start REAL NOT NULL,"
    " \"end\" REAL NOT NULL,"
    " label TEXT NOT NULL,"
    " note TEXT NOT NULL,"
    " author TEXT NOT NULL,"
    " created REAL NOT NULL"
    ");"
    "CREATE TABLE silences ("
    " id INTEGER PRIMARY KEY,"
    " host TEXT NOT NULL,"
    " start REAL NOT NULL,"
    " \"end\" REAL NOT NULL,"
    " note TEXT NOT NULL,"
    " author TEXT NOT NULL,"
    " created REAL NOT NULL"
    ");"
    "CREATE TABLE models ("
    " id INTEGER PRIMARY KEY,"
    " scope TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " model TEXT NOT NULL,"
    " version INTEGER NOT NULL,"
    " options TEXT NOT NULL,"
    " created REAL NOT NULL,"
    " samples INTEGER NOT NULL,"
    " train_from REAL,"
    " train_to REAL,"
    " score_mean REAL,"
    " score_stddev REAL,"
    " score_min REAL,"
    " score_max REAL,"
    " threshold REAL,"
    " precision REAL,"
    " recall REAL,"
    " f1 REAL,"
    " champion INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL,"
    " block BLOB NOT NULL"
    ");"
    "CREATE INDEX models_by_subject ON models (scope, subject);"
    "CREATE TABLE trained_state ("
    " id INTEGER PRIMARY KEY,"
    " host TEXT NOT NULL,"
    " metric TEXT NOT NULL,"
    " trained REAL NOT NULL,"
    " state BLOB NOT NULL"
    ");",

    "ALTER TABLE models ADD COLUMN metric_id INTEGER;"
    "ALTER TABLE models ADD COLUMN input_drift REAL;"
    "ALTER TABLE models ADD COLUMN score_drift REAL;"
    "ALTER TABLE models ADD COLUMN crowned REAL;"
    "DROP INDEX models_by_subject;"
    "CREATE INDEX models_by_subject ON models (scope, subject, model);",

    "ALTER TABLE detector_state ADD COLUMN trained INTEGER NOT NULL DEFAULT 0;",

    "CREATE INDEX models_crowned ON models (crowned) WHERE crowned IS NOT NULL;"
    "CREATE VIEW model_versions AS SELECT id, subject, model, version, champion, created, samples,"
    " train_from, train_to, input_drift, score_drift, precision, recall, f1, crowned, options,"
    " bytes FROM models;",

    "ALTER TABLE anomalies ADD COLUMN voters TEXT;"
    "CREATE INDEX anomalies_by_metric ON anomalies (host, metric, time);"
    "ALTER TABLE models ADD COLUMN since REAL;"
    "DROP VIEW model_versions;"
    "CREATE VIEW model_versions AS SELECT id, subject, model, version, champion, created, samples,"
    " train_from, train_to, input_drift, score_drift, since, precision, recall, f1, crowned,"
    " options, bytes FROM models;",

    "ALTER TABLE baselines ADD COLUMN missing INTEGER;"
    "ALTER TABLE baselines ADD COLUMN learning TEXT;"
    "CREATE INDEX states_of_groups ON detector_state (id) WHERE " SCHEMA_IS_GROUP ";"
    "DROP VIEW model_versions;"
    "CREATE VIEW model_versions AS SELECT id, subject, model, version, champion, created, samples,"
    " train_from, train_to, input_drift, score_drift, since, precision, recall, f1, crowned,"
    " options, bytes, 0 AS missing FROM models"
    " UNION ALL SELECT NULL, host || '/' || metric, learning, 0, 0, NULL, NULL, NULL, NULL, NULL,"
    " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, missing FROM baselines WHERE learning NOT "
    "NULL;",
};

enum { SCHEMA_VERSION = sizeof migrations / sizeof *migrations };

static int migrate(sqlite3 *database, int version) {
  char number[64];
  int code = sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_exec(database, migrations[version], NULL, NULL, NULL);
  snprintf(number, sizeof number, "PRAGMA user_version = %d", version + 1);
  if (code == SQLITE_OK)
    code = sqlite3_exec(database, number, NULL, NULL, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_exec(database, "COMMIT", NULL, NULL, NULL);
  if (code != SQLITE_OK)
    (void)sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
  return code;
}

/* These take effect on a file without tables only. */
static int make_ours(sqlite3 *database) {
  char number[64];
  snprintf(number, sizeof number, "PRAGMA application_id = %d", SCHEMA_APPLICATION);
  int code = sqlite3_exec(database, "PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL",
                          NULL, NULL, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_exec(database, number, NULL, NULL, NULL);
  return code;
}

int schema_prepare(sqlite3 *database, enum schema_state *ret_state) {
  int64_t application = 0, version = 0, tables = 0;
  int code = statement_number(database, "PRAGMA application_id", &application);
  if (code == SQLITE_OK)
    code = statement_number(database, "PRAGMA user_version", &version);
  if (code == SQLITE_OK)
    code = statement_number(database, "SELECT count(*) FROM sqlite_master", &tables);
  if (code != SQLITE_OK)
    return code;
  if (application != SCHEMA_APPLICATION && tables > 0) {
    *ret_state = SCHEMA_FOREIGN;
    return SQLITE_OK;
  }
  if (version > SCHEMA_VERSION) {
    *ret_state = SCHEMA_NEWER;
    return SQLITE_OK;
  }
  if (application != SCHEMA_APPLICATION)
    code = make_ours(database);
  if (code == SQLITE_OK)
    code = sqlite3_exec(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;", NULL,
                        NULL, NULL);
  for (int64_t at = version < 0 ? 0 : version; code == SQLITE_OK && at < SCHEMA_VERSION; at++)
    code = migrate(database, (int)at);
  if (code == SQLITE_OK)
    *ret_state = SCHEMA_READY;
  return code;
}

int schema_seed(sqlite3 *database, int64_t *ret_seed) {
  return statement_number(database, "SELECT value FROM meta WHERE name = 'seed'", ret_seed);
}

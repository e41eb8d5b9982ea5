#include "store/database.h"

#include "store/schema.h"
#include "store/statement.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Milliseconds of patience with other processes' locks; only the writer's thread waits. */
enum { LOCK_PATIENCE = 2000 };

/* The log is merged into the file whenever it has grown so much: fewer syncs than by default. */
enum { LOG_PAGES = 4096, LOG_BYTES = 96 << 20 };

static const char *const statements[DATABASE_STATEMENTS] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_PUT_STATE] =
        "INSERT INTO detector_state (id, host, metric, last_updated, state, trained)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET host = excluded.host,"
        " metric = excluded.metric, last_updated = excluded.last_updated, state = excluded.state,"
        " trained = excluded.trained",
    [STATEMENT_PUT_BASELINE] =
        "INSERT OR REPLACE INTO baselines (id, host, metric, mean, stddev, min_value, max_value,"
        " sample_count, percentile_95, percentile_99, first_seen, last_seen, last_updated, missing,"
        " learning) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
};

void database_close(struct database *database) {
  for (size_t i = 0; i < DATABASE_STATEMENTS; i++) {
    sqlite3_finalize(database->statement[i]);
    database->statement[i] = NULL;
  }
  sqlite3_close(database->handle);
  database->handle = NULL;
}

/* ---- Files that are not what they should be -------------------------------- */

static void rename_with(const char *path, const char *suffix, const char *aside) {
  char from[PATH_MAX], to[PATH_MAX];
  struct text from_text = text_over(from, sizeof from), to_text = text_over(to, sizeof to);
  text_addf(&from_text, "%s%s", path, suffix);
  text_addf(&to_text, "%s%s", aside, suffix);
  if (!from_text.cut && !to_text.cut)
    (void)rename(from, to);
}

/* A free name of the path, the word and the time. */
static bool name_aside(const char *path, const char *word, char *to, size_t size) {
  const long long now = (long long)time(NULL);
  for (int attempt = 0; attempt < 100; attempt++) {
    struct text text = text_over(to, size);
    text_addf(&text, "%s.%s-%lld", path, word, now + attempt);
    if (text.cut)
      return false;
    if (access(to, F_OK) != 0)
      return true;
  }
  return false;
}

/* Renames the file with its log; its index is worthless without them. */
static bool set_aside(struct database *database, struct health *health, enum store_event event) {
  char aside[PATH_MAX];
  database_close(database);
  if (!name_aside(database->path, event == STORE_SET_ASIDE ? "damaged" : "newer", aside,
                  sizeof aside) ||
      rename(database->path, aside) != 0) {
    health_fail(health, STORE_BROKEN, strerror(errno));
    return false;
  }
  rename_with(database->path, "-wal", aside);
  rename_with(database->path, "-shm", aside);
  health_note(health, event, aside);
  return true;
}

static bool is_damage(int code) {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

void database_fail(struct database *database, struct health *health, int code) {
  if (is_damage(code)) {
    (void)set_aside(database, health, STORE_SET_ASIDE);
    return;
  }
  const bool is_of_handle =
      database->handle != NULL && sqlite3_extended_errcode(database->handle) == code;
  health_fail(health, store_fault_of(code),
              is_of_handle ? sqlite3_errmsg(database->handle) : sqlite3_errstr(code));
  database_close(database);
}

/* ---- Opening ---------------------------------------------------------------- */

static uint64_t random_seed(void) {
  uint64_t seed = 0;
  while (seed == 0)
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
      seed = (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid();
  return seed;
}

void database_choose_seed(struct database *database) {
  if (database->seed == 0)
    database->seed = random_seed();
}

static int put_seed(struct database *database) {
  return statement_run_with_id(database->handle,
                               "INSERT OR REPLACE INTO meta (name, value) VALUES ('seed', ?1)",
                               (int64_t)database->seed);
}

static int rekey(struct database *database) {
  int code = sqlite3_exec(database->handle,
                          "BEGIN IMMEDIATE; DELETE FROM detector_state; DELETE FROM baselines;"
                          " DELETE FROM models WHERE scope = 'metric'",
                          NULL, NULL, NULL);
  if (code == SQLITE_OK)
    code = put_seed(database);
  return code == SQLITE_OK ? sqlite3_exec(database->handle, "COMMIT", NULL, NULL, NULL) : code;
}

int database_rekey(struct database *database) {
  if (database->stored_seed == database->seed)
    return SQLITE_OK;
  const int code = rekey(database);
  if (code == SQLITE_OK)
    database->stored_seed = database->seed;
  return code;
}

/* Looks whether this is the file that was open before. */
static int recognise_file(struct database *database) {
  struct stat file;
  int64_t seed = 0;
  const int code = schema_seed(database->handle, &seed);
  if (code != SQLITE_OK)
    return code;
  if (stat(database->path, &file) != 0)
    return SQLITE_CANTOPEN;
  database->unread |= file.st_dev != database->device || file.st_ino != database->inode ||
                      (uint64_t)seed != database->seed;
  database->device = file.st_dev;
  database->inode = file.st_ino;
  database->stored_seed = (uint64_t)seed;
  if (database->seed == 0)
    database->seed = database->stored_seed;
  return SQLITE_OK;
}

static int prepare_statements(struct database *database) {
  int code = SQLITE_OK;
  for (size_t i = 0; code == SQLITE_OK && i < DATABASE_STATEMENTS; i++)
    code = statement_prepare(database->handle, statements[i], &database->statement[i]);
  return code;
}

/* Names and values of metrics are for the owner's eyes. */
static int open_file(struct database *database) {
  const int descriptor = open(database->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor >= 0)
    close(descriptor);
  int code = sqlite3_open_v2(database->path, &database->handle,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (code != SQLITE_OK)
    return code;
  sqlite3_extended_result_codes(database->handle, 1);
  sqlite3_busy_timeout(database->handle, LOCK_PATIENCE);
  sqlite3_db_config(database->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  return sqlite3_db_readonly(database->handle, "main") == 1 ? SQLITE_READONLY : SQLITE_OK;
}

static int limit_log(struct database *database) {
  char pragma[128];
  snprintf(pragma, sizeof pragma, "PRAGMA wal_autocheckpoint = %d; PRAGMA journal_size_limit = %d",
           LOG_PAGES, LOG_BYTES);
  return sqlite3_exec(database->handle, pragma, NULL, NULL, NULL);
}

static int finish_opening(struct database *database) {
  int code = limit_log(database);
  if (code == SQLITE_OK)
    code = recognise_file(database);
  return code == SQLITE_OK ? prepare_statements(database) : code;
}

/* One attempt; true where another one may help, as the file was set aside. */
static bool try_to_open(struct database *database, struct health *health) {
  enum schema_state state = SCHEMA_READY;
  int code = open_file(database);
  if (code == SQLITE_OK)
    code = schema_prepare(database->handle, &state);
  if (code == SQLITE_OK && state == SCHEMA_FOREIGN) {
    health_fail(health, STORE_FOREIGN, "it is the database of another program");
    database_close(database);
    return false;
  }
  if (code == SQLITE_OK && state == SCHEMA_NEWER)
    return set_aside(database, health, STORE_SET_ASIDE_NEWER);
  if (code == SQLITE_OK)
    code = finish_opening(database);
  if (code == SQLITE_OK)
    return false;
  const uint64_t events = health->events;
  database_fail(database, health, code);
  return health->events > events;
}

bool database_open(struct database *database, struct health *health) {
  if (database->handle == NULL && try_to_open(database, health))
    (void)try_to_open(database, health);
  return database->handle != NULL;
}

bool database_is_there(const struct database *database) {
  struct stat file;
  return stat(database->path, &file) == 0 && file.st_dev == database->device &&
         file.st_ino == database->inode;
}

/* ---- Work -------------------------------------------------------------------- */

bool database_transaction(struct database *database, struct health *health,
                          int (*body)(struct database *database, void *context), void *context) {
  int code = statement_run(database->statement[STATEMENT_BEGIN]);
  if (code == SQLITE_OK)
    code = body(database, context);
  if (code == SQLITE_OK)
    code = statement_run(database->statement[STATEMENT_COMMIT]);
  if (code == SQLITE_OK)
    return true;
  database_fail(database, health, code);
  return false;
}

uint64_t database_bytes(const struct database *database) {
  struct stat file;
  return stat(database->path, &file) == 0 ? (uint64_t)file.st_size : 0;
}

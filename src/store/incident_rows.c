#include "store/incident_rows.h"

#include "anomaly/state.h"
#include "anomaly/status.h"
#include "engine/describe.h"
#include "engine/describe_incident.h"
#include "engine/incidents.h"
#include "store/incident_state.h"
#include "store/statement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Seconds for which what was told of a host counts; telling.h fades it within days. */
static const double TELLING_MEMORY = 7 * 86400.0;

static const char put_incident[] =
    "INSERT INTO incidents (id, host, hosts, severity, trouble, started, seen, ended, metrics,"
    " sentence, change, told, state, last_updated)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, ?12, ?13)"
    " ON CONFLICT (id) DO UPDATE SET hosts = ?3, severity = ?4, started = ?6, ended = ?8,"
    " metrics = ?9, sentence = ?10, change = ?11, told = 0, state = ?12, last_updated = ?13";

static const char put_member[] =
    "INSERT OR REPLACE INTO incident_members (incident, place, host, metric, kind, started, open,"
    " peak_score, peak_value, peak_time, expected, lower, upper, episode)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

static const char *const change_names[] = {
    [INCIDENT_BEGAN] = "began", [INCIDENT_WORSENED] = "worsened", [INCIDENT_ENDED] = "ended"};

/* ---- Writing ---------------------------------------------------------------- */

struct change {
  const struct incident_event *event;
  double now;
};

static int bind_incident(sqlite3_stmt *put, const struct change *change) {
  const struct incident_event *const event = change->event;
  const struct incident *const incident = &event->incident;
  char words[1024];
  struct text sentence = text_over(words, sizeof words);
  describe_incident(event, &sentence);
  sqlite3_bind_int64(put, 1, (int64_t)incident->id);
  if (incident->scope == INCIDENT_OF_HOST)
    sqlite3_bind_text(put, 2, incident->host[0], -1, SQLITE_STATIC);
  sqlite3_bind_int64(put, 3, incident->hosts);
  sqlite3_bind_text(put, 4, severity_name(incident->severity), -1, SQLITE_STATIC);
  sqlite3_bind_text(put, 5, trouble_name(incident->trouble), -1, SQLITE_STATIC);
  statement_bind_real(put, 6, incident->start);
  statement_bind_real(put, 7, incident->seen);
  statement_bind_real(put, 8, event->change == INCIDENT_ENDED ? incident->last : (double)NAN);
  sqlite3_bind_int64(put, 9, incident->metrics);
  sqlite3_bind_text(put, 11, change_names[event->change], -1, SQLITE_STATIC);
  statement_bind_real(put, 13, change->now);
  if (sqlite3_bind_text(put, 10, words, (int)sentence.used, SQLITE_TRANSIENT) != SQLITE_OK)
    return SQLITE_NOMEM;
  const size_t size = incident_state_size();
  void *const state = malloc(size);
  if (state == NULL)
    return SQLITE_NOMEM;
  incident_state_save(incident, state);
  return sqlite3_bind_blob64(put, 12, state, size, free);
}

static int run_put_member(sqlite3_stmt *put, const struct incident *incident, uint32_t place) {
  const struct episode_event *const episode = &incident->member[place].episode;
  const struct metric_id id = metric_name_id(&episode->metric);
  char words[METRIC_TEXT_SIZE];
  struct text metric = text_over(words, sizeof words);
  describe_metric_short(&id, &metric);
  sqlite3_bind_int64(put, 1, (int64_t)incident->id);
  sqlite3_bind_int64(put, 2, place + 1);
  sqlite3_bind_text(put, 3, id.part[METRIC_HOST], -1, SQLITE_STATIC);
  sqlite3_bind_text(put, 4, words, (int)metric.used, SQLITE_STATIC);
  sqlite3_bind_text(put, 5, anomaly_kind_name(episode->kind), -1, SQLITE_STATIC);
  statement_bind_real(put, 6, episode->start);
  sqlite3_bind_int(put, 7, episode->change != EPISODE_CLOSED);
  statement_bind_real(put, 8, episode->peak_score);
  statement_bind_real(put, 9, episode->peak_value);
  statement_bind_real(put, 10, episode->peak_time);
  statement_bind_real(put, 11, episode->verdict.expected);
  statement_bind_real(put, 12, episode->verdict.lower);
  statement_bind_real(put, 13, episode->verdict.upper);
  sqlite3_bind_int64(put, 14, (int64_t)episode->id);
  return statement_run(put);
}

static int put_members(struct database *database, const struct incident *incident) {
  sqlite3_stmt *put;
  int code = statement_once(database->handle, put_member, &put);
  for (uint32_t i = 0; code == SQLITE_OK && i < incident->members; i++)
    code = run_put_member(put, incident, i);
  sqlite3_finalize(put);
  return code;
}

static int put_change(struct database *database, void *context) {
  const struct change *const change = context;
  sqlite3_stmt *put;
  int code = statement_once(database->handle, put_incident, &put);
  if (code == SQLITE_OK)
    code = bind_incident(put, change);
  if (code == SQLITE_OK)
    code = statement_run(put);
  sqlite3_finalize(put);
  return code == SQLITE_OK ? put_members(database, &change->event->incident) : code;
}

bool incident_rows_put(struct database *database, struct health *health,
                       const struct incident_event *event, double now) {
  struct change change = {.event = event, .now = now};
  const int code = sqlite3_exec(database->handle, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
  if (code != SQLITE_OK) {
    database_fail(database, health, code);
    return false;
  }
  if (!database_transaction(database, health, put_change, &change))
    return false;
  (void)sqlite3_exec(database->handle, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
  return true;
}

/* An incident that has ended needs its state no longer. */
static int put_told(struct database *database, void *context) {
  return statement_run_with_id(database->handle,
                               "UPDATE incidents SET told = 1, state = CASE WHEN ended IS NULL"
                               " THEN state END WHERE id = ?1",
                               *(const int64_t *)context);
}

bool incident_rows_told(struct database *database, struct health *health, uint64_t incident) {
  int64_t id = (int64_t)incident;
  return database_transaction(database, health, put_told, &id);
}

/* ---- After a restart -------------------------------------------------------- */

/* A told incident that is open. Where it cannot go on, people are told that it is over. */
static void go_on_with(const struct incident_restart *restart, struct incident_event *event) {
  struct incident *const incident = &event->incident;
  for (uint32_t i = 0; i < incident->members; i++) {
    struct episode_event *const episode = &incident->member[i].episode;
    if (episode->change != EPISODE_CLOSED && !engine_settle_episode(restart->engine, episode))
      episode->change = EPISODE_CLOSED;
  }
  if (incidents_restore(restart->incidents, incident, event->change == INCIDENT_WORSENED,
                        restart->clock))
    return;
  event->change = INCIDENT_ENDED;
  restart->tell(restart->context, event);
}

/* One that was told to have ended: no metric of it may be open still. */
static void end_all(const struct incident_restart *restart, struct incident *incident) {
  for (uint32_t i = 0; i < incident->members; i++) {
    incident->member[i].episode.change = EPISODE_CLOSED;
    (void)engine_settle_episode(restart->engine, &incident->member[i].episode);
  }
}

static enum incident_change change_of(const char *name) {
  for (enum incident_change change = INCIDENT_BEGAN; change < INCIDENT_ENDED; change++)
    if (name != NULL && strcmp(name, change_names[change]) == 0)
      return change;
  return INCIDENT_ENDED;
}

/* Columns: state, change, told. */
static int restart_row(void *context, sqlite3_stmt *row) {
  const struct incident_restart *const restart = context;
  struct incident_event event;
  const void *const state = sqlite3_column_blob(row, 0);
  const size_t size = (size_t)sqlite3_column_bytes(row, 0);
  if (state == NULL || incident_state_load(state, size, &event.incident) != STATUS_OK)
    return SQLITE_OK;
  event.told = true;
  event.change = change_of((const char *)sqlite3_column_text(row, 1));
  if (sqlite3_column_int(row, 2) == 0)
    restart->tell(restart->context, &event);
  if (event.change == INCIDENT_ENDED)
    end_all(restart, &event.incident);
  else
    go_on_with(restart, &event);
  return SQLITE_OK;
}

static int restart_rows(struct database *database, struct incident_restart *restart) {
  sqlite3_stmt *rows;
  const int code = statement_once(
      database->handle,
      "SELECT state, change, told FROM incidents WHERE state IS NOT NULL ORDER BY seen", &rows);
  return code == SQLITE_OK ? statement_each(rows, restart_row, restart) : code;
}

/* Columns: host, seen. */
static int note_told(void *context, sqlite3_stmt *row) {
  const struct incident_restart *const restart = context;
  incidents_note_told(restart->incidents, (const char *)sqlite3_column_text(row, 0),
                      sqlite3_column_double(row, 1));
  return SQLITE_OK;
}

static int note_all_told(struct database *database, struct incident_restart *restart) {
  sqlite3_stmt *rows;
  const int code = statement_once(database->handle,
                                  "SELECT host, seen FROM incidents WHERE host IS NOT NULL AND"
                                  " seen > ?1 ORDER BY seen",
                                  &rows);
  if (code != SQLITE_OK)
    return code;
  sqlite3_bind_double(rows, 1, restart->now - TELLING_MEMORY);
  return statement_each(rows, note_told, restart);
}

/* Open episodes: those of incidents that were told to be over end silently. */
struct leftovers {
  const struct incident_restart *restart;
  sqlite3_stmt *ended;
};

static bool is_over(sqlite3_stmt *ended, const struct episode_event *episode) {
  sqlite3_bind_text(ended, 1, episode->metric.part[METRIC_HOST], -1, SQLITE_STATIC);
  sqlite3_bind_double(ended, 2, episode->seen);
  const bool over = sqlite3_step(ended) == SQLITE_ROW;
  sqlite3_reset(ended);
  return over;
}

static void take_leftover(void *context, const struct episode_event *episode) {
  const struct leftovers *const leftovers = context;
  const struct incident_restart *const restart = leftovers->restart;
  if (incidents_know(restart->incidents, episode->id))
    return;
  if (!is_over(leftovers->ended, episode)) {
    restart->episode(restart->context, episode);
    return;
  }
  struct episode_event closed = *episode;
  closed.change = EPISODE_CLOSED;
  (void)engine_settle_episode(restart->engine, &closed);
}

static int take_leftovers(struct database *database, const struct incident_restart *restart) {
  struct leftovers leftovers = {.restart = restart};
  const int code = statement_once(database->handle,
                                  "SELECT 1 FROM incidents WHERE ended IS NOT NULL AND"
                                  " (host = ?1 OR host IS NULL) AND ?2 BETWEEN seen AND ended",
                                  &leftovers.ended);
  if (code == SQLITE_OK)
    engine_each_open(restart->engine, take_leftover, &leftovers);
  sqlite3_finalize(leftovers.ended);
  return code;
}

bool incident_rows_restart(struct database *database, struct health *health,
                           const struct incident_restart *restart) {
  struct incident_restart context = *restart; /* what takes rows has no const */
  int code = note_all_told(database, &context);
  if (code == SQLITE_OK)
    code = restart_rows(database, &context);
  if (code == SQLITE_OK)
    code = take_leftovers(database, restart);
  if (code != SQLITE_OK)
    database_fail(database, health, code);
  return code == SQLITE_OK;
}

/* ---- Retention -------------------------------------------------------------- */

/* Incidents that stay at most, whatever their age. */
#define INCIDENT_ROWS_MAX "100000"

static int forget(struct database *database, void *context) {
  int code = statement_run_with_real(
      database->handle,
      "DELETE FROM incidents WHERE ended < ?1 OR (ended IS NOT NULL AND"
      " id NOT IN (SELECT id FROM incidents ORDER BY seen DESC LIMIT " INCIDENT_ROWS_MAX "))",
      *(const double *)context);
  if (code == SQLITE_OK)
    code = sqlite3_exec(database->handle,
                        "DELETE FROM incident_members WHERE incident NOT IN"
                        " (SELECT id FROM incidents)",
                        NULL, NULL, NULL);
  return code;
}

bool incident_rows_forget(struct database *database, struct health *health, double before) {
  return database_transaction(database, health, forget, &before);
}

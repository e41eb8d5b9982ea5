#include "store/anomaly_rows.h"

#include "engine/describe.h"
#include "store/statement.h"

#include <math.h>
#include <stdio.h>

enum { BATCH = 256 };

struct batch {
  const struct episode_event *verdicts;
  size_t count;
};

static const char *const change_names[] = {[EPISODE_UNCHANGED] = NULL,
                                           [EPISODE_OPENED] = "opened",
                                           [EPISODE_ESCALATED] = "escalated",
                                           [EPISODE_CLOSED] = "closed"};

static void bind_verdict(sqlite3_stmt *put, const struct verdict *verdict) {
  sqlite3_bind_text(put, 6, anomaly_kind_name(verdict->kind), -1, SQLITE_STATIC);
  statement_bind_real(put, 7, verdict->score);
  statement_bind_real(put, 8, verdict->ratio);
  statement_bind_real(put, 9, verdict->surprise);
  statement_bind_real(put, 10, verdict->confidence);
  sqlite3_bind_int(put, 11, verdict->detectors);
  sqlite3_bind_int(put, 12, verdict->ready);
  sqlite3_bind_int(put, 13, verdict->agree);
  sqlite3_bind_text(put, 14, verdict->leading, -1, SQLITE_STATIC);
  sqlite3_bind_text(put, 15, verdict->reason, -1, SQLITE_STATIC);
  statement_bind_real(put, 16, verdict->value);
  statement_bind_real(put, 17, verdict->expected);
  statement_bind_real(put, 18, verdict->lower);
  statement_bind_real(put, 19, verdict->upper);
}

static void bind_episode(sqlite3_stmt *put, const struct episode_event *event) {
  const bool in_episode = event->verdict.open || event->change == EPISODE_CLOSED;
  if (in_episode)
    sqlite3_bind_int64(put, 4, (int64_t)event->id);
  else
    sqlite3_bind_null(put, 4);
  statement_bind_real(put, 20, in_episode ? event->peak_score : (double)NAN);
  statement_bind_real(put, 21, in_episode ? event->peak_value : (double)NAN);
  statement_bind_real(put, 22, in_episode ? event->peak_time : (double)NAN);
}

/* The names of those who voted, such as `ecod,zscore`. */
static void bind_voters(sqlite3_stmt *put, const struct episode_event *event) {
  char words[METRIC_TEXT_SIZE];
  struct text voters = text_over(words, sizeof words);
  if (event->detectors == NULL)
    return;
  for (size_t i = 0; i < event->verdict.detectors; i++)
    if ((event->verdict.votes >> i & 1u) != 0)
      text_addf(&voters, "%s%s", voters.used > 0 ? "," : "", event->detectors[i]);
  sqlite3_bind_text(put, 23, words, (int)voters.used, SQLITE_TRANSIENT);
}

static int put_verdict(sqlite3_stmt *put, const struct episode_event *event) {
  const struct metric_id id = metric_name_id(&event->metric);
  char words[METRIC_TEXT_SIZE];
  struct text metric = text_over(words, sizeof words);
  describe_metric_short(&id, &metric);
  statement_bind_real(put, 1, event->verdict.time);
  sqlite3_bind_text(put, 2, id.part[METRIC_HOST], -1, SQLITE_STATIC);
  sqlite3_bind_text(put, 3, words, (int)metric.used, SQLITE_STATIC);
  sqlite3_bind_text(put, 5, change_names[event->change], -1, SQLITE_STATIC);
  bind_verdict(put, &event->verdict);
  bind_episode(put, event);
  bind_voters(put, event);
  return statement_run(put);
}

/* Ids rise by one: what is beyond the bound is known by them. */
static int forget_surplus(struct database *database) {
  char sql[128];
  snprintf(sql, sizeof sql,
           "DELETE FROM anomalies WHERE id <= (SELECT max(id) FROM anomalies) - %d",
           ANOMALY_ROWS_MAX);
  return sqlite3_exec(database->handle, sql, NULL, NULL, NULL);
}

static int put_batch(struct database *database, void *context) {
  const struct batch *const batch = context;
  sqlite3_stmt *put;
  int code = statement_once(
      database->handle,
      "INSERT INTO anomalies (time, host, metric, episode, change, kind, score, ratio, surprise,"
      " confidence, detectors, ready, agree, leading, reason, value, expected, lower, upper,"
      " peak_score, peak_value, peak_time, voters) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
      " ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)",
      &put);
  for (size_t i = 0; code == SQLITE_OK && i < batch->count; i++)
    code = put_verdict(put, &batch->verdicts[i]);
  sqlite3_finalize(put);
  return code == SQLITE_OK ? forget_surplus(database) : code;
}

bool anomaly_rows_put(struct database *database, struct health *health, struct anomaly_log *log,
                      size_t *ret_rows) {
  struct batch batch;
  batch.count = anomaly_log_peek(log, &batch.verdicts);
  if (batch.count > BATCH)
    batch.count = BATCH;
  if (batch.count > 0 && !database_transaction(database, health, put_batch, &batch))
    return false;
  anomaly_log_drop(log, batch.count);
  *ret_rows = batch.count;
  return true;
}

static int forget(struct database *database, void *context) {
  return statement_run_with_real(database->handle, "DELETE FROM anomalies WHERE time < ?1",
                                 *(const double *)context);
}

bool anomaly_rows_forget(struct database *database, struct health *health, double before) {
  return database_transaction(database, health, forget, &before);
}

/*
 * The file and its rows, while memory is short, SQLite's too: nothing is written by
 * half, nothing that waits gets lost, and no file is taken for a damaged one.
 */
#include "anomaly/status.h"
#include "engine/incidents.h"
#include "engine/pattern.h"
#include "store/anomaly_log.h"
#include "store/anomaly_rows.h"
#include "store/guest.h"
#include "store/incident_rows.h"
#include "store/marks.h"
#include "store/silences.h"
#include "store/statement.h"
#include "unit/alloc_fail_sqlite.h"
#include "unit/faulty_vfs.h"
#include "unit/stored.h"
#include "unit/trial.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>

enum { VERDICTS = 3, SILENCES = 3 };

/* ---- A file without a writer's thread ------------------------------------------ */

struct opened {
  struct database database;
  struct health health;
};

static void open_database(struct opened *opened) {
  opened->database.path = stored_path;
  assert_true(database_open(&opened->database, &opened->health));
}

/* Runs SQL where the file is open. */
static void run_in(struct opened *opened, const char *sql) {
  assert_int_equal(sqlite3_exec(opened->database.handle, sql, NULL, NULL, NULL), SQLITE_OK);
}

static int64_t number_in(struct opened *opened, const char *sql) {
  int64_t number = -1;
  assert_int_equal(statement_number(opened->database.handle, sql, &number), SQLITE_OK);
  return number;
}

/* What had no memory has closed the file, and said why; the file is as it was. */
static void reopen(struct opened *opened, bool good) {
  assert_int_equal(opened->health.events, 0);
  assert_int_equal(opened->health.fault, good ? STORE_FINE : STORE_NO_MEMORY);
  assert_int_equal(stored_files(".damaged"), 0);
  health_recover(&opened->health);
  open_database(opened);
}

static void make_file(struct opened *opened) {
  stored_forget();
  *opened = (struct opened){.health.fault = STORE_FINE};
  open_database(opened);
  database_choose_seed(&opened->database);
  assert_int_equal(database_rekey(&opened->database), SQLITE_OK);
}

static bool try_to_open(void *context) {
  struct opened *const opened = context;
  return database_open(&opened->database, &opened->health);
}

static void close_file(void *context) {
  struct opened *const opened = context;
  database_close(&opened->database);
}

static void remove_file(void *context) {
  close_file(context);
  stored_forget();
}

static void check_opened(void *context, bool good) {
  struct opened *const opened = context;
  reopen(opened, good);
  assert_int_equal(number_in(opened, "SELECT count(*) FROM baselines"), 0);
}

static void a_file_is_opened_or_left_alone(void **state) {
  (void)state;
  static const struct trial trial = {close_file, try_to_open, check_opened};
  struct opened opened;
  make_file(&opened);
  trial_run(&trial, &opened);
  close_file(&opened);
}

static void a_file_is_made_or_tried_again(void **state) {
  (void)state;
  static const struct trial trial = {remove_file, try_to_open, check_opened};
  struct opened opened;
  make_file(&opened);
  trial_run(&trial, &opened);
  close_file(&opened);
}

/* ---- Verdicts ------------------------------------------------------------------ */

struct writing {
  struct opened opened;
  struct anomaly_log *log;
};

static void have_no_log(void *context) {
  struct anomaly_log **const log = context;
  anomaly_log_destroy(*log);
  *log = NULL;
}

static bool try_to_make_log(void *context) { return anomaly_log_create(context, 1) == STATUS_OK; }

static void check_log(void *context, bool good) {
  struct anomaly_log **const log = context;
  assert_true(good == (*log != NULL));
}

static void have_verdicts(void *context) {
  struct writing *const writing = context;
  have_no_log(&writing->log);
  assert_true(try_to_make_log(&writing->log));
  run_in(&writing->opened, "DELETE FROM anomalies");
  for (unsigned i = 0; i < VERDICTS; i++) {
    const struct episode_event event = {.change = EPISODE_OPENED,
                                        .verdict = {.time = 3600.0 * i, .leading = "limit"}};
    (void)anomaly_log_put(writing->log, &event);
  }
}

static bool try_to_write(void *context) {
  struct writing *const writing = context;
  size_t rows = 0;
  return anomaly_rows_put(&writing->opened.database, &writing->opened.health, writing->log, &rows);
}

/* They wait, or are written. */
static void check_written(void *context, bool good) {
  struct writing *const writing = context;
  const struct episode_event *waiting;
  reopen(&writing->opened, good);
  assert_int_equal(number_in(&writing->opened, "SELECT count(*) FROM anomalies"),
                   good ? VERDICTS : 0);
  assert_int_equal(anomaly_log_peek(writing->log, &waiting), good ? 0 : VERDICTS);
}

static void have_verdicts_written(void *context) {
  have_verdicts(context);
  assert_true(try_to_write(context));
}

static bool try_to_forget_verdicts(void *context) {
  struct writing *const writing = context;
  return anomaly_rows_forget(&writing->opened.database, &writing->opened.health, 3600.0 * 2);
}

static void check_forgotten(void *context, bool good) {
  struct writing *const writing = context;
  reopen(&writing->opened, good);
  assert_int_equal(number_in(&writing->opened, "SELECT count(*) FROM anomalies"),
                   good ? 1 : VERDICTS);
}

static void verdicts_wait_or_are_written(void **state) {
  (void)state;
  static const struct trial making = {have_no_log, try_to_make_log, check_log};
  static const struct trial put = {have_verdicts, try_to_write, check_written};
  static const struct trial forgetting = {have_verdicts_written, try_to_forget_verdicts,
                                          check_forgotten};
  struct writing writing = {.log = NULL};
  trial_run(&making, &writing.log);
  make_file(&writing.opened);
  trial_run(&put, &writing);
  trial_run(&forgetting, &writing);
  anomaly_log_destroy(writing.log);
  close_file(&writing.opened);
}

/* ---- Incidents ----------------------------------------------------------------- */

struct telling {
  struct opened opened;
  struct incident_event event;
};

static void have_no_incident(void *context) {
  struct telling *const telling = context;
  run_in(&telling->opened, "DELETE FROM incidents; DELETE FROM incident_members");
}

static bool try_to_put_incident(void *context) {
  struct telling *const telling = context;
  return incident_rows_put(&telling->opened.database, &telling->opened.health, &telling->event,
                           STORED_BEGIN);
}

static void check_incident(void *context, bool good) {
  struct telling *const telling = context;
  reopen(&telling->opened, good);
  assert_int_equal(number_in(&telling->opened, "SELECT count(*) FROM incidents"), good);
  assert_int_equal(number_in(&telling->opened,
                             "SELECT count(*) FROM incidents WHERE host = 'web1' AND"
                             " sentence <> '' AND told = 0 AND length(state) > 0"),
                   good);
  assert_int_equal(number_in(&telling->opened, "SELECT count(*) FROM incident_members"), good);
}

static void have_incident(void *context) {
  have_no_incident(context);
  assert_true(try_to_put_incident(context));
}

static bool try_to_note_told(void *context) {
  struct telling *const telling = context;
  return incident_rows_told(&telling->opened.database, &telling->opened.health, 7);
}

static void check_told(void *context, bool good) {
  struct telling *const telling = context;
  reopen(&telling->opened, good);
  assert_int_equal(number_in(&telling->opened, "SELECT told FROM incidents"), good);
}

static void an_incident_is_stored_whole_or_not(void **state) {
  (void)state;
  static const struct trial put = {have_no_incident, try_to_put_incident, check_incident};
  static const struct trial told = {have_incident, try_to_note_told, check_told};
  struct telling telling = {
      .event.incident = {.id = 7,
                         .hosts = 1,
                         .host = {"web1"},
                         .severity = SEVERITY_WARNING,
                         .restart = NAN,
                         .metrics = 1,
                         .members = 1,
                         .member[0].episode = {.id = 7,
                                               .change = EPISODE_OPENED,
                                               .metric.part = {"web1", "cpu", "0", "percent"}}}};
  make_file(&telling.opened);
  trial_run(&put, &telling);
  trial_run(&told, &telling);
  close_file(&telling.opened);
}

/* ---- Silences ------------------------------------------------------------------ */

struct silencing {
  struct opened opened;
  struct silences silences;
  struct incidents *incidents;
};

static bool try_to_look(void *context) {
  struct silencing *const silencing = context;
  return silences_look(&silencing->silences, &silencing->opened.database, &silencing->opened.health,
                       silencing->incidents, STORED_BEGIN);
}

static void put_silence(struct silencing *silencing, const char *host) {
  char sql[128];
  snprintf(sql, sizeof sql,
           "INSERT INTO silences (host, start, \"end\", note, author, created)"
           " VALUES ('%s', 0, 1e10, '', '', 0)",
           host);
  run_in(&silencing->opened, sql);
}

/* One is in effect, and there are others in its stead. */
static void have_silences(void *context) {
  static const char *const hosts[SILENCES] = {"web1", "db*", "/mail[0-9]+/"};
  struct silencing *const silencing = context;
  run_in(&silencing->opened, "DELETE FROM silences");
  put_silence(silencing, "before");
  assert_true(try_to_look(silencing));
  run_in(&silencing->opened, "DELETE FROM silences");
  for (size_t i = 0; i < SILENCES; i++)
    put_silence(silencing, hosts[i]);
}

/* Those of before are in effect, or those that are there now: all of them. */
static void check_silences(void *context, bool good) {
  struct silencing *const silencing = context;
  reopen(&silencing->opened, good);
  assert_int_equal(silencing->silences.count, good ? SILENCES : 1);
  assert_true(good != pattern_matches(&silencing->silences.patterns[0], "before"));
}

static bool try_to_forget_silences(void *context) {
  struct silencing *const silencing = context;
  return silences_forget(&silencing->opened.database, &silencing->opened.health, 1e11);
}

static void check_forgotten_silences(void *context, bool good) {
  struct silencing *const silencing = context;
  reopen(&silencing->opened, good);
  assert_int_equal(number_in(&silencing->opened, "SELECT count(*) FROM silences"),
                   good ? 0 : SILENCES);
}

static void silences_stay_or_are_all_read(void **state) {
  (void)state;
  static const struct trial looking = {have_silences, try_to_look, check_silences};
  static const struct trial forgetting = {have_silences, try_to_forget_silences,
                                          check_forgotten_silences};
  const struct incident_settings settings = incident_settings_preset();
  struct silencing silencing = {.silences.count = 0};
  assert_int_equal(incidents_create(&silencing.incidents, &settings), STATUS_OK);
  make_file(&silencing.opened);
  trial_run(&looking, &silencing);
  trial_run(&forgetting, &silencing);
  silences_release(&silencing.silences, silencing.incidents);
  incidents_destroy(silencing.incidents);
  close_file(&silencing.opened);
}

/* ---- Guests -------------------------------------------------------------------- */

struct visiting {
  struct guest *guest;
  int64_t id;
  char why[256];
  int status;
};

static struct text words_of(struct visiting *visiting) {
  return text_over(visiting->why, sizeof visiting->why);
}

static bool done(struct visiting *visiting, int status) {
  visiting->status = status;
  return status == STATUS_OK;
}

/* Whoever fails says why. */
static void check_words(void *context, bool good) {
  const struct visiting *const visiting = context;
  assert_true(good == (visiting->why[0] == '\0'));
  assert_true(good || visiting->status == STATUS_NO_MEMORY || visiting->status == STATUS_IO);
}

static void stay_outside(void *context) {
  struct visiting *const visiting = context;
  guest_close(visiting->guest);
  visiting->guest = NULL;
}

static bool try_to_enter(void *context) {
  struct visiting *const visiting = context;
  struct text why = words_of(visiting);
  return done(visiting, guest_open(&visiting->guest, stored_path, &why));
}

static void check_entered(void *context, bool good) {
  const struct visiting *const visiting = context;
  check_words(context, good);
  assert_true(good == (visiting->guest != NULL));
}

static void have_nothing(void *context) { (void)context; }

static bool try_to_read_seed(void *context) {
  struct visiting *const visiting = context;
  struct text why = words_of(visiting);
  uint64_t seed = 0;
  const int status = guest_seed(visiting->guest, &seed, &why);
  assert_true((status == STATUS_OK) == (seed != 0));
  return done(visiting, status);
}

static void have_no_mark(void *context) {
  (void)context;
  stored_run("DELETE FROM labels");
}

static bool try_to_mark(void *context) {
  static const struct mark mark = {.subject = "web1/cpu*",
                                   .start = 1,
                                   .end = 2,
                                   .label = "fault",
                                   .note = "a note",
                                   .author = "me",
                                   .created = 3};
  struct visiting *const visiting = context;
  struct text why = words_of(visiting);
  return done(visiting, marks_add(visiting->guest, MARK_LABELS, &mark, &visiting->id, &why));
}

static void check_mark(void *context, bool good) {
  check_words(context, good);
  assert_int_equal(stored_number("SELECT count(*) FROM labels"), good);
}

static void have_mark(void *context) {
  have_no_mark(context);
  assert_true(try_to_mark(context));
}

static bool try_to_unmark(void *context) {
  struct visiting *const visiting = context;
  struct text why = words_of(visiting);
  return done(visiting, marks_remove(visiting->guest, MARK_LABELS, visiting->id, &why));
}

static void check_unmark(void *context, bool good) {
  check_words(context, good);
  assert_int_equal(stored_number("SELECT count(*) FROM labels"), !good);
}

static void a_guest_adds_a_mark_or_says_why_not(void **state) {
  (void)state;
  static const struct trial trials[] = {{stay_outside, try_to_enter, check_entered},
                                        {have_nothing, try_to_read_seed, check_words},
                                        {have_no_mark, try_to_mark, check_mark},
                                        {have_mark, try_to_unmark, check_unmark}};
  struct opened opened;
  struct visiting visiting = {.guest = NULL};
  make_file(&opened);
  close_file(&opened);
  for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++)
    trial_run(&trials[i], &visiting);
  guest_close(visiting.guest);
}

static int prepare(void **state) {
  faulty_vfs_skip_syncs();
  return alloc_fail_in_sqlite() && faulty_vfs_install() == 0 ? stored_make_folder(state) : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_file_is_opened_or_left_alone),
      cmocka_unit_test(a_file_is_made_or_tried_again),
      cmocka_unit_test(verdicts_wait_or_are_written),
      cmocka_unit_test(an_incident_is_stored_whole_or_not),
      cmocka_unit_test(silences_stay_or_are_all_read),
      cmocka_unit_test(a_guest_adds_a_mark_or_says_why_not),
  };
  return cmocka_run_group_tests(tests, prepare, stored_remove_folder);
}

/* Incidents of the last run where the file cannot be read at the start, and silences. */
#include "engine/incidents.h"
#include "store/guest.h"
#include "store/marks.h"
#include "store/store.h"
#include "unit/faulty_vfs.h"
#include "unit/stored.h"
#include "unit/unit_test.h"

#include <sqlite3.h>

static const double RARELY = 3600, CLOCK = 1000;
enum { WARM = 10 };

/* A run, and what was told in it. */
struct run {
  struct stored stored;
  struct incidents *incidents;
  struct incident_event last; /* that was told */
  unsigned told;
};

static double clock_now(void) { return CLOCK; }

static void hear(void *context, const struct incident_event *event) {
  struct run *const run = context;
  if (!event->told)
    return;
  run->last = *event;
  run->told++;
}

static struct incidents *make_incidents(struct run *run) {
  struct incident_settings settings = incident_settings_preset();
  struct incidents *incidents;
  settings.options.delay = 0;
  settings.listener = hear;
  settings.listener_context = run;
  assert_int_equal(incidents_create(&incidents, &settings), STATUS_OK);
  return incidents;
}

static void observe_open(void *context, const struct episode_event *event) {
  incidents_observe(context, event, CLOCK);
}

static void take_episode(void *context, const struct episode_event *event) {
  incidents_observe(((struct run *)context)->incidents, event, CLOCK);
}

static void begin(struct run *run) {
  *run = (struct run){.told = 0};
  run->incidents = make_incidents(run);
  const struct store_hearers hearers = {.incidents = run->incidents,
                                        .clock = clock_now,
                                        .tell = hear,
                                        .episode = take_episode,
                                        .context = run};
  stored_start_with(&run->stored, RARELY, &hearers);
}

static void end(struct run *run) {
  stored_stop(&run->stored);
  incidents_destroy(run->incidents);
}

/* Has one metric alarm among those that are calm, and its incident told. */
static void alarm(struct run *run, unsigned metric) {
  for (unsigned at = 0; at < WARM; at++)
    stored_observe(&run->stored, metric, at, -1);
  stored_observe(&run->stored, metric, WARM, 3);
  engine_each_open(run->stored.engine, observe_open, run->incidents);
  incidents_flush(run->incidents, CLOCK + 1);
}

static void tell_of_an_incident(void) {
  struct run run;
  stored_forget();
  begin(&run);
  alarm(&run, 0);
  assert_int_equal(run.told, 1);
  assert_true(store_put_incident(run.stored.store, &run.last, 5));
  assert_true(store_note_told(run.stored.store, run.last.incident.id, 5));
  end(&run);
}

static struct incident_stats stats_of(struct run *run) {
  struct incident_stats stats;
  incidents_stats(run->incidents, &stats);
  return stats;
}

static void it_goes_on_when_the_file_comes_late(void **state) {
  (void)state;
  struct run run;
  tell_of_an_incident();
  faulty_vfs_read_only(true);
  begin(&run);
  assert_int_equal(stored_status(&run.stored).health.fault, STORE_READ_ONLY);
  assert_int_equal(stats_of(&run).open, 0);
  stored_observe(&run.stored, 5, 0, -1);
  faulty_vfs_read_only(false);
  assert_true(store_flush(run.stored.store, 60));
  assert_int_equal(stats_of(&run).open_told, 1);
  assert_int_equal(run.told, 0);
  assert_true(store_flush(run.stored.store, 60));
  assert_int_equal(stats_of(&run).open_told, 1);
  end(&run);
}

static void it_is_over_where_another_has_begun(void **state) {
  (void)state;
  struct run run;
  tell_of_an_incident();
  const int64_t id = stored_number("SELECT id FROM incidents");
  faulty_vfs_read_only(true);
  begin(&run);
  alarm(&run, 7);
  assert_int_equal(run.told, 1);
  faulty_vfs_read_only(false);
  assert_true(store_flush(run.stored.store, 60));
  assert_int_equal(run.told, 2);
  assert_int_equal(run.last.change, INCIDENT_ENDED);
  assert_true(run.last.incident.id == (uint64_t)id);
  end(&run);
}

/* ---- Silences -------------------------------------------------------------------- */

static int64_t silence(const char *host, double start, double ending) {
  char words[256] = "";
  struct text why = text_over(words, sizeof words);
  struct guest *guest;
  int64_t id;
  const struct mark mark = {
      .subject = host, .start = start, .end = ending, .note = "", .author = "", .created = start};
  assert_int_equal(guest_open(&guest, stored_path, &why), STATUS_OK);
  assert_int_equal(marks_add(guest, MARK_SILENCES, &mark, &id, &why), STATUS_OK);
  guest_close(guest);
  return id;
}

/* What is told of an alarm on web1 under the silences of the file. */
static unsigned told_of_an_alarm(void) {
  struct run run;
  begin(&run);
  alarm(&run, 0);
  const unsigned told = run.told;
  assert_int_equal(stats_of(&run).incidents, 1);
  end(&run);
  return told;
}

static void only_what_is_in_effect_silences(void **state) {
  (void)state;
  static const struct {
    const char *host;
    double start, end;
    unsigned told;
  } cases[] = {
      {"web1", STORED_BEGIN - 10, STORED_BEGIN + 10, 0},
      {"web*", STORED_BEGIN, STORED_BEGIN + 1, 0},
      {"/^web[0-9]$/", 1, STORED_BEGIN + 1, 0},
      {"web2", 1, STORED_BEGIN + 10, 1},
      {"web1", 1, STORED_BEGIN, 1},
      {"web1", STORED_BEGIN + 1, 2e9, 1},
      {"/(/", 1, STORED_BEGIN + 10, 1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct run run;
    stored_forget();
    begin(&run);
    end(&run);
    silence(cases[i].host, cases[i].start, cases[i].end);
    assert_int_equal(told_of_an_alarm(), cases[i].told);
  }
}

static void what_is_no_host_is_passed_over(void **state) {
  (void)state;
  struct run run;
  stored_forget();
  begin(&run);
  end(&run);
  stored_run("INSERT INTO silences (host, start, \"end\", note, author, created) VALUES"
             " (x'ff00', 'a', 'b', 1, 2, 3), ('', 1, 2e9, '', '', 1)");
  assert_int_equal(told_of_an_alarm(), 1);
}

static void old_silences_are_removed(void **state) {
  (void)state;
  struct run run;
  stored_forget();
  begin(&run);
  end(&run);
  silence("web1", 1, STORED_BEGIN - 2 * 86400);
  const int64_t kept = silence("web1", 1, STORED_BEGIN - 100);
  begin(&run);
  end(&run);
  assert_int_equal(stored_number("SELECT sum(id) FROM silences"), kept);
}

static int set_up(void **state) {
  return faulty_vfs_install() == SQLITE_OK ? stored_make_folder(state) : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_goes_on_when_the_file_comes_late),
      cmocka_unit_test(it_is_over_where_another_has_begun),
      cmocka_unit_test(only_what_is_in_effect_silences),
      cmocka_unit_test(what_is_no_host_is_passed_over),
      cmocka_unit_test(old_silences_are_removed),
  };
  return cmocka_run_group_tests(tests, set_up, stored_remove_folder);
}

/* The plugin against a fake daemon: its own thread tells what is due, and maintenance. */
#include "anomaly/rule.h"
#include "fake_collectd/session.h"
#include "plugin/maintenance.h"
#include "plugin/ticker.h"

#include "base/text.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DELAYED "detectors = (\"zscore\"); warmup = \"5m\"; incident_delay = 1; rules = ();\n"

/* The plugin's thread ticks once a second; a busy machine may take its time. */
static bool comes(size_t notifications) {
  for (unsigned i = 0; i < 300 && fake_notification_count() < notifications; i++)
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
  return fake_notification_count() >= notifications;
}

static void what_is_due_is_told_without_a_flush(void **state) {
  (void)state;
  start(DELAYED);
  const double time = write_usual("a", START, 200);
  write_gauge("a", time, 900);
  assert_int_equal(fake_notification_count(), 0);
  assert_true(comes(1));
  assert_true(own("gauge", "incidents_told_open") == 1);
  assert_true(own("derive", "incidents_told") == 1);
  write_usual("a", time + STEP, 30);
  assert_true(comes(2));
  assert_int_equal(last_notification()->severity, NOTIF_OKAY);
  assert_true(own("gauge", "incidents_open") == 0);
  stop();
}

static char flag[] = "/tmp/anomaly-maintenance.XXXXXX";

static int make_flag(void **state) {
  (void)state;
  const int descriptor = mkstemp(flag);
  return descriptor < 0 ? -1 : close(descriptor);
}

static int remove_flag(void **state) {
  (void)state;
  unlink(flag);
  return 0;
}

static void write_flag(const char *words) {
  FILE *const file = fopen(flag, "w");
  assert_non_null(file);
  assert_true(fputs(words, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static void maintenance_keeps_the_plugin_quiet(void **state) {
  (void)state;
  load();
  write_config(ZSCORE);
  write_flag("");
  assert_int_equal(configure("ConfigFile", config_path), 0);
  assert_int_equal(configure("MaintenanceFile", flag), 0);
  assert_int_equal(fake.init(), 0);
  while (fake_log_count(LOG_INFO, "nothing new is told") == 0)
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
  write_gauge("a", write_usual("a", START, 200), 900);
  assert_int_equal(fake.flush(0, NULL, NULL), 0);
  assert_int_equal(fake_notification_count(), 0);
  assert_true(own("gauge", "incidents_open") == 1);
  assert_int_equal(unlink(flag), 0);
  assert_true(comes(1));
  assert_int_equal(fake_log_count(LOG_INFO, "maintenance is over"), 1);
  stop();
}

/* What the file comes to: whether these hosts are in maintenance. */
static struct incidents *incidents;
static unsigned told;

static void count_told(void *context, const struct incident_event *event) {
  (void)context;
  told += event->told;
}

static bool is_told(const char *host, uint64_t id) {
  struct episode_event episode = {.change = EPISODE_OPENED,
                                  .id = id,
                                  .seen = START + 1e5 * (double)id,
                                  .start = START,
                                  .line = 1,
                                  .notify = NOTIFY_ALWAYS,
                                  .verdict = {.ratio = 9, .severity = SEVERITY_WARNING}};
  text_copy(episode.metric.part[METRIC_HOST], METRIC_PART_SIZE, host);
  const unsigned before = told;
  incidents_observe(incidents, &episode, 0);
  incidents_flush(incidents, 0);
  const bool is = told > before;
  episode.change = EPISODE_CLOSED;
  incidents_observe(incidents, &episode, 0);
  incidents_flush(incidents, 0);
  return is;
}

static void the_file_names_hosts(void **state) {
  (void)state;
  load();
  struct incident_settings settings = incident_settings_preset();
  settings.listener = count_told;
  assert_int_equal(incidents_create(&incidents, &settings), 0);
  struct maintenance maintenance = {.patterns = NULL};
  uint64_t id = 1;

  maintenance_look(&maintenance, "/nowhere/at/all", incidents);
  assert_true(is_told("none", id++));
  write_flag("# the databases\n  db*  \n\nweb1\r\n");
  maintenance_look(&maintenance, flag, incidents);
  maintenance_look(&maintenance, flag, incidents);
  assert_int_equal(fake_log_count(LOG_INFO, "nothing new is told"), 1);
  assert_false(is_told("db7", id++));
  assert_false(is_told("web1", id++));
  assert_true(is_told("web10", id++));
  write_flag("/[/\nweb2\n");
  maintenance_look(&maintenance, flag, incidents);
  assert_int_equal(fake_log_count(LOG_WARNING, "is no host"), 1);
  assert_false(is_told("web2", id++));
  assert_true(is_told("db8", id++));
  write_flag("# nothing but words\n");
  maintenance_look(&maintenance, flag, incidents);
  assert_false(is_told("anybody", id++));
  FILE *const file = fopen(flag, "w");
  for (unsigned i = 0; i < MAINTENANCE_HOSTS + 2; i++)
    fprintf(file, "many%u\n", i);
  assert_int_equal(fclose(file), 0);
  maintenance_look(&maintenance, flag, incidents);
  assert_int_equal(fake_log_count(LOG_WARNING, "more than 256 hosts"), 2);
  assert_int_equal(unlink(flag), 0);
  maintenance_look(&maintenance, flag, incidents);
  assert_true(is_told("many1", id++));
  maintenance_release(&maintenance);
  incidents_destroy(incidents);
  fake.shutdown();
}

static atomic_uint ticks;

static void count_tick(void *context) {
  (void)context;
  atomic_fetch_add(&ticks, 1);
}

static void ticker_ticks_and_ends(void **state) {
  (void)state;
  struct ticker *ticker = NULL;
  const double begin = ticker_now();
  assert_int_equal(ticker_create(&ticker, .001, count_tick, NULL), 0);
  while (atomic_load(&ticks) < 5)
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  ticker_destroy(ticker);
  const unsigned before = atomic_load(&ticks);
  assert_true(ticker_now() - begin >= .005);
  nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  assert_int_equal(atomic_load(&ticks), before);
  assert_int_equal(ticker_create(&ticker, 3600, count_tick, NULL), 0);
  ticker_destroy(ticker); /* does not wait an hour */
  ticker_destroy(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_due_is_told_without_a_flush),
      cmocka_unit_test_setup_teardown(maintenance_keeps_the_plugin_quiet, make_flag, remove_flag),
      cmocka_unit_test_teardown(the_file_names_hosts, remove_flag),
      cmocka_unit_test(ticker_ticks_and_ends),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

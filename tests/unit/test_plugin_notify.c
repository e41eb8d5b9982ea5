/* The plugin against a fake daemon: notifications. */
#include "base/text.h"
#include "fake_collectd/session.h"
#include "plugin/notify.h"
#include "plugin/translate.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>

static void check_alarm(const notification_t *alarm, double time) {
  check_identity(alarm);
  assert_int_equal(alarm->severity, NOTIF_FAILURE);
  assert_true(translate_seconds(alarm->time) == time);
  assert_non_null(strstr(alarm->message, "test-0/gauge-a 900 is far above its usual "));
  assert_true(meta_number(alarm, "CurrentValue") == 900);
  assert_true(meta_number(alarm, "WarningMin") > 90);
  assert_true(meta_number(alarm, "WarningMax") < 110);
  assert_true(meta_number(alarm, "FailureMin") == meta_number(alarm, "WarningMin"));
  assert_true(meta_number(alarm, "FailureMax") == meta_number(alarm, "WarningMax"));
  assert_true(meta_number(alarm, "AnomalyScore") >= 0.8);
  assert_true(meta_number(alarm, "AnomalyScore") <= 1);
  assert_true(meta_number(alarm, "Confidence") == 1);
  assert_true(fabs(meta_number(alarm, "Expected") - 101) < 1);
  assert_string_equal(meta_text(alarm, "AnomalyType"), "spike");
  assert_string_equal(meta_text(alarm, "Detectors"), "zscore");
  assert_int_equal(fake_meta_find(alarm, "StartTime")->type, NM_TYPE_UNSIGNED_INT);
  assert_true(meta_number(alarm, "StartTime") == time);
  assert_true(strlen(meta_text(alarm, "IncidentId")) == 16);
  assert_true(meta_number(alarm, "Members") == 1);
  assert_null(fake_meta_find(alarm, "Duration"));
}

static void check_all_clear(const notification_t *clear, const notification_t *alarm) {
  check_identity(clear);
  assert_int_equal(clear->severity, NOTIF_OKAY);
  assert_non_null(strstr(clear->message, "usual again"));
  assert_string_equal(meta_text(clear, "IncidentId"), meta_text(alarm, "IncidentId"));
  assert_string_equal(meta_text(clear, "AnomalyType"), "spike");
  assert_true(meta_number(clear, "StartTime") == meta_number(alarm, "StartTime"));
  assert_true(meta_number(clear, "Duration") ==
              translate_seconds(clear->time) - meta_number(clear, "StartTime"));
  assert_true(meta_number(clear, "PeakValue") == 900);
  assert_true(meta_number(clear, "PeakScore") >= 0.8);
  assert_true(isnan(meta_number(clear, "FailureMin")));
  assert_true(isnan(meta_number(clear, "FailureMax")));
}

static void an_anomaly_is_told_and_its_end(void **state) {
  (void)state;
  start(ZSCORE);
  double time = write_usual("a", START, 200);
  write_gauge("a", time, 900);
  write_usual("a", time + STEP, 50);
  assert_int_equal(fake.flush(0, NULL, NULL), 0);
  assert_int_equal(fake_notification_count(), 2);
  check_alarm(fake_notification_at(0), time);
  check_all_clear(fake_notification_at(1), fake_notification_at(0));
  assert_int_equal(fake_metadata_alive(), 0);
  assert_true(own("derive", "incidents") == 1);
  assert_true(own("derive", "outbox_delivered") == 2);
  stop();
}

static void an_open_incident_shows_in_our_values(void **state) {
  (void)state;
  start(ZSCORE);
  write_usual("b", START, 200);
  const double time = write_usual("a", START, 200);
  write_gauge("a", time, 900);
  assert_true(own("gauge", "anomalous") == 1);
  assert_true(own("percent", "anomalous") == 50);
  assert_true(own("gauge", "incidents_open") == 1);
  stop();
}

static struct incident_event some_event(void) {
  struct incident_event event = {
      .change = INCIDENT_BEGAN,
      .told = true,
      .incident = {.id = 0xabc,
                   .start = START,
                   .last = START + 60,
                   .severity = SEVERITY_WARNING,
                   .trouble = TROUBLE_TRAFFIC,
                   .restart = (double)NAN,
                   .metrics = 1,
                   .open = 1,
                   .hosts = 1,
                   .members = 1,
                   .host = {"x"}},
  };
  struct episode_event *const episode = &event.incident.member[0].episode;
  *episode = (struct episode_event){.kind = KIND_DIP,
                                    .start = START,
                                    .verdict = {.time = START + 60,
                                                .value = 1,
                                                .score = .6,
                                                .lower = 2,
                                                .upper = 3,
                                                .expected = (double)NAN,
                                                .kind = KIND_DIP,
                                                .leading = "adaptive"}};
  for (size_t part = 0; part < METRIC_PARTS; part++)
    text_copy(episode->metric.part[part], METRIC_PART_SIZE, "x");
  return event;
}

static void a_warning_has_no_failure_bounds(void **state) {
  (void)state;
  load();
  struct notifier notifier = {.told_nobody = false};
  const struct outbox_receiver receiver = notifier_receiver(&notifier);
  const struct incident_event event = some_event();
  receiver.event(receiver.context, &event);
  const notification_t *const warning = last_notification();
  assert_int_equal(warning->severity, NOTIF_WARNING);
  assert_true(meta_number(warning, "WarningMin") == 2 && meta_number(warning, "WarningMax") == 3);
  assert_true(isnan(meta_number(warning, "FailureMin")));
  assert_true(isnan(meta_number(warning, "FailureMax")));
  assert_true(isnan(meta_number(warning, "Expected")));
  assert_string_equal(meta_text(warning, "IncidentId"), "0000000000000abc");
  assert_string_equal(meta_text(warning, "Trouble"), "traffic");
  assert_string_equal(meta_text(warning, "HostNames"), "x");
  assert_string_equal(meta_text(warning, "MemberMetrics"), "x/x-x/x-x:x");
  assert_string_equal(meta_text(warning, "Metric"), "x/x-x/x-x:x");
  assert_null(fake_meta_find(warning, "HostBooted"));
}

/* It goes out under the name of the first, and is about what is worse now. */
static void what_got_worse_says_whose_numbers_it_has(void **state) {
  (void)state;
  load();
  struct notifier notifier = {.told_nobody = false};
  const struct outbox_receiver receiver = notifier_receiver(&notifier);
  struct incident_event event = some_event();
  struct incident_member *const member = event.incident.member;
  event.change = INCIDENT_WORSENED;
  event.incident.metrics = event.incident.members = 2;
  member[1] = member[0];
  text_copy(member[1].episode.metric.part[METRIC_TYPE_INSTANCE], METRIC_PART_SIZE, "y");
  member[1].episode.verdict.score = .9;
  member[1].episode.verdict.value = 7;
  receiver.event(receiver.context, &event);
  const notification_t *const worse = last_notification();
  assert_string_equal(worse->type_instance, "x");
  assert_string_equal(meta_text(worse, "Metric"), "x/x-x/x-y:x");
  assert_true(meta_number(worse, "CurrentValue") == 7);
}

static void hosts_at_once_are_told_by_us(void **state) {
  (void)state;
  load();
  struct notifier notifier = {.told_nobody = false};
  const struct outbox_receiver receiver = notifier_receiver(&notifier);
  struct incident_event event = some_event();
  event.incident.scope = INCIDENT_OF_HOSTS;
  event.incident.hosts = 3;
  event.incident.restart = START - 100;
  for (size_t i = 0; i < 3; i++)
    text_copy(event.incident.host[i], METRIC_PART_SIZE, i == 0 ? "x" : i == 1 ? "y" : "z");
  receiver.event(receiver.context, &event);
  const notification_t *const notification = last_notification();
  assert_string_equal(notification->host, hostname_g);
  assert_string_equal(notification->plugin, PLUGIN_NAME);
  assert_string_equal(notification->type_instance, "hosts");
  assert_string_equal(meta_text(notification, "HostNames"), "x y z");
  assert_true(meta_number(notification, "Hosts") == 3);
  assert_true(meta_number(notification, "HostBooted") == START - 100);
}

static void longest_names_fit(void **state) {
  (void)state;
  load();
  struct notifier notifier = {.told_nobody = false};
  const struct outbox_receiver receiver = notifier_receiver(&notifier);
  struct incident_event event = some_event();
  struct metric_name *const name = &event.incident.member[0].episode.metric;
  for (size_t part = 0; part < METRIC_PARTS; part++) {
    memset(name->part[part], 'n', METRIC_PART_SIZE - 1);
    name->part[part][METRIC_PART_SIZE - 1] = '\0';
  }
  text_copy(event.incident.host[0], METRIC_PART_SIZE, name->part[METRIC_HOST]);
  receiver.event(receiver.context, &event);
  const notification_t *const notification = last_notification();
  assert_int_equal(strlen(notification->host), DATA_MAX_NAME_LEN - 1);
  assert_int_equal(strlen(meta_text(notification, "DataSource")), METRIC_PART_SIZE - 1);
  assert_true(strlen(notification->message) < NOTIF_MAX_MSG_LEN);
}

static void a_notification_goes_out_when_metadata_finds_no_memory(void **state) {
  (void)state;
  struct incident_event event = some_event();
  event.change = INCIDENT_ENDED;
  for (unsigned n = 1;; n++) {
    load();
    struct notifier notifier = {.told_nobody = false};
    const struct outbox_receiver receiver = notifier_receiver(&notifier);
    receiver.event(receiver.context, &event);
    size_t whole = 0;
    for (const notification_meta_t *meta = last_notification()->meta; meta != NULL;
         meta = meta->next)
      whole++;
    if (n > whole)
      break;
    fake_fail_metadata(n);
    receiver.event(receiver.context, &event);
    assert_int_equal(fake_notification_count(), 2);
    size_t left = 0;
    for (const notification_meta_t *meta = last_notification()->meta; meta != NULL;
         meta = meta->next)
      left++;
    assert_int_equal(left, whole - 1);
    assert_int_equal(fake_log_count(LOG_ERR, "out of memory"), 1);
    assert_int_equal(fake_metadata_alive(), 0);
  }
}

static void an_overflow_is_told_in_one_warning(void **state) {
  (void)state;
  load();
  struct notifier notifier = {.told_nobody = false};
  const struct outbox_receiver receiver = notifier_receiver(&notifier);
  const struct outbox_summary summary = {
      .opened = 12, .escalated = 3, .closed = 4, .first_time = START, .last_time = START + 60};
  receiver.summary(receiver.context, &summary);
  const notification_t *const notification = last_notification();
  assert_int_equal(notification->severity, NOTIF_WARNING);
  assert_string_equal(notification->host, hostname_g);
  assert_string_equal(notification->plugin, PLUGIN_NAME);
  assert_true(translate_seconds(notification->time) == START + 60);
  assert_non_null(strstr(notification->message, "12 began, 3 got worse, 4 ended"));
  assert_true(meta_number(notification, "Opened") == 12);
  assert_true(meta_number(notification, "Escalated") == 3);
  assert_true(meta_number(notification, "Closed") == 4);
  assert_int_equal(fake_metadata_alive(), 0);
}

static void nobody_who_listens_is_told_once(void **state) {
  (void)state;
  start(ZSCORE);
  fake_set_handler(NULL);
  double time = write_usual("a", START, 200);
  write_gauge("a", time, 900);
  write_usual("a", time + STEP, 50);
  assert_int_equal(fake.flush(0, NULL, NULL), 0);
  assert_int_equal(fake_log_count(LOG_WARNING, "no plugin that handles notifications"), 1);
  assert_int_equal(fake_metadata_alive(), 0);
  stop();
}

static _Atomic cdtime_t seen_interval;

static void see_context(const notification_t *notification) {
  (void)notification;
  atomic_store(&seen_interval, plugin_get_ctx().interval);
}

static void handlers_get_the_plugins_context(void **state) {
  (void)state;
  const plugin_ctx_t before = plugin_get_ctx();
  plugin_ctx_t ours = before;
  ours.interval = TIME_T_TO_CDTIME_T(5);
  plugin_set_ctx(ours);
  start(ZSCORE);
  plugin_set_ctx(before);
  fake_set_handler(see_context);
  write_gauge("a", write_usual("a", START, 200), 900);
  stop();
  assert_true(atomic_load(&seen_interval) == TIME_T_TO_CDTIME_T(5));
}

static sem_t entered, may_go;

static void wait_to_go(const notification_t *notification) {
  (void)notification;
  sem_post(&entered);
  sem_wait(&may_go);
}

/* No clock: the handler is inside all the while, and the writes end. */
static void a_handler_that_blocks_delays_no_value(void **state) {
  (void)state;
  sem_init(&entered, 0, 0);
  sem_init(&may_go, 0, 0);
  start(ZSCORE);
  fake_set_handler(wait_to_go);
  write_gauge("a", write_usual("a", START, 200), 900);
  sem_wait(&entered);
  write_usual("b", START, 10000);
  assert_true(own("derive", "values_observed") == 10201);
  assert_int_equal(fake_notification_count(), 0);
  fake_set_handler(fake_accept);
  sem_post(&may_go);
  stop();
  assert_true(fake_notification_count() > 0);
  sem_destroy(&entered);
  sem_destroy(&may_go);
}

static atomic_bool handlers_gone, told_too_late;

static void be_there(const notification_t *notification) {
  (void)notification;
  if (atomic_load(&handlers_gone))
    atomic_store(&told_too_late, true);
}

/* Other plugins' shutdown callbacks may run before ours and take their handlers away. */
static void nothing_is_told_after_the_flush(void **state) {
  (void)state;
  atomic_store(&handlers_gone, false);
  atomic_store(&told_too_late, false);
  start("detectors = (\"zscore\"); warmup = \"5m\"; rules = ();\n"); /* not told at once */
  fake_set_handler(be_there);
  for (char name[] = "a"; name[0] < 'k'; name[0]++)
    write_gauge(name, write_usual(name, START, 200), 900);
  assert_int_equal(fake.flush(0, NULL, NULL), 0);
  assert_int_equal(fake_notification_count(), 1); /* all of one host */
  assert_true(meta_number(last_notification(), "Members") == 10);
  atomic_store(&handlers_gone, true);
  assert_int_equal(fake.shutdown(), 0);
  assert_false(atomic_load(&told_too_late));
  assert_int_equal(fake_notification_count(), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_anomaly_is_told_and_its_end),
      cmocka_unit_test(an_open_incident_shows_in_our_values),
      cmocka_unit_test(a_warning_has_no_failure_bounds),
      cmocka_unit_test(what_got_worse_says_whose_numbers_it_has),
      cmocka_unit_test(hosts_at_once_are_told_by_us),
      cmocka_unit_test(longest_names_fit),
      cmocka_unit_test(a_notification_goes_out_when_metadata_finds_no_memory),
      cmocka_unit_test(an_overflow_is_told_in_one_warning),
      cmocka_unit_test(nobody_who_listens_is_told_once),
      cmocka_unit_test(handlers_get_the_plugins_context),
      cmocka_unit_test(a_handler_that_blocks_delays_no_value),
      cmocka_unit_test(nothing_is_told_after_the_flush),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* Incidents in words. */
#include "engine/describe_incident.h"

#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NOTIFICATION = 256 };

static struct incident_event load_event(void) {
  struct incident_event event = {
      .change = INCIDENT_BEGAN,
      .told = true,
      .incident = {.start = 43390,
                   .last = 43400,
                   .severity = SEVERITY_WARNING,
                   .trouble = TROUBLE_PERFORMANCE,
                   .host_metrics = 40,
                   .host_silent = 39,
                   .restart = (double)NAN,
                   .metrics = 1,
                   .open = 1,
                   .hosts = 1,
                   .recent = 1,
                   .members = 1,
                   .host = {"web1", "web2", "db1"}},
  };
  event.incident.member[0].episode = (struct episode_event){
      .change = EPISODE_OPENED,
      .metric = {{"web1", "load", "", "load", "", "shortterm"}},
      .start = 43390,
      .peak_time = 43390,
      .peak_score = .86,
      .peak_value = 14,
      .verdict = {.time = 43400,
                  .value = 14,
                  .score = .86,
                  .lower = .1,
                  .upper = 2,
                  .ready = 1,
                  .agree = 1,
                  .anomaly = true},
      .days = 0,
  };
  return event;
}

static void add_member(struct incident_event *event, const char *plugin, double score) {
  struct incident *const incident = &event->incident;
  struct episode_event *const episode = &incident->member[incident->members].episode;
  *episode = incident->member[0].episode;
  episode->metric = (struct metric_name){{"web1", "", "", "gauge", "", "value"}};
  text_copy(episode->metric.part[METRIC_PLUGIN], METRIC_PART_SIZE, plugin);
  episode->verdict.score = score;
  incident->members++;
  incident->metrics++;
}

static const char *told(const struct incident_event *event) {
  static char buffer[NOTIFICATION];
  struct text text = text_over(buffer, sizeof buffer);
  describe_incident(event, &text);
  return buffer;
}

static int set_utc(void **state) {
  (void)state;
  setenv("TZ", "UTC", 1);
  tzset();
  return 0;
}

#define LOAD                                                                                       \
  "load/load:shortterm 14 is far above its usual 0.1 .. 2 (score 0.86, 1 of 1 agree) since "       \
  "12:03:10"

static void one_metric_is_told_as_an_episode(void **state) {
  (void)state;
  const struct incident_event event = load_event();
  assert_string_equal(told(&event), LOAD);
}

static void several_are_a_first_cause_and_followers(void **state) {
  (void)state;
  struct incident_event event = load_event();
  add_member(&event, "cpu", .6);
  add_member(&event, "swap", .5);
  event.incident.metrics = 12;
  assert_string_equal(told(&event),
                      "performance trouble: " LOAD ", with 11 more: cpu/gauge, swap/gauge");
}

static void worse_is_told_of_the_worst(void **state) {
  (void)state;
  struct incident_event event = load_event();
  add_member(&event, "cpu", .99);
  event.change = INCIDENT_WORSENED;
  assert_ptr_equal(incident_lead(&event), &event.incident.member[1]);
  assert_non_null(strstr(told(&event), "cpu/gauge 14 is far above"));
  assert_non_null(strstr(told(&event), "with 1 more: load/load"));
}

static void the_end_says_for_how_many_and_how_long(void **state) {
  (void)state;
  struct incident_event event = load_event();
  event.change = INCIDENT_ENDED;
  event.incident.last = 43390 + 720;
  event.incident.member[0].episode.change = EPISODE_CLOSED;
  event.incident.member[0].episode.verdict.value = 1;
  event.incident.member[0].episode.verdict.time = 43390 + 720;
  assert_string_equal(told(&event), "load/load:shortterm is usual again: 1 (usual 0.1 .. 2) after "
                                    "12 min, peak 14 (score 0.86) at 12:03:10");
  add_member(&event, "cpu", .5);
  assert_string_equal(told(&event), "2 metrics of web1 are usual again after 12 min: "
                                    "load/load:shortterm, cpu/gauge");
}

static void a_silent_host_is_named(void **state) {
  (void)state;
  struct incident_event event = load_event();
  event.incident.silent = true;
  assert_string_equal(told(&event),
                      "web1 sends no values since 12:03:10: 39 of its 40 metrics are silent");
  event.change = INCIDENT_ENDED;
  event.incident.last = 43390 + 60;
  assert_string_equal(told(&event), "web1 sends values again after 60 s");
}

static void ends_are_told_as_they_are(void **state) {
  (void)state;
  struct incident_event event = load_event();
  event.change = INCIDENT_ENDED;
  event.incident.last = 43390 + 60;
  event.incident.silent = true;
  event.incident.member[0].episode.end = EPISODE_ACCEPTED;
  assert_string_equal(told(&event), "web1 stays silent: taken for usual after 60 s");
  event.incident.member[0].episode.end = EPISODE_EXPIRED;
  assert_string_equal(told(&event), "web1 has been silent for long and is forgotten after 60 s");
  event.incident.silent = false;
  event.incident.metrics = 2;
  event.incident.member[0].episode.end = EPISODE_ACCEPTED;
  assert_non_null(
      strstr(told(&event), "2 metrics of web1 stay as they are: taken for usual after"));
}

static void hosts_are_named(void **state) {
  (void)state;
  struct incident_event event = load_event();
  event.incident.scope = INCIDENT_OF_HOSTS;
  event.incident.hosts = 3;
  assert_string_equal(told(&event), "performance trouble on 3 hosts at once since 12:03:10, first "
                                    "web1/load/load:shortterm: web1, web2, db1");
  event.incident.silent = true;
  assert_string_equal(told(&event), "3 hosts send no values since 12:03:10: web1, web2, db1 (their "
                                    "network, or this collector?)");
  event.change = INCIDENT_ENDED;
  event.incident.last = 43390 + 60;
  assert_string_equal(told(&event), "3 hosts send values again after 60 s: web1, web2, db1");
  event.incident.silent = false;
  assert_string_equal(told(&event), "3 hosts are usual again after 60 s: web1, web2, db1");
}

static void what_explains_it_is_told(void **state) {
  (void)state;
  struct incident_event event = load_event();
  event.incident.restart = 43200;
  assert_string_equal(told(&event), LOAD "; the host was booted at 12:00:00");
  event.incident.restart = (double)NAN;
  event.incident.member[0].episode.days = 1;
  assert_string_equal(told(&event),
                      LOAD "; as at this time yesterday: a third day in a row is not told");
}

static void the_rule_that_acts_is_told(void **state) {
  (void)state;
  struct incident_event event = load_event();
  event.incident.recent = 3;
  event.incident.hold = 3600;
  event.incident.held = 4;
  event.incident.held_since = 40000;
  assert_string_equal(told(&event),
                      LOAD "; number 3 in a day, so it ends after at least 60 min of quiet; not "
                           "told of this host: 4 lesser since 11:06:40");
}

static void nothing_is_cut_in_the_middle(void **state) {
  (void)state;
  struct incident_event event = load_event();
  for (unsigned i = 1; i < INCIDENT_MEMBERS; i++) {
    char name[METRIC_PART_SIZE];
    memset(name, 'a' + (char)i, sizeof name - 1);
    name[20 * i < sizeof name ? 20 * i : sizeof name - 1] = '\0';
    add_member(&event, name, .5);
  }
  const char *const words = told(&event);
  assert_true(strlen(words) < NOTIFICATION);
  assert_string_equal(words + strlen(words) - strlen("/gauge"), "/gauge");
}

static void members_are_listed_with_their_hosts(void **state) {
  (void)state;
  struct incident_event event = load_event();
  add_member(&event, "cpu", .5);
  char buffer[NOTIFICATION];
  struct text text = text_over(buffer, sizeof buffer);
  describe_members(&event.incident, &text);
  assert_string_equal(buffer, "web1/load/load:shortterm web1/cpu/gauge");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_metric_is_told_as_an_episode),
      cmocka_unit_test(several_are_a_first_cause_and_followers),
      cmocka_unit_test(worse_is_told_of_the_worst),
      cmocka_unit_test(the_end_says_for_how_many_and_how_long),
      cmocka_unit_test(a_silent_host_is_named),
      cmocka_unit_test(ends_are_told_as_they_are),
      cmocka_unit_test(hosts_are_named),
      cmocka_unit_test(what_explains_it_is_told),
      cmocka_unit_test(the_rule_that_acts_is_told),
      cmocka_unit_test(nothing_is_cut_in_the_middle),
      cmocka_unit_test(members_are_listed_with_their_hosts),
  };
  return cmocka_run_group_tests_name("describe_incident", tests, set_utc, NULL);
}

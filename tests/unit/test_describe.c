#include "engine/describe.h"

#include "engine/causes.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NOTIFICATION = 256 };

static struct episode_event cpu_event(void) {
  return (struct episode_event){
      .change = EPISODE_OPENED,
      .metric = {{"web1", "cpu", "0", "cpu", "user", "value"}},
      .start = 43390,
      .peak_time = 43500,
      .peak_score = .95,
      .peak_value = 99.25,
      .verdict = {.time = 43400,
                  .value = 97.3,
                  .score = .86,
                  .expected = 12,
                  .lower = 2.1,
                  .upper = 31,
                  .kind = KIND_SPIKE,
                  .detectors = 3,
                  .ready = 3,
                  .agree = 3,
                  .anomaly = true},
  };
}

static const char *told(const struct episode_event *event) {
  static char buffer[NOTIFICATION];
  struct text text = text_over(buffer, sizeof buffer);
  describe_episode(event, &text);
  return buffer;
}

static int set_utc(void **state) {
  (void)state;
  setenv("TZ", "UTC", 1);
  tzset();
  return 0;
}

static void opening_says_what_and_since_when(void **state) {
  (void)state;
  struct episode_event event = cpu_event();
  assert_string_equal(told(&event), "cpu-0/cpu-user 97.3 is far above its usual 2.1 .. 31 "
                                    "(score 0.86, 3 of 3 agree) since 12:03:10");
  event.verdict.score = .6;
  event.verdict.value = 1.5;
  event.verdict.reason = "lower than ever seen";
  assert_string_equal(told(&event), "cpu-0/cpu-user 1.5 is below its usual 2.1 .. 31 "
                                    "(score 0.60, 3 of 3 agree) since 12:03:10: "
                                    "lower than ever seen");
}

static void long_ago_is_told_as_a_duration(void **state) {
  (void)state;
  struct episode_event event = cpu_event();
  event.start = event.verdict.time - 2 * 86400 - 4 * 3600;
  assert_non_null(strstr(told(&event), "3 of 3 agree) for 2 d 4 h"));
}

static void odd_within_the_band_is_said_to_be(void **state) {
  (void)state;
  struct episode_event event = cpu_event();
  event.verdict.value = 20;
  assert_non_null(strstr(told(&event), "20 is unusual, though in its usual 2.1 .. 31"));
  event.verdict.lower = NAN;
  assert_non_null(strstr(told(&event), "20 is unusual (score"));
}

static void one_sided_bands_are_limits(void **state) {
  (void)state;
  struct episode_event event = cpu_event();
  event.verdict.lower = NAN;
  assert_non_null(strstr(told(&event), "97.3 is far above its limit 31 (score"));
  event.verdict.lower = 98;
  event.verdict.upper = NAN;
  assert_non_null(strstr(told(&event), "97.3 is far below its limit 98 (score"));
}

static void kinds_have_their_own_words(void **state) {
  (void)state;
  struct episode_event event = cpu_event();
  event.verdict.kind = KIND_FLATLINE;
  assert_non_null(strstr(told(&event), "cpu-0/cpu-user is stuck at 97.3 (score"));
  event.verdict.kind = KIND_MISSING;
  event.verdict.value = NAN;
  assert_non_null(strstr(told(&event), "cpu-0/cpu-user sends no values (score"));
}

static void end_says_how_long_and_how_bad(void **state) {
  (void)state;
  struct episode_event event = cpu_event();
  event.change = EPISODE_CLOSED;
  event.end = EPISODE_RECOVERED;
  event.verdict.value = 3.25;
  event.verdict.time = 43390 + 720;
  assert_string_equal(told(&event), "cpu-0/cpu-user is usual again: 3.25 (usual 2.1 .. 31) "
                                    "after 12 min, peak 99.25 (score 0.95) at 12:05:00");
  event.verdict.value = 90;
  assert_non_null(strstr(told(&event), "is no longer surprising: 90 (usual 2.1 .. 31) after"));
  event.verdict.value = 3.25;
  event.end = EPISODE_ACCEPTED;
  assert_non_null(strstr(told(&event), "stays as it is: taken for usual from now on: 3.25"));
  event.end = EPISODE_EXPIRED;
  assert_non_null(strstr(told(&event), "has sent no value for long and is forgotten after"));
}

static void long_text_loses_whole_parts(void **state) {
  (void)state;
  struct episode_event event = cpu_event();
  event.verdict.reason = "a reason that is told only where there is room for it at the very end";
  memset(event.metric.part[METRIC_TYPE_INSTANCE], 'n', 110);
  assert_non_null(strstr(told(&event), "since 12:03:10"));
  assert_null(strstr(told(&event), "a reason"));
  assert_in_range(strlen(told(&event)), 150, NOTIFICATION - 1);
}

static void hostile_name_leaves_the_sentence(void **state) {
  (void)state;
  struct episode_event event = cpu_event();
  for (size_t part = 0; part < METRIC_PARTS; part++)
    memset(event.metric.part[part], 'n', METRIC_PART_SIZE - 1);
  const char *const text = told(&event);
  assert_int_equal(strlen(text), NOTIFICATION - 1);
  assert_non_null(strstr(text, "nnn... 97.3 is far above its usual 2.1 .. 31"));
}

static void metric_is_written_as_collectd_does(void **state) {
  (void)state;
  char buffer[METRIC_TEXT_SIZE];
  struct text text = text_over(buffer, sizeof buffer);
  const struct metric_id load = {{"web1", "load", "", "load", "", "shortterm"}};
  describe_metric(&load, &text);
  assert_string_equal(buffer, "web1/load/load:shortterm");
  const struct metric_id cpu = {{"web1", "cpu", "0", "cpu", "user", "value"}};
  text = text_over(buffer, sizeof buffer);
  describe_metric_short(&cpu, &text);
  assert_string_equal(buffer, "cpu-0/cpu-user");
}

static struct episode_event group_event(void) {
  struct episode_event event = {
      .change = EPISODE_OPENED,
      .metric = {{"web1", "anomaly", "host", "gauge", "group", "value"}},
      .start = 43390,
      .verdict = {.time = 43400,
                  .value = 14,
                  .score = .55,
                  .lower = NAN,
                  .upper = NAN,
                  .kind = KIND_GROUP,
                  .reason = "several metrics are unusual at once",
                  .ready = 1,
                  .agree = 1},
  };
  const struct metric_id members[] = {{{"web1", "cpu", "0", "percent", "user", "value"}},
                                      {{"web1", "load", "", "load", "", "shortterm"}}};
  assert_true(causes_add(&event.causes, &members[0], 7.46));
  assert_true(causes_add(&event.causes, &members[1], 3.1));
  return event;
}

static void group_says_what_it_comes_from(void **state) {
  (void)state;
  struct episode_event event = group_event();
  assert_string_equal(told(&event),
                      "group host: several metrics are unusual at once: cpu-0/percent-user 7.5, "
                      "load/load:shortterm 3.1 (score 0.55, 1 of 1 agree) since 12:03:10");
  event.change = EPISODE_CLOSED;
  event.verdict.time = 43690;
  event.peak_value = 15;
  event.peak_score = .6;
  event.peak_time = 43450;
  assert_string_equal(told(&event), "group host is usual again after 5 min, peak 15 (score 0.60) "
                                    "at 12:04:10");
}

static void group_over_hosts_names_the_host(void **state) {
  (void)state;
  struct episode_event event = group_event();
  const struct metric_id host = {{"web3", "df", "root", "percent", "used", "value"}};
  event.causes = (struct episode_causes){.hosts = true};
  assert_true(causes_add(&event.causes, &host, 5));
  event.metric = (struct metric_name){{"web3", "anomaly", "web", "gauge", "df-root", "value"}};
  event.verdict.reason = "differs from its peers";
  assert_string_equal(told(&event), "group web of df-root: differs from its peers: web3 5.0 "
                                    "(score 0.55, 1 of 1 agree) since 12:03:10");
}

static void causes_without_room_are_left_out(void **state) {
  (void)state;
  char name[METRIC_PART_SIZE];
  memset(name, 'x', sizeof name);
  name[sizeof name - 1] = '\0';
  const struct metric_id id = {{"web1", name, "", "gauge", "", "value"}};
  struct episode_event event = group_event();
  event.causes = (struct episode_causes){.hosts = false};
  assert_true(causes_add(&event.causes, &id, 2));
  assert_false(causes_add(&event.causes, &id, 1));
  assert_int_equal(event.causes.count, 1);
  assert_true(causes_valid(&event.causes));
  assert_string_equal(told(&event), "group host: several metrics are unusual at once "
                                    "(score 0.55, 1 of 1 agree) since 12:03:10");
  memset(event.causes.names, 'x', sizeof event.causes.names);
  assert_false(causes_valid(&event.causes));
  event.causes = (struct episode_causes){.count = EPISODE_CAUSES + 1};
  assert_false(causes_valid(&event.causes));
  event.causes = (struct episode_causes){.count = 1, .decades = {NAN}};
  assert_false(causes_valid(&event.causes));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(opening_says_what_and_since_when),
      cmocka_unit_test(long_ago_is_told_as_a_duration),
      cmocka_unit_test(odd_within_the_band_is_said_to_be),
      cmocka_unit_test(one_sided_bands_are_limits),
      cmocka_unit_test(kinds_have_their_own_words),
      cmocka_unit_test(end_says_how_long_and_how_bad),
      cmocka_unit_test(long_text_loses_whole_parts),
      cmocka_unit_test(hostile_name_leaves_the_sentence),
      cmocka_unit_test(metric_is_written_as_collectd_does),
      cmocka_unit_test(group_says_what_it_comes_from),
      cmocka_unit_test(group_over_hosts_names_the_host),
      cmocka_unit_test(causes_without_room_are_left_out),
  };
  return cmocka_run_group_tests_name("describe", tests, set_utc, NULL);
}

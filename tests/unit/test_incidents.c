/*
 * From episodes to incidents: who belongs to what, what is told, and when.
 */
#include "anomaly/rule.h"
#include "anomaly/status.h"
#include "engine/causes.h"
#include "engine/incident_members.h"
#include "engine/telling.h"
#include "unit/alloc_fail.h"
#include "unit/incident_desk.h"
#include "unit/unit_test.h"

#include <stdio.h>

static void one_metric_is_told_after_a_while_and_ends(void **state) {
  (void)state;
  const struct episode_event episode = open_at("web1", "a", 2, NOW);
  pass(14);
  assert_int_equal(desk.count, 0);
  pass(1); /* one and a half intervals */
  const struct incident *const began = heard(0, INCIDENT_BEGAN, true);
  assert_true(began->start == NOW && began->metrics == 1 && began->open == 1);
  assert_int_equal(began->hosts, 1);
  assert_string_equal(began->host[0], "web1");
  assert_int_equal(stats().open_told, 1);
  pass(100);
  close_at(episode, NOW + 115);
  pass(114);
  assert_int_equal(desk.count, 1);
  pass(1); /* as much quiet as it lasted */
  const struct incident *const ended = heard(1, INCIDENT_ENDED, true);
  assert_true(ended->id == began->id && ended->last == NOW + 115 && ended->open == 0);
  assert_int_equal(desk.count, 2);
  assert_int_equal(stats().open, 0);
  assert_int_equal(stats().told, 1);
}

static void delay_is_never_longer_than_configured(void **state) {
  (void)state;
  struct episode_event episode = episode_of("web1", "a", 2, NOW);
  episode.interval = 300;
  observe(&episode);
  pass(19);
  assert_int_equal(desk.count, 0);
  pass(1);
  (void)heard(0, INCIDENT_BEGAN, true);
}

static void followers_join_and_are_ranked(void **state) {
  (void)state;
  (void)open_at("web1", "early", 3.9, NOW);
  struct episode_event usual = episode_of("web1", "often", 3.9, NOW);
  usual.habit = 30;
  observe(&usual);
  (void)open_at("web1", "weak", 1, NOW);
  (void)open_at("web1", "late", 3.9, NOW + 60);
  pass(20);
  const struct incident *const incident = heard(0, INCIDENT_BEGAN, true);
  assert_int_equal(incident->metrics, 4);
  static const char *const order[] = {"early", "weak", "often", "late"};
  for (size_t i = 0; i < 4; i++)
    assert_string_equal(incident->member[i].episode.metric.part[METRIC_PLUGIN], order[i]);
  assert_int_equal(desk.count, 1);
}

static void many_metrics_are_counted_and_eight_are_kept(void **state) {
  (void)state;
  struct episode_event episode[40];
  for (size_t i = 0; i < 40; i++) {
    char name[16];
    (void)snprintf(name, sizeof name, "m%zu", i);
    episode[i] = open_at("web1", name, 1 + (double)i / 10, NOW);
  }
  pass(20);
  const struct incident *const incident = heard(0, INCIDENT_BEGAN, true);
  assert_int_equal(incident->metrics, 40);
  assert_int_equal(incident->open, 40);
  assert_int_equal(incident->members, INCIDENT_MEMBERS);
  for (size_t i = 0; i < 40; i++)
    close_at(episode[i], NOW + 100);
  pass(20);
  assert_int_equal(heard(1, INCIDENT_ENDED, true)->open, 0);
}

static void the_first_cause_stays_once_it_was_told(void **state) {
  (void)state;
  (void)open_at("web1", "first", 1, NOW);
  pass(20);
  (void)open_at("web1", "stronger", 100, NOW + 1);
  pass(1);
  const struct incident *const worse = heard(1, INCIDENT_WORSENED, true);
  assert_string_equal(worse->member[0].episode.metric.part[METRIC_PLUGIN], "first");
  assert_int_equal(worse->severity, SEVERITY_FAILURE);
  (void)open_at("web1", "again", 1000, NOW + 2);
  pass(20);
  assert_int_equal(desk.count, 2); /* at most one escalation */
}

static void what_alarms_again_at_once_is_held_together(void **state) {
  (void)state;
  double time = NOW;
  for (unsigned i = 0; i < 40; i++) {
    const struct episode_event episode = open_at("web1", "flapping", 100, time);
    pass(120);
    close_at(episode, time + 120);
    pass(i == 0 ? 120 : 600);
    time += i == 0 ? 240 : 720;
  }
  unsigned begun = 0;
  for (size_t i = 0; i < desk.count; i++)
    begun += desk.event[i].told && desk.event[i].change == INCIDENT_BEGAN;
  assert_int_equal(begun, 2); /* the second one ends after 15 minutes of quiet */
  assert_int_equal(desk.event[desk.count - 1].incident.recent, 2);
  assert_int_equal(desk.event[desk.count - 1].incident.metrics, 1);
  pass(7200);
  (void)heard(desk.count - 1, INCIDENT_ENDED, true);
}

/* What comes again before that belongs to it, and makes it last longer. */
static void trouble_may_pause_for_as_long_as_it_lasted(void **state) {
  (void)state;
  const struct episode_event first = open_at("web1", "a", 2, NOW);
  pass(600);
  close_at(first, NOW + 600);
  pass(500);
  const struct episode_event second = open_at("web1", "b", 1, NOW + 1100);
  pass(100);
  assert_int_equal(desk.count, 1);
  close_at(second, NOW + 1200);
  pass(1199);
  assert_int_equal(desk.count, 1);
  pass(1);
  assert_int_equal(heard(1, INCIDENT_ENDED, true)->metrics, 2);
}

static void an_end_waits_an_hour_at_most(void **state) {
  (void)state;
  const struct episode_event episode = open_at("web1", "a", 2, NOW);
  pass(20000);
  close_at(episode, NOW + 20000);
  pass(3599);
  assert_int_equal(desk.count, 1);
  pass(1);
  (void)heard(1, INCIDENT_ENDED, true);
}

static void a_restart_does_not_shorten_the_wait(void **state) {
  const struct episode_event episode = open_at("web1", "a", 2, NOW);
  pass(20);
  struct incident incident = *heard(0, INCIDENT_BEGAN, true);
  incident.last = NOW + 600;
  assert_int_equal(close_desk(state) + open_desk(state), 0);
  assert_true(incidents_restore(desk.incidents, &incident, false, desk.clock));
  close_at(episode, NOW + 600);
  pass(599);
  assert_int_equal(desk.count, 0);
  pass(1);
  (void)heard(0, INCIDENT_ENDED, true);
}

/* Nothing is in doubt when a value is within its limits again, or comes again. */
static void limits_and_missing_values_end_at_once(void **state) {
  (void)state;
  struct episode_event limit = episode_of("web1", "limit", 1, NOW);
  limit.notify = NOTIFY_ALWAYS;
  observe(&limit);
  struct episode_event missing = episode_of("web2", "stuck", 2, NOW);
  missing.kind = KIND_MISSING;
  observe(&missing);
  pass(600);
  close_at(limit, NOW + 600);
  close_at(missing, NOW + 600);
  assert_int_equal(desk.count, 4);
  (void)heard(2, INCIDENT_ENDED, true);
  (void)heard(3, INCIDENT_ENDED, true);
}

/* One small incident from begin to end; returns whether it was told. */
static bool pass_small(double time) {
  const uint64_t told = stats().told;
  const struct episode_event episode = open_at("web1", "small", 1, time);
  pass(20);
  close_at(episode, time + 20);
  pass(57600);
  return stats().told > told;
}

static void small_ones_are_held_back_where_much_was_told(void **state) {
  (void)state;
  double time = NOW;
  unsigned told = 0;
  for (unsigned i = 0; i < 8; i++, time += DAY / 2)
    told += pass_small(time);
  assert_in_range(told, 2, 4);
  assert_int_equal(stats().incidents, 8);
  assert_int_equal(stats().held, 8 - told);
  while (pass_small(time))
    time += DAY / 2;
  desk.count = 0;
  (void)open_at("web1", "large", 4, time + DAY / 2);
  pass(20);
  assert_true(heard(0, INCIDENT_BEGAN, true)->held > 0);
  desk.count = 0;
  (void)open_at("web2", "small", 1, time + DAY / 2); /* each host has its own bar */
  pass(20);
  (void)heard(0, INCIDENT_BEGAN, true);
}

static void what_a_group_finds_is_told_where_much_was_told(void **state) {
  (void)state;
  double time = NOW;
  for (unsigned i = 0; i < 8; i++, time += DAY / 2) {
    const struct episode_event large = open_at("web1", "large", 4, time);
    pass(20);
    close_at(large, time + 20);
    pass(57600);
  }
  struct episode_event group = episode_of("web1", "group", 1, time);
  const struct metric_id cpu = {{"web1", "cpu", "0", "percent", "user", "value"}};
  assert_false(pass_small(time));
  time += DAY / 2;
  group.seen = group.start = group.verdict.time = time;
  for (unsigned i = 0; i < 3; i++)
    assert_true(causes_add(&group.causes, &cpu, 5));
  const uint64_t told = stats().told;
  observe(&group);
  pass(20);
  assert_int_equal(stats().told, told + 1);
}

/* What is too small to be told is told when more comes. */
static void a_held_one_is_told_when_it_grows(void **state) {
  (void)state;
  struct episode_event quiet = episode_of("web1", "quiet", 2, NOW);
  quiet.notify = NOTIFY_NEVER;
  observe(&quiet);
  pass(20);
  (void)heard(0, INCIDENT_BEGAN, false);
  (void)open_at("web1", "loud", 2, NOW + 20);
  pass(1);
  const struct incident *const told = heard(1, INCIDENT_BEGAN, true);
  assert_int_equal(told->metrics, 2);
  pass(60);
  assert_int_equal(desk.count, 2);
}

static void always_is_told_in_any_case(void **state) {
  (void)state;
  for (unsigned i = 0; i < 6; i++) {
    struct episode_event episode = episode_of("web1", "limit", 1, NOW + i * DAY);
    episode.notify = NOTIFY_ALWAYS;
    episode.days = 2;
    observe(&episode);
    pass(40);
    close_at(episode, NOW + i * DAY + 40);
    pass(57600);
  }
  assert_int_equal(stats().told, 6);
  assert_int_equal(desk.count, 12); /* each once when it begins, and its end */
}

/* Within an incident that was told, and that has grown. */
static void a_limit_and_a_failure_are_told_all_the_same(void **state) {
  (void)state;
  (void)open_at("web1", "a", 1, NOW);
  pass(20);
  (void)open_at("web1", "b", 3, NOW + 30);
  pass(1);
  (void)heard(1, INCIDENT_WORSENED, true); /* grown */
  struct episode_event limit = episode_of("web1", "limit", 1, NOW + 600);
  limit.notify = NOTIFY_ALWAYS;
  observe(&limit);
  pass(1);
  (void)heard(2, INCIDENT_WORSENED, true);
  (void)open_at("web1", "c", 50, NOW + 1200);
  pass(1);
  assert_int_equal(heard(3, INCIDENT_WORSENED, true)->severity, SEVERITY_FAILURE);
  (void)open_at("web1", "d", 500, NOW + 1800);
  pass(60);
  assert_int_equal(desk.count, 4);
}

static void a_failure_is_told_where_much_was_told(void **state) {
  (void)state;
  for (unsigned i = 0; i < 12; i++) {
    struct episode_event episode = episode_of("web1", "a", 4, NOW + i * DAY);
    episode.line = 1.25; /* sensitivity quiet */
    observe(&episode);
    pass(20);
    close_at(episode, NOW + i * DAY + 20);
    pass(57600);
  }
  assert_int_equal(stats().told, 12);
}

static void an_end_may_come_before_its_beginning(void **state) {
  (void)state;
  const struct episode_event episode = episode_of("web1", "a", 2, NOW);
  close_at(episode, NOW + 20);
  observe(&episode);
  pass(60);
  assert_int_equal(desk.count, 0);
  assert_int_equal(stats().open, 0);
  (void)open_at("web1", "a", 2, NOW + 600);
  pass(20);
  (void)heard(0, INCIDENT_BEGAN, true);
}

static void daily_job_is_told_twice(void **state) {
  (void)state;
  for (unsigned day = 0; day < 5; day++) {
    struct episode_event episode = episode_of("web1", "backup", 50, NOW + day * DAY);
    episode.days = day < 2 ? day : 2;
    observe(&episode);
    pass(20);
    close_at(episode, NOW + day * DAY + 20);
    pass(57600);
  }
  assert_int_equal(stats().told, 2);
  assert_int_equal(stats().held, 3);
}

/* The data's clock may jump; the caller's does not. */
static void clock_steps_make_no_storm(void **state) {
  (void)state;
  const struct episode_event episode = open_at("web1", "a", 2, NOW);
  pass(20);
  (void)open_at("web1", "b", 2, NOW + 3600);
  (void)open_at("web1", "c", 2, NOW - 3600);
  pass(20);
  close_at(episode, NOW - 7200);
  pass(20);
  assert_in_range(desk.count, 1, 2);
  (void)heard(0, INCIDENT_BEGAN, true);
}

static void flush_tells_and_ends_what_waits(void **state) {
  (void)state;
  const struct episode_event episode = open_at("web1", "a", 2, NOW);
  close_at(episode, NOW + 5);
  (void)open_at("web2", "a", 2, NOW);
  incidents_flush(desk.incidents, desk.clock);
  assert_int_equal(desk.count, 3);
  assert_string_equal(heard(0, INCIDENT_BEGAN, true)->host[0], "web1");
  assert_string_equal(heard(1, INCIDENT_ENDED, true)->host[0], "web1");
  assert_string_equal(heard(2, INCIDENT_BEGAN, true)->host[0], "web2");
}

static void beyond_the_bounds_is_counted(void **state) {
  (void)state;
  for (unsigned i = 0; i < INCIDENTS_MAX + 10; i++) {
    char name[16];
    (void)snprintf(name, sizeof name, "host%u", i);
    (void)open_at(name, "a", 2, NOW + 1e5 * i);
  }
  assert_int_equal(stats().left_out, 10);
  pass(20);
  assert_int_equal(stats().open, INCIDENTS_MAX);
}

static void unknown_episodes_are_passed_over(void **state) {
  (void)state;
  close_at(episode_of("web1", "a", 2, NOW), NOW);
  pass(20);
  assert_int_equal(desk.count, 0);
}

/* A group speaks for itself and for three of those it names; one over hosts for one host. */
static void a_group_speaks_for_its_members(void **state) {
  (void)state;
  struct episode_event group = episode_of("web1", "group", 1, NOW);
  group.line = 1;
  const struct metric_id cpu = {{"web1", "cpu", "0", "percent", "user", "value"}};
  const struct metric_id load = {{"web1", "load", "", "load", "", "shortterm"}};
  assert_true(member_strength(&group) == 1);
  assert_true(causes_add(&group.causes, &cpu, 5));
  assert_true(member_strength(&group) == 2);
  assert_true(causes_add(&group.causes, &load, 4));
  assert_true(member_strength(&group) == 3);
  for (unsigned i = 0; i < 3; i++)
    assert_true(causes_add(&group.causes, &load, 3));
  assert_true(member_strength(&group) == TELLING_BAR_MOST);
  observe(&group);
  incidents_flush(desk.incidents, desk.clock);
  assert_int_equal(desk.event[0].incident.trouble, TROUBLE_RESOURCE);
  group.notify = NOTIFY_NEVER;
  assert_true(member_strength(&group) == 0);
  group.notify = NOTIFY_ALWAYS;
  group.causes.hosts = true;
  assert_true(member_strength(&group) == 1);
}

static void no_memory_is_survived(void **state) {
  (void)state;
  const struct incident_settings settings = incident_settings_preset();
  unsigned n = 1;
  for (;; n++) {
    struct incidents *incidents = NULL;
    alloc_fail_at(n);
    const int status = incidents_create(&incidents, &settings);
    alloc_fail_at(0);
    if (status == STATUS_OK) {
      alloc_fail_at(1);
      const struct episode_event episode = episode_of("web1", "a", 2, NOW);
      incidents_observe(incidents, &episode, 0);
      alloc_fail_at(0);
      struct incident_stats now;
      incidents_stats(incidents, &now);
      assert_int_equal(now.left_out, 1);
      incidents_destroy(incidents);
      break;
    }
    assert_int_equal(status, STATUS_NO_MEMORY);
    assert_null(incidents);
  }
  assert_true(n > 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_DESK(one_metric_is_told_after_a_while_and_ends),
      WITH_DESK(delay_is_never_longer_than_configured),
      WITH_DESK(followers_join_and_are_ranked),
      WITH_DESK(many_metrics_are_counted_and_eight_are_kept),
      WITH_DESK(the_first_cause_stays_once_it_was_told),
      WITH_DESK(what_alarms_again_at_once_is_held_together),
      WITH_DESK(trouble_may_pause_for_as_long_as_it_lasted),
      WITH_DESK(an_end_waits_an_hour_at_most),
      WITH_DESK(a_restart_does_not_shorten_the_wait),
      WITH_DESK(limits_and_missing_values_end_at_once),
      WITH_DESK(small_ones_are_held_back_where_much_was_told),
      WITH_DESK(what_a_group_finds_is_told_where_much_was_told),
      WITH_DESK(a_held_one_is_told_when_it_grows),
      WITH_DESK(always_is_told_in_any_case),
      WITH_DESK(a_limit_and_a_failure_are_told_all_the_same),
      WITH_DESK(a_failure_is_told_where_much_was_told),
      WITH_DESK(an_end_may_come_before_its_beginning),
      WITH_DESK(daily_job_is_told_twice),
      WITH_DESK(clock_steps_make_no_storm),
      WITH_DESK(flush_tells_and_ends_what_waits),
      WITH_DESK(beyond_the_bounds_is_counted),
      WITH_DESK(unknown_episodes_are_passed_over),
      WITH_DESK(a_group_speaks_for_its_members),
      cmocka_unit_test(no_memory_is_survived),
  };
  return cmocka_run_group_tests_name("incidents", tests, NULL, NULL);
}

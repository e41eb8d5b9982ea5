/*
 * Incidents of hosts: many at once, silent ones, what was booted, maintenance.
 */
#include "anomaly/status.h"
#include "base/text.h"
#include "unit/incident_desk.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>

static void hosts_at_once_are_one_incident(void **state) {
  (void)state;
  struct episode_event episode[5];
  static const char *const hosts[] = {"a", "b", "c", "d", "e"};
  for (size_t i = 0; i < 5; i++)
    episode[i] = open_at(hosts[i], "load", 2, NOW + (double)i);
  pass(20);
  assert_int_equal(desk.count, 1);
  const struct incident *const incident = heard(0, INCIDENT_BEGAN, true);
  assert_int_equal(incident->scope, INCIDENT_OF_HOSTS);
  assert_int_equal(incident->hosts, 5);
  assert_int_equal(incident->metrics, 5);
  for (size_t i = 0; i < 5; i++)
    assert_string_equal(incident->host[i], hosts[i]);
  for (size_t i = 0; i < 4; i++)
    close_at(episode[i], NOW + 60);
  pass(10);
  assert_int_equal(desk.count, 1);
  close_at(episode[4], NOW + 70);
  pass(1);
  assert_int_equal(heard(1, INCIDENT_ENDED, true)->open, 0);
  assert_int_equal(stats().open, 0);
  (void)open_at("a", "load", 4, NOW + DAY);
  pass(20);
  assert_int_equal(heard(2, INCIDENT_BEGAN, true)->scope, INCIDENT_OF_HOST);
}

/* Hosts in maintenance, and those that say nothing, are no part of it, nor hide the others. */
static void who_says_nothing_is_no_part_of_hosts_at_once(void **state) {
  (void)state;
  struct text none = text_over((char[64]){0}, 64);
  struct pattern pattern;
  assert_int_equal(pattern_create(&pattern, "db*", &none), STATUS_OK);
  incidents_set_maintenance(desk.incidents, MAINTENANCE_BY_FILE, &pattern, 1);
  static const char *const hosts[] = {"db1", "db2", "db3"};
  for (size_t i = 0; i < 3; i++)
    (void)open_at(hosts[i], "load", 2, NOW);
  static const char *const jobs[] = {"job1", "job2", "job3"};
  for (size_t i = 0; i < 3; i++) {
    struct episode_event job = episode_of(jobs[i], "backup", 9, NOW);
    job.days = 2;
    observe(&job);
  }
  (void)open_at("web1", "load", 9, NOW);
  pass(20);
  unsigned told = 0;
  for (size_t i = 0; i < desk.count; i++) {
    assert_int_equal(desk.event[i].incident.scope, INCIDENT_OF_HOST);
    told += desk.event[i].told;
  }
  assert_int_equal(told, 1);
  incidents_set_maintenance(desk.incidents, MAINTENANCE_BY_FILE, NULL, 0);
  pattern_release(&pattern);
}

/* What happens to a host long after the others is its own trouble. */
static void a_host_that_is_late_is_told_by_itself(void **state) {
  (void)state;
  struct episode_event first = open_at("a", "load", 2, NOW);
  (void)open_at("b", "load", 2, NOW);
  (void)open_at("c", "load", 9, NOW);
  pass(20);
  assert_int_equal(heard(0, INCIDENT_BEGAN, true)->severity, SEVERITY_FAILURE);
  pass(10000);
  close_at(first, NOW + 10020);
  (void)open_at("z", "load", 2, NOW + 10030);
  pass(20);
  assert_int_equal(desk.count, 2);
  assert_string_equal(heard(1, INCIDENT_BEGAN, true)->host[0], "z");
}

static void two_hosts_are_two_incidents(void **state) {
  (void)state;
  (void)open_at("a", "load", 2, NOW);
  (void)open_at("b", "load", 2, NOW);
  pass(20);
  assert_int_equal(desk.count, 2);
  assert_int_equal(heard(0, INCIDENT_BEGAN, true)->scope, INCIDENT_OF_HOST);
}

static void hosts_one_after_the_other_are_incidents_of_their_own(void **state) {
  (void)state;
  static const char *const hosts[] = {"a", "b", "c", "d", "e"};
  for (size_t i = 0; i < 5; i++) {
    (void)open_at(hosts[i], "load", 2, NOW + 600 * (double)i);
    pass(600);
  }
  assert_int_equal(desk.count, 5);
}

static struct episode_event silent_episode(const char *host, const char *metric, double time) {
  struct episode_event episode = episode_of(host, metric, 1, time);
  episode.kind = episode.verdict.kind = KIND_MISSING;
  episode.verdict.value = (double)NAN;
  episode.host_silent = 39;
  return episode;
}

static void a_silent_host_is_one_incident(void **state) {
  (void)state;
  for (unsigned i = 0; i < 1000; i++) {
    char name[16];
    (void)snprintf(name, sizeof name, "m%u", i);
    const struct episode_event episode = silent_episode("web1", name, NOW + i % 3);
    observe(&episode);
  }
  pass(20);
  assert_int_equal(desk.count, 1);
  assert_true(heard(0, INCIDENT_BEGAN, true)->silent);
}

static void a_silent_metric_is_no_silent_host(void **state) {
  (void)state;
  struct episode_event episode = silent_episode("web1", "a", NOW);
  episode.host_silent = 1;
  observe(&episode);
  pass(20);
  assert_false(heard(0, INCIDENT_BEGAN, true)->silent);
}

static void a_boot_explains_what_comes_with_it(void **state) {
  (void)state;
  (void)open_at("web1", "a", 100, NOW);
  incidents_note_boot(desk.incidents, "web1", NOW - 30);
  (void)open_at("web2", "a", 100, NOW);
  incidents_note_boot(desk.incidents, "web2", NOW - DAY);
  pass(20);
  const struct incident *const booted = heard(0, INCIDENT_BEGAN, true);
  assert_true(booted->restart == NOW - 30);
  assert_int_equal(booted->severity, SEVERITY_WARNING);
  const struct incident *const other = heard(1, INCIDENT_BEGAN, true);
  assert_true(isnan(other->restart));
  assert_int_equal(other->severity, SEVERITY_FAILURE);
  (void)open_at("web1", "a", 100, NOW + 20); /* the same metric again, no worse than before */
  pass(20);
  assert_int_equal(desk.count, 2);
}

static void maintenance_is_silent_and_what_lasts_is_told_after(void **state) {
  (void)state;
  struct text none = text_over((char[64]){0}, 64);
  struct pattern pattern;
  assert_int_equal(pattern_create(&pattern, "web*", &none), STATUS_OK);
  incidents_set_maintenance(desk.incidents, MAINTENANCE_BY_FILE, &pattern, 1);
  const struct episode_event brief = open_at("web1", "a", 100, NOW);
  (void)open_at("web2", "a", 100, NOW);
  (void)open_at("db1", "a", 100, NOW + 100);
  pass(120);
  close_at(brief, NOW + 120);
  pass(10);
  unsigned told = 0;
  for (size_t i = 0; i < desk.count; i++)
    told += desk.event[i].told;
  assert_int_equal(told, 1);
  incidents_set_maintenance(desk.incidents, MAINTENANCE_BY_FILE, NULL, 0);
  pass(1);
  const struct incident *const late = heard(desk.count - 1, INCIDENT_BEGAN, true);
  assert_string_equal(late->host[0], "web2");
  pattern_release(&pattern);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_DESK(hosts_at_once_are_one_incident),
      WITH_DESK(who_says_nothing_is_no_part_of_hosts_at_once),
      WITH_DESK(a_host_that_is_late_is_told_by_itself),
      WITH_DESK(two_hosts_are_two_incidents),
      WITH_DESK(hosts_one_after_the_other_are_incidents_of_their_own),
      WITH_DESK(a_silent_host_is_one_incident),
      WITH_DESK(a_silent_metric_is_no_silent_host),
      WITH_DESK(a_boot_explains_what_comes_with_it),
      WITH_DESK(maintenance_is_silent_and_what_lasts_is_told_after),
  };
  return cmocka_run_group_tests_name("incidents_hosts", tests, NULL, NULL);
}

/*
 * Hosts as the engine knows them: who has metrics, who is silent, who was
 * booted; and what a metric's name stands for.
 */
#include "anomaly/engine.h"
#include "engine/hosts.h"
#include "engine/trouble.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NOW 1.7e9

static void a_host_lives_as_long_as_it_is_held(void **state) {
  (void)state;
  struct hosts *const hosts = hosts_create(7);
  assert_non_null(hosts);
  const size_t empty = hosts_memory(hosts);
  struct host *held[1000];
  for (unsigned i = 0; i < 1000; i++) {
    char name[16];
    (void)snprintf(name, sizeof name, "host%u", i % 100);
    held[i] = hosts_hold(hosts, name);
    assert_non_null(held[i]);
    assert_string_equal(held[i]->name, name);
    assert_ptr_equal(held[i], held[i % 100]);
  }
  assert_int_equal(hosts_count(hosts), 100);
  for (unsigned i = 0; i < 1000; i++)
    hosts_give(hosts, held[i]);
  hosts_give(hosts, NULL);
  assert_int_equal(hosts_count(hosts), 0);
  assert_int_equal(hosts_memory(hosts), empty);
  hosts_destroy(hosts);
  hosts_destroy(NULL);
}

static struct {
  unsigned boots, alarms;
  double booted;
  char host[METRIC_PART_SIZE];
  uint32_t host_metrics, host_silent;
} heard;

static void take_boot(void *context, const char *host, double time) {
  (void)context;
  heard.boots++;
  heard.booted = time;
  (void)snprintf(heard.host, sizeof heard.host, "%s", host);
}

static void take_episode(void *context, const struct episode_event *episode) {
  (void)context;
  heard.alarms++;
  heard.host_metrics = episode->host_metrics;
  heard.host_silent = episode->host_silent;
}

/* An engine that watches nothing but for silence. */
static struct engine *listening_engine(void) {
  memset(&heard, 0, sizeof heard);
  struct engine_settings settings = engine_settings_preset();
  settings.listener = take_episode;
  settings.boot_listener = take_boot;
  struct rule *rule;
  assert_int_equal(rule_set_create(&settings.rules), STATUS_OK);
  assert_int_equal(rule_set_add(settings.rules, &rule), STATUS_OK);
  rule_settings(rule)->warmup = 60;
  for (size_t i = 0; rule_option_rows[i].name != NULL; i++)
    if (strcmp(rule_option_rows[i].name, "warmup") == 0)
      rule_mark(rule, i);
  assert_int_equal(rule_add_detector(rule, detector_find("missing"), NULL), STATUS_OK);
  struct engine *engine;
  assert_int_equal(engine_create(&engine, &settings), STATUS_OK);
  return engine;
}

static struct metric_id metric_of(const char *host, const char *plugin) {
  return (struct metric_id){{host, plugin, "", plugin, "", "value"}};
}

static void observe(struct engine *engine, const struct metric_id *id, double time, double value) {
  const struct sample sample = sample_gauge(time, 10, value);
  engine_observe(engine, id, &sample, NULL);
}

static void uptime_that_goes_down_is_a_boot(void **state) {
  (void)state;
  struct engine *const engine = listening_engine();
  const struct metric_id uptime = metric_of("web1", "uptime");
  const struct metric_id other = metric_of("web1", "load");
  for (unsigned i = 0; i < 10; i++) {
    observe(engine, &uptime, NOW + 10 * i, 5000 + 10 * i);
    observe(engine, &other, NOW + 10 * i, 50. - i);
  }
  assert_int_equal(heard.boots, 0);
  observe(engine, &uptime, NOW + 200, 25);
  assert_int_equal(heard.boots, 1);
  assert_true(heard.booted == NOW + 175);
  assert_string_equal(heard.host, "web1");
  observe(engine, &uptime, NOW + 190, 15); /* late: no news */
  observe(engine, &uptime, NOW + 210, 35);
  assert_int_equal(heard.boots, 1);
  engine_destroy(engine);
}

static void silent_metrics_are_counted_by_host(void **state) {
  (void)state;
  struct engine *const engine = listening_engine();
  static const char *const plugins[] = {"a", "b", "c", "d"};
  for (unsigned i = 0; i < 30; i++)
    for (size_t k = 0; k < 4; k++) {
      const struct metric_id id = metric_of(k < 3 ? "web1" : "web2", plugins[k]);
      observe(engine, &id, NOW + 10 * i, 1);
    }
  struct engine_stats stats;
  engine_stats(engine, &stats);
  assert_int_equal(stats.hosts, 2);
  for (size_t k = 1; k < 4; k++) {
    const struct metric_id id = metric_of(k < 3 ? "web1" : "web2", plugins[k]);
    engine_silence(engine, &id, NOW + 400, NULL);
  }
  assert_int_equal(heard.alarms, 3);
  assert_int_equal(heard.host_metrics, 1); /* of web2, the last */
  assert_int_equal(heard.host_silent, 1);
  const struct metric_id back = metric_of("web1", "b");
  observe(engine, &back, NOW + 410, 1);
  assert_int_equal(heard.host_metrics, 3);
  assert_int_equal(heard.host_silent, 1);
  engine_destroy(engine);
}

static void metrics_that_expire_leave_their_host(void **state) {
  (void)state;
  struct engine *const engine = listening_engine();
  const struct metric_id id = metric_of("web1", "a");
  observe(engine, &id, NOW, 1);
  for (unsigned i = 0; i < 1000; i++)
    engine_tick(engine, NOW + 3600. * i);
  struct engine_stats stats;
  engine_stats(engine, &stats);
  assert_int_equal(stats.metrics, 0);
  assert_int_equal(stats.hosts, 0);
  engine_destroy(engine);
}

static void names_stand_for_trouble(void **state) {
  (void)state;
  static const struct {
    const char *plugin, *type;
    enum trouble trouble;
  } rows[] = {
      {"memory", "memory", TROUBLE_RESOURCE},       {"df", "percent_bytes", TROUBLE_RESOURCE},
      {"load", "load", TROUBLE_PERFORMANCE},        {"disk", "disk_time", TROUBLE_PERFORMANCE},
      {"disk", "disk_octets", TROUBLE_TRAFFIC},     {"interface", "if_octets", TROUBLE_TRAFFIC},
      {"anything", "latency", TROUBLE_PERFORMANCE}, {"ntpd", "time_offset", TROUBLE_SYSTEM}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct metric_id id = {{"h", rows[i].plugin, "", rows[i].type, "", "value"}};
    assert_int_equal(trouble_of(&id), rows[i].trouble);
  }
  for (enum trouble trouble = 0; trouble < TROUBLES; trouble++)
    assert_string_not_equal(trouble_name(trouble), "unknown");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_host_lives_as_long_as_it_is_held),
      cmocka_unit_test(uptime_that_goes_down_is_a_boot),
      cmocka_unit_test(silent_metrics_are_counted_by_host),
      cmocka_unit_test(metrics_that_expire_leave_their_host),
      cmocka_unit_test(names_stand_for_trouble),
  };
  return cmocka_run_group_tests_name("hosts", tests, NULL, NULL);
}

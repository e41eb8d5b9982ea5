#include "unit/group_rig.h"

#include "anomaly/status.h"
#include "config/config.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void keep_event(void *context, const struct episode_event *event) {
  struct group_rig *const rig = context;
  if (rig->count < GROUP_EVENTS)
    rig->events[rig->count++] = *event;
}

struct rule_set *group_rig_rules(const char *groups) {
  char words[4096];
  struct config config;
  struct config_error error = {.line = 0};
  snprintf(
      words, sizeof words,
      "rules = (); detectors = ( { name = \"limit\"; warning_max = 1000.0; } ); groups = (\n%s\n);",
      groups);
  if (config_load_text(words, &config, &error) != STATUS_OK)
    fail_msg("%u: %s", error.line, error.message);
  return config.rules;
}

/* Settings with every preset, but the groups. */
static struct engine_settings settings_of(const char *groups) {
  struct engine_settings settings = engine_settings_preset();
  settings.rules = group_rig_rules(groups);
  return settings;
}

static void start(struct group_rig *rig, struct engine_settings *settings) {
  settings->listener = keep_event;
  settings->listener_context = rig;
  *rig = (struct group_rig){.count = 0};
  assert_int_equal(engine_create(&rig->engine, settings), STATUS_OK);
}

void group_rig_start(struct group_rig *rig, const char *groups, double expire_after) {
  struct engine_settings settings = settings_of(groups);
  settings.options.expire_after = expire_after;
  start(rig, &settings);
}

void group_rig_start_later(struct group_rig *rig, const char *groups) {
  struct engine_settings settings = settings_of(groups);
  settings.groups_later = true;
  start(rig, &settings);
}

void group_rig_start_small(struct group_rig *rig, const char *groups, uint64_t memory_limit) {
  struct engine_settings settings = settings_of(groups);
  settings.options.memory_limit = memory_limit;
  start(rig, &settings);
}

void group_rig_start_storing(struct group_rig *rig, const char *groups, double expire_after) {
  struct engine_settings settings = settings_of(groups);
  settings.options.expire_after = expire_after;
  settings.store_models = true;
  start(rig, &settings);
}

void group_rig_end(struct group_rig *rig) { engine_destroy(rig->engine); }

enum observation_result group_rig_observe(struct group_rig *rig, unsigned host, unsigned metric,
                                          double time, double value) {
  char host_name[16], metric_name[16];
  snprintf(host_name, sizeof host_name, "host%u", host);
  snprintf(metric_name, sizeof metric_name, "m%u", metric);
  const struct metric_id id = {{host_name, "test", "", "gauge", metric_name, "value"}};
  const struct sample sample = sample_gauge(time, GROUP_STEP, value);
  return engine_observe(rig->engine, &id, &sample, NULL);
}

/* The same for the same row, whoever asks. */
static double usual(unsigned host, unsigned metric, unsigned row) {
  struct noise noise = {((uint64_t)row * 64 + metric) * 64 + host};
  return 50 + metric + noise_gaussian(&noise);
}

void group_rig_feed(struct group_rig *rig, unsigned hosts, unsigned from, unsigned to, oddity odd) {
  for (unsigned row = from; row < to; row++)
    for (unsigned host = 0; host < hosts; host++)
      for (unsigned metric = 0; metric < GROUP_METRICS; metric++)
        group_rig_observe(rig, host, metric, GROUP_BEGIN + GROUP_STEP * row,
                          usual(host, metric, row) + (odd != NULL ? odd(host, metric, row) : 0));
}

struct wanted {
  const char *host, *name;
  struct verdict last;
  bool found;
};

static bool look(void *context, const struct metric_view *view) {
  struct wanted *const wanted = context;
  wanted->found = strcmp(view->id.part[METRIC_HOST], wanted->host) == 0 &&
                  strcmp(view->id.part[METRIC_PLUGIN], "anomaly") == 0 &&
                  strcmp(view->id.part[METRIC_PLUGIN_INSTANCE], wanted->name) == 0;
  wanted->last = view->last;
  return !wanted->found;
}

struct verdict group_rig_last(struct group_rig *rig, const char *host, const char *name) {
  struct wanted wanted = {.host = host, .name = name};
  engine_each(rig->engine, look, &wanted);
  assert_true(wanted.found);
  return wanted.last;
}

struct engine_stats group_rig_stats(struct group_rig *rig) {
  struct engine_stats stats;
  engine_stats(rig->engine, &stats);
  return stats;
}

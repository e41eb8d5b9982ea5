#include "unit/incident_desk.h"

#include "anomaly/rule.h"
#include "base/text.h"
#include "unit/unit_test.h"

#include <string.h>

struct desk desk;

static void keep(void *context, const struct incident_event *event) {
  (void)context;
  if (desk.count < KEPT)
    desk.event[desk.count] = *event;
  desk.count++;
}

int open_desk(void **state) {
  (void)state;
  memset(&desk, 0, sizeof desk);
  desk.clock = 5;
  struct incident_settings settings = incident_settings_preset();
  settings.listener = keep;
  return incidents_create(&desk.incidents, &settings);
}

int close_desk(void **state) {
  (void)state;
  incidents_destroy(desk.incidents);
  return 0;
}

struct episode_event episode_of(const char *host, const char *metric, double ratio, double time) {
  struct episode_event episode = {
      .change = EPISODE_OPENED,
      .id = ++desk.next_id,
      .kind = KIND_SPIKE,
      .start = time,
      .seen = time,
      .interval = INTERVAL,
      .line = 1,
      .notify = NOTIFY_SPARINGLY,
      .habit = 1,
      .host_metrics = 40,
      .peak_score = ratio / (1 + ratio),
      .peak_time = time,
      .verdict = {.time = time,
                  .value = 9,
                  .ratio = ratio,
                  .score = ratio / (1 + ratio),
                  .lower = 1,
                  .upper = 2,
                  .kind = KIND_SPIKE,
                  .severity = ratio >= 4 ? SEVERITY_FAILURE : SEVERITY_WARNING}};
  text_copy(episode.metric.part[METRIC_HOST], METRIC_PART_SIZE, host);
  text_copy(episode.metric.part[METRIC_PLUGIN], METRIC_PART_SIZE, metric);
  text_copy(episode.metric.part[METRIC_TYPE], METRIC_PART_SIZE, "gauge");
  text_copy(episode.metric.part[METRIC_DATA_SOURCE], METRIC_PART_SIZE, "value");
  return episode;
}

void observe(const struct episode_event *episode) {
  incidents_observe(desk.incidents, episode, desk.clock);
}

struct episode_event open_at(const char *host, const char *metric, double ratio, double time) {
  const struct episode_event episode = episode_of(host, metric, ratio, time);
  observe(&episode);
  return episode;
}

void close_at(struct episode_event episode, double time) {
  episode.change = EPISODE_CLOSED;
  episode.verdict.time = time;
  episode.verdict.severity = SEVERITY_OKAY;
  observe(&episode);
}

void pass(double seconds) {
  for (double passed = 0; passed < seconds; passed++) {
    desk.clock++;
    incidents_advance(desk.incidents, desk.clock);
  }
}

const struct incident *heard(size_t index, enum incident_change change, bool told) {
  assert_true(index < desk.count);
  assert_int_equal(desk.event[index].change, change);
  assert_int_equal(desk.event[index].told, told);
  return &desk.event[index].incident;
}

struct incident_stats stats(void) {
  struct incident_stats now;
  incidents_stats(desk.incidents, &now);
  return now;
}

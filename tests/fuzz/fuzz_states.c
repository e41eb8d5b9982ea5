/*
 * Damaged and forged states of a metric and of an incident: refused, or taken
 * back so that what follows is within the contracts of the engine and of incidents.
 *
 * Input: see forged.h; the letter is m or i.
 */
#include "anomaly/detector.h"
#include "anomaly/engine.h"
#include "anomaly/state.h"
#include "anomaly/status.h"
#include "engine/describe_incident.h"
#include "engine/incidents.h"
#include "fuzz/forged.h"
#include "store/incident_state.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES = 100 };
static const double BEGIN = 1700000000, STEP = 60;
/* Of metric_state.c and incident_state.c. */
static const uint64_t METRIC_SEED = UINT64_C(0x6d65747269632e31);
static const uint64_t INCIDENT_SEED = UINT64_C(0x696e636964656e74);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

/* ---- A metric --------------------------------------------------------------------- */

static struct engine *make_engine(void) {
  static const char *const watching[] = {"adaptive", "zscore", "missing"};
  struct engine_settings settings = engine_settings_preset();
  struct engine *engine;
  struct rule *rule;
  insist(rule_set_create(&settings.rules) == STATUS_OK);
  insist(rule_set_add(settings.rules, &rule) == STATUS_OK);
  for (size_t i = 0; i < sizeof watching / sizeof *watching; i++)
    insist(rule_add_detector(rule, detector_find(watching[i]), NULL) == STATUS_OK);
  insist(engine_create(&engine, &settings) == STATUS_OK);
  return engine;
}

static void feed(struct engine *engine, double begin) {
  const struct metric_id id = {{"web1", "cpu", "0", "percent", "user", "value"}};
  for (uint32_t i = 0; i < VALUES; i++) {
    struct verdict verdict;
    const double value = i % 97 == 96 ? 1e300 : 10 + 3 * sin(i) + i % 7;
    const struct sample sample = sample_gauge(begin + i * STEP, STEP, value);
    if (engine_observe(engine, &id, &sample, &verdict) != OBSERVED)
      continue;
    insist(isfinite(verdict.ratio) && verdict.ratio >= 0 && verdict.score >= 0 &&
           verdict.score <= 1 && verdict.kind < KINDS && verdict.leading != NULL);
  }
}

static struct honest save_metric(struct engine *engine) {
  struct state_export *export;
  const struct metric_record *record;
  insist(state_export_begin(&export, engine, UNSAVED_STATE) == STATUS_OK);
  insist(state_export_next(export, &record) == 1);
  struct honest honest = {
      .bytes = allocate(record->size), .size = record->size, .seed = METRIC_SEED};
  memcpy(honest.bytes, record->state, record->size);
  state_export_end(export);
  return honest;
}

/* The head's checksum is where the bytes before it have that hash. */
static size_t find_checksum(const struct honest *honest) {
  uint8_t *const bytes = allocate(honest->size);
  size_t at = 0;
  do {
    insist(at + FORGED_CHECKSUM < honest->size);
    memcpy(bytes, honest->bytes, honest->size);
    write_checksum(bytes, ++at, METRIC_SEED);
  } while (memcmp(bytes, honest->bytes, honest->size) != 0);
  free(bytes);
  return at;
}

static const struct honest *honest_metric(void) {
  static struct honest honest;
  if (honest.bytes == NULL) {
    struct engine *const engine = make_engine();
    feed(engine, BEGIN);
    honest = save_metric(engine);
    honest.checked = find_checksum(&honest);
    engine_destroy(engine);
  }
  return &honest;
}

static void check_episode(void *context, const struct episode_event *event) {
  (void)context;
  insist(event->kind < KINDS && event->verdict.severity <= SEVERITY_FAILURE);
  insist(isfinite(event->seen) && isfinite(event->start) && event->peak_score >= 0);
}

/* Restored by one engine, taken over by another that knows the metric. */
static void use_metric(const uint8_t *bytes, size_t size) {
  struct engine *const fresh = make_engine(), *const known = make_engine();
  struct restore_stats stats = {.metrics = 0};
  engine_restore(fresh, size % 2 == 0 ? LEARNED_HERE : LEARNED_ELSEWHERE, bytes, size,
                 BEGIN + VALUES * STEP, &stats);
  insist(stats.metrics + stats.cold_metrics + stats.ignored + stats.refused == 1);
  engine_each_open(fresh, check_episode, NULL);
  feed(fresh, BEGIN + VALUES * STEP);
  engine_tick(fresh, BEGIN + 3 * VALUES * STEP);
  feed(known, BEGIN + VALUES * STEP);
  (void)engine_take_over(known, bytes, size, BEGIN + 2 * VALUES * STEP);
  feed(known, BEGIN + 2 * VALUES * STEP);
  engine_destroy(fresh);
  engine_destroy(known);
}

/* ---- An incident --------------------------------------------------------------------- */

static struct incidents *make_incidents(incident_listener listener, void *context) {
  struct incident_settings settings = incident_settings_preset();
  struct incidents *incidents;
  settings.options.delay = 0;
  settings.listener = listener;
  settings.listener_context = context;
  insist(incidents_create(&incidents, &settings) == STATUS_OK);
  return incidents;
}

static void keep_incident(void *context, const struct incident_event *event) {
  char words[1024];
  struct text text = text_over(words, sizeof words);
  describe_incident(event, &text);
  insist(text.used > 0);
  if (context != NULL)
    *(struct incident *)context = event->incident;
}

static struct incident make_incident(void) {
  static struct incident incident;
  struct incidents *const incidents = make_incidents(keep_incident, &incident);
  for (unsigned i = 1; i < 4; i++) {
    struct episode_event episode = {.change = EPISODE_OPENED,
                                    .id = i,
                                    .kind = KIND_SPIKE,
                                    .start = BEGIN,
                                    .seen = BEGIN,
                                    .peak_time = BEGIN,
                                    .peak_score = .9,
                                    .line = 1,
                                    .interval = STEP,
                                    .notify = NOTIFY_ALWAYS,
                                    .verdict = {.time = BEGIN, .ratio = 9, .leading = "adaptive"},
                                    .metric = {{"web1", "cpu", "", "percent", "", "value"}}};
    episode.metric.part[METRIC_PLUGIN_INSTANCE][0] = (char)('0' + i);
    incidents_observe(incidents, &episode, 0);
  }
  incidents_flush(incidents, 1);
  incidents_destroy(incidents);
  insist(incident.id != 0);
  return incident;
}

static const struct honest *honest_incident(void) {
  static struct honest honest;
  if (honest.bytes == NULL) {
    const struct incident incident = make_incident();
    honest.seed = INCIDENT_SEED;
    honest.size = incident_state_size();
    honest.checked = honest.size - FORGED_CHECKSUM;
    honest.bytes = allocate(honest.size);
    incident_state_save(&incident, honest.bytes);
  }
  return &honest;
}

static void use_incident(const uint8_t *bytes, size_t size) {
  struct incident incident;
  if (incident_state_load(bytes, size, &incident) != STATUS_OK)
    return;
  uint8_t *const again = allocate(size);
  incident_state_save(&incident, again);
  insist(memcmp(again, bytes, size) == 0);
  free(again);
  struct incidents *const incidents = make_incidents(keep_incident, NULL);
  (void)incidents_restore(incidents, &incident, false, 0);
  for (uint32_t i = 0; i < incident.members; i++) {
    incident.member[i].episode.change = EPISODE_CLOSED;
    incidents_observe(incidents, &incident.member[i].episode, 1);
  }
  incidents_advance(incidents, 1e6);
  incidents_flush(incidents, 1e6);
  incidents_destroy(incidents);
}

/* ---- Damage ------------------------------------------------------------------------ */

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
  if (size < FORGED_HEAD)
    return 0;
  const bool is_metric = input[0] % 2 == 'm' % 2;
  size_t forged;
  uint8_t *const bytes =
      forge(is_metric ? honest_metric() : honest_incident(), input, size, &forged);
  (is_metric ? use_metric : use_incident)(bytes, forged);
  free(bytes);
  return 0;
}

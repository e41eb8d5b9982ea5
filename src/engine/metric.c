#include "engine/metric.h"

#include "anomaly/state.h"
#include "base/hash.h"
#include "base/text.h"
#include "engine/causes.h"
#include "engine/slab.h"

#include <math.h>
#include <string.h>

/* Byte by byte: names are short, and calls of strlen and memcpy cost three times as much. */
static size_t append_part(char *to, const char *part) {
  for (size_t i = 0; i < METRIC_PART_SIZE; i++) {
    to[i] = part[i];
    if (part[i] == '\0')
      return i + 1;
  }
  return 0;
}

bool metric_key_make(struct metric_key *key, const struct metric_id *id) {
  key->length = 0;
  for (size_t part = 0; part < METRIC_PARTS; part++) {
    const size_t size = append_part(key->bytes + key->length, id->part[part]);
    if (size == 0)
      return false;
    key->length += size;
  }
  return true;
}

static size_t states_offset(const struct metric_key *key) {
  return slab_cost(sizeof(struct metric) + key->length);
}

static char *key_of(const struct metric *metric) {
  return (char *)(uintptr_t)metric + sizeof *metric;
}

static void *state_of(const struct metric *metric, const struct plan_detector *detector) {
  return (char *)(uintptr_t)metric + metric->states + detector->offset;
}

static size_t seats_size(const struct plan *plan) {
  return plan->group != NULL ? sizeof(struct group_own) : plan->seats * sizeof(struct group_seat);
}

/* A multiple of their alignment behind the states. */
static size_t seats_offset(const struct plan *plan) {
  return (plan->states_size + SLAB_ALIGNMENT - 1) / SLAB_ALIGNMENT * SLAB_ALIGNMENT;
}

size_t metric_size(const struct plan *plan, const struct metric_key *key) {
  const size_t seats = seats_size(plan);
  return states_offset(key) + (seats > 0 ? seats_offset(plan) + seats : plan->states_size);
}

struct group_seat *metric_seats(const struct metric *metric) {
  return (struct group_seat *)(void *)((char *)(uintptr_t)metric + metric->states +
                                       seats_offset(metric->plan));
}

struct group_own *metric_own(const struct metric *metric) {
  return (struct group_own *)(void *)((char *)(uintptr_t)metric + metric->states +
                                      seats_offset(metric->plan));
}

static bool is_uptime(const struct metric_id *id) {
  return strcmp(id->part[METRIC_PLUGIN], "uptime") == 0 &&
         strcmp(id->part[METRIC_TYPE], "uptime") == 0;
}

void metric_init(struct metric *metric, const struct plan *plan, const struct metric_key *key,
                 struct host *host) {
  metric->plan = plan;
  metric->host = host;
  metric->size = (uint32_t)metric_size(plan, key);
  metric->key_length = (uint16_t)key->length;
  metric->states = (uint16_t)states_offset(key);
  memcpy(key_of(metric), key->bytes, key->length);
  const struct metric_id id = metric_identity(metric);
  metric->is_uptime = is_uptime(&id);
  metric_restart(metric);
}

struct fitted **metric_fitted(const struct metric *metric, size_t which) {
  const struct plan_detector *const detector = &metric->plan->detectors[which];
  if (detector->detector->model == NULL)
    return NULL;
  return (struct fitted **)(void *)((char *)(uintptr_t)metric + metric->states + detector->fitted);
}

const char *metric_learning(const struct metric *metric) {
  const struct plan *const plan = metric->plan;
  if (metric->last.missing == 0)
    return NULL;
  if (plan->group != NULL)
    return plan->group->model != NULL ? plan->group->model->name : NULL;
  for (size_t i = 0; plan->fits && i < plan->count; i++) {
    struct fitted *const *const fitted = metric_fitted(metric, i);
    if (fitted != NULL && *fitted == NULL)
      return plan->names[i];
  }
  return NULL;
}

void metric_give_fitted(struct metric *metric) {
  for (size_t i = 0; metric->plan->fits && i < metric->plan->count; i++) {
    struct fitted **const fitted = metric_fitted(metric, i);
    if (fitted == NULL)
      continue;
    fitted_give(*fitted);
    *fitted = NULL;
  }
}

void metric_restart(struct metric *metric) {
  const struct plan *const plan = metric->plan;
  metric_give_fitted(metric);
  memset((char *)metric + metric->states, 0, plan->states_size);
  for (size_t i = 0; i < plan->count; i++)
    plan->detectors[i].detector->init(state_of(metric, &plan->detectors[i]),
                                      plan->detectors[i].options);
  metric->rate = (struct rate){0};
  metric->first_time = 0;
  metric->summary = (struct summary){.moments.count = 0};
  metric->last = (struct last_verdict){.time = NAN, .leading = ""};
  metric->late = false;
  metric->warming = plan->count > 0;
}

void metric_take_learned(struct metric *metric, const struct metric *other) {
  metric_give_fitted(metric);
  memcpy(metric, other, other->states + other->plan->states_size);
  if (other->plan->group != NULL)
    memcpy(metric_own(metric)->host, metric_own(other)->host, METRIC_PART_SIZE);
}

bool metric_has_key(const struct metric *metric, const struct metric_key *key) {
  return metric->key_length == key->length && memcmp(key_of(metric), key->bytes, key->length) == 0;
}

uint64_t metric_key_hash(const struct metric_key *key, uint64_t seed) {
  return hash_bytes(key->bytes, key->length, seed);
}

uint64_t metric_hash(const struct metric *metric, uint64_t seed) {
  return hash_bytes(key_of(metric), metric->key_length, seed);
}

void *metric_detector_state(const struct metric *metric, size_t which) {
  return state_of(metric, &metric->plan->detectors[which]);
}

struct metric_id metric_identity(const struct metric *metric) {
  return metric_identity_of(key_of(metric));
}

struct metric_id metric_identity_of(const char *key) {
  struct metric_id id;
  const char *at = key;
  for (size_t part = 0; part < METRIC_PARTS; part++) {
    id.part[part] = at;
    at += strlen(at) + 1;
  }
  return id;
}

static void keep_last(struct metric *metric, const struct verdict *verdict) {
  metric->last = (struct last_verdict){.time = verdict->time,
                                       .value = verdict->value,
                                       .ratio = (float)verdict->ratio,
                                       .onset = (float)verdict->onset,
                                       .surprise = (float)verdict->surprise,
                                       .confidence = (float)verdict->confidence,
                                       .expected = verdict->expected,
                                       .lower = verdict->lower,
                                       .upper = verdict->upper,
                                       .reason = verdict->reason,
                                       .leading = verdict->leading,
                                       .kind = (uint8_t)verdict->kind,
                                       .ready = verdict->ready,
                                       .agree = verdict->agree,
                                       .anomaly = verdict->anomaly,
                                       .missing = verdict->missing};
}

static void conclude(struct metric *metric, struct verdict *verdict, enum episode_end *ret_end) {
  const struct plan *const plan = metric->plan;
  decision_advance(&metric->decision, &plan->options, &plan->lines, verdict, ret_end);
  keep_last(metric, verdict);
  metric->unsaved |= UNSAVED_STATE | UNSAVED_BASELINE;
}

static bool any_ready(const struct finding *findings, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (findings[i].ready)
      return true;
  return false;
}

/* Where a bound is NaN, fmax and fmin give the other. */
static void clip_band(struct verdict *verdict, const struct sample *sample) {
  if (isnan(verdict->lower) || isnan(verdict->upper))
    return;
  verdict->lower = fmax(verdict->lower, sample->min);
  verdict->upper = fmin(verdict->upper, sample->max);
}

static float interval_of(const struct metric *metric, const struct sample *sample) {
  if (sample->interval > 0)
    return (float)sample->interval;
  return isnan(metric->last.time) ? 0 : (float)(sample->time - metric->last.time);
}

/* Lets a detector see what is fitted for it. */
static void show_fitted(const struct metric *metric, size_t which, struct observation *now) {
  struct fitted *const *const fitted = metric_fitted(metric, which);
  const bool there = fitted != NULL && *fitted != NULL;
  now->block = there ? (*fitted)->block : NULL;
  now->scratch = there ? (*fitted)->scratch : NULL;
}

void metric_observe(struct metric *metric, const struct sample *sample, double value,
                    struct verdict *ret_verdict, enum episode_end *ret_end) {
  const struct plan *const plan = metric->plan;
  struct observation now = {.time = sample->time,
                            .interval = sample->interval,
                            .value = value,
                            .line = plan->lines.alarm,
                            .failure = plan->lines.failure,
                            .warmup = plan->options.warmup};
  struct finding findings[RULE_DETECTORS_MAX];
  if (metric->first_time == 0)
    metric->first_time = sample->time;
  metric->interval = interval_of(metric, sample);
  for (size_t i = 0; i < plan->count; i++) {
    if (plan->fits)
      show_fitted(metric, i, &now);
    plan->detectors[i].detector->update(state_of(metric, &plan->detectors[i]),
                                        plan->detectors[i].options, &now, &findings[i]);
  }
  decision_combine(&plan->options, &plan->lines, findings, plan->names, plan->count, sample->time,
                   value, ret_verdict);
  clip_band(ret_verdict, sample);
  conclude(metric, ret_verdict, ret_end);
  summary_add(&metric->summary, value);
  metric->warming = !any_ready(findings, plan->count);
}

/* The alarm on what lasts is over, though it is there; a worse one on top of it is new. */
static void take_lasting(struct metric *metric, const struct group_finding *finding,
                         struct verdict *verdict) {
  verdict->anomaly = verdict->anomaly && finding->anomaly;
  if (finding->began)
    metric->decision.accepted = 0;
}

/*
 * How much of a row an open episode has: of a group over hosts it is one host's, whose part
 * may be less than that of the host that differs most.
 */
static double share_of_episode(const struct metric *metric, const struct episode_causes *causes) {
  const char *const host = metric_own(metric)->host;
  if (!metric->decision.open || host[0] == '\0' || !causes->hosts || causes->count == 0)
    return 1;
  for (unsigned i = 0; i < causes->count; i++)
    if (strcmp(causes_get(causes, i, "").part[METRIC_HOST], host) == 0)
      return (double)causes->decades[i] / (double)causes->decades[0];
  return 0;
}

static struct finding finding_of_row(const struct group_finding *group, double share) {
  struct finding finding = finding_none();
  finding.ready = group->ready;
  finding.missing = group->missing;
  finding.surprise = group->surprise;
  finding.ratio = group->ratio * share;
  finding.onset = group->began ? finding.ratio : 0;
  finding.kind = share > 0 ? group->kind : KIND_NONE;
  finding.reason = share > 0 ? group->reason : NULL;
  return finding;
}

void metric_take_row(struct metric *metric, const struct group_news *news,
                     struct verdict *ret_verdict, enum episode_end *ret_end) {
  const struct plan *const plan = metric->plan;
  const struct group_finding *const group = news->finding;
  const struct finding finding = finding_of_row(group, share_of_episode(metric, news->causes));
  if (metric->first_time == 0)
    metric->first_time = news->time;
  metric->rate = (struct rate){.time = news->time, .known = true};
  metric->interval = (float)news->interval;
  decision_combine(&plan->options, &plan->lines, &finding, plan->names, 1, news->time,
                   group->surprise, ret_verdict);
  take_lasting(metric, group, ret_verdict);
  struct group_own *const own = metric_own(metric);
  own->causes = *news->causes;
  conclude(metric, ret_verdict, ret_end);
  if (ret_verdict->change == EPISODE_OPENED && own->causes.hosts)
    text_copy(own->host, sizeof own->host, own->causes.count > 0 ? own->causes.names : "");
  summary_add(&metric->summary, group->surprise);
  metric->warming = !finding.ready;
}

/* The same votes by place in the plan. */
static uint8_t votes_in_plan(uint8_t votes, const size_t *place, size_t count) {
  unsigned bits = 0;
  for (size_t i = 0; i < count; i++)
    bits |= (votes >> i & 1u) << place[i];
  return (uint8_t)bits;
}

bool metric_silence(struct metric *metric, double time, struct verdict *ret_verdict,
                    enum episode_end *ret_end) {
  const struct plan *const plan = metric->plan;
  const struct observation now = {.time = time,
                                  .value = NAN,
                                  .line = plan->lines.alarm,
                                  .failure = plan->lines.failure,
                                  .warmup = plan->options.warmup};
  struct finding findings[RULE_DETECTORS_MAX];
  const char *names[RULE_DETECTORS_MAX];
  size_t place[RULE_DETECTORS_MAX]; /* of each in the plan */
  size_t count = 0;
  for (size_t i = 0; i < plan->count; i++) {
    const struct plan_detector *const detector = &plan->detectors[i];
    if (detector->detector->silence == NULL)
      continue;
    detector->detector->silence(state_of(metric, detector), detector->options, &now,
                                &findings[count]);
    place[count] = i;
    names[count++] = plan->names[i];
  }
  if (count == 0)
    return false;
  decision_combine(&plan->options, &plan->lines, findings, names, count, time, NAN, ret_verdict);
  ret_verdict->votes = votes_in_plan(ret_verdict->votes, place, count);
  conclude(metric, ret_verdict, ret_end);
  return true;
}

/* Sparing is for surprises. */
static int notify_of(const struct metric *metric, const struct verdict *verdict) {
  const struct plan *const plan = metric->plan;
  for (size_t i = 0; i < plan->count; i++)
    if (plan->names[i] == verdict->leading && plan->detectors[i].detector->certain &&
        plan->options.notify == NOTIFY_SPARINGLY)
      return NOTIFY_ALWAYS;
  return plan->options.notify;
}

/* What one host of a group over hosts does is told of that host. */
static void tell_group(const struct metric *metric, struct episode_event *event) {
  const struct group_own *const own = metric_own(metric);
  event->causes = own->causes;
  if (own->host[0] != '\0')
    text_copy(event->metric.part[METRIC_HOST], METRIC_PART_SIZE, own->host);
}

void metric_event(const struct metric *metric, const struct verdict *verdict, enum episode_end end,
                  struct episode_event *ret_event) {
  const struct decision *const decision = &metric->decision;
  const struct metric_id id = metric_identity(metric);
  *ret_event =
      (struct episode_event){.change = verdict->change,
                             .end = verdict->change == EPISODE_CLOSED ? end : EPISODE_RECOVERED,
                             .id = decision->episode,
                             .kind = (enum anomaly_kind)decision->kind,
                             .start = decision->since,
                             .peak_time = decision->peak_time,
                             .peak_score = decision->peak_ratio / (1 + decision->peak_ratio),
                             .peak_value = decision->peak_value,
                             .verdict = *verdict,
                             .seen = decision->start,
                             .interval = (double)metric->interval,
                             .line = metric->plan->lines.alarm,
                             .notify = notify_of(metric, verdict),
                             .habit = (double)decision->habit.count,
                             .days = habit_days(&decision->habit, decision->start),
                             .host_metrics = (uint32_t)(atomic_load(&metric->host->metrics) -
                                                        atomic_load(&metric->host->groups)),
                             .host_silent = (uint32_t)atomic_load(&metric->host->silent),
                             .detectors = metric->plan->names};
  for (size_t part = 0; part < METRIC_PARTS; part++)
    text_copy(ret_event->metric.part[part], METRIC_PART_SIZE, id.part[part]);
  if (metric->plan->group != NULL)
    tell_group(metric, ret_event);
}

struct verdict metric_last_verdict(const struct metric *metric) {
  const struct last_verdict *const last = &metric->last;
  return (struct verdict){.time = last->time,
                          .value = last->value,
                          .ratio = (double)last->ratio,
                          .score = (double)last->ratio / (1 + (double)last->ratio),
                          .surprise = (double)last->surprise,
                          .onset = (double)last->onset,
                          .confidence = (double)last->confidence,
                          .expected = last->expected,
                          .lower = last->lower,
                          .upper = last->upper,
                          .kind = (enum anomaly_kind)last->kind,
                          .reason = last->reason,
                          .leading = last->leading,
                          .detectors = (uint8_t)metric->plan->count,
                          .ready = last->ready,
                          .agree = last->agree,
                          .missing = last->missing,
                          .anomaly = last->anomaly,
                          .open = metric->decision.open,
                          .severity = (enum severity)metric->decision.severity};
}

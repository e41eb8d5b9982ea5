#include "engine/metric_state.h"

#include "anomaly/engine.h"
#include "anomaly/status.h"
#include "engine/group_state.h"
#include "engine/pack.h"
#include "engine/snapshot.h"

#include <math.h>
#include <string.h>

static const char MAGIC[8] = {'A', 'n', 'o', 'm', 'M', 't', 'r', '\n'};
static const uint64_t SEED = UINT64_C(0x6d65747269632e31);

enum { FORMAT_VERSION = 1 };

static const struct state_row rate_rows[] = {
    STATE_FIELD(struct rate, time, STATE_F64),
    STATE_FIELD(struct rate, raw, STATE_U64),
    STATE_FIELD(struct rate, known, STATE_U8),
    STATE_ROWS_END,
};

static const struct state_row habit_rows[] = {
    STATE_FIELD(struct habit, count, STATE_F32),
    STATE_ARRAY(struct habit, start, STATE_U32, HABIT_STARTS),
    STATE_ROWS_END,
};

static const struct state_row decision_rows[] = {
    STATE_FIELD(struct decision, episode, STATE_U64),
    STATE_FIELD(struct decision, start, STATE_F64),
    STATE_FIELD(struct decision, since, STATE_F64),
    STATE_FIELD(struct decision, peak_time, STATE_F64),
    STATE_FIELD(struct decision, peak_value, STATE_F64),
    STATE_FIELD(struct decision, peak_ratio, STATE_F64),
    STATE_FIELD(struct decision, hits, STATE_U32),
    STATE_FIELD(struct decision, calm, STATE_U32),
    STATE_FIELD(struct decision, open, STATE_U8),
    STATE_FIELD(struct decision, severity, STATE_U8),
    STATE_FIELD(struct decision, kind, STATE_U8),
    STATE_FIELD(struct decision, accepted, STATE_U8),
    STATE_STRUCTS(struct decision, habit, 1, struct habit, habit_rows),
    STATE_ROWS_END,
};

_Static_assert(sizeof(struct decision) == 96, "decision_rows say every field");

/* Without its words: they are static text of another process. */
static const struct state_row last_rows[] = {
    STATE_FIELD(struct last_verdict, time, STATE_F64),
    STATE_FIELD(struct last_verdict, value, STATE_F64),
    STATE_FIELD(struct last_verdict, ratio, STATE_F32),
    STATE_FIELD(struct last_verdict, onset, STATE_F32),
    STATE_FIELD(struct last_verdict, surprise, STATE_F32),
    STATE_FIELD(struct last_verdict, confidence, STATE_F32),
    STATE_FIELD(struct last_verdict, expected, STATE_F64),
    STATE_FIELD(struct last_verdict, lower, STATE_F64),
    STATE_FIELD(struct last_verdict, upper, STATE_F64),
    STATE_FIELD(struct last_verdict, kind, STATE_U8),
    STATE_FIELD(struct last_verdict, ready, STATE_U8),
    STATE_FIELD(struct last_verdict, agree, STATE_U8),
    STATE_FIELD(struct last_verdict, anomaly, STATE_U8),
    STATE_ROWS_END,
};

static const struct state_row metric_rows[] = {
    STATE_STRUCTS(struct metric, rate, 1, struct rate, rate_rows),
    STATE_FIELD(struct metric, first_time, STATE_F64),
    STATE_STRUCTS(struct metric, decision, 1, struct decision, decision_rows),
    STATE_STRUCTS(struct metric, last, 1, struct last_verdict, last_rows),
    STATE_STRUCTS(struct metric, summary, 1, struct summary, summary_rows),
    STATE_FIELD(struct metric, interval, STATE_F32),
    STATE_FIELD(struct metric, silent, STATE_U8),
    STATE_FIELD(struct metric, warming, STATE_U8),
    STATE_ROWS_END,
};

/* All but the snapshots. */
static void pack_head(struct packer *packer, const struct metric *metric) {
  pack_bytes(packer, MAGIC, sizeof MAGIC);
  pack_u32(packer, FORMAT_VERSION);
  pack_u32(packer, metric->key_length);
  pack_bytes(packer, metric_identity(metric).part[0], metric->key_length);
  pack_rows(packer, metric_rows, NULL, metric);
  pack_sum(packer, SEED);
}

size_t metric_state_size(const struct metric *metric) {
  const struct plan *const plan = metric->plan;
  struct packer counter = {.used = 0};
  pack_head(&counter, metric);
  size_t size = (size_t)counter.used;
  for (size_t i = 0; plan->group == NULL && i < plan->count; i++)
    size += sizeof(uint32_t) + plan->detectors[i].snapshot_size;
  return size;
}

void metric_state_save(const struct metric *metric, void *bytes, size_t size) {
  const struct plan *const plan = metric->plan;
  struct packer packer = {.bytes = bytes, .size = size};
  pack_head(&packer, metric);
  for (size_t i = 0; plan->group == NULL && i < plan->count; i++) {
    const struct plan_detector *const detector = &plan->detectors[i];
    const size_t length = detector->snapshot_size;
    pack_u32(&packer, (uint32_t)length);
    snapshot_write(detector->detector, detector->options, metric_detector_state(metric, i),
                   packer.bytes + packer.used, length);
    packer.used += length;
  }
}

size_t metric_state_group_size(size_t size) { return METRIC_PART_SIZE + sizeof(uint32_t) + size; }

void metric_state_add_group(const struct metric *metric, const void *group, size_t size,
                            void *bytes) {
  struct packer packer = {.bytes = bytes, .size = metric_state_group_size(size)};
  pack_bytes(&packer, metric_own(metric)->host, METRIC_PART_SIZE);
  pack_u32(&packer, (uint32_t)size);
  pack_bytes(&packer, group, size);
}

/* ---- Hostile bytes -------------------------------------------------------- */

static bool is_bool(const bool *field) {
  uint8_t byte;
  memcpy(&byte, field, sizeof byte);
  return byte <= 1;
}

static bool is_evidence(double number) { return number >= 0 && isfinite(number); }

static bool rate_valid(const struct rate *rate) {
  return unpacked_time_valid(rate->time) && is_bool(&rate->known);
}

static bool decision_valid(const struct decision *decision) {
  return unpacked_time_valid(decision->start) && unpacked_time_valid(decision->since) &&
         unpacked_time_valid(decision->peak_time) && !isinf(decision->peak_value) &&
         is_evidence(decision->peak_ratio) && decision->open <= 1 && decision->accepted <= 1 &&
         decision->severity <= SEVERITY_FAILURE && decision->kind < KINDS &&
         is_evidence((double)decision->habit.count);
}

static bool last_valid(const struct last_verdict *last) {
  return (isnan(last->time) || unpacked_time_valid(last->time)) && !isinf(last->value) &&
         is_evidence((double)last->ratio) && is_evidence((double)last->onset) &&
         is_evidence((double)last->surprise) && is_evidence((double)last->confidence) &&
         last->kind < KINDS && last->ready <= RULE_DETECTORS_MAX &&
         last->agree <= RULE_DETECTORS_MAX && is_bool(&last->anomaly);
}

static bool metric_valid(const struct metric *metric) {
  return rate_valid(&metric->rate) && unpacked_time_valid(metric->first_time) &&
         decision_valid(&metric->decision) && last_valid(&metric->last) &&
         summary_valid(&metric->summary) && unpacked_time_valid((double)metric->interval) &&
         is_bool(&metric->silent) && is_bool(&metric->warming);
}

bool metric_key_parse(const unsigned char *bytes, size_t length, struct metric_id *ret_id) {
  struct metric_id id;
  for (size_t part = 0; part < METRIC_PARTS; part++) {
    const unsigned char *const end = memchr(bytes, '\0', length);
    if (end == NULL || end - bytes >= METRIC_PART_SIZE)
      return false;
    id.part[part] = (const char *)bytes;
    length -= (size_t)(end - bytes) + 1;
    bytes = end + 1;
  }
  if (length > 0)
    return false;
  *ret_id = id;
  return true;
}

static int unpack_identity(struct unpacker *unpacker, struct metric_id *ret_id) {
  uint32_t length;
  int status = unpack_expected(unpacker, MAGIC, sizeof MAGIC, STATUS_CORRUPT);
  if (status == STATUS_OK)
    status = unpack_expected_u32(unpacker, FORMAT_VERSION, STATUS_VERSION);
  if (status != STATUS_OK)
    return status;
  const unsigned char *const key =
      unpack_u32(unpacker, &length) ? unpack_bytes(unpacker, length) : NULL;
  return key != NULL && metric_key_parse(key, length, ret_id) ? STATUS_OK : STATUS_CORRUPT;
}

int metric_state_identity(const void *bytes, size_t size, struct metric_id *ret_id) {
  struct unpacker unpacker = {.bytes = bytes, .left = size};
  return unpack_identity(&unpacker, ret_id);
}

/* Takes all but the snapshots; *ret_metric has only the fields of metric_rows. */
static int unpack_head(struct unpacker *unpacker, struct metric *ret_metric) {
  const unsigned char *const begin = unpacker->bytes;
  struct metric_id id;
  const int status = unpack_identity(unpacker, &id);
  if (status != STATUS_OK)
    return status;
  if (!unpack_rows(unpacker, metric_rows, NULL, UNPACK_NAN, ret_metric))
    return STATUS_CORRUPT;
  const size_t size = (size_t)(unpacker->bytes - begin) + PACK_SUM_SIZE;
  struct unpacker head = {.bytes = begin, .left = size};
  if (unpack_bytes(unpacker, PACK_SUM_SIZE) == NULL || unpack_sum(&head, SEED) != STATUS_OK)
    return STATUS_CORRUPT;
  return metric_valid(ret_metric) ? STATUS_OK : STATUS_CORRUPT;
}

/* Tries what is there until one fits; STATUS_NOT_FOUND where none does. */
static int load_detector(struct metric *metric, size_t which, struct unpacker snapshots) {
  const struct plan_detector *const detector = &metric->plan->detectors[which];
  uint32_t size;
  while (unpack_u32(&snapshots, &size)) {
    const unsigned char *const snapshot = unpack_bytes(&snapshots, size);
    if (snapshot == NULL)
      break;
    const int status = snapshot_load(detector->detector, detector->options, snapshot, size,
                                     metric_detector_state(metric, which));
    if (status == STATUS_OK || status == STATUS_NO_MEMORY)
      return status;
  }
  return STATUS_NOT_FOUND;
}

static int load_detectors(struct metric *metric, const struct unpacker *snapshots,
                          size_t *ret_cold) {
  size_t cold = 0;
  for (size_t i = 0; i < metric->plan->count; i++) {
    const int status = load_detector(metric, i, *snapshots);
    if (status == STATUS_NO_MEMORY)
      return status;
    cold += status != STATUS_OK;
  }
  *ret_cold = cold;
  return STATUS_OK;
}

/* The instance stays without members where it fails. */
static int load_group(struct metric *metric, struct unpacker *unpacker) {
  struct group_own *const own = metric_own(metric);
  uint32_t size;
  const unsigned char *const host = unpack_bytes(unpacker, sizeof own->host);
  if (host == NULL || memchr(host, '\0', sizeof own->host) == NULL || !unpack_u32(unpacker, &size))
    return STATUS_CORRUPT;
  const unsigned char *const group = unpack_bytes(unpacker, size);
  const int status = group != NULL ? group_state_load(own->instance, group, size) : STATUS_CORRUPT;
  if (status == STATUS_OK)
    memcpy(own->host, host, sizeof own->host);
  return status;
}

/* What each detector knows, or what the group does. */
static int load_learned(struct metric *metric, struct unpacker *unpacker, size_t *ret_cold) {
  if (metric->plan->group == NULL)
    return load_detectors(metric, unpacker, ret_cold);
  const int status = load_group(metric, unpacker);
  *ret_cold = status != STATUS_OK;
  return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

int metric_state_load(struct metric *metric, const void *bytes, size_t size, size_t *ret_cold) {
  struct unpacker unpacker = {.bytes = bytes, .left = size};
  struct metric stored = {.plan = NULL};
  size_t cold = 0;
  int status = unpack_head(&unpacker, &stored);
  if (status == STATUS_OK)
    status = load_learned(metric, &unpacker, &cold);
  if (status != STATUS_OK)
    return status;
  metric->rate = stored.rate;
  metric->first_time = stored.first_time;
  metric->decision = stored.decision;
  metric->last = stored.last;
  metric->last.leading = "";
  metric->summary = stored.summary;
  metric->interval = stored.interval;
  metric->silent = stored.silent;
  metric->warming = stored.warming || cold == metric->plan->count;
  *ret_cold = cold;
  return STATUS_OK;
}

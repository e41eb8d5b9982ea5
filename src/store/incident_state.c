#include "store/incident_state.h"

#include "anomaly/engine.h"
#include "anomaly/rule.h"
#include "anomaly/status.h"
#include "engine/causes.h"
#include "engine/pack.h"

#include <math.h>
#include <string.h>

static const char MAGIC[8] = {'A', 'n', 'o', 'm', 'I', 'n', 'c', '\n'};
static const uint64_t SEED = UINT64_C(0x696e636964656e74);

enum { FORMAT_VERSION = 2 };

/* An enumeration is an int, as long as none of its values is negative or larger. */
#define STATE_ENUM STATE_U32

static const struct state_row verdict_rows[] = {
    STATE_FIELD(struct verdict, time, STATE_F64),
    STATE_FIELD(struct verdict, value, STATE_F64),
    STATE_FIELD(struct verdict, ratio, STATE_F64),
    STATE_FIELD(struct verdict, score, STATE_F64),
    STATE_FIELD(struct verdict, surprise, STATE_F64),
    STATE_FIELD(struct verdict, onset, STATE_F64),
    STATE_FIELD(struct verdict, confidence, STATE_F64),
    STATE_FIELD(struct verdict, expected, STATE_F64),
    STATE_FIELD(struct verdict, lower, STATE_F64),
    STATE_FIELD(struct verdict, upper, STATE_F64),
    STATE_FIELD(struct verdict, kind, STATE_ENUM),
    STATE_FIELD(struct verdict, detectors, STATE_U8),
    STATE_FIELD(struct verdict, ready, STATE_U8),
    STATE_FIELD(struct verdict, agree, STATE_U8),
    STATE_FIELD(struct verdict, severity, STATE_ENUM),
    STATE_ROWS_END,
};

static const struct state_row name_rows[] = {
    STATE_ARRAY(struct metric_name, part, STATE_U8, METRIC_PARTS *METRIC_PART_SIZE),
    STATE_ROWS_END,
};

static const struct state_row causes_rows[] = {
    STATE_FIELD(struct episode_causes, count, STATE_U8),
    STATE_FIELD(struct episode_causes, hosts, STATE_U8),
    STATE_ARRAY(struct episode_causes, decades, STATE_F32, EPISODE_CAUSES),
    STATE_ARRAY(struct episode_causes, names, STATE_U8, EPISODE_CAUSES_SIZE),
    STATE_ROWS_END,
};

static const struct state_row episode_rows[] = {
    STATE_FIELD(struct episode_event, change, STATE_ENUM),
    STATE_FIELD(struct episode_event, end, STATE_ENUM),
    STATE_FIELD(struct episode_event, id, STATE_U64),
    STATE_STRUCTS(struct episode_event, metric, 1, struct metric_name, name_rows),
    STATE_FIELD(struct episode_event, kind, STATE_ENUM),
    STATE_FIELD(struct episode_event, start, STATE_F64),
    STATE_FIELD(struct episode_event, peak_time, STATE_F64),
    STATE_FIELD(struct episode_event, peak_score, STATE_F64),
    STATE_FIELD(struct episode_event, peak_value, STATE_F64),
    STATE_STRUCTS(struct episode_event, verdict, 1, struct verdict, verdict_rows),
    STATE_FIELD(struct episode_event, seen, STATE_F64),
    STATE_FIELD(struct episode_event, interval, STATE_F64),
    STATE_FIELD(struct episode_event, line, STATE_F64),
    STATE_FIELD(struct episode_event, notify, STATE_I32),
    STATE_FIELD(struct episode_event, habit, STATE_F64),
    STATE_FIELD(struct episode_event, days, STATE_U32),
    STATE_FIELD(struct episode_event, host_metrics, STATE_U32),
    STATE_FIELD(struct episode_event, host_silent, STATE_U32),
    STATE_STRUCTS(struct episode_event, causes, 1, struct episode_causes, causes_rows),
    STATE_ROWS_END,
};

static const struct state_row member_rows[] = {
    STATE_STRUCTS(struct incident_member, episode, 1, struct episode_event, episode_rows),
    STATE_FIELD(struct incident_member, rank, STATE_F64),
    STATE_ROWS_END,
};

static const struct state_row incident_rows[] = {
    STATE_FIELD(struct incident, id, STATE_U64),
    STATE_FIELD(struct incident, scope, STATE_ENUM),
    STATE_FIELD(struct incident, start, STATE_F64),
    STATE_FIELD(struct incident, seen, STATE_F64),
    STATE_FIELD(struct incident, last, STATE_F64),
    STATE_FIELD(struct incident, severity, STATE_ENUM),
    STATE_FIELD(struct incident, trouble, STATE_ENUM),
    STATE_FIELD(struct incident, silent, STATE_U8),
    STATE_FIELD(struct incident, host_metrics, STATE_U32),
    STATE_FIELD(struct incident, host_silent, STATE_U32),
    STATE_FIELD(struct incident, restart, STATE_F64),
    STATE_FIELD(struct incident, metrics, STATE_U32),
    STATE_FIELD(struct incident, open, STATE_U32),
    STATE_FIELD(struct incident, hosts, STATE_U32),
    STATE_FIELD(struct incident, recent, STATE_U32),
    STATE_FIELD(struct incident, hold, STATE_F64),
    STATE_FIELD(struct incident, held, STATE_U32),
    STATE_FIELD(struct incident, held_since, STATE_F64),
    STATE_FIELD(struct incident, members, STATE_U32),
    STATE_STRUCTS(struct incident, member, INCIDENT_MEMBERS, struct incident_member, member_rows),
    STATE_ARRAY(struct incident, host, STATE_U8, INCIDENT_HOSTS *METRIC_PART_SIZE),
    STATE_ROWS_END,
};

size_t incident_state_size(void) {
  return sizeof MAGIC + sizeof(uint32_t) + pack_rows_size(incident_rows, NULL) + PACK_SUM_SIZE;
}

void incident_state_save(const struct incident *incident, void *bytes) {
  struct packer packer = {.bytes = bytes, .size = incident_state_size()};
  pack_bytes(&packer, MAGIC, sizeof MAGIC);
  pack_u32(&packer, FORMAT_VERSION);
  pack_rows(&packer, incident_rows, NULL, incident);
  pack_sum(&packer, SEED);
}

/* ---- Hostile bytes -------------------------------------------------------- */

static bool is_evidence(double number) { return number >= 0 && isfinite(number); }

static bool is_text(const char *text) { return memchr(text, '\0', METRIC_PART_SIZE) != NULL; }

static bool verdict_valid(const struct verdict *verdict) {
  return unpacked_time_valid(verdict->time) && !isinf(verdict->value) &&
         is_evidence(verdict->ratio) && is_evidence(verdict->score) &&
         is_evidence(verdict->surprise) && is_evidence(verdict->onset) &&
         is_evidence(verdict->confidence) && (unsigned)verdict->kind < KINDS &&
         (unsigned)verdict->severity <= SEVERITY_FAILURE;
}

static bool episode_valid(const struct episode_event *episode) {
  for (size_t part = 0; part < METRIC_PARTS; part++)
    if (!is_text(episode->metric.part[part]))
      return false;
  return (unsigned)episode->change <= EPISODE_CLOSED && (unsigned)episode->end <= EPISODE_EXPIRED &&
         episode->id != 0 && (unsigned)episode->kind < KINDS &&
         unpacked_time_valid(episode->start) && unpacked_time_valid(episode->peak_time) &&
         episode->peak_score >= 0 && episode->peak_score < 1 && !isinf(episode->peak_value) &&
         verdict_valid(&episode->verdict) && unpacked_time_valid(episode->seen) &&
         unpacked_time_valid(episode->interval) && episode->line > 0 && isfinite(episode->line) &&
         episode->notify >= NOTIFY_NEVER && episode->notify <= NOTIFY_ALWAYS &&
         is_evidence(episode->habit) && episode->days <= 2 && causes_valid(&episode->causes);
}

static bool incident_valid(const struct incident *incident) {
  uint8_t silent;
  memcpy(&silent, &incident->silent, sizeof silent);
  if (silent > 1 || incident->members == 0 || incident->members > INCIDENT_MEMBERS ||
      incident->hosts == 0)
    return false;
  for (uint32_t i = 0; i < incident->members; i++)
    if (!episode_valid(&incident->member[i].episode) || !(incident->member[i].rank >= 0))
      return false;
  for (size_t i = 0; i < INCIDENT_HOSTS; i++)
    if (!is_text(incident->host[i]))
      return false;
  return incident->id != 0 && (unsigned)incident->scope <= INCIDENT_OF_HOSTS &&
         unpacked_time_valid(incident->start) && unpacked_time_valid(incident->seen) &&
         unpacked_time_valid(incident->last) && (unsigned)incident->severity <= SEVERITY_FAILURE &&
         (unsigned)incident->trouble < TROUBLES &&
         (isnan(incident->restart) || unpacked_time_valid(incident->restart)) &&
         unpacked_time_valid(incident->hold) && unpacked_time_valid(incident->held_since);
}

int incident_state_load(const void *bytes, size_t size, struct incident *ret_incident) {
  struct unpacker unpacker = {.bytes = bytes, .left = size};
  struct incident incident;
  memset(&incident, 0, sizeof incident);
  int status = unpack_expected(&unpacker, MAGIC, sizeof MAGIC, STATUS_CORRUPT);
  if (status == STATUS_OK)
    status = unpack_expected_u32(&unpacker, FORMAT_VERSION, STATUS_VERSION);
  if (status != STATUS_OK)
    return status;
  struct unpacker whole = {.bytes = bytes, .left = size};
  if (size != incident_state_size() || unpack_sum(&whole, SEED) != STATUS_OK ||
      !unpack_rows(&unpacker, incident_rows, NULL, UNPACK_NAN, &incident) ||
      !incident_valid(&incident))
    return STATUS_CORRUPT;
  for (uint32_t i = 0; i < incident.members; i++)
    incident.member[i].episode.verdict.leading = "";
  *ret_incident = incident;
  return STATUS_OK;
}

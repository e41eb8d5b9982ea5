#include "engine/incident_slot.h"

#include "anomaly/rule.h"
#include "base/hash.h"
#include "base/text.h"
#include "engine/incident_members.h"

#include <math.h>
#include <string.h>

/* A host is silent when so many of its metrics are. */
static const double SILENT_SHARE = .9;
/* Trouble that begins so long before or after a boot was seen may come from it. */
static const double BOOT_BEFORE = 120, BOOT_AFTER = 900;
/* So many times what was told is worse. */
static const double WORSE = 2;

void slot_init(struct slot *slot, struct place *place, double window) {
  memset(slot, 0, sizeof *slot);
  slot->used = true;
  slot->missing = slot->silent = true;
  slot->window = window;
  slot->place = place;
  slot->incident.restart = (double)NAN;
  slot->incident.scope = place != NULL ? INCIDENT_OF_HOST : INCIDENT_OF_HOSTS;
  if (place == NULL)
    return;
  place->incident = slot;
  slot->incident.hosts = 1;
  text_copy(slot->incident.host[0], METRIC_PART_SIZE, place->host);
}

/* Puts a strength where it belongs among the strongest. */
static void rank_strength(double *strongest, double strength) {
  for (size_t i = 0; i < STRENGTH_METRICS; i++)
    if (strength > strongest[i]) {
      const double weaker = strongest[i];
      strongest[i] = strength;
      strength = weaker;
    }
}

/* Of the metrics that began within a window of `seen`. */
static double burst_strength(const struct slot *slot, double seen) {
  double strongest[STRENGTH_METRICS] = {0};
  for (size_t i = 0; i < SLOT_SIGNS && i < slot->signs; i++)
    if (fabs(slot->sign[i].seen - seen) <= slot->window)
      rank_strength(strongest, slot->sign[i].strength);
  double sum = 0;
  for (size_t i = 0; i < STRENGTH_METRICS; i++)
    sum += strongest[i];
  return sum;
}

/* A metric has one sign: its latest. */
static struct sign *place_of_sign(struct slot *slot, uint64_t metric) {
  for (size_t i = 0; i < SLOT_SIGNS && i < slot->signs; i++)
    if (slot->sign[i].metric == metric)
      return &slot->sign[i];
  return &slot->sign[slot->signs++ % SLOT_SIGNS];
}

static void note_sign(struct slot *slot, const struct episode_event *episode) {
  const uint64_t metric = hash_bytes(&episode->metric, sizeof episode->metric, 0);
  *place_of_sign(slot, metric) =
      (struct sign){.seen = episode->seen, .metric = metric, .strength = member_strength(episode)};
  slot->strength = fmax(slot->strength, burst_strength(slot, episode->seen));
}

static bool came_silent(const struct episode_event *episode) {
  return episode->host_silent >= SILENT_SHARE * episode->host_metrics;
}

void slot_add(struct slot *slot, const struct episode_event *episode) {
  if (slot->incident.metrics == 0)
    slot->incident.id = episode->id;
  incident_add(&slot->incident, episode, slot->window);
  note_sign(slot, episode);
  slot->missing = slot->missing && episode->kind == KIND_MISSING;
  slot->silent = came_silent(episode);
  slot->incident.host_metrics = episode->host_metrics;
  slot->incident.host_silent = episode->host_silent;
  slot->latest = slot->signs == 1 ? episode->seen : fmax(slot->latest, episode->seen);
  slot->always |= episode->notify == NOTIFY_ALWAYS;
}

void slot_update(struct slot *slot, const struct episode_event *episode, double now) {
  incident_update(&slot->incident, episode);
  if (episode->change == EPISODE_ESCALATED)
    note_sign(slot, episode);
  if (slot->incident.open == 0)
    slot->quiet = now;
}

void slot_restore(struct slot *slot, const struct incident *incident, bool worsened) {
  slot->incident = *incident;
  slot->begun = true;
  slot->grown = worsened;
  slot->latest = incident->last;
  slot->silent = incident->silent;
  for (uint32_t i = 0; i < incident->members; i++) {
    note_sign(slot, &incident->member[i].episode);
    slot->missing = slot->missing && incident->member[i].episode.kind == KIND_MISSING;
    slot->always |= incident->member[i].episode.notify == NOTIFY_ALWAYS;
  }
  slot_note_told(slot);
}

/* Members that are not kept one by one are counted all the same. */
static void take_over(struct slot *parent, const struct slot *slot) {
  struct incident *const whole = &parent->incident;
  const struct incident *const part = &slot->incident;
  const uint32_t open = whole->open + part->open;
  for (uint32_t i = 0; i < part->members; i++)
    slot_add(parent, &part->member[i].episode);
  whole->metrics += part->metrics - part->members;
  whole->open = open;
  if (part->severity > whole->severity)
    whole->severity = part->severity;
  parent->strength = fmax(parent->strength, slot->strength);
  parent->always |= slot->always;
  parent->missing &= slot->missing;
}

/* Of those that are kept by name: a host that comes back later is counted again. */
static bool has_host(const struct incident *incident, const char *host) {
  for (uint32_t i = 0; i < incident->hosts && i < INCIDENT_HOSTS; i++)
    if (strcmp(incident->host[i], host) == 0)
      return true;
  return false;
}

void slot_join(struct slot *parent, struct slot *slot) {
  struct incident *const whole = &parent->incident;
  take_over(parent, slot);
  slot->parent = parent;
  if (has_host(whole, slot->place->host))
    return;
  if (whole->hosts < INCIDENT_HOSTS)
    text_copy(whole->host[whole->hosts], METRIC_PART_SIZE, slot->place->host);
  whole->hosts++;
}

bool slot_follows_boot(const struct slot *slot) {
  if (slot->place == NULL || isnan(slot->place->booted))
    return false;
  const double after = slot->incident.start - slot->place->booted;
  return after >= -BOOT_BEFORE && after <= BOOT_AFTER;
}

enum severity slot_severity(const struct slot *slot) {
  return slot_follows_boot(slot) ? SEVERITY_WARNING : slot->incident.severity;
}

bool slot_is_silent(const struct slot *slot) { return slot->missing && slot->silent; }

static bool has_grown(const struct slot *slot) {
  return slot->strength > slot->told_strength && slot->strength >= WORSE * slot->told_strength;
}

bool slot_is_worse(const struct slot *slot) {
  return slot_severity(slot) > slot->told_severity || (slot->always && !slot->told_always) ||
         (!slot->grown && has_grown(slot));
}

void slot_note_told(struct slot *slot) {
  slot->grown = slot->grown || (slot->told && has_grown(slot));
  slot->told = true;
  slot->told_always = slot->always;
  slot->told_strength = slot->strength;
  slot->told_severity = slot_severity(slot);
}

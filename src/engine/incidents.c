#include "engine/incidents.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "engine/burst.h"
#include "engine/id_map.h"
#include "engine/incident_members.h"
#include "engine/incident_slot.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

static const double INTERVALS_OF_DELAY = 1.5, INTERVALS_OF_WINDOW = 2;
/* Ends that may be ahead of their beginnings: more than there are write threads. */
enum { EARLY_ENDS = 64 };

struct incidents {
  struct incident_options options;
  incident_listener listener;
  void *listener_context;
  pthread_mutex_t lock;
  struct slot *slots;             /* INCIDENTS_MAX */
  size_t slots_used;              /* those behind are free */
  struct id_map *episodes;        /* to the numbers of their slots */
  uint64_t early_end[EARLY_ENDS]; /* of episodes that were not known, the latest, as a ring */
  size_t early_ends;
  struct places *places;
  struct telling everywhere; /* of incidents over hosts */
  struct burst burst;
  struct {
    const struct pattern *patterns;
    size_t count;
  } maintenance[MAINTENANCE_SOURCES];
  struct incident_stats stats;
  struct incident_event event; /* on its way to the listener */
};

struct incident_settings incident_settings_preset(void) {
  struct incident_settings settings = {.listener = NULL};
  option_set_presets(incident_option_rows, &settings.options);
  return settings;
}

int incidents_create(struct incidents **ret_incidents, const struct incident_settings *settings) {
  struct incidents *const incidents = calloc(1, sizeof *incidents);
  if (incidents == NULL)
    return STATUS_NO_MEMORY;
  incidents->options = settings->options;
  incidents->listener = settings->listener;
  incidents->listener_context = settings->listener_context;
  pthread_mutex_init(&incidents->lock, NULL);
  incidents->slots = calloc(INCIDENTS_MAX, sizeof *incidents->slots);
  incidents->episodes = id_map_create(INCIDENT_EPISODES_MAX);
  incidents->places = places_create(INCIDENT_PLACES_MAX, settings->hash_seed);
  if (incidents->slots == NULL || incidents->episodes == NULL || incidents->places == NULL) {
    incidents_destroy(incidents);
    return STATUS_NO_MEMORY;
  }
  *ret_incidents = incidents;
  return STATUS_OK;
}

void incidents_destroy(struct incidents *incidents) {
  if (incidents == NULL)
    return;
  places_destroy(incidents->places);
  id_map_destroy(incidents->episodes);
  free(incidents->slots);
  pthread_mutex_destroy(&incidents->lock);
  free(incidents);
}

/* NULL where all are in use. */
static struct slot *take_slot(struct incidents *incidents, struct place *place, double window) {
  size_t i = 0;
  while (i < INCIDENTS_MAX && incidents->slots[i].used)
    i++;
  if (i == INCIDENTS_MAX)
    return NULL;
  if (i == incidents->slots_used)
    incidents->slots_used++;
  slot_init(&incidents->slots[i], place, window);
  return &incidents->slots[i];
}

static void give_slot(struct incidents *incidents, struct slot *slot) {
  incidents->stats.open -= slot->begun;
  incidents->stats.open_told -= slot->told;
  if (slot->place != NULL)
    slot->place->incident = NULL;
  slot->used = false;
  while (incidents->slots_used > 0 && !incidents->slots[incidents->slots_used - 1].used)
    incidents->slots_used--;
}

static struct telling *telling_of(struct incidents *incidents, const struct slot *slot) {
  return slot->place != NULL ? &slot->place->telling : &incidents->everywhere;
}

/* ---- Hosts at once ---- */

static bool in_maintenance(const struct incidents *incidents, const struct slot *slot) {
  for (size_t source = 0; slot->place != NULL && source < MAINTENANCE_SOURCES; source++)
    for (size_t i = 0; i < incidents->maintenance[source].count; i++)
      if (pattern_matches(&incidents->maintenance[source].patterns[i], slot->place->host))
        return true;
  return false;
}

static bool says_something(const struct slot *slot) { return slot->always || slot->strength > 0; }

/* Whether a slot's trouble can still become part of one over hosts. */
static bool can_join(const struct incidents *incidents, const struct slot *slot, double seen) {
  return slot->used && !slot->begun && slot->parent == NULL && slot->place != NULL &&
         fabs(slot->incident.seen - seen) <= slot->window && says_something(slot) &&
         !in_maintenance(incidents, slot);
}

static struct slot *find_parent(const struct incidents *incidents, const struct slot *slot) {
  for (size_t i = 0; i < incidents->slots_used; i++) {
    struct slot *const other = &incidents->slots[i];
    if (other->used && other->place == NULL && other->incident.open > 0 &&
        fabs(other->latest - slot->incident.seen) <= slot->window)
      return other;
  }
  return NULL;
}

/* One over hosts, of all whose trouble began just now; NULL where that may be chance. */
static struct slot *make_parent(struct incidents *incidents, const struct slot *slot, double now) {
  const double seen = slot->incident.seen;
  uint32_t hosts = 0;
  for (size_t i = 0; i < incidents->slots_used; i++)
    hosts += can_join(incidents, &incidents->slots[i], seen);
  if (!burst_is_unlikely(&incidents->burst, now, slot->window, hosts))
    return NULL;
  struct slot *const parent = take_slot(incidents, NULL, slot->window);
  if (parent == NULL)
    return NULL;
  parent->due = slot->due;
  for (size_t i = 0; i < incidents->slots_used; i++) {
    struct slot *const part = &incidents->slots[i];
    if (!can_join(incidents, part, seen))
      continue;
    parent->due = fmin(parent->due, part->due);
    slot_join(parent, part);
  }
  return parent;
}

static void look_around(struct incidents *incidents, struct slot *slot, double now) {
  if (!can_join(incidents, slot, slot->incident.seen))
    return;
  struct slot *const parent = find_parent(incidents, slot);
  if (parent != NULL)
    slot_join(parent, slot);
  else
    (void)make_parent(incidents, slot, now);
}

/* ---- Telling ---- */

/* What is always told, and what reaches its host's bar. */
static bool is_large_enough(const struct incidents *incidents, const struct slot *slot) {
  return slot->always || slot->place == NULL || slot_is_silent(slot) ||
         slot_severity(slot) == SEVERITY_FAILURE ||
         slot->strength >=
             telling_bar(&slot->place->telling, slot->incident.last, incidents->options.per_week);
}

static bool should_tell(const struct incidents *incidents, const struct slot *slot) {
  return says_something(slot) && is_large_enough(incidents, slot) &&
         !in_maintenance(incidents, slot);
}

static void emit(struct incidents *incidents, struct slot *slot, enum incident_change change,
                 bool told) {
  slot->incident.silent = slot_is_silent(slot);
  slot->incident.restart = slot_follows_boot(slot) ? slot->place->booted : (double)NAN;
  if (incidents->listener == NULL)
    return;
  incidents->event =
      (struct incident_event){.change = change, .told = told, .incident = slot->incident};
  incidents->event.incident.severity = slot_severity(slot);
  incidents->listener(incidents->listener_context, &incidents->event);
}

static void tell(struct incidents *incidents, struct slot *slot) {
  struct telling *const telling = telling_of(incidents, slot);
  struct incident *const incident = &slot->incident;
  if (slot->place != NULL)
    incident->hold = telling_hold(telling, incident->last, incidents->options.per_week);
  incident->held = telling->held;
  incident->held_since = telling->held_since;
  telling_note_told(telling, incident->last, incidents->options.per_week);
  incident->recent = telling_recent(telling, incident->last);
  slot_note_told(slot);
  incidents->stats.told++;
  incidents->stats.open_told++;
  emit(incidents, slot, INCIDENT_BEGAN, true);
}

static void begin_telling(struct incidents *incidents, struct slot *slot, double now) {
  slot->begun = true;
  incident_settle(&slot->incident);
  incidents->stats.incidents++;
  incidents->stats.open++;
  if (slot->place != NULL)
    burst_note(&incidents->burst, now);
  if (should_tell(incidents, slot))
    tell(incidents, slot);
  else
    emit(incidents, slot, INCIDENT_BEGAN, false);
}

static void go_on_telling(struct incidents *incidents, struct slot *slot) {
  if (slot->incident.open == 0)
    return;
  if (!slot->told) {
    if (should_tell(incidents, slot))
      tell(incidents, slot);
    return;
  }
  if (!slot_is_worse(slot) || in_maintenance(incidents, slot))
    return;
  slot_note_told(slot);
  emit(incidents, slot, INCIDENT_WORSENED, true);
}

static void end(struct incidents *incidents, struct slot *slot) {
  if (slot->parent == NULL) {
    incidents->stats.held += !slot->told;
    if (!slot->told && says_something(slot) && !is_large_enough(incidents, slot))
      telling_note_held(telling_of(incidents, slot), slot->incident.start);
    emit(incidents, slot, INCIDENT_ENDED, slot->told);
  }
  give_slot(incidents, slot);
}

/*
 * Seconds of quiet that end it. What is evidence may pause; a limit that holds again,
 * values that come again, and hosts at once, of which each is on its own, do not.
 */
static double pause_of(const struct incidents *incidents, const struct slot *slot) {
  if (!slot->told || slot->place == NULL)
    return 0;
  const bool pauses = !slot->always && !slot->missing;
  return telling_pause(slot->incident.hold, pauses ? slot->quiet - slot->opened : 0,
                       incidents->options.per_week);
}

/* `patient` waits for what is not due, and for quiet that has not lasted. */
static void step(struct incidents *incidents, struct slot *slot, double now, bool patient) {
  if (slot->parent == NULL) {
    if (!slot->begun && (now >= slot->due || !patient))
      begin_telling(incidents, slot, now);
    else if (slot->begun)
      go_on_telling(incidents, slot);
  }
  const bool over = slot->incident.open == 0 && (slot->begun || slot->parent != NULL);
  if (over && (now - slot->quiet >= pause_of(incidents, slot) || !patient))
    end(incidents, slot);
}

/* ---- Episodes ---- */

static struct slot *begin(struct incidents *incidents, struct place *place,
                          const struct episode_event *episode, double now) {
  const struct incident_options *const options = &incidents->options;
  const double interval = episode->interval;
  struct slot *const slot =
      take_slot(incidents, place, fmax(options->window, INTERVALS_OF_WINDOW * interval));
  if (slot == NULL)
    return NULL;
  slot->opened = now;
  slot->due =
      now + (interval > 0 ? fmin(options->delay, INTERVALS_OF_DELAY * interval) : options->delay);
  return slot;
}

static void observe_opened(struct incidents *incidents, const struct episode_event *episode,
                           double now) {
  struct place *const place = places_find(incidents->places, episode->metric.part[METRIC_HOST]);
  struct slot *slot = place != NULL ? place->incident : NULL;
  const bool is_new = slot == NULL;
  if (is_new && place != NULL)
    slot = begin(incidents, place, episode, now);
  if (slot == NULL ||
      !id_map_put(incidents->episodes, episode->id, (uint32_t)(slot - incidents->slots))) {
    incidents->stats.left_out++;
    if (is_new && slot != NULL)
      give_slot(incidents, slot);
    return;
  }
  const bool said_something = says_something(slot);
  slot_add(slot, episode);
  if (slot->parent != NULL)
    slot_add(slot->parent, episode);
  else if (!said_something)
    look_around(incidents, slot, now);
  step(incidents, slot, now, true);
}

static void observe_known(struct incidents *incidents, const struct episode_event *episode,
                          double now) {
  uint32_t number;
  if (!id_map_find(incidents->episodes, episode->id, &number)) {
    if (episode->change == EPISODE_CLOSED)
      incidents->early_end[incidents->early_ends++ % EARLY_ENDS] = episode->id;
    return;
  }
  struct slot *const slot = &incidents->slots[number];
  slot_update(slot, episode, now);
  if (slot->parent != NULL)
    slot_update(slot->parent, episode, now);
  step(incidents, slot, now, true);
  if (episode->change == EPISODE_CLOSED)
    id_map_remove(incidents->episodes, episode->id);
}

/*
 * Whether the episode's end came before its beginning, as two threads that took
 * values of one metric may bring them: it was over at once, and is passed over.
 */
static bool ended_early(struct incidents *incidents, uint64_t episode) {
  for (size_t i = 0; i < EARLY_ENDS; i++)
    if (incidents->early_end[i] == episode) {
      incidents->early_end[i] = 0;
      return true;
    }
  return false;
}

void incidents_observe(struct incidents *incidents, const struct episode_event *episode,
                       double now) {
  pthread_mutex_lock(&incidents->lock);
  if (episode->change != EPISODE_OPENED)
    observe_known(incidents, episode, now);
  else if (!ended_early(incidents, episode->id))
    observe_opened(incidents, episode, now);
  pthread_mutex_unlock(&incidents->lock);
}

void incidents_note_boot(struct incidents *incidents, const char *host, double time) {
  pthread_mutex_lock(&incidents->lock);
  struct place *const place = places_find(incidents->places, host);
  if (place != NULL)
    place->booted = time;
  pthread_mutex_unlock(&incidents->lock);
}

void incidents_set_maintenance(struct incidents *incidents, enum maintenance_source source,
                               const struct pattern *patterns, size_t count) {
  pthread_mutex_lock(&incidents->lock);
  incidents->maintenance[source].patterns = patterns;
  incidents->maintenance[source].count = count;
  pthread_mutex_unlock(&incidents->lock);
}

static void step_all(struct incidents *incidents, double now, bool patient) {
  pthread_mutex_lock(&incidents->lock);
  for (size_t i = 0; i < incidents->slots_used; i++)
    if (incidents->slots[i].used)
      step(incidents, &incidents->slots[i], now, patient);
  pthread_mutex_unlock(&incidents->lock);
}

void incidents_advance(struct incidents *incidents, double now) { step_all(incidents, now, true); }

void incidents_flush(struct incidents *incidents, double now) { step_all(incidents, now, false); }

void incidents_stats(struct incidents *incidents, struct incident_stats *ret_stats) {
  pthread_mutex_lock(&incidents->lock);
  *ret_stats = incidents->stats;
  pthread_mutex_unlock(&incidents->lock);
}

/* ---- What was told before a restart ---- */

/* Members beyond those kept have opened nowhere: the engine tells of them again. */
static void know_members(struct incidents *incidents, struct slot *slot) {
  struct incident *const incident = &slot->incident;
  incident->open = 0;
  for (uint32_t i = 0; i < incident->members; i++) {
    const struct episode_event *const episode = &incident->member[i].episode;
    if (episode->change != EPISODE_CLOSED &&
        id_map_put(incidents->episodes, episode->id, (uint32_t)(slot - incidents->slots)))
      incident->open++;
  }
}

static bool restore(struct incidents *incidents, const struct incident *incident, bool worsened,
                    double now) {
  const bool of_host = incident->scope == INCIDENT_OF_HOST;
  struct place *const place = of_host ? places_find(incidents->places, incident->host[0]) : NULL;
  if (of_host && (place == NULL || place->incident != NULL))
    return false;
  struct slot *const slot = take_slot(incidents, place, incidents->options.window);
  if (slot == NULL)
    return false;
  slot_restore(slot, incident, worsened);
  slot->quiet = now;
  slot->opened = now - fmax(incident->last - incident->seen, 0);
  know_members(incidents, slot);
  incidents->stats.open++;
  incidents->stats.open_told++;
  return true;
}

bool incidents_restore(struct incidents *incidents, const struct incident *incident, bool worsened,
                       double now) {
  pthread_mutex_lock(&incidents->lock);
  const bool restored = restore(incidents, incident, worsened, now);
  pthread_mutex_unlock(&incidents->lock);
  return restored;
}

void incidents_note_told(struct incidents *incidents, const char *host, double time) {
  pthread_mutex_lock(&incidents->lock);
  struct place *const place = places_find(incidents->places, host);
  if (place != NULL)
    telling_note_told(&place->telling, time, incidents->options.per_week);
  pthread_mutex_unlock(&incidents->lock);
}

bool incidents_know(struct incidents *incidents, uint64_t episode) {
  uint32_t number;
  pthread_mutex_lock(&incidents->lock);
  const bool known = id_map_find(incidents->episodes, episode, &number);
  pthread_mutex_unlock(&incidents->lock);
  return known;
}

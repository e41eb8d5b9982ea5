#include "engine/describe_incident.h"

#include "base/timefmt.h"
#include "engine/describe.h"

#include <math.h>

/* Of a notification's 255 bytes, for the first cause where there are others to name. */
enum { FIRST_CAUSE_SIZE = 170 };

const struct incident_member *incident_lead(const struct incident_event *event) {
  const struct incident *const incident = &event->incident;
  const struct incident_member *lead = &incident->member[0];
  if (event->change != INCIDENT_WORSENED)
    return lead;
  for (uint32_t i = 1; i < incident->members; i++)
    if (incident->member[i].episode.verdict.score > lead->episode.verdict.score)
      lead = &incident->member[i];
  return lead;
}

static void add_since(const struct incident *incident, struct text *text) {
  text_add(text, " since ");
  time_add_clock(text, incident->start);
}

static void add_duration(const struct incident *incident, struct text *text) {
  text_add(text, " after ");
  time_add_duration(text, incident->last - incident->start);
}

/* Names, as many as fit, after what says how many there are. */
static void add_hosts(const struct incident *incident, struct text *text) {
  for (uint32_t i = 0; i < incident->hosts && i < INCIDENT_HOSTS; i++) {
    char name[METRIC_PART_SIZE + 2];
    struct text name_text = text_over(name, sizeof name);
    text_addf(&name_text, "%s%s", i == 0 ? ": " : ", ", incident->host[i]);
    if (!text_try(text, name))
      return;
  }
  if (incident->hosts > INCIDENT_HOSTS)
    (void)text_try(text, " ...");
}

/* The names of all but `lead`, as many as fit. */
static void add_members(const struct incident *incident, const struct incident_member *lead,
                        struct text *text) {
  const char *before = ": ";
  for (uint32_t i = 0; i < incident->members; i++) {
    char name[METRIC_TEXT_SIZE];
    struct text name_text = text_over(name, sizeof name);
    if (&incident->member[i] == lead)
      continue;
    const struct metric_id id = metric_name_id(&incident->member[i].episode.metric);
    text_add(&name_text, before);
    describe_metric_short(&id, &name_text);
    if (!text_try(text, name))
      return;
    before = ", ";
  }
}

static void add_followers(const struct incident *incident, const struct incident_member *lead,
                          struct text *text) {
  char count[32];
  struct text count_text = text_over(count, sizeof count);
  text_addf(&count_text, ", with %u more", incident->metrics - 1);
  if (text_try(text, count))
    add_members(incident, lead, text);
}

static void tell_silence(const struct incident *incident, struct text *text) {
  text_addf(text, "%s sends no values", incident->host[0]);
  add_since(incident, text);
  text_addf(text, ": %u of its %u metrics are silent", incident->host_silent,
            incident->host_metrics);
}

static void tell_metrics(const struct incident_event *event, struct text *text) {
  const struct incident *const incident = &event->incident;
  const struct incident_member *const lead = incident_lead(event);
  if (incident->metrics == 1) {
    describe_episode(&lead->episode, text);
    return;
  }
  char words[FIRST_CAUSE_SIZE];
  struct text first = text_over(words, sizeof words);
  text_addf(&first, "%s trouble: ", trouble_name(incident->trouble));
  describe_episode(&lead->episode, &first);
  text_add(text, words);
  add_followers(incident, lead, text);
}

static void tell_hosts(const struct incident *incident, struct text *text) {
  if (incident->silent) {
    text_addf(text, "%u hosts send no values", incident->hosts);
    add_since(incident, text);
    add_hosts(incident, text);
    (void)text_try(text, " (their network, or this collector?)");
    return;
  }
  text_addf(text, "%s trouble on %u hosts at once", trouble_name(incident->trouble),
            incident->hosts);
  add_since(incident, text);
  char words[METRIC_TEXT_SIZE + 16];
  struct text first = text_over(words, sizeof words);
  const struct metric_id id = metric_name_id(&incident->member[0].episode.metric);
  text_add(&first, ", first ");
  describe_metric(&id, &first);
  (void)text_try(text, words);
  add_hosts(incident, text);
}

/* What became of it, after what it was about: "sends values again". */
static const char *end_of(const struct incident *incident, bool many) {
  switch (incident->member[0].episode.end) {
  case EPISODE_RECOVERED:
    break;
  case EPISODE_ACCEPTED:
    if (incident->silent)
      return many ? "stay silent: taken for usual" : "stays silent: taken for usual";
    return "stay as they are: taken for usual";
  case EPISODE_EXPIRED:
    return many ? "have been silent for long and are forgotten"
                : "has been silent for long and is forgotten";
  }
  if (incident->silent)
    return many ? "send values again" : "sends values again";
  return "are usual again";
}

static void tell_end(const struct incident_event *event, struct text *text) {
  const struct incident *const incident = &event->incident;
  if (incident->scope == INCIDENT_OF_HOST && incident->metrics == 1 && !incident->silent) {
    describe_episode(&incident->member[0].episode, text);
    return;
  }
  if (incident->scope == INCIDENT_OF_HOSTS)
    text_addf(text, "%u hosts ", incident->hosts);
  else if (incident->silent)
    text_addf(text, "%s ", incident->host[0]);
  else
    text_addf(text, "%u metrics of %s ", incident->metrics, incident->host[0]);
  text_add(text, end_of(incident, incident->scope == INCIDENT_OF_HOSTS || !incident->silent));
  add_duration(incident, text);
  if (incident->scope == INCIDENT_OF_HOSTS)
    add_hosts(incident, text);
  else if (!incident->silent)
    add_members(incident, NULL, text);
}

/* Which rule acts, and what else explains it: each a note that is left out where it has no room. */
enum { NOTE_SIZE = 96 };

static void add_boot(const struct incident *incident, struct text *note) {
  if (isnan(incident->restart))
    return;
  text_add(note, "; the host was booted at ");
  time_add_clock(note, incident->restart);
}

static void add_yesterday(const struct incident *incident, struct text *note) {
  if (incident->metrics == 1 && incident->member[0].episode.days == 1)
    text_add(note, "; as at this time yesterday: a third day in a row is not told");
}

static void add_held(const struct incident *incident, struct text *note) {
  if (incident->held == 0)
    return;
  text_addf(note, "; not told of this host: %u lesser since ", incident->held);
  time_add_clock(note, incident->held_since);
}

static void add_hold(const struct incident *incident, struct text *note) {
  if (incident->hold <= 0)
    return;
  text_addf(note, "; number %u in a day, so it ends after at least ", incident->recent);
  time_add_duration(note, incident->hold);
  text_add(note, " of quiet");
}

static void add_notes(const struct incident *incident, struct text *text) {
  static void (*const notes[])(const struct incident *, struct text *) = {add_boot, add_yesterday,
                                                                          add_hold, add_held};
  for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
    char note[NOTE_SIZE];
    struct text note_text = text_over(note, sizeof note);
    notes[i](incident, &note_text);
    (void)text_try(text, note);
  }
}

void describe_incident(const struct incident_event *event, struct text *text) {
  const struct incident *const incident = &event->incident;
  if (event->change == INCIDENT_ENDED)
    tell_end(event, text);
  else if (incident->scope == INCIDENT_OF_HOSTS)
    tell_hosts(incident, text);
  else if (incident->silent)
    tell_silence(incident, text);
  else
    tell_metrics(event, text);
  if (event->change != INCIDENT_ENDED)
    add_notes(incident, text);
}

void describe_members(const struct incident *incident, struct text *text) {
  for (uint32_t i = 0; i < incident->members; i++) {
    const struct metric_id id = metric_name_id(&incident->member[i].episode.metric);
    if (i > 0)
      text_add(text, " ");
    describe_metric(&id, text);
  }
}

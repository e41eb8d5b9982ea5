#include "cli/incident_list.h"

#include "anomaly/status.h"
#include "base/text.h"
#include "engine/describe.h"
#include "engine/describe_incident.h"

#include <math.h>
#include <stdlib.h>

enum { TEXT_SIZE = 256 };

struct listed_incident {
  struct listed_incident *next;
  bool told;
  struct incident incident; /* as last heard of */
  char text[TEXT_SIZE];
};

static double peak_of(const struct incident *incident) {
  double peak = 0;
  for (uint32_t i = 0; i < incident->members; i++)
    peak = fmax(peak, incident->member[i].episode.peak_score);
  return peak;
}

static void give_out(const struct incident_list *list, const struct listed_incident *listed,
                     const struct incident *incident, bool open) {
  char first[METRIC_TEXT_SIZE];
  struct text text = text_over(first, sizeof first);
  const struct metric_id id = metric_name_id(&incident->member[0].episode.metric);
  describe_metric_short(&id, &text);
  const struct incident_line line = {
      .incident = incident,
      .told = listed->told,
      .open = open,
      .duration = (open ? list->feed.now : incident->last) - incident->start,
      .peak_score = peak_of(incident),
      .first = first,
      .text = listed->text,
  };
  list->sink(list->context, &line);
}

static struct listed_incident **find(struct incident_list *list, uint64_t id) {
  struct listed_incident **at = &list->open;
  while (*at != NULL && (*at)->incident.id != id)
    at = &(*at)->next;
  return at;
}

/* New ones come last, so that what is open at the end is in the order of its beginning. */
static void keep(struct incident_list *list, const struct incident_event *event) {
  struct listed_incident **const place = find(list, event->incident.id);
  if (*place == NULL)
    *place = calloc(1, sizeof **place);
  struct listed_incident *const listed = *place;
  if (listed == NULL) {
    list->no_memory = true;
    return;
  }
  listed->told = event->told;
  listed->incident = event->incident;
  struct text text = text_over(listed->text, TEXT_SIZE);
  describe_incident(event, &text);
}

static void take_incident(void *context, const struct incident_event *event) {
  struct incident_list *const list = context;
  if (event->change != INCIDENT_ENDED) {
    keep(list, event);
    return;
  }
  struct listed_incident **const place = find(list, event->incident.id);
  struct listed_incident *const listed = *place;
  if (listed == NULL)
    return;
  give_out(list, listed, &event->incident, false);
  *place = listed->next;
  free(listed);
}

int incident_list_create(struct incident_list *list, const struct incident_options *options,
                         incident_sink sink, void *context) {
  *list = (struct incident_list){.sink = sink, .context = context};
  return incident_feed_create(&list->feed, options, take_incident, list);
}

void incident_list_release(struct incident_list *list) {
  while (list->open != NULL) {
    struct listed_incident *const listed = list->open;
    list->open = listed->next;
    free(listed);
  }
  incident_feed_release(&list->feed);
}

void incident_list_finish(struct incident_list *list) {
  incident_feed_finish(&list->feed);
  for (const struct listed_incident *listed = list->open; listed != NULL; listed = listed->next)
    give_out(list, listed, &listed->incident, true);
}

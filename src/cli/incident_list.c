#include "cli/incident_list.h"

#include "anomaly/status.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "cli/csv_text.h"
#include "cli/decimal.h"
#include "cli/json.h"
#include "engine/describe.h"
#include "engine/describe_incident.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_SIZE = 256, SCORE_DIGITS = 9, SECONDS_DIGITS = 15 };

struct listed_incident {
  struct listed_incident *next;
  bool told;
  struct incident incident; /* as last heard of */
  char text[TEXT_SIZE];
};

static void write_time(double time) {
  csv_write_time(stdout, time);
  fputs(",", stdout);
}

static void write_number(double number, unsigned digits) {
  csv_write_number(stdout, number, digits);
  fputs(",", stdout);
}

static void write_csv(const struct incident_line *line) {
  const struct incident *const incident = line->incident;
  write_time(incident->start);
  if (line->open)
    fputs(",", stdout);
  else
    write_time(incident->last);
  write_number(line->duration, SECONDS_DIGITS);
  fprintf(stdout, "%d,%s,%s,%u,%u,", line->told, severity_name(incident->severity),
          trouble_name(incident->trouble), incident->hosts, incident->metrics);
  write_number(line->peak_score, SCORE_DIGITS);
  csv_write_field(stdout, incident->host[0]);
  fputs(",", stdout);
  csv_write_field(stdout, line->first);
  fputs(",", stdout);
  csv_write_field(stdout, line->text);
  fputs("\n", stdout);
}

static double peak_of(const struct incident *incident) {
  double peak = 0;
  for (uint32_t i = 0; i < incident->members; i++)
    peak = fmax(peak, incident->member[i].episode.peak_score);
  return peak;
}

static void write_line(const struct incident_list *list, const struct listed_incident *listed,
                       const struct incident *incident, bool open) {
  char first[METRIC_TEXT_SIZE];
  struct text text = text_over(first, sizeof first);
  const struct metric_id id = metric_name_id(&incident->member[0].episode.metric);
  describe_metric_short(&id, &text);
  const struct incident_line line = {
      .incident = incident,
      .told = listed->told,
      .open = open,
      .duration = (open ? list->now : incident->last) - incident->start,
      .peak_score = peak_of(incident),
      .first = first,
      .text = listed->text,
  };
  if (list->json)
    json_write_incident(stdout, &line);
  else
    write_csv(&line);
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
  write_line(list, listed, &event->incident, false);
  *place = listed->next;
  free(listed);
}

int incident_list_create(struct incident_list *list, const struct incident_options *options,
                         bool json) {
  *list = (struct incident_list){.json = json};
  struct incident_settings settings = incident_settings_preset();
  settings.options = *options;
  settings.listener = take_incident;
  settings.listener_context = list;
  const int status = incidents_create(&list->incidents, &settings);
  if (status == STATUS_OK && !json)
    fputs("start,end,duration,told,severity,trouble,hosts,metrics,peak_score,host,first,text\n",
          stdout);
  return status;
}

void incident_list_release(struct incident_list *list) {
  while (list->open != NULL) {
    struct listed_incident *const listed = list->open;
    list->open = listed->next;
    free(listed);
  }
  incidents_destroy(list->incidents);
  list->incidents = NULL;
}

void incident_list_take_episode(void *context, const struct episode_event *episode) {
  struct incident_list *const list = context;
  incidents_observe(list->incidents, episode, list->now);
}

void incident_list_take_boot(void *context, const char *host, double time) {
  struct incident_list *const list = context;
  incidents_note_boot(list->incidents, host, time);
}

void incident_list_advance(struct incident_list *list, double time) {
  list->now = fmax(list->now, time);
  incidents_advance(list->incidents, list->now);
}

void incident_list_finish(struct incident_list *list) {
  incidents_flush(list->incidents, list->now);
  for (const struct listed_incident *listed = list->open; listed != NULL; listed = listed->next)
    write_line(list, listed, &listed->incident, true);
}

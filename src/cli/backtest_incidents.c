/* From the episodes of all metrics to incidents of hosts. */
#include "cli/backtest.h"

#include "anomaly/status.h"
#include "cli/incident_list.h"
#include "cli/room.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct chronicle_metric *metric_of(const void *context, size_t metric) {
  const struct backtest *const backtest = context;
  const struct subject *const subject = &backtest->subjects[metric];
  return subject->known ? &subject->metric : NULL;
}

static void count_hosts(struct trial *trial, const struct incident *incident) {
  const struct roster *const roster = &trial->backtest->roster;
  for (uint32_t i = 0; i < incident->hosts && i < INCIDENT_HOSTS; i++) {
    size_t host;
    if (roster_find(roster, incident->host[i], &host))
      trial->told_of_host[host]++;
  }
}

static bool keep(struct trial *trial, const struct incident_line *line) {
  const struct incident *const incident = line->incident;
  struct past_incident *const list =
      room_for_one(trial->incidents, trial->incident_count, &trial->incident_room, sizeof *list);
  if (list == NULL)
    return false;
  trial->incidents = list;
  struct past_incident *const kept = &list[trial->incident_count++];
  *kept = (struct past_incident){
      .start = incident->start,
      .end = line->open ? (double)NAN : incident->last,
      .peak_score = line->peak_score,
      .told = line->told,
      .severity = incident->severity,
      .trouble = incident->trouble,
      .hosts = incident->hosts,
      .metrics = incident->metrics,
      .host = text_duplicate(incident->host[0]),
      .first = text_duplicate(line->first),
      .text = text_duplicate(line->text),
  };
  return kept->host != NULL && kept->first != NULL && kept->text != NULL;
}

/* Has the type of an incident_sink; the context is the trial. */
static void take(void *context, const struct incident_line *line) {
  struct trial *const trial = context;
  if (!keep(trial, line))
    trial->backtest->no_memory = true;
  if (!line->told)
    return;
  trial->incidents_told++;
  count_hosts(trial, line->incident);
}

static int by_start(const void *left, const void *right) {
  const struct past_incident *const one = left;
  const struct past_incident *const other = right;
  return (one->start > other->start) - (one->start < other->start);
}

static int make(struct backtest *backtest, struct trial *trial) {
  trial->told_of_host = calloc(backtest->roster.host_count + 1, sizeof *trial->told_of_host);
  struct incident_list list;
  if (trial->told_of_host == NULL ||
      incident_list_create(&list, &trial->incident_options, take, trial) != STATUS_OK)
    return STATUS_NO_MEMORY;
  const struct chronicle_scene scene = {
      .roster = &backtest->roster,
      .metric = metric_of,
      .context = backtest,
      .metric_count = backtest->subject_count,
      .until = backtest->last_time,
      .delay = trial->incident_options.delay,
  };
  const int status = chronicle_tell(&trial->chronicle, &scene, &list.feed);
  incident_list_finish(&list);
  backtest->no_memory |= list.no_memory;
  incident_list_release(&list);
  if (trial->incident_count > 0)
    qsort(trial->incidents, trial->incident_count, sizeof *trial->incidents, by_start);
  return backtest->no_memory ? STATUS_NO_MEMORY : status;
}

/* What is silent at the end of the past. */
static bool end_silences(struct backtest *backtest) {
  for (size_t i = 0; i < backtest->subject_count; i++) {
    const struct subject *const subject = &backtest->subjects[i];
    const struct roster_silence silence = {
        .host = subject->metric.host, .from = subject->silent_since, .until = (double)INFINITY};
    if (subject->known && !isnan(silence.from) && !roster_note_silence(&backtest->roster, &silence))
      return false;
  }
  return true;
}

int backtest_make_incidents(struct backtest *backtest) {
  int status = end_silences(backtest) ? STATUS_OK : STATUS_NO_MEMORY;
  for (size_t i = 0; i < backtest->trial_count && status == STATUS_OK; i++) {
    struct trial *const trial = &backtest->trials[i];
    trial->overfull = backtest->roster.full || trial->chronicle.full;
    status = make(backtest, trial);
    chronicle_release(&trial->chronicle);
  }
  return status;
}

#include "plugin/notify.h"

#include "base/text.h"
#include "base/timefmt.h"
#include "engine/describe.h"
#include "engine/describe_incident.h"
#include "plugin/translate.h"

#include <math.h>

/* A notification being made. */
struct draft {
  notification_t notification;
  bool incomplete; /* some metadata found no memory */
};

static void note_string(struct draft *draft, const char *name, const char *value) {
  draft->incomplete |= plugin_notification_meta_add_string(&draft->notification, name, value) != 0;
}

static void note_double(struct draft *draft, const char *name, double value) {
  draft->incomplete |= plugin_notification_meta_add_double(&draft->notification, name, value) != 0;
}

static void note_count(struct draft *draft, const char *name, uint64_t value) {
  draft->incomplete |=
      plugin_notification_meta_add_unsigned_int(&draft->notification, name, value) != 0;
}

static uint64_t whole_seconds(double seconds) {
  return seconds > 0 && seconds < 1e18 ? (uint64_t)llround(seconds) : 0;
}

static int daemon_severity(enum severity severity) {
  switch (severity) {
  case SEVERITY_FAILURE:
    return NOTIF_FAILURE;
  case SEVERITY_WARNING:
    return NOTIF_WARNING;
  case SEVERITY_OKAY:
    break;
  }
  return NOTIF_OKAY;
}

static void note_bounds(struct draft *draft, const struct verdict *verdict) {
  const bool failure = draft->notification.severity == NOTIF_FAILURE;
  note_double(draft, "WarningMin", verdict->lower);
  note_double(draft, "WarningMax", verdict->upper);
  note_double(draft, "FailureMin", failure ? verdict->lower : (double)NAN);
  note_double(draft, "FailureMax", failure ? verdict->upper : (double)NAN);
}

/* The metric that the sentence is about. */
static void note_metric(struct draft *draft, const struct episode_event *episode) {
  const struct verdict *const verdict = &episode->verdict;
  const struct metric_id id = metric_name_id(&episode->metric);
  char name[METRIC_TEXT_SIZE];
  struct text text = text_over(name, sizeof name);
  describe_metric(&id, &text);
  note_string(draft, "Metric", name);
  note_string(draft, "DataSource", episode->metric.part[METRIC_DATA_SOURCE]);
  note_double(draft, "CurrentValue", verdict->value);
  note_bounds(draft, verdict);
  note_double(draft, "AnomalyScore", verdict->score);
  note_double(draft, "Confidence", verdict->confidence);
  note_double(draft, "Expected", verdict->expected);
  note_string(draft, "AnomalyType", anomaly_kind_name(episode->kind));
  note_string(draft, "Detectors", verdict->leading);
}

/* What a group's evidence comes from; nothing for other metrics. */
static void note_causes(struct draft *draft, const struct episode_event *episode) {
  char words[EPISODE_CAUSES_SIZE + EPISODE_CAUSES * 32];
  struct text text = text_over(words, sizeof words);
  if (episode->causes.count == 0)
    return;
  (void)describe_causes(episode, &text);
  note_string(draft, "Causes", words);
}

static void note_hosts(struct draft *draft, const struct incident *incident) {
  char names[INCIDENT_HOSTS * METRIC_PART_SIZE];
  struct text text = text_over(names, sizeof names);
  for (uint32_t i = 0; i < incident->hosts && i < INCIDENT_HOSTS; i++)
    text_addf(&text, "%s%s", i > 0 ? " " : "", incident->host[i]);
  note_count(draft, "Hosts", incident->hosts);
  note_string(draft, "HostNames", names);
}

static void note_members(struct draft *draft, const struct incident *incident) {
  char names[INCIDENT_MEMBERS * METRIC_TEXT_SIZE];
  struct text text = text_over(names, sizeof names);
  describe_members(incident, &text);
  note_count(draft, "Members", incident->metrics);
  note_string(draft, "MemberMetrics", names);
}

static void note_incident(struct draft *draft, const struct incident_event *event) {
  const struct incident *const incident = &event->incident;
  const struct episode_event *const lead = &incident_lead(event)->episode;
  char id[17];
  struct text id_text = text_over(id, sizeof id);
  text_addf(&id_text, "%016llx", (unsigned long long)incident->id);

  note_metric(draft, lead);
  note_causes(draft, lead);
  note_count(draft, "StartTime", whole_seconds(incident->start));
  note_string(draft, "IncidentId", id);
  note_string(draft, "Trouble", trouble_name(incident->trouble));
  note_members(draft, incident);
  note_hosts(draft, incident);
  if (!isnan(incident->restart))
    note_count(draft, "HostBooted", whole_seconds(incident->restart));
  if (event->change == INCIDENT_ENDED) {
    note_count(draft, "Duration", whole_seconds(incident->last - incident->start));
    note_double(draft, "PeakScore", lead->peak_score);
    note_double(draft, "PeakValue", lead->peak_value);
  }
}

/*
 * A metric's own name, that of the first member, from the beginning to the end;
 * ours where it is about whole hosts.
 */
static void identify(notification_t *notification, const struct incident *incident) {
  const struct metric_name *const metric = &incident->member[0].episode.metric;
  const bool of_hosts = incident->scope == INCIDENT_OF_HOSTS;
  text_copy(notification->host, sizeof notification->host,
            of_hosts ? hostname_g : incident->host[0]);
  if (of_hosts) {
    text_copy(notification->plugin, sizeof notification->plugin, PLUGIN_NAME);
    text_copy(notification->type_instance, sizeof notification->type_instance, "hosts");
    return;
  }
  text_copy(notification->plugin, sizeof notification->plugin, metric->part[METRIC_PLUGIN]);
  text_copy(notification->plugin_instance, sizeof notification->plugin_instance,
            metric->part[METRIC_PLUGIN_INSTANCE]);
  text_copy(notification->type, sizeof notification->type, metric->part[METRIC_TYPE]);
  text_copy(notification->type_instance, sizeof notification->type_instance,
            metric->part[METRIC_TYPE_INSTANCE]);
}

static void dispatch(struct notifier *notifier, struct draft *draft) {
  notification_t *const notification = &draft->notification;
  const plugin_ctx_t before = plugin_set_ctx(notifier->context);
  if (draft->incomplete)
    ERROR(PLUGIN_NAME " plugin: out of memory; a notification goes without all its metadata");
  if (plugin_dispatch_notification(notification) != 0 && !notifier->told_nobody) {
    notifier->told_nobody = true;
    WARNING(PLUGIN_NAME " plugin: no plugin that handles notifications is loaded, nobody will "
                        "hear of anomalies; load one, such as logfile, exec or notify_email");
  }
  if (notification->meta != NULL)
    plugin_notification_meta_free(notification->meta);
  plugin_set_ctx(before);
}

static void tell_event(void *context, const struct incident_event *event) {
  const struct incident *const incident = &event->incident;
  const bool ended = event->change == INCIDENT_ENDED;
  struct draft draft = {
      .notification = {.severity = ended ? NOTIF_OKAY : daemon_severity(incident->severity),
                       .time = translate_cdtime(incident->last)},
  };
  identify(&draft.notification, incident);
  struct text message = text_over(draft.notification.message, sizeof draft.notification.message);
  describe_incident(event, &message);
  note_incident(&draft, event);
  dispatch(context, &draft);
}

static void tell_summary(void *context, const struct outbox_summary *summary) {
  struct draft draft = {
      .notification = {.severity = NOTIF_WARNING, .time = translate_cdtime(summary->last_time)}};
  notification_t *const notification = &draft.notification;
  text_copy(notification->host, sizeof notification->host, hostname_g);
  text_copy(notification->plugin, sizeof notification->plugin, PLUGIN_NAME);
  struct text message = text_over(notification->message, sizeof notification->message);
  text_addf(&message,
            "too many anomalies to tell one by one: %llu began, %llu got worse, %llu ended from ",
            (unsigned long long)summary->opened, (unsigned long long)summary->escalated,
            (unsigned long long)summary->closed);
  time_add_clock(&message, summary->first_time);
  text_add(&message, " to ");
  time_add_clock(&message, summary->last_time);
  note_count(&draft, "Opened", summary->opened);
  note_count(&draft, "Escalated", summary->escalated);
  note_count(&draft, "Closed", summary->closed);
  dispatch(context, &draft);
}

struct outbox_receiver notifier_receiver(struct notifier *notifier) {
  return (struct outbox_receiver){
      .event = tell_event, .summary = tell_summary, .context = notifier};
}

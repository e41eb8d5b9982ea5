#include "cli/backtest_report.h"

#ifdef HAVE_JANSSON

#include "cli/json_values.h"
#include "cli/rule_text.h"
#include "engine/rule_private.h"

#include <string.h>

static json_t *leaders_of(const struct trial *trial) {
  json_t *const leaders = json_array();
  for (size_t i = 0; i < trial->leader_count; i++)
    json_array_append_new(leaders, json_pack("{s:s, s:I, s:I}", "detector", trial->leaders[i].name,
                                             "episodes", (json_int_t)trial->leaders[i].episodes,
                                             "anomalies", (json_int_t)trial->leaders[i].anomalies));
  return leaders;
}

static json_t *rules_of(const struct trial *trial) {
  json_t *const rules = json_array();
  for (size_t i = 0; i < trial->rule_count; i++) {
    const struct rule_share *const share = &trial->rules[i];
    char selector[RULE_TITLE_SIZE];
    struct text text = text_over(selector, sizeof selector);
    rule_add_selector(share->rule, &text);
    json_array_append_new(rules, json_pack("{s:o, s:o, s:I, s:I, s:I}", "rule", json_text(selector),
                                           "place", json_text(share->rule->place), "metrics",
                                           (json_int_t)share->metrics, "episodes",
                                           (json_int_t)share->episodes, "anomalies",
                                           (json_int_t)share->anomalies));
  }
  return rules;
}

static json_t *name_of(const struct backtest *backtest, size_t subject) {
  char name[METRIC_TEXT_SIZE];
  struct text text = text_over(name, sizeof name);
  subject_name(&backtest->subjects[subject], &text);
  return json_text(name);
}

static json_t *incidents_of(const struct trial *trial) {
  json_t *const incidents = json_array();
  for (size_t i = 0; i < trial->incident_count; i++) {
    const struct past_incident *const incident = &trial->incidents[i];
    json_array_append_new(
        incidents,
        json_pack("{s:o, s:o, s:b, s:s, s:s, s:i, s:i, s:o, s:o, s:o, s:o}", "start",
                  json_number(incident->start), "end", json_number(incident->end), "told",
                  incident->told, "severity", severity_name(incident->severity), "trouble",
                  trouble_name(incident->trouble), "hosts", (int)incident->hosts, "metrics",
                  (int)incident->metrics, "peak_score", json_number(incident->peak_score), "host",
                  json_text(incident->host), "first", json_text(incident->first), "text",
                  json_text(incident->text)));
  }
  return incidents;
}

static json_t *episodes_of(const struct backtest *backtest, const struct trial *trial) {
  json_t *const episodes = json_array();
  for (size_t i = 0; i < trial->episode_count; i++) {
    const struct seen_episode *const episode = &trial->episodes[i];
    json_array_append_new(
        episodes,
        json_pack("{s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:s}", "metric",
                  name_of(backtest, episode->metric), "start", json_number(episode->start), "end",
                  json_number(episode->end), "kind", anomaly_kind_name(episode->kind), "severity",
                  severity_name(episode->severity), "peak_score", json_number(episode->peak_score),
                  "peak_time", json_number(episode->peak_time), "peak_value",
                  json_number(episode->peak_value), "detector", episode->leading));
  }
  return episodes;
}

/* A row's name is its key, with '_' for what is no letter or digit. */
static void write_key(const char *name, char *to, size_t size) {
  struct text text = text_over(to, size);
  for (; *name != '\0'; name++) {
    const char letter = *name;
    const bool is_upper = letter >= 'A' && letter <= 'Z';
    const char shown[] = {letter == ' ' || letter == '-' ? '_'
                          : is_upper                     ? (char)(letter - 'A' + 'a')
                                                         : letter,
                          '\0'};
    text_add(&text, shown);
  }
}

static json_t *trial_of(const struct backtest_report *report, size_t index) {
  const struct trial *const trial = &report->backtest->trials[index];
  json_t *const object = json_pack("{s:o}", "title", json_text(trial->title));
  for (const struct report_row *row = report_rows; row->name != NULL; row++) {
    char key[64];
    if (!report_has(report, row))
      continue;
    write_key(row->name, key, sizeof key);
    const char *const name = strcmp(key, "episodes") == 0 ? "episode_count" : key;
    json_object_set_new(object, name, json_number(report_number(report, row, index)));
  }
  json_object_set_new(object, "detectors", leaders_of(trial));
  json_object_set_new(object, "rules", rules_of(trial));
  json_object_set_new(object, "incidents", incidents_of(trial));
  json_object_set_new(object, "episodes", episodes_of(report->backtest, trial));
  return object;
}

/* The metrics, or the groups. */
static json_t *subjects_of(const struct backtest_report *report, bool groups) {
  json_t *const subjects = json_array();
  for (size_t i = 0; i < report->subject_count; i++) {
    const size_t at = report->noisiest[i];
    const struct subject *const subject = &report->backtest->subjects[at];
    if (subject->group != groups)
      continue;
    json_t *const episodes = json_array();
    for (size_t trial = 0; trial < report->backtest->trial_count; trial++)
      json_array_append_new(
          episodes, json_integer((json_int_t)report->backtest->trials[trial].tallies[at].episodes));
    json_array_append_new(
        subjects, json_pack("{s:o, s:I, s:o, s:o, s:o}", "metric", name_of(report->backtest, at),
                            groups ? "rows" : "values", (json_int_t)subject->values, "first_time",
                            json_number(subject->first_time), "last_time",
                            json_number(subject->last_time), "episodes", episodes));
  }
  return subjects;
}

static json_t *hosts_of(const struct backtest_report *report) {
  const struct backtest *const backtest = report->backtest;
  json_t *const hosts = json_array();
  for (size_t i = 0; i < backtest->roster.host_count; i++) {
    const size_t at = report->noisiest_hosts[i];
    const struct roster_host *const host = &backtest->roster.hosts[at];
    json_t *const told = json_array();
    for (size_t trial = 0; trial < backtest->trial_count; trial++)
      json_array_append_new(told,
                            json_integer((json_int_t)backtest->trials[trial].told_of_host[at]));
    json_array_append_new(hosts, json_pack("{s:o, s:o, s:o, s:o}", "host", json_text(host->name),
                                           "first_time", json_number(host->first_time), "last_time",
                                           json_number(host->last_time), "told", told));
  }
  return hosts;
}

void backtest_write_json(FILE *stream, const struct backtest_report *report) {
  json_t *const trials = json_array();
  for (size_t i = 0; i < report->backtest->trial_count; i++)
    json_array_append_new(trials, trial_of(report, i));
  json_t *const object =
      json_pack("{s:o, s:o, s:o, s:o}", "trials", trials, "hosts", hosts_of(report), "metrics",
                subjects_of(report, false), "groups", subjects_of(report, true));
  if (object != NULL)
    json_dumpf(object, stream, JSON_INDENT(1));
  fputs("\n", stream);
  json_decref(object);
}

#else

void backtest_write_json(FILE *stream, const struct backtest_report *report) {
  (void)stream, (void)report;
}

#endif

#include "cli/backtest_report.h"

#ifdef HAVE_JANSSON

#include "cli/json_values.h"

static json_t *leaders_of(const struct trial *trial) {
  json_t *const leaders = json_array();
  for (size_t i = 0; i < trial->leader_count; i++)
    json_array_append_new(leaders, json_pack("{s:s, s:I, s:I}", "detector", trial->leaders[i].name,
                                             "episodes", (json_int_t)trial->leaders[i].episodes,
                                             "anomalies", (json_int_t)trial->leaders[i].anomalies));
  return leaders;
}

static json_t *episodes_of(const struct backtest *backtest, const struct trial *trial) {
  json_t *const episodes = json_array();
  for (size_t i = 0; i < trial->episode_count; i++) {
    const struct seen_episode *const episode = &trial->episodes[i];
    json_array_append_new(
        episodes,
        json_pack("{s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:s}", "metric",
                  json_text(backtest->subjects[episode->metric].name), "start",
                  json_number(episode->start), "end", json_number(episode->end), "kind",
                  anomaly_kind_name(episode->kind), "severity", severity_name(episode->severity),
                  "peak_score", json_number(episode->peak_score), "peak_time",
                  json_number(episode->peak_time), "peak_value", json_number(episode->peak_value),
                  "detector", episode->leading));
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
    if (row->labelled && report->quality == NULL)
      continue;
    write_key(row->name, key, sizeof key);
    const char *const name = row->number == report_rows[0].number ? "episode_count" : key;
    json_object_set_new(object, name, json_number(row->number(report, index)));
  }
  json_object_set_new(object, "detectors", leaders_of(trial));
  json_object_set_new(object, "episodes", episodes_of(report->backtest, trial));
  return object;
}

static json_t *metrics_of(const struct backtest_report *report) {
  json_t *const metrics = json_array();
  for (size_t i = 0; i < report->subject_count; i++) {
    const size_t at = report->noisiest[i];
    const struct subject *const subject = &report->backtest->subjects[at];
    json_t *const episodes = json_array();
    for (size_t trial = 0; trial < report->backtest->trial_count; trial++)
      json_array_append_new(
          episodes, json_integer((json_int_t)report->backtest->trials[trial].tallies[at].episodes));
    json_array_append_new(metrics,
                          json_pack("{s:o, s:I, s:o, s:o, s:o}", "metric", json_text(subject->name),
                                    "values", (json_int_t)subject->values, "first_time",
                                    json_number(subject->first_time), "last_time",
                                    json_number(subject->last_time), "episodes", episodes));
  }
  return metrics;
}

void backtest_write_json(FILE *stream, const struct backtest_report *report) {
  json_t *const trials = json_array();
  for (size_t i = 0; i < report->backtest->trial_count; i++)
    json_array_append_new(trials, trial_of(report, i));
  json_t *const object = json_pack("{s:o, s:o}", "trials", trials, "metrics", metrics_of(report));
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

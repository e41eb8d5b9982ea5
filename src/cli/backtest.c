#include "cli/backtest.h"

#include "anomaly/status.h"
#include "cli/room.h"
#include "engine/describe.h"
#include "engine/group_rule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double WEEK = 7 * 86400.0;

/* ---- Episodes ---- */

static struct leader *leader_of(struct trial *trial, const char *name) {
  size_t i = 0;
  while (i < trial->leader_count && strcmp(trial->leaders[i].name, name) != 0)
    i++;
  if (i == LEADERS_MAX)
    return &trial->leaders[LEADERS_MAX - 1];
  if (i == trial->leader_count)
    trial->leaders[trial->leader_count++].name = name;
  return &trial->leaders[i];
}

/* Of the subject at hand; it counts as one of the subject that was judged. */
static void open_episode(struct trial *trial, size_t judged, const struct episode_event *event) {
  struct seen_episode *const episodes =
      room_for_one(trial->episodes, trial->episode_count, &trial->episode_room, sizeof *episodes);
  if (episodes == NULL) {
    trial->backtest->no_memory = true;
    return;
  }
  trial->episodes = episodes;
  episodes[trial->episode_count++] = (struct seen_episode){
      .metric = trial->backtest->now,
      .judged = judged,
      .kind = event->kind,
      .leading = event->verdict.leading,
  };
  trial->tallies[trial->backtest->now].open = trial->episode_count;
  trial->tallies[judged].episodes++;
  leader_of(trial, event->verdict.leading)->episodes++;
}

/* Both have the types of the engine's listeners; the context is the trial. */
static void listen_boot(void *context, const char *host, double time) {
  struct trial *const trial = context;
  struct backtest *const backtest = trial->backtest;
  (void)host;
  if (!chronicle_note_boot(&trial->chronicle, backtest->now, backtest->now_time, time))
    backtest->no_memory = true;
}

static void listen(void *context, const struct episode_event *event) {
  struct trial *const trial = context;
  const bool of_group = strcmp(event->metric.part[METRIC_PLUGIN], GROUP_PLUGIN) == 0;
  if (of_group && !backtest_find_group(trial->backtest, event)) {
    trial->backtest->no_memory = true;
    return;
  }
  if (!chronicle_note_episode(&trial->chronicle, trial->backtest->now, event))
    trial->backtest->no_memory = true;
  struct tally *const tally = &trial->tallies[trial->backtest->now];
  if (event->change == EPISODE_OPENED)
    open_episode(trial, of_group ? trial->backtest->group : trial->backtest->now, event);
  if (tally->open == 0)
    return;
  struct seen_episode *const episode = &trial->episodes[tally->open - 1];
  episode->start = event->start;
  episode->end = (double)NAN;
  episode->peak_score = event->peak_score;
  episode->peak_time = event->peak_time;
  episode->peak_value = event->peak_value;
  if (event->verdict.severity > episode->severity)
    episode->severity = event->verdict.severity;
  if (event->change != EPISODE_CLOSED)
    return;
  episode->end = event->verdict.time;
  episode->ended = event->end;
  tally->open = 0;
}

int backtest_add(struct backtest *backtest, const char *title, struct config *config) {
  struct trial *const trial = &backtest->trials[backtest->trial_count];
  struct engine_settings settings = engine_settings_preset();
  settings.options = config->engine;
  settings.rules = config->rules;
  settings.listener = listen;
  settings.boot_listener = listen_boot;
  settings.row_listener = backtest_take_group_row;
  settings.groups_later = true;
  settings.listener_context = trial;
  const int status = engine_create(&trial->engine, &settings);
  if (status != STATUS_OK)
    return status;
  text_copy(trial->title, sizeof trial->title, title);
  trial->backtest = backtest;
  trial->incident_options = config->incidents;
  config->rules = NULL;
  backtest->trial_count++;
  return STATUS_OK;
}

/* ---- Metrics ---- */

void subject_name(const struct subject *subject, struct text *text) {
  const struct metric_id id = metric_name_id(&subject->metric.name);
  describe_metric(&id, text);
}

void backtest_begin(struct backtest *backtest, const char *place) {
  backtest->place = place;
  backtest->base = backtest->subject_count;
}

static bool grow_trial(struct trial *trial, size_t from, size_t to) {
  struct tally *const tallies = realloc(trial->tallies, to * sizeof *tallies);
  if (tallies == NULL)
    return false;
  memset(tallies + from, 0, (to - from) * sizeof *tallies);
  trial->tallies = tallies;
  return true;
}

bool backtest_grow(struct backtest *backtest, size_t wanted) {
  if (wanted <= backtest->subject_room)
    return true;
  const size_t room = wanted + wanted / 2 + 16;
  struct subject *const subjects = realloc(backtest->subjects, room * sizeof *subjects);
  if (subjects == NULL)
    return false;
  memset(subjects + backtest->subject_room, 0, (room - backtest->subject_room) * sizeof *subjects);
  backtest->subjects = subjects;
  for (size_t i = 0; i < backtest->trial_count; i++)
    if (!grow_trial(&backtest->trials[i], backtest->subject_room, room))
      return false;
  backtest->subject_room = room;
  return true;
}

bool backtest_make_plots(struct backtest *backtest, size_t subject) {
  for (size_t i = 0; i < backtest->trial_count && backtest->plotted; i++) {
    struct tally *const tally = &backtest->trials[i].tallies[subject];
    tally->plot = malloc(sizeof *tally->plot);
    if (tally->plot == NULL)
      return false;
    plot_init(tally->plot);
  }
  return true;
}

static bool begin_subject(struct backtest *backtest, struct subject *subject,
                          const struct history_value *value) {
  for (size_t part = 0; part < METRIC_PARTS; part++)
    text_copy(subject->metric.name.part[part], METRIC_PART_SIZE, value->id.part[part]);
  subject->metric.first_time = subject->first_time = value->sample.time;
  subject->silent_since = (double)NAN;
  subject->known = true;
  if (!roster_hold(&backtest->roster, value->id.part[METRIC_HOST], value->sample.time,
                   &subject->metric.host))
    return false;
  if (backtest->labels != NULL &&
      label_walk_create(&subject->walk, backtest->labels, &value->id, backtest->place) != STATUS_OK)
    return false;
  for (size_t i = 0; i < backtest->trial_count; i++)
    backtest->trials[i].tallies[backtest->now].rule =
        engine_rule(backtest->trials[i].engine, &value->id);
  return backtest_make_plots(backtest, backtest->now);
}

static bool find_subject(struct backtest *backtest, const struct history_value *value,
                         struct subject **ret_subject) {
  backtest->now = backtest->base + value->metric;
  if (!backtest_grow(backtest, backtest->now + 1))
    return false;
  if (backtest->now >= backtest->subject_count)
    backtest->subject_count = backtest->now + 1;
  struct subject *const subject = &backtest->subjects[backtest->now];
  *ret_subject = subject;
  return subject->known || begin_subject(backtest, subject, value);
}

/* ---- Values ---- */

static void plot_value(struct tally *tally, const struct history_value *value,
                       const struct verdict *verdict, bool labelled) {
  const struct sample *const sample = &value->sample;
  /* Of a value that is not judged the verdict says nothing. */
  const bool as_it_is = isnan(verdict->value) && sample->kind == VALUE_GAUGE;
  const struct plot_point point = {
      .time = sample->time,
      .value = as_it_is ? sample->value.gauge : verdict->value,
      .lower = verdict->lower,
      .upper = verdict->upper,
      .score = verdict->score,
      .labelled = labelled,
  };
  plot_add(tally->plot, &point);
}

void trial_count(struct trial *trial, struct tally *tally, const struct verdict *verdict) {
  if (!verdict->anomaly)
    return;
  tally->anomalies++;
  leader_of(trial, verdict->leading)->anomalies++;
}

static bool observe(struct trial *trial, const struct subject *subject,
                    const struct history_value *value, bool labelled) {
  const double nan = (double)NAN;
  struct tally *const tally = &trial->tallies[trial->backtest->now];
  struct verdict verdict = {.value = nan, .lower = nan, .upper = nan, .leading = ""};
  feed_sample(trial->engine, &value->id, &value->sample, &tally->cadence, &verdict);
  trial_count(trial, tally, &verdict);
  trial->anomalies += verdict.anomaly;
  if (tally->plot != NULL)
    plot_value(tally, value, &verdict, labelled);
  const struct marked_rows *const rows = &subject->rows;
  return !trial->backtest->labelled || tally_keep(tally, rows->count - 1, rows->room, &verdict);
}

/* What feed_sample will find silent; the cadence is the same in all trials. */
static bool note_silence(struct backtest *backtest, struct subject *subject,
                         const struct sample *sample) {
  const struct cadence *const cadence = &backtest->trials[0].tallies[backtest->now].cadence;
  if (isnan(subject->silent_since))
    subject->silent_since =
        is_gap(sample) ? sample->time : cadence_silent_from(cadence, sample->time);
  if (isnan(subject->silent_since) || is_gap(sample))
    return true;
  const struct roster_silence silence = {
      .host = subject->metric.host, .from = subject->silent_since, .until = sample->time};
  subject->silent_since = (double)NAN;
  return roster_note_silence(&backtest->roster, &silence);
}

/* What is labelled of the subject at hand. */
static bool note_label(struct backtest *backtest, struct subject *subject, double time,
                       bool labelled) {
  return !backtest->labelled || (marked_rows_add(&subject->rows, time, labelled) &&
                                 label_spans_note(&subject->labelled, time, labelled));
}

static bool observe_all(struct backtest *backtest, const struct history_value *value) {
  struct subject *subject;
  if (!find_subject(backtest, value, &subject) || !note_silence(backtest, subject, &value->sample))
    return false;
  const double time = value->sample.time;
  backtest->now_time = time;
  roster_note_value(&backtest->roster, subject->metric.host, time);
  const bool labelled =
      backtest->labels != NULL ? label_walk_at(&subject->walk, time) : value->labelled;
  if (!note_label(backtest, subject, time, labelled))
    return false;
  for (size_t i = 0; i < backtest->trial_count; i++)
    if (!observe(&backtest->trials[i], subject, value, labelled))
      return false;
  subject->values++;
  subject->last_time = time;
  backtest->first_time = fmin(backtest->first_time, time);
  backtest->last_time = fmax(backtest->last_time, time);
  return true;
}

bool backtest_observe(struct backtest *backtest, const struct history_value *value) {
  if (!observe_all(backtest, value))
    backtest->no_memory = true;
  return !backtest->no_memory;
}

double backtest_weeks(const struct backtest *backtest) {
  double seconds = 0;
  for (size_t i = 0; i < backtest->subject_count; i++)
    if (backtest->subjects[i].values > 0 && !backtest->subjects[i].group)
      seconds += backtest->subjects[i].last_time - backtest->subjects[i].first_time;
  return seconds / WEEK;
}

static void release_incidents(struct trial *trial) {
  for (size_t i = 0; i < trial->incident_count; i++) {
    free(trial->incidents[i].host);
    free(trial->incidents[i].first);
    free(trial->incidents[i].text);
  }
  free(trial->incidents);
  free(trial->told_of_host);
}

static void release_rows(struct marked_rows *rows) {
  free(rows->time);
  free(rows->label);
}

static void release_trial(struct trial *trial, size_t tallies) {
  engine_destroy(trial->engine);
  chronicle_release(&trial->chronicle);
  release_incidents(trial);
  for (size_t i = 0; trial->tallies != NULL && i < tallies; i++) {
    struct tally *const tally = &trial->tallies[i];
    release_rows(&tally->own);
    label_spans_release(&tally->labelled);
    free(tally->score);
    free(tally->onset);
    free(tally->alarm);
    free(tally->plot);
  }
  free(trial->tallies);
  free(trial->rules);
  free(trial->episodes);
}

void backtest_release(struct backtest *backtest) {
  for (size_t i = 0; i < backtest->trial_count; i++)
    release_trial(&backtest->trials[i], backtest->subject_count);
  for (size_t i = 0; i < backtest->subject_count; i++) {
    release_rows(&backtest->subjects[i].rows);
    label_spans_release(&backtest->subjects[i].labelled);
    label_walk_release(&backtest->subjects[i].walk);
  }
  free(backtest->subjects);
  roster_release(&backtest->roster);
  *backtest = (struct backtest){.trial_count = 0};
}

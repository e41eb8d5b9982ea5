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

static void open_episode(struct trial *trial, struct tally *tally,
                         const struct episode_event *event) {
  struct seen_episode *const episodes =
      room_for_one(trial->episodes, trial->episode_count, &trial->episode_room, sizeof *episodes);
  if (episodes == NULL) {
    trial->backtest->no_memory = true;
    return;
  }
  trial->episodes = episodes;
  episodes[trial->episode_count++] = (struct seen_episode){
      .metric = trial->backtest->now,
      .kind = event->kind,
      .leading = event->verdict.leading,
  };
  tally->open = trial->episode_count;
  tally->episodes++;
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
  if (strcmp(event->metric.part[METRIC_PLUGIN], GROUP_PLUGIN) == 0 &&
      !backtest_find_group(trial->backtest, event)) {
    trial->backtest->no_memory = true;
    return;
  }
  if (!chronicle_note_episode(&trial->chronicle, trial->backtest->now, event))
    trial->backtest->no_memory = true;
  struct tally *const tally = &trial->tallies[trial->backtest->now];
  if (event->change == EPISODE_OPENED)
    open_episode(trial, tally, event);
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

static bool begin_subject(struct backtest *backtest, struct subject *subject,
                          const struct history_value *value) {
  for (size_t part = 0; part < METRIC_PARTS; part++)
    text_copy(subject->metric.name.part[part], METRIC_PART_SIZE, value->id.part[part]);
  subject->metric.first_time = value->sample.time;
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
  for (size_t i = 0; i < backtest->trial_count && backtest->plotted; i++) {
    struct tally *const tally = &backtest->trials[i].tallies[backtest->now];
    tally->plot = malloc(sizeof *tally->plot);
    if (tally->plot == NULL)
      return false;
    plot_init(tally->plot);
  }
  return true;
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

/* ---- Rows ---- */

static bool grow_doubles(double **numbers, size_t room) {
  double *const grown = realloc(*numbers, room * sizeof *grown);
  if (grown != NULL)
    *numbers = grown;
  return grown != NULL;
}

static bool grow_flags(bool **flags, size_t room) {
  bool *const grown = realloc(*flags, room * sizeof *grown);
  if (grown != NULL)
    *flags = grown;
  return grown != NULL;
}

static bool grow_rows(struct backtest *backtest, struct subject *subject) {
  if (subject->rows < subject->room)
    return true;
  const size_t room = 2 * subject->room + 1024;
  if (!grow_doubles(&subject->time, room) || !grow_flags(&subject->label, room))
    return false;
  for (size_t i = 0; i < backtest->trial_count; i++) {
    struct tally *const tally = &backtest->trials[i].tallies[backtest->now];
    if (!grow_doubles(&tally->score, room) || !grow_doubles(&tally->onset, room) ||
        !grow_flags(&tally->alarm, room))
      return false;
  }
  subject->room = room;
  return true;
}

static void keep_row(struct tally *tally, size_t row, const struct verdict *verdict) {
  tally->score[row] = verdict->score;
  tally->onset[row] = verdict->onset;
  tally->alarm[row] = verdict->anomaly;
}

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

static void observe(struct trial *trial, const struct subject *subject,
                    const struct history_value *value, bool labelled) {
  const double nan = (double)NAN;
  struct tally *const tally = &trial->tallies[trial->backtest->now];
  struct verdict verdict = {.value = nan, .lower = nan, .upper = nan, .leading = ""};
  feed_sample(trial->engine, &value->id, &value->sample, &tally->cadence, &verdict);
  if (verdict.anomaly) {
    tally->anomalies++;
    trial->anomalies++;
    leader_of(trial, verdict.leading)->anomalies++;
  }
  if (trial->backtest->labelled)
    keep_row(tally, subject->rows, &verdict);
  if (tally->plot != NULL)
    plot_value(tally, value, &verdict, labelled);
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

bool backtest_observe(struct backtest *backtest, const struct history_value *value) {
  struct subject *subject;
  if (!find_subject(backtest, value, &subject) ||
      !note_silence(backtest, subject, &value->sample) ||
      (backtest->labelled && !grow_rows(backtest, subject))) {
    backtest->no_memory = true;
    return false;
  }
  const double time = value->sample.time;
  backtest->now_time = time;
  roster_note_value(&backtest->roster, subject->metric.host, time);
  const bool labelled =
      backtest->labels != NULL ? label_walk_at(&subject->walk, time) : value->labelled;
  for (size_t i = 0; i < backtest->trial_count; i++)
    observe(&backtest->trials[i], subject, value, labelled);
  if (backtest->labelled) {
    subject->time[subject->rows] = time;
    subject->label[subject->rows++] = labelled;
  }
  subject->values++;
  subject->last_time = time;
  backtest->first_time = fmin(backtest->first_time, time);
  backtest->last_time = fmax(backtest->last_time, time);
  return !backtest->no_memory;
}

double backtest_weeks(const struct backtest *backtest) {
  double seconds = 0;
  for (size_t i = 0; i < backtest->subject_count; i++)
    if (backtest->subjects[i].values > 0)
      seconds += backtest->subjects[i].last_time - backtest->subjects[i].metric.first_time;
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

static void release_trial(struct trial *trial, size_t tallies) {
  engine_destroy(trial->engine);
  chronicle_release(&trial->chronicle);
  release_incidents(trial);
  for (size_t i = 0; trial->tallies != NULL && i < tallies; i++) {
    free(trial->tallies[i].score);
    free(trial->tallies[i].onset);
    free(trial->tallies[i].alarm);
    free(trial->tallies[i].plot);
  }
  free(trial->tallies);
  free(trial->rules);
  free(trial->episodes);
}

void backtest_release(struct backtest *backtest) {
  for (size_t i = 0; i < backtest->trial_count; i++)
    release_trial(&backtest->trials[i], backtest->subject_count);
  for (size_t i = 0; i < backtest->subject_count; i++) {
    free(backtest->subjects[i].time);
    free(backtest->subjects[i].label);
    label_walk_release(&backtest->subjects[i].walk);
  }
  free(backtest->subjects);
  roster_release(&backtest->roster);
  *backtest = (struct backtest){.trial_count = 0};
}

/* ---- Quality ---- */

static size_t count_windows(const struct subject *subject, struct nab_window *windows) {
  size_t count = 0;
  for (size_t row = 0; row < subject->rows; row++) {
    if (!subject->label[row])
      continue;
    const size_t first = row;
    while (row + 1 < subject->rows && subject->label[row + 1])
      row++;
    if (windows != NULL)
      windows[count] = (struct nab_window){.first = first, .last = row};
    count++;
  }
  return count;
}

static bool make_windows(const struct backtest *backtest, const struct trial *trial,
                         struct nab_series *series) {
  for (size_t i = 0; i < backtest->subject_count; i++) {
    const struct subject *const subject = &backtest->subjects[i];
    struct nab_window *const windows = calloc(count_windows(subject, NULL) + 1, sizeof *windows);
    if (windows == NULL)
      return false;
    series[i] = (struct nab_series){.rows = subject->rows,
                                    .score = trial->tallies[i].onset,
                                    .windows = windows,
                                    .window_count = count_windows(subject, windows)};
  }
  return true;
}

/* By onset, the score that is made for it. */
static int score_nab(const struct backtest *backtest, const struct trial *trial,
                     struct quality *quality) {
  struct nab_series *const series = calloc(backtest->subject_count + 1, sizeof *series);
  int status = STATUS_NO_MEMORY;
  if (series != NULL && make_windows(backtest, trial, series)) {
    status = STATUS_OK;
    for (size_t i = 0; i < NAB_PROFILES && status == STATUS_OK; i++)
      status = nab_score(series, backtest->subject_count, &nab_profiles[i], &quality->nab[i]);
    quality->nab_known = status == STATUS_OK;
  }
  for (size_t i = 0; series != NULL && i < backtest->subject_count; i++)
    free((void *)(uintptr_t)series[i].windows);
  free(series);
  return status == STATUS_INVALID ? STATUS_OK : status;
}

int backtest_quality(const struct backtest *backtest, const struct trial *trial,
                     struct quality *ret_quality) {
  struct quality quality = {.nab_known = false};
  int status = STATUS_OK;
  for (size_t i = 0; i < backtest->subject_count && status == STATUS_OK; i++) {
    const struct subject *const subject = &backtest->subjects[i];
    const struct judged_series series = {.rows = subject->rows,
                                         .time = subject->time,
                                         .label = subject->label,
                                         .score = trial->tallies[i].score,
                                         .alarm = trial->tallies[i].alarm};
    if (subject->rows > 1)
      status = quality_set_add(&quality.set, &series, NULL);
  }
  if (status == STATUS_OK)
    status = score_nab(backtest, trial, &quality);
  if (status == STATUS_OK)
    *ret_quality = quality;
  else
    quality_release(&quality);
  return status;
}

void quality_release(struct quality *quality) { quality_set_release(&quality->set); }

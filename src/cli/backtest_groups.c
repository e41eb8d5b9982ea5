/* Groups in a backtest: their rows are judged once the values of all members have been read. */
#include "cli/backtest.h"

#include "anomaly/status.h"
#include "base/text.h"
#include "engine/describe.h"

#include <math.h>
#include <string.h>

/* ---- Subjects ---- */

static bool has_name(const struct subject *subject, const struct metric_id *id) {
  for (size_t part = 0; part < METRIC_PARTS; part++)
    if (strcmp(subject->metric.name.part[part], id->part[part]) != 0)
      return false;
  return true;
}

/* Behind the metrics that were read; subject_count where there is none. */
static size_t find(const struct backtest *backtest, const struct metric_id *id) {
  size_t at = backtest->base;
  while (at < backtest->subject_count && !has_name(&backtest->subjects[at], id))
    at++;
  return at;
}

/* A group has no values of its own: as a metric of its host it comes and counts nowhere. */
static bool begin(struct backtest *backtest, const struct metric_id *id) {
  if (!backtest_grow(backtest, backtest->subject_count + 1))
    return false;
  struct subject *const subject = &backtest->subjects[backtest->subject_count];
  for (size_t part = 0; part < METRIC_PARTS; part++)
    text_copy(subject->metric.name.part[part], METRIC_PART_SIZE, id->part[part]);
  subject->metric.first_time = subject->last_time = (double)INFINITY;
  subject->silent_since = (double)NAN;
  subject->known = true;
  backtest->subject_count++;
  return true;
}

static bool hold_host(struct backtest *backtest, struct subject *subject, double time) {
  return roster_hold(&backtest->roster, subject->metric.name.part[METRIC_HOST], time,
                     &subject->metric.host);
}

bool backtest_find_group(struct backtest *backtest, const struct episode_event *event) {
  const struct metric_id id = metric_name_id(&event->metric);
  backtest->now = find(backtest, &id);
  return backtest->now < backtest->subject_count ||
         (begin(backtest, &id) &&
          hold_host(backtest, &backtest->subjects[backtest->now], event->verdict.time));
}

/* ---- Rows ---- */

/* A group over hosts is of none itself. */
static bool begin_rows(struct backtest *backtest, const struct engine_row *row) {
  const size_t at = backtest->subject_count;
  if (!begin(backtest, &row->group) || !backtest_make_plots(backtest, at))
    return false;
  struct subject *const subject = &backtest->subjects[at];
  subject->group = true;
  subject->first_time = row->verdict.time;
  return row->over_hosts || hold_host(backtest, subject, row->verdict.time);
}

/* What is labelled of any member is labelled of the group. */
static bool collect_labels(const struct trial *trial, const struct engine_row *row,
                           struct label_spans *spans) {
  const struct backtest *const backtest = trial->backtest;
  const char *const host = row->group.part[METRIC_HOST];
  for (size_t i = 0; i < backtest->base; i++) {
    const struct subject *const subject = &backtest->subjects[i];
    const struct metric_id id = metric_name_id(&subject->metric.name);
    if (subject->labelled.count == 0 ||
        (!row->over_hosts && strcmp(id.part[METRIC_HOST], host) != 0) ||
        !engine_is_member(trial->engine, &row->group, &id))
      continue;
    if (!label_spans_add(spans, &subject->labelled))
      return false;
  }
  label_spans_join(spans);
  return true;
}

static bool is_labelled(struct tally *tally, const struct engine_row *row) {
  const double end = row->verdict.time;
  return label_spans_meet(&tally->labelled, end - row->interval, end);
}

static void plot(struct tally *tally, const struct verdict *verdict, bool labelled) {
  const struct plot_point point = {.time = verdict->time,
                                   .value = verdict->value,
                                   .lower = verdict->lower,
                                   .upper = verdict->upper,
                                   .score = verdict->score,
                                   .labelled = labelled};
  plot_add(tally->plot, &point);
}

static bool take(struct trial *trial, size_t at, const struct engine_row *row) {
  struct backtest *const backtest = trial->backtest;
  struct subject *const subject = &backtest->subjects[at];
  struct tally *const tally = &trial->tallies[at];
  const double time = row->verdict.time;
  const bool first = tally->rows++ == 0;
  if (first && backtest->labelled && !collect_labels(trial, row, &tally->labelled))
    return false;
  const bool labelled = is_labelled(tally, row);
  trial_count(trial, tally, &row->verdict);
  if (tally->plot != NULL)
    plot(tally, &row->verdict, labelled);
  if (tally->rows > subject->values)
    subject->values = tally->rows;
  subject->first_time = fmin(subject->first_time, time);
  subject->last_time = isinf(subject->last_time) ? time : fmax(subject->last_time, time);
  return !backtest->labelled ||
         (marked_rows_add(&tally->own, time, labelled) &&
          tally_keep(tally, tally->own.count - 1, tally->own.room, &row->verdict));
}

void backtest_take_group_row(void *context, const struct engine_row *row) {
  struct trial *const trial = context;
  struct backtest *const backtest = trial->backtest;
  if (backtest->group < backtest->base ||
      !has_name(&backtest->subjects[backtest->group], &row->group))
    backtest->group = find(backtest, &row->group);
  if ((backtest->group == backtest->subject_count && !begin_rows(backtest, row)) ||
      !take(trial, backtest->group, row))
    backtest->no_memory = true;
}

int backtest_judge_groups(struct backtest *backtest) {
  int status = STATUS_OK;
  backtest->base = backtest->subject_count;
  backtest->group = 0;
  for (size_t i = 0; i < backtest->trial_count; i++) {
    const int judged = engine_judge_kept(backtest->trials[i].engine);
    status = judged != STATUS_OK ? judged : status;
  }
  return status;
}

#include "history/history.h"

#include "anomaly/engine.h"
#include "anomaly/status.h"
#include "engine/describe.h"
#include "history/source.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct history_source *const sources[] = {
    &prometheus_source,
    &rrd_source,
    &collectd_csv_source,
    &csv_source,
};

static const struct {
  const char *text;
  enum history_weight weight;
} remarks[HISTORY_REMARKS] = {
    [HISTORY_GAP] = {"gaps: no value came", HISTORY_USED},
    [HISTORY_COARSE] = {"metrics known only as means over longer steps", HISTORY_USED},
    [HISTORY_RESET] = {"counters that went back", HISTORY_REPAIRED},
    [HISTORY_UNSORTED] = {"rows older than one before them, put in order", HISTORY_REPAIRED},
    [HISTORY_DOUBLED] = {"values with the same time as the one before", HISTORY_REPAIRED},
    [HISTORY_LATE] = {"values older than the one before", HISTORY_SKIPPED},
    [HISTORY_OUTSIDE] = {"values before or after the time that was asked for", HISTORY_SKIPPED},
    [HISTORY_UNKNOWN] = {"columns or series that are no metric we know", HISTORY_SKIPPED},
    [HISTORY_FOREIGN] = {"files of another kind", HISTORY_SKIPPED},
    [HISTORY_BAD_TIME] = {"times that are none", HISTORY_FAULT},
    [HISTORY_BAD_VALUE] = {"values that are no numbers", HISTORY_FAULT},
    [HISTORY_BAD_ROW] = {"rows that cannot be read", HISTORY_FAULT},
    [HISTORY_UNREADABLE] = {"files that cannot be read", HISTORY_FAULT},
};

/* What was given out of a metric last. */
struct seen {
  double time; /* 0 before the first */
  union raw_value value;
  bool counted; /* in the report's metrics */
};

struct history {
  const struct history_source *source;
  struct history_context context;
  struct history_report report;
  struct seen *seen; /* by metric */
  size_t room;
  max_align_t state[];
};

const char *history_remark_text(enum history_remark remark) { return remarks[remark].text; }

enum history_weight history_remark_weight(enum history_remark remark) {
  return remarks[remark].weight;
}

void history_note(struct history_context *context, enum history_remark remark, const char *format,
                  ...) {
  if (context->report->remarks[remark].count++ > 0)
    return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(context->report->remarks[remark].first, sizeof context->report->remarks[remark].first,
            format, arguments);
  va_end(arguments);
}

bool history_wants(const struct history_context *context, const struct metric_id *id) {
  const char *const *glob = context->settings->wanted;
  if (glob == NULL)
    return true;
  char words[METRIC_TEXT_SIZE];
  struct text text = text_over(words, sizeof words);
  describe_metric(id, &text);
  for (; *glob != NULL; glob++)
    if (fnmatch(*glob, words, 0) == 0)
      return true;
  return false;
}

bool history_stopped(const struct history_context *context) {
  return context->settings->stop != NULL && *context->settings->stop != 0;
}

int history_read_types(struct history_context *context, struct types_db *ret_types) {
  const char *const path = context->settings->types_db;
  const int status = types_db_load(ret_types, path);
  if (status != STATUS_OK)
    text_addf(&context->why, "%.200s: %s", path != NULL ? path : "types.db",
              status == STATUS_IO ? strerror(errno) : status_text(status));
  return status;
}

static const struct history_source *source_of(const char *place) {
  for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
    if (sources[i]->knows(place))
      return sources[i];
  return &csv_source;
}

int history_open(struct history **ret_history, const char *place,
                 const struct history_settings *settings, struct text *why) {
  const struct history_source *const source = source_of(place);
  struct history *const history = calloc(1, sizeof *history + source->state_size);
  if (history == NULL)
    return STATUS_NO_MEMORY;
  history->source = source;
  history->report.first_time = history->report.last_time = (double)NAN;
  history->context =
      (struct history_context){.place = place, .settings = settings, .report = &history->report};
  history->context.why = text_over(history->context.why_buffer, sizeof history->context.why_buffer);
  const int status = source->open(history->state, &history->context);
  if (status == STATUS_OK) {
    *ret_history = history;
    return STATUS_OK;
  }
  text_add(why, history->context.why_buffer);
  history_close(history);
  return status;
}

void history_close(struct history *history) {
  if (history == NULL)
    return;
  history->source->close(history->state);
  free(history->seen);
  free(history);
}

static int make_room(struct history *history, size_t metric) {
  if (metric < history->room)
    return STATUS_OK;
  if (metric >= HISTORY_METRICS_MAX) {
    text_add(&history->context.why, "too many metrics");
    return STATUS_LIMIT;
  }
  const size_t room = metric + metric / 2 + 16;
  struct seen *const seen = realloc(history->seen, room * sizeof *seen);
  if (seen == NULL) {
    text_add(&history->context.why, status_text(STATUS_NO_MEMORY));
    return STATUS_NO_MEMORY;
  }
  memset(seen + history->room, 0, (room - history->room) * sizeof *seen);
  history->seen = seen;
  history->room = room;
  return STATUS_OK;
}

static bool went_back(const struct sample *sample, const union raw_value *before) {
  switch (sample->kind) {
  case VALUE_COUNTER:
    return sample->value.counter < before->counter;
  case VALUE_DERIVE:
    return sample->value.derive < before->derive;
  case VALUE_GAUGE:
  case VALUE_ABSOLUTE:
    break;
  }
  return false;
}

/* What forbids to use a value; HISTORY_REMARKS if nothing does. */
static enum history_remark fault_of(const struct history *history, const struct seen *seen,
                                    double time) {
  const struct history_settings *const settings = history->context.settings;
  if (!(time > 0 && time < ENGINE_TIME_MAX))
    return HISTORY_BAD_TIME;
  if (time < settings->since || time >= settings->until)
    return HISTORY_OUTSIDE;
  if (time <= seen->time)
    return time < seen->time ? HISTORY_LATE : HISTORY_DOUBLED;
  return HISTORY_REMARKS;
}

static void count(struct history_report *report, struct seen *seen, double time) {
  report->values++;
  report->metrics += !seen->counted;
  seen->counted = true;
  report->first_time = fmin(report->first_time, time);
  report->last_time = fmax(report->last_time, time);
}

static void note_value(struct history *history, enum history_remark remark,
                       const struct history_value *value) {
  if (history->report.remarks[remark].count > 0) {
    history->report.remarks[remark].count++;
    return;
  }
  char words[METRIC_TEXT_SIZE];
  struct text text = text_over(words, sizeof words);
  describe_metric(&value->id, &text);
  history_note(&history->context, remark, "%.100s at %.0f", words, value->sample.time);
}

/* Whether the value is to be given out. */
static bool take(struct history *history, const struct history_value *value) {
  struct seen *const seen = &history->seen[value->metric];
  const struct sample *const sample = &value->sample;
  const enum history_remark fault = fault_of(history, seen, sample->time);
  if (fault != HISTORY_REMARKS) {
    note_value(history, fault, value);
    return false;
  }
  if (sample->kind == VALUE_GAUGE && !isfinite(sample->value.gauge))
    note_value(history, HISTORY_GAP, value);
  else
    count(&history->report, seen, sample->time);
  if (seen->time > 0 && went_back(sample, &seen->value))
    note_value(history, HISTORY_RESET, value);
  seen->time = sample->time;
  seen->value = sample->value;
  return true;
}

int history_next(struct history *history, struct history_value *ret_value) {
  for (;;) {
    struct history_value value;
    const bool over = history_stopped(&history->context) && !history->source->drains;
    int status = over ? STATUS_NOT_FOUND : history->source->next(history->state, &value);
    if (status == STATUS_OK)
      status = make_room(history, value.metric);
    if (status != STATUS_OK)
      return status;
    if (!take(history, &value))
      continue;
    *ret_value = value;
    return STATUS_OK;
  }
}

const char *history_why(const struct history *history) { return history->context.why_buffer; }

double history_progress(const struct history *history) {
  return history->source->progress(history->state);
}

const struct history_report *history_report(const struct history *history) {
  return &history->report;
}

const char *history_kind(const struct history *history) { return history->source->name; }

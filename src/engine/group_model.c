#include "engine/group_model.h"

#include "anomaly/status.h"
#include "engine/model_calibration.h"
#include "stats/clamp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEARNER_PATIENCE = 10 };

static const float ALARM = 1;
static const double LEVEL_GAIN = 0.125;  /* of the last minutes, as that of `host` */
static const double SHARE_LEAST = 0.005; /* less is written as nothing */

static const char *const feed_names[] = {[MODEL_FEED_AUTO] = "auto",
                                         [MODEL_FEED_DEVIATION] = "deviation",
                                         [MODEL_FEED_VALUE] = "value",
                                         NULL};

#define FIELD(name_) .name = #name_, .offset = offsetof(struct group_model_options, name_)

const struct option_row group_model_rows[] = {
    {FIELD(min_samples), .kind = OPTION_COUNT, .unit = "rows", .preset = 50, .min = 10,
     .max = MODEL_WINDOW_MOST, .help = "Rows that the first fit waits for"},
    {.name = "retrain_interval",
     .kind = OPTION_COUNT,
     .unit = "rows",
     .offset = offsetof(struct group_model_options, terms.retrain_interval),
     .preset = 100,
     .min = 1,
     .max = 1e8,
     .help = "Rows from one fit to the next; ten times as many for a model that goes "
             "on learning"},
    {FIELD(window_size), .kind = OPTION_COUNT, .unit = "rows", .preset = 1000, .min = 20,
     .max = MODEL_WINDOW_MOST, .help = "Rows that are kept and fitted to"},
    {FIELD(window_span), .kind = OPTION_DURATION, .preset = 604800, .min = 0, .max = 3155760000.0,
     .help = "Time that the kept rows are spread over, one of two, four, eight ... being kept for "
             "it; 0, and always for a model of a sequence: the newest as they come"},
    MODEL_TERMS_ROWS(struct group_model_options, "rows", "rows", 0, 0),
    {FIELD(feed), .kind = OPTION_CHOICE, .preset = MODEL_FEED_AUTO, .choices = feed_names,
     .help = "What the model sees of a value: the deviation from the level of the last minutes, or "
             "the value itself; auto is the value for a model of a sequence, else the deviation"},
    {FIELD(threshold), .kind = OPTION_REAL, .unit = "decades", .preset = 0, .min = 0, .max = 30,
     .help = "Surprise, by the group's own past scores, that is over the line: 3 is once in a "
             "thousand rows; 0 takes what is rare enough for the rows' interval"},
    OPTION_ROWS_END,
};

const char *group_model_check(const struct model *model,
                              const struct group_model_options *options) {
  if (options->min_samples > options->window_size)
    return "min_samples is more than window_size";
  return options->min_samples < model->rows_min ? "min_samples is too small for this model" : NULL;
}

struct group_model group_model_of(const struct group_model_make *make) {
  return (struct group_model){
      .make = *make, .life = {.wait = make->stream->min_samples}, .stride = 1};
}

/* ---- Columns -------------------------------------------------------------- */

/* From the last row to the first, each to where it is later than it was. */
static void spread_rows(double *window, uint32_t rows, uint32_t from, uint32_t to) {
  for (uint32_t i = rows; i-- > 0;) {
    double *const row = window + (size_t)i * to;
    memmove(row, window + (size_t)i * from, from * sizeof *row);
    for (uint32_t j = from; j < to; j++)
      row[j] = (double)NAN;
  }
}

static bool learns(const struct group_model *stream) { return stream->make.model->learn != NULL; }

static const struct group_model_column new_column = {.known_from = HUGE_VAL};

static void give_up(struct group_model *stream) {
  fitted_give(stream->fitted);
  stream->fitted = NULL;
  stream->life.fitted = false;
}

static void add_columns(struct group_model *stream, uint32_t columns) {
  for (uint32_t i = stream->columns; i < columns; i++)
    stream->column[i] = new_column;
  spread_rows(stream->window, stream->held, stream->columns, columns);
  stream->columns = columns;
  give_up(stream);
  if (stream->held >= stream->make.stream->min_samples)
    stream->life.wait = 0;
}

/* More numbers in place of those that are there. */
static bool grow(double **numbers, size_t count) {
  double *const more = realloc(*numbers, count * sizeof *more);
  if (more == NULL)
    return false;
  *numbers = more;
  return true;
}

int group_model_grow(struct group_model *stream, uint32_t columns) {
  if (columns > GROUP_COLUMNS_MAX)
    return STATUS_LIMIT;
  if (columns <= stream->columns)
    return STATUS_OK;
  const size_t rows = stream->make.stream->window_size, cells = rows * columns;
  struct group_model_column *const column =
      realloc(stream->column, columns * sizeof *stream->column);
  if (column != NULL)
    stream->column = column;
  if (column == NULL || !grow(&stream->row, columns) || !grow(&stream->measured, columns) ||
      !grow(&stream->window, cells) || !grow(&stream->time, rows) ||
      (learns(stream) && !grow(&stream->learned, cells)))
    return STATUS_NO_MEMORY;
  add_columns(stream, columns);
  return STATUS_OK;
}

void group_model_forget_column(struct group_model *stream, uint32_t column) {
  stream->column[column] = new_column;
  for (uint32_t i = 0; i < stream->held; i++)
    stream->window[(size_t)i * stream->columns + column] = (double)NAN;
}

void group_model_release(struct group_model *stream) {
  give_up(stream);
  free(stream->window);
  free(stream->time);
  free(stream->learned);
  free(stream->measured);
  free(stream->row);
  free(stream->column);
  stream->window = stream->time = stream->learned = stream->measured = stream->row = NULL;
  stream->column = NULL;
  stream->columns = 0;
}

/* ---- Judging -------------------------------------------------------------- */

static void add_blame(struct group_blame *blames, size_t *count, uint32_t column, double share) {
  size_t at = *count;
  while (at > 0 && blames[at - 1].decades < share)
    at--;
  if (at == GROUP_BLAMES)
    return;
  *count += *count < GROUP_BLAMES;
  memmove(blames + at + 1, blames + at, (*count - 1 - at) * sizeof *blames);
  blames[at] = (struct group_blame){.column = column, .decades = share};
}

static size_t blame(const struct group_model *stream, struct group_blame *ret_blames) {
  double shares[GROUP_COLUMNS_MAX];
  size_t count = 0;
  model_explain(stream->fitted->block, stream->row, stream->fitted->scratch, shares);
  for (uint32_t i = 0; i < stream->columns; i++)
    if (shares[i] >= SHARE_LEAST)
      add_blame(ret_blames, &count, i, shares[i]);
  return count;
}

static struct course_record record_of(const struct group_model *stream, double time) {
  return (struct course_record){
      .number = stream->number,
      .elapsed = (uint32_t)double_clamp(time - stream->first_time, 0, UINT32_MAX),
      .ready = true};
}

static void judge(struct group_model *stream, const struct group_row *row,
                  struct group_finding *ret) {
  struct fitted *const fitted = stream->fitted;
  for (uint32_t i = 0; i < stream->columns; i++)
    stream->row[i] =
        stream->column[i].known_from <= fitted->created ? stream->measured[i] : (double)NAN;
  const struct model_calibration calibration = {
      .history = &stream->history,
      .lasting = &stream->lasting,
      .before = stream->make.model->sequential ? NULL : &stream->before};
  const struct course_record record = record_of(stream, row->time);
  const struct model_case score = {
      .block = fitted->block,
      .row = stream->row,
      .raw = model_score(fitted->block, stream->row, fitted->scratch),
      .record = &record,
      .line = model_line(stream->make.stream->threshold, (float)row->interval),
      .alarm = ALARM};
  const struct model_judgement judgement = model_calibration_judge(&calibration, &score);
  ret->ready = judgement.ready;
  ret->surprise = judgement.surprise;
  ret->ratio = judgement.ratio;
  if (ret->ratio > 0) {
    ret->kind = KIND_PATTERN;
    ret->reason = "a fitted model finds the row unusual";
  }
}

/* ---- Rows ----------------------------------------------------------------- */

static bool sees_values(const struct group_model_make *make) {
  return make->stream->feed == MODEL_FEED_VALUE ||
         (make->stream->feed == MODEL_FEED_AUTO && make->model->sequential);
}

/* How far the value is from the level of the last rows. */
static double deviation_of(struct group_model_column *column, double value) {
  const double bounded = double_clamp(value, -MODEL_CELL_MAX, MODEL_CELL_MAX);
  if (column->values == 0)
    column->level = bounded;
  return bounded - column->level;
}

/* Writes what the model is to see; returns how many values are there. */
static uint32_t measure(struct group_model *stream, const double *value) {
  const bool as_they_are = sees_values(&stream->make);
  uint32_t values = 0;
  for (uint32_t i = 0; i < stream->columns; i++) {
    struct group_model_column *const column = &stream->column[i];
    stream->measured[i] = (double)NAN;
    if (!isfinite(value[i]))
      continue;
    stream->measured[i] = as_they_are ? value[i] : deviation_of(column, value[i]);
    column->values += column->values < UINT32_MAX;
    values++;
  }
  return values;
}

/* What people hear of as odd is not to move what is usual. */
static void learn_levels(struct group_model *stream) {
  if (group_alarm_is_fresh(&stream->alarm))
    return;
  for (uint32_t i = 0; i < stream->columns; i++) {
    struct group_model_column *const column = &stream->column[i];
    if (isfinite(stream->measured[i]))
      column->level += fmax(LEVEL_GAIN, 1. / column->values) * stream->measured[i];
  }
}

/* Whether the full window is to reach further back; one that went round once stays as it is. */
static bool is_short(const struct group_model *stream, double interval) {
  const struct group_model_options *const options = stream->make.stream;
  return stream->held == options->window_size && stream->newest + 1 == stream->held &&
         !stream->make.model->sequential && interval > 0 && stream->stride <= UINT32_MAX / 2 &&
         stream->stride * interval * options->window_size < options->window_span;
}

/* Every other row goes; the newest stays. */
static void thin_window(struct group_model *stream) {
  const size_t columns = stream->columns, first = 1 - stream->held % 2;
  const uint32_t left = (stream->held + 1) / 2;
  for (size_t i = 0; i < left; i++) {
    memmove(stream->window + i * columns, stream->window + (2 * i + first) * columns,
            columns * sizeof *stream->window);
    stream->time[i] = stream->time[2 * i + first];
  }
  stream->held = left;
  stream->newest = left - 1;
  stream->stride *= 2;
}

/* Which columns there is enough of to be fitted to, as far as the window reaches. */
static void note_known(struct group_model *stream, double time) {
  for (uint32_t i = 0; i < stream->columns; i++) {
    struct group_model_column *const column = &stream->column[i];
    if (isinf(column->known_from) &&
        column->values / stream->stride >= stream->make.stream->min_samples)
      column->known_from = time;
  }
}

static void keep(struct group_model *stream, const struct group_row *row) {
  const uint32_t size = stream->make.stream->window_size;
  if (stream->number == 0)
    stream->first_time = row->time;
  stream->last_time = row->time;
  stream->number += stream->number < UINT32_MAX;
  model_life_pass(&stream->life);
  note_known(stream, row->time);
  if (++stream->passed < stream->stride)
    return;
  stream->passed = 0;
  if (is_short(stream, row->interval))
    thin_window(stream);
  if (stream->held > 0)
    stream->newest = stream->newest + 1 < size ? stream->newest + 1 : 0;
  stream->held += stream->held < size;
  memcpy(stream->window + (size_t)stream->newest * stream->columns, stream->measured,
         stream->columns * sizeof *stream->measured);
  stream->time[stream->newest] = row->time;
  model_life_see(&stream->life, &stream->make.stream->terms);
}

/* The row is kept too, so that a block as it was taken can learn it again. */
static void learn(struct group_model *stream) {
  const size_t at = stream->life.scored;
  if (at < stream->make.stream->window_size)
    memcpy(stream->learned + at * stream->columns, stream->row,
           stream->columns * sizeof *stream->row);
  model_learn(stream->fitted->block, stream->row, stream->fitted->scratch);
}

void group_model_update(struct group_model *stream, const struct group_row *row,
                        struct group_finding *ret, struct group_blame ret_blames[GROUP_BLAMES],
                        size_t *ret_blame_count) {
  const bool news = measure(stream, row->value) > 0;
  const bool scored = news && stream->fitted != NULL;
  *ret = (struct group_finding){.kind = KIND_NONE};
  *ret_blame_count = 0;
  if (scored)
    judge(stream, row, ret);
  ret->began = group_alarm_take(&stream->alarm, (float)ret->ratio, &ret->anomaly);
  if (scored && (ret->ratio >= (double)ALARM || ret->anomaly))
    *ret_blame_count = blame(stream, ret_blames);
  if (scored && learns(stream))
    learn(stream);
  if (scored)
    model_life_score(&stream->life);
  if (news && !sees_values(&stream->make))
    learn_levels(stream);
  if (news)
    keep(stream, row);
  ret->missing = group_model_missing(stream);
}

/* ---- Fits ----------------------------------------------------------------- */

uint32_t group_model_missing(const struct group_model *stream) {
  const uint32_t wanted = stream->make.stream->min_samples;
  return stream->fitted == NULL && stream->held < wanted ? wanted - stream->held : 0;
}

uint32_t group_model_learned(const struct group_model *stream) {
  const uint32_t scored = stream->life.fitted ? stream->life.scored : 0;
  return learns(stream) && scored <= stream->make.stream->window_size ? scored : 0;
}

static uint32_t count_rows(const struct model_seat *seat) {
  return ((const struct group_model *)seat->window)->held;
}

static int read_newest(const struct model_seat *seat, uint32_t count, struct model_rows *ret_rows) {
  const struct group_model *const stream = seat->window;
  const uint32_t size = stream->make.stream->window_size;
  const uint32_t rows = count < stream->held ? count : stream->held;
  const int status = model_rows_create(ret_rows, rows, stream->columns);
  for (uint32_t i = 0; status == STATUS_OK && i < rows; i++) {
    const size_t at = (stream->newest + size - (rows - 1 - i)) % size;
    memcpy(ret_rows->cells + (size_t)i * stream->columns, stream->window + at * stream->columns,
           stream->columns * sizeof *stream->window);
    ret_rows->time[i] = stream->time[at];
  }
  return status;
}

static int read_scored(const struct model_seat *seat, struct model_rows *ret_rows) {
  const struct group_model *const stream = seat->window;
  const uint32_t rows = group_model_learned(stream);
  if (rows != stream->life.scored)
    return STATUS_LIMIT;
  const int status = model_rows_create(ret_rows, rows, stream->columns);
  if (status == STATUS_OK && rows > 0)
    memcpy(ret_rows->cells, stream->learned,
           (size_t)rows * stream->columns * sizeof *stream->learned);
  return status;
}

static const struct model_source source = {
    .count = count_rows, .newest = read_newest, .scored = read_scored};

/* Columns have units of their own. */
static struct model_common common_of(const struct group_model_make *make) {
  struct model_common common = *make->common;
  if (common.standardise == STANDARDISE_AUTO)
    common.standardise = STANDARDISE_ALWAYS;
  return common;
}

static struct model_terms terms_of(const struct group_model *stream) {
  struct model_terms terms = stream->make.stream->terms;
  if (learns(stream))
    terms.retrain_interval *= LEARNER_PATIENCE;
  return model_terms_within(&terms, stream->make.stream->window_size);
}

struct model_seat group_model_seat(struct group_model *stream) {
  const uint64_t reach = (uint64_t)stream->make.stream->window_size * stream->stride;
  return (struct model_seat){.model = stream->make.model,
                             .common = common_of(&stream->make),
                             .own = stream->make.own,
                             .terms = terms_of(stream),
                             .life = &stream->life,
                             .fitted = &stream->fitted,
                             .columns = stream->columns,
                             .reach = reach < UINT32_MAX ? (uint32_t)reach : UINT32_MAX,
                             .first = stream->first_time,
                             .newest = stream->last_time,
                             .odd = group_alarm_is_fresh(&stream->alarm),
                             .source = &source,
                             .window = stream,
                             .totals = stream->make.totals,
                             .room = INT64_MAX};
}

void group_model_work(struct group_model *stream, int *ret_status) {
  const struct model_seat seat = group_model_seat(stream);
  const enum model_task task = model_seat_task(&seat);
  if (task == MODEL_IDLE)
    return;
  struct model_result result = model_seat_work_now(&seat, task);
  const bool had = result.block != NULL;
  if (task == MODEL_LOOK)
    model_seat_take_look(&seat, &result);
  else
    *ret_status = !model_seat_take_fit(&seat, &result, 0) && had ? STATUS_NO_MEMORY : result.status;
}

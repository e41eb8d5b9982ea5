#include "engine/group_model.h"

#include "anomaly/status.h"
#include "engine/model_calibration.h"
#include "stats/clamp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW_MOST = 50000, LEARNER_PATIENCE = 10 };

static const float ALARM = 1;
/* Rows so near to one another are one chance, as for a metric's preset features. */
static const float RELATED_ROWS = 10;
static const double SHARE_LEAST = 0.005; /* less is written as nothing */

#define FIELD(name_) .name = #name_, .offset = offsetof(struct group_model_options, name_)

const struct option_row group_model_rows[] = {
    {FIELD(min_samples), .kind = OPTION_COUNT, .unit = "rows", .preset = 50, .min = 10,
     .max = WINDOW_MOST, .help = "Rows that the first fit waits for"},
    {FIELD(retrain_interval), .kind = OPTION_COUNT, .unit = "rows", .preset = 100, .min = 1,
     .max = 1e8,
     .help = "Rows from one fit to the next; ten times as many for a model that goes "
             "on learning"},
    {FIELD(window_size), .kind = OPTION_COUNT, .unit = "rows", .preset = 1000, .min = 20,
     .max = WINDOW_MOST, .help = "Newest rows that are kept and fitted to"},
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
  struct group_model stream = {.make = *make, .wait = make->stream->min_samples};
  rarity_init(&stream.rarity);
  return stream;
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

static void add_columns(struct group_model *stream, uint32_t columns) {
  const uint32_t added = columns - stream->columns;
  memset(stream->column + stream->columns, 0, added * sizeof *stream->column);
  spread_rows(stream->window, stream->held, stream->columns, columns);
  stream->columns = columns;
  fitted_give(stream->fitted);
  stream->fitted = NULL;
  if (stream->held >= stream->make.stream->min_samples)
    stream->wait = 0;
}

int group_model_grow(struct group_model *stream, uint32_t columns) {
  if (columns > GROUP_COLUMNS_MAX)
    return STATUS_LIMIT;
  if (columns <= stream->columns)
    return STATUS_OK;
  const size_t cells = (size_t)stream->make.stream->window_size * columns;
  struct group_model_column *const column =
      realloc(stream->column, columns * sizeof *stream->column);
  if (column != NULL)
    stream->column = column;
  double *const row = realloc(stream->row, columns * sizeof *row);
  if (row != NULL)
    stream->row = row;
  double *const window = realloc(stream->window, cells * sizeof *window);
  if (window != NULL)
    stream->window = window;
  if (column == NULL || row == NULL || window == NULL)
    return STATUS_NO_MEMORY;
  add_columns(stream, columns);
  return STATUS_OK;
}

void group_model_release(struct group_model *stream) {
  fitted_give(stream->fitted);
  free(stream->window);
  free(stream->row);
  free(stream->column);
  stream->fitted = NULL;
  stream->window = stream->row = NULL;
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
    stream->row[i] = stream->column[i].known ? row->value[i] : (double)NAN;
  const struct model_calibration calibration = {&stream->rarity, &stream->lasting};
  const struct course_record record = record_of(stream, row->time);
  const struct model_case score = {
      .block = fitted->block,
      .raw = model_score(fitted->block, stream->row, fitted->scratch),
      .record = &record,
      .line = model_line(stream->make.stream->threshold, RELATED_ROWS * (float)row->interval),
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

/* ---- Learning ------------------------------------------------------------- */

static uint32_t count_values(struct group_model *stream, const double *value) {
  uint32_t values = 0;
  for (uint32_t i = 0; i < stream->columns; i++) {
    const bool there = isfinite(value[i]);
    values += there;
    stream->column[i].values += there && stream->column[i].values < UINT32_MAX;
  }
  return values;
}

static void keep(struct group_model *stream, const struct group_row *row) {
  if (stream->number == 0)
    stream->first_time = row->time;
  stream->last_time = row->time;
  stream->number += stream->number < UINT32_MAX;
  if (stream->held > 0)
    stream->newest = stream->newest + 1 < stream->make.stream->window_size ? stream->newest + 1 : 0;
  stream->held += stream->held < stream->make.stream->window_size;
  stream->wait -= stream->wait > 0;
  memcpy(stream->window + (size_t)stream->newest * stream->columns, row->value,
         stream->columns * sizeof *row->value);
}

void group_model_update(struct group_model *stream, const struct group_row *row,
                        struct group_finding *ret, struct group_blame ret_blames[GROUP_BLAMES],
                        size_t *ret_blame_count) {
  const bool news = count_values(stream, row->value) > 0;
  const bool scored = news && stream->fitted != NULL;
  *ret = (struct group_finding){.kind = KIND_NONE};
  *ret_blame_count = 0;
  if (scored)
    judge(stream, row, ret);
  ret->began = group_alarm_take(&stream->alarm, (float)ret->ratio, &ret->anomaly);
  if (scored && (ret->ratio >= (double)ALARM || ret->anomaly))
    *ret_blame_count = blame(stream, ret_blames);
  if (scored && block_learns(stream->fitted->block))
    model_learn(stream->fitted->block, stream->row, stream->fitted->scratch);
  if (news)
    keep(stream, row);
}

/* ---- Fits ----------------------------------------------------------------- */

bool group_model_is_due(const struct group_model *stream) {
  return stream->wait == 0 && stream->columns > 0 &&
         (stream->fitted == NULL || !group_alarm_is_fresh(&stream->alarm));
}

/* The oldest row first. */
static void copy_rows(const struct group_model *stream, double *ret_cells) {
  const size_t columns = stream->columns, size = stream->make.stream->window_size;
  const size_t oldest = stream->held < size ? 0 : (stream->newest + 1) % size;
  const size_t behind = stream->held - oldest;
  memcpy(ret_cells, stream->window + oldest * columns, behind * columns * sizeof *ret_cells);
  memcpy(ret_cells + behind * columns, stream->window, oldest * columns * sizeof *ret_cells);
}

int group_model_fit(const struct group_model *stream, const atomic_bool *stop,
                    struct block **ret_block) {
  const struct group_model_make *const make = &stream->make;
  struct model_common common = *make->common;
  if (common.standardise == STANDARDISE_AUTO)
    common.standardise = STANDARDISE_ALWAYS;
  double *const cells = malloc(((size_t)stream->held * stream->columns + 1) * sizeof *cells);
  if (cells == NULL)
    return STATUS_NO_MEMORY;
  copy_rows(stream, cells);
  const struct matrix rows = {.cells = cells, .rows = stream->held, .columns = stream->columns};
  const struct fit_control control = {.threads = 1, .stop = stop};
  const int status = model_fit(make->model, &rows, &common, make->own, &control, ret_block);
  free(cells);
  return status;
}

static void wait_again(struct group_model *stream) {
  const bool learns = stream->fitted != NULL && block_learns(stream->fitted->block);
  stream->wait = stream->make.stream->retrain_interval * (learns ? LEARNER_PATIENCE : 1);
}

int group_model_take(struct group_model *stream, struct block *block) {
  struct fitted *const fitted =
      fitted_create(block, stream->version + 1, stream->last_time, stream->make.totals);
  if (fitted == NULL)
    return STATUS_NO_MEMORY;
  fitted_give(stream->fitted);
  stream->fitted = fitted;
  stream->version++;
  for (uint32_t i = 0; i < stream->columns; i++)
    stream->column[i].known = stream->column[i].values >= stream->make.stream->min_samples;
  wait_again(stream);
  return STATUS_OK;
}

void group_model_missed(struct group_model *stream) { wait_again(stream); }

#include "bench/group_replay.h"

#include "anomaly/rule.h"
#include "anomaly/status.h"
#include "base/option.h"
#include "bench/replay.h"
#include "engine/group.h"
#include "engine/group_model.h"
#include "evaluate/events.h"

#include <math.h>
#include <stdlib.h>

static bool make_room(struct group_replay *replay, size_t rows) {
  if (rows <= replay->room)
    return true;
  double *score = realloc(replay->score, rows * sizeof(*score));
  if (score != NULL)
    replay->score = score;
  bool *alarm = realloc(replay->alarm, rows * sizeof(*alarm));
  if (alarm != NULL)
    replay->alarm = alarm;
  uint32_t *first = realloc(replay->first, rows * sizeof(*first));
  if (first != NULL)
    replay->first = first;
  if (score == NULL || alarm == NULL || first == NULL)
    return false;
  replay->room = rows;
  return true;
}

/* The median distance of the rows in time. */
static double interval_of(const struct frame *frame) {
  double *gap = calloc(frame->rows, sizeof(*gap));
  if (gap == NULL || frame->rows < 2) {
    free(gap);
    return 0;
  }
  for (size_t row = 1; row < frame->rows; row++)
    gap[row - 1] = frame->time[row] - frame->time[row - 1];
  const double median = event_median(gap, frame->rows - 1);
  free(gap);
  return median;
}

/* The frame's values as each column's alarms; NULL where memory runs out. */
static double *make_verdicts(const struct frame *frame) {
  double *verdict = calloc(frame->rows * frame->columns, sizeof(*verdict));
  struct watch watch = {0};
  struct replay replay = {0};
  bool good = verdict != NULL && watch_parse(WATCH_SHIPPED, WATCH_AS_IT_SAYS, &watch);
  for (size_t column = 0; good && column < frame->columns; column++) {
    good = replay_run(&replay, &watch, frame->time, frame->value + column, frame->columns,
                      frame->rows);
    for (size_t row = 0; good && row < frame->rows; row++)
      verdict[row * frame->columns + column] = replay.alarm[row];
  }
  replay_release(&replay);
  watch_release(&watch);
  if (good)
    return verdict;
  free(verdict);
  return NULL;
}

/* Judges one row; returns how many columns are to blame. */
typedef size_t (*judge_row)(void *judge, const struct group_row *row, struct group_finding *ret,
                            struct group_blame ret_blames[GROUP_BLAMES]);

static void judge_rows(struct group_replay *replay, judge_row take, void *judge,
                       const struct frame *frame, const double *value) {
  const double interval = interval_of(frame);
  const double start = cpu_seconds();
  for (size_t row = 0; row < frame->rows; row++) {
    const struct group_row now = {
        .time = frame->time[row], .interval = interval, .value = value + row * frame->columns};
    struct group_finding finding;
    struct group_blame blames[GROUP_BLAMES];
    const size_t blamed = take(judge, &now, &finding, blames);
    replay->score[row] = finding.ratio / (1 + finding.ratio);
    replay->alarm[row] = finding.anomaly;
    replay->first[row] = finding.anomaly && blamed > 0 ? blames[0].column : NOBODY;
  }
  replay->seconds += cpu_seconds() - start;
  replay->values += frame->rows * frame->columns;
}

/* ---- Group detectors ------------------------------------------------------ */

static size_t take_row(void *judge, const struct group_row *row, struct group_finding *ret,
                       struct group_blame ret_blames[GROUP_BLAMES]) {
  struct group *group = judge;
  group_update(group, row, ret);
  return ret->anomaly ? group_blame(group, ret_blames) : 0;
}

bool group_replay_run(struct group_replay *replay, const struct group_detector *detector,
                      const struct frame *frame) {
  double *verdict = detector->feed == GROUP_OF_VERDICTS ? make_verdicts(frame) : NULL;
  void *options = calloc(1, detector->options_size + 1);
  bool good = options != NULL && make_room(replay, frame->rows) &&
              (verdict != NULL || detector->feed == GROUP_OF_VALUES);
  struct group group = group_of(detector, options);
  if (good) {
    option_set_presets(detector->options, options);
    good = group_grow(&group, (uint32_t)frame->columns) == STATUS_OK;
  }
  if (good)
    judge_rows(replay, take_row, &group, frame, verdict != NULL ? verdict : frame->value);
  replay->bytes = good ? (double)group_state_size(detector, (uint32_t)frame->columns) : NAN;
  group_release(&group);
  free(options);
  free(verdict);
  return good;
}

/* ---- Models --------------------------------------------------------------- */

static size_t take_row_by_model(void *judge, const struct group_row *row, struct group_finding *ret,
                                struct group_blame ret_blames[GROUP_BLAMES]) {
  struct group_model *stream = judge;
  size_t blamed;
  int status = STATUS_OK;
  group_model_work(stream, &status);
  group_model_update(stream, row, ret, ret_blames, &blamed);
  return blamed;
}

bool group_replay_run_model(struct group_replay *replay, const struct model *model,
                            const struct frame *frame) {
  struct group_model_options options;
  struct model_common common;
  struct fitted_totals totals = {0};
  void *own = calloc(1, model->options_size + 1);
  const struct group_model_make make = {
      .model = model, .stream = &options, .common = &common, .own = own, .totals = &totals};
  option_set_presets(group_model_rows, &options);
  option_set_presets(model_common_rows, &common);
  if (own != NULL)
    option_set_presets(model->options, own);
  struct group_model stream = group_model_of(&make);
  const bool good = own != NULL && make_room(replay, frame->rows) &&
                    group_model_grow(&stream, (uint32_t)frame->columns) == STATUS_OK;
  if (good)
    judge_rows(replay, take_row_by_model, &stream, frame, frame->value);
  replay->bytes = good ? (double)options.window_size * (double)frame->columns * sizeof(double) +
                             (double)atomic_load(&totals.bytes)
                       : (double)NAN;
  group_model_release(&stream);
  free(own);
  return good;
}

double group_replay_nanoseconds(const struct group_replay *replay) {
  if (replay->values == 0)
    return NAN;
  return replay->seconds * 1e9 / (double)replay->values;
}

void group_replay_release(struct group_replay *replay) {
  free(replay->score);
  free(replay->alarm);
  free(replay->first);
  *replay = (struct group_replay){0};
}

#include "bench/group_replay.h"

#include "anomaly/rule.h"
#include "anomaly/status.h"
#include "base/option.h"
#include "bench/replay.h"
#include "engine/group.h"
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

static void judge_rows(struct group_replay *replay, struct group *group, const struct frame *frame,
                       const double *value) {
  const double interval = interval_of(frame);
  const double start = cpu_seconds();
  for (size_t row = 0; row < frame->rows; row++) {
    const struct group_row now = {
        .time = frame->time[row], .interval = interval, .value = value + row * frame->columns};
    struct group_finding finding;
    group_update(group, &now, &finding);
    replay->score[row] = finding.ratio / (1 + finding.ratio);
    replay->alarm[row] = finding.anomaly;
    replay->first[row] = NOBODY;
    struct group_blame blames[GROUP_BLAMES];
    if (finding.anomaly && group_blame(group, blames) > 0)
      replay->first[row] = blames[0].column;
  }
  replay->seconds += cpu_seconds() - start;
  replay->values += frame->rows * frame->columns;
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
    judge_rows(replay, &group, frame, verdict != NULL ? verdict : frame->value);
  group_release(&group);
  free(options);
  free(verdict);
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

#include "bench/data.h"
#include "bench/quality.h"
#include "bench/scored_set.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Adds what one watch says of one frame to the set. */
typedef bool (*judge_frame)(const struct watch *watch, const struct frame *frame,
                            struct replay *replay, struct scored_set *set);

/* Replays the first `rows` rows of a column and adds them with these labels. */
static bool judge_column(const struct watch *watch, const struct frame *frame, size_t column,
                         size_t rows, const bool *label, struct replay *replay,
                         struct scored_set *set) {
  if (!replay_run(replay, watch, frame->time, frame->value + column, frame->columns, rows))
    return false;
  const struct named_series series = {.file = frame->name,
                                      .column = frame->column[column],
                                      .judged = {.rows = rows,
                                                 .time = frame->time,
                                                 .label = label,
                                                 .score = replay->score,
                                                 .alarm = replay->alarm}};
  return scored_set_add(set, &series);
}

/* Every column is a series with the frame's own labels. */
static bool judge_columns(const struct watch *watch, const struct frame *frame,
                          struct replay *replay, struct scored_set *set) {
  for (size_t column = 0; column < frame->columns; column++)
    if (!judge_column(watch, frame, column, frame->rows, frame->label, replay, set))
      return false;
  return true;
}

/* Every column is a series with labels of its own. */
static bool judge_interpreted(const struct watch *watch, const struct frame *frame,
                              struct replay *replay, struct scored_set *set) {
  bool *label = calloc(frame->rows, sizeof(*label));
  bool good = label != NULL;
  for (size_t column = 0; good && column < frame->columns; column++)
    good = frame_column_labels(frame, column, label) &&
           judge_column(watch, frame, column, frame->rows, label, replay, set);
  free(label);
  return good;
}

/* Every column is a series of the rows before the test half, in which nothing is labelled. */
static bool judge_quiet(const struct watch *watch, const struct frame *frame, struct replay *replay,
                        struct scored_set *set) {
  for (size_t column = 0; column < frame->columns; column++)
    if (!judge_column(watch, frame, column, frame->test_from, frame->label, replay, set))
      return false;
  return true;
}

/* The frame is one series: it alarms where any column does, its score is the highest. */
static bool judge_together(const struct watch *watch, const struct frame *frame,
                           struct replay *replay, struct scored_set *set) {
  double *score = calloc(frame->rows, sizeof(*score));
  bool *alarm = calloc(frame->rows, sizeof(*alarm));
  bool good = score != NULL && alarm != NULL;
  for (size_t column = 0; good && column < frame->columns; column++) {
    good =
        replay_run(replay, watch, frame->time, frame->value + column, frame->columns, frame->rows);
    for (size_t row = 0; good && row < frame->rows; row++) {
      score[row] = fmax(score[row], replay->score[row]);
      alarm[row] |= replay->alarm[row];
    }
  }
  const struct named_series series = {.file = frame->name,
                                      .column = "all",
                                      .judged = {.rows = frame->rows,
                                                 .time = frame->time,
                                                 .label = frame->label,
                                                 .score = score,
                                                 .alarm = alarm}};
  good = good && scored_set_add(set, &series);
  free(alarm);
  free(score);
  return good;
}

static enum scored_style style_of(const struct watches *watches) {
  return watches->markdown ? SCORED_MARKDOWN : SCORED_TEXT;
}

static void judge_frames(const struct frames *frames, const struct watch *watch,
                         const struct watches *watches, judge_frame judge) {
  struct scored_set set = {.each = watches->each, .style = style_of(watches)};
  struct replay replay = {0};
  for (size_t at = 0; at < frames->count; at++)
    if (!judge(watch, &frames->frame[at], &replay, &set))
      printf("%s: left out\n", frames->frame[at].name);
  scored_set_print(&set, watch->title, replay_nanoseconds(&replay),
                   (double)watch_state_bytes(watch));
  replay_release(&replay);
  scored_set_release(&set);
}

static void run_set(const struct watches *watches, const char *title, const char *pattern,
                    judge_frame judge) {
  struct frames frames = frames_read(pattern);
  scored_set_print_head(title, style_of(watches));
  if (frames.count == 0)
    print_nothing_found(pattern);
  for (size_t at = 0; frames.count > 0 && at < watches->count; at++)
    judge_frames(&frames, &watches->watch[at], watches, judge);
  frames_release(&frames);
}

void quality_cloud(const struct watches *watches) {
  run_set(watches, "cloud-monitoring; asked for: F1 .70 at .2 false episodes per series and week",
          "cloud-monitoring/*/*.csv", judge_columns);
}

void quality_services(const struct watches *watches) {
  run_set(watches, "services: 8 services, each the highest of its 19 metrics", "services/*.csv.gz",
          judge_together);
}

void quality_smd(const struct watches *watches) {
  run_set(watches, "smd: each metric of 6 servers with its own labels", "smd/*.csv.gz",
          judge_interpreted);
}

void quality_quiet(const struct watches *watches) {
  run_set(watches, "smd, quiet first halves: false episodes per metric and week", "smd/*.csv.gz",
          judge_quiet);
  run_set(watches, "services, quiet first parts: false episodes per metric and week",
          "services/*.csv.gz", judge_quiet);
}

#include "bench/group_replay.h"
#include "bench/quality.h"
#include "bench/scored_set.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* How often the first column that a found incident names is one that is labelled. */
struct naming {
  size_t incidents, right;
};

/* The row of an alarm in first .. last with the highest score; `last` + 1 where there is none. */
static size_t find_peak(const struct group_replay *replay, size_t first, size_t last) {
  size_t peak = last + 1;
  for (size_t row = first; row <= last; row++)
    if (replay->alarm[row] && (peak > last || replay->score[row] > replay->score[peak]))
      peak = row;
  return peak;
}

static void check_naming(const struct frame *frame, const struct group_replay *replay, size_t first,
                         size_t last, bool *label, struct naming *naming) {
  const size_t peak = find_peak(replay, first, last);
  if (peak > last || replay->first[peak] == NOBODY ||
      !frame_column_labels(frame, replay->first[peak], label))
    return;
  naming->incidents++;
  naming->right += label[peak];
}

/* Each run of labelled rows is an incident. */
static void check_namings(const struct frame *frame, const struct group_replay *replay,
                          struct naming *naming) {
  bool *label = calloc(frame->rows, sizeof(*label));
  for (size_t row = 0; label != NULL && row < frame->rows; row++) {
    if (!frame->label[row])
      continue;
    const size_t first = row;
    while (row + 1 < frame->rows && frame->label[row + 1])
      row++;
    check_naming(frame, replay, first, row, label, naming);
  }
  free(label);
}

static enum scored_style style_of(const struct watches *watches) {
  return watches->markdown ? SCORED_FULL_MARKDOWN : SCORED_TEXT;
}

/* Who judges: one of the two. */
struct judge {
  const struct group_detector *detector;
  const struct model *model;
};

static void judge_frame(const struct frame *frame, const struct judge *judge,
                        struct group_replay *replay, struct scored_set *set,
                        struct naming *naming) {
  const bool good = judge->model != NULL ? group_replay_run_model(replay, judge->model, frame)
                                         : group_replay_run(replay, judge->detector, frame);
  if (!good) {
    printf("%s: left out\n", frame->name);
    return;
  }
  const struct named_series series = {.file = frame->name,
                                      .column = "group",
                                      .judged = {.rows = frame->rows,
                                                 .time = frame->time,
                                                 .label = frame->label,
                                                 .score = replay->score,
                                                 .alarm = replay->alarm}};
  if (scored_set_add(set, &series))
    check_namings(frame, replay, naming);
}

static void judge_frames(const struct frames *frames, const struct judge *judge,
                         const struct watches *watches) {
  struct scored_set set = {.each = watches->each, .style = style_of(watches)};
  struct group_replay replay = {.bytes = (double)NAN};
  struct naming naming = {0};
  for (size_t at = 0; at < frames->count; at++)
    judge_frame(&frames->frame[at], judge, &replay, &set, &naming);
  scored_set_print(&set, judge->model != NULL ? judge->model->name : judge->detector->name,
                   group_replay_nanoseconds(&replay), replay.bytes);
  if (naming.incidents > 0 && !watches->markdown)
    printf("%-28sthe first column named is right in %zu of %zu found incidents\n", "", naming.right,
           naming.incidents);
  group_replay_release(&replay);
  scored_set_release(&set);
}

static void judge_by_detectors(const struct frames *frames, const struct watches *watches) {
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++)
    judge_frames(frames, &(struct judge){.detector = *at}, watches);
}

static bool is_watching(const struct watches *watches, const struct model *model) {
  bool models = false;
  for (size_t at = 0; at < watches->count; at++) {
    const struct detector *detector = watches->watch[at].detector;
    if (detector != NULL && detector->model == model)
      return true;
    models = models || (detector != NULL && detector->model != NULL);
  }
  return !models;
}

static void judge_by_models(const struct frames *frames, const struct watches *watches) {
  for (const struct model *const *at = model_list; *at != NULL; at++)
    if (is_watching(watches, *at))
      judge_frames(frames, &(struct judge){.model = *at}, watches);
}

static void run_set(const struct watches *watches, const char *title, const char *pattern,
                    void (*judge)(const struct frames *, const struct watches *)) {
  struct frames frames = frames_read(pattern);
  scored_set_print_head(title, style_of(watches));
  if (frames.count == 0)
    print_nothing_found(pattern);
  else
    judge(&frames, watches);
  frames_release(&frames);
}

void quality_groups(const struct watches *watches) {
  run_set(watches, "smd as groups: 6 servers of 38 metrics; asked for: F1 .57 at .45 false a week",
          "smd/*.csv.gz", judge_by_detectors);
  run_set(watches, "services as groups: 8 services of 19 metrics; asked for: F1 .60 at 0 false",
          "services/*.csv.gz", judge_by_detectors);
}

void quality_models(const struct watches *watches) {
  run_set(watches, "smd as groups, judged by models: 6 servers of 38 metrics", "smd/*.csv.gz",
          judge_by_models);
  run_set(watches, "services as groups, judged by models: 8 services of 19 metrics",
          "services/*.csv.gz", judge_by_models);
}

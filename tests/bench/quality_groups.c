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

static void judge_frame(const struct frame *frame, const struct group_detector *detector,
                        struct group_replay *replay, struct scored_set *set,
                        struct naming *naming) {
  if (!group_replay_run(replay, detector, frame)) {
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

static void judge_frames(const struct frames *frames, const struct group_detector *detector,
                         const struct watches *watches) {
  struct scored_set set = {.each = watches->each, .markdown = watches->markdown};
  struct group_replay replay = {0};
  struct naming naming = {0};
  for (size_t at = 0; at < frames->count; at++)
    judge_frame(&frames->frame[at], detector, &replay, &set, &naming);
  const double bytes = frames->count == 0
                           ? (double)NAN
                           : (double)group_state_size(detector, (uint32_t)frames->frame[0].columns);
  scored_set_print(&set, detector->name, group_replay_nanoseconds(&replay), bytes);
  if (naming.incidents > 0 && !watches->markdown)
    printf("%-28sthe first column named is right in %zu of %zu found incidents\n", "", naming.right,
           naming.incidents);
  group_replay_release(&replay);
  scored_set_release(&set);
}

static void run_set(const struct watches *watches, const char *title, const char *pattern) {
  struct frames frames = frames_read(pattern);
  scored_set_print_head(title, watches->markdown);
  if (frames.count == 0)
    print_nothing_found(pattern);
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++)
    if (frames.count > 0)
      judge_frames(&frames, *at, watches);
  frames_release(&frames);
}

void quality_groups(const struct watches *watches) {
  run_set(watches, "smd as groups: 6 servers of 38 metrics; asked for: F1 .57 at .45 false a week",
          "smd/*.csv.gz");
  run_set(watches, "services as groups: 8 services of 19 metrics; asked for: F1 .60 at 0 false",
          "services/*.csv.gz");
}

#include "anomaly/status.h"
#include "bench/group_replay.h"
#include "bench/quality.h"
#include "evaluate/events.h"

#include <stdio.h>

/* Ages of a group in days, each until the next. */
static const double age[] = {0, 3, 7, 14, 1e9};
enum { AGES = sizeof age / sizeof age[0] - 1 };

static const double DAY = 86400;

static size_t row_at(const struct frame *frame, size_t from, double days) {
  size_t row = from;
  while (row < frame->rows && frame->time[row] < frame->time[from] + days * DAY)
    row++;
  return row;
}

/* What of the truth lies in rows first .. end - 1; all of them are scored. */
static void narrow(struct event_truth *truth, const struct frame *frame, size_t first, size_t end) {
  truth->rows = end;
  truth->scored_from = first;
  truth->weeks = first < end ? (frame->time[end - 1] - frame->time[first]) / (7 * DAY) : 0;
  for (size_t at = 0; at < truth->segment_count; at++) {
    struct event_segment *const segment = &truth->segments[at];
    segment->counted = segment->first >= first && segment->first < end;
    segment->reach = segment->reach < end ? segment->reach : end - 1;
  }
}

/* Counts what was found from row `from` on, by the days since then. */
static void count_ages(const struct frame *frame, const struct group_replay *replay, size_t from,
                       struct event_counts counts[AGES]) {
  for (int at = 0; at < AGES; at++) {
    struct event_truth truth;
    if (event_truth_create(frame->time, frame->label, frame->rows, &truth) != STATUS_OK)
      return;
    narrow(&truth, frame, row_at(frame, from, age[at]), row_at(frame, from, age[at + 1]));
    event_counts_add(&counts[at], &truth, replay->alarm, NULL);
    event_truth_release(&truth);
  }
}

static struct frame second_half(const struct frame *frame) {
  struct frame half = *frame;
  half.rows -= frame->test_from;
  half.time += frame->test_from;
  half.value += frame->test_from * frame->columns;
  half.label += frame->test_from;
  return half;
}

static void print_ages(const char *name, const struct event_counts counts[AGES]) {
  printf("%-36s", name);
  for (int at = 0; at < AGES; at++)
    printf(" %6llu/%-2llu %5.2f", (unsigned long long)counts[at].found,
           (unsigned long long)counts[at].segments, event_false_per_week(&counts[at]));
  printf("\n");
}

static void run_set(const char *title, const char *pattern) {
  const struct group_detector *const host = group_detector_find("host");
  struct frames frames = frames_read(pattern);
  struct group_replay replay = {0};
  struct event_counts first[AGES] = {0}, cold[AGES] = {0}, known[AGES] = {0};
  printf("\n%s\n%-36s %15s %15s %15s %15s\n", title, "", "day 0 - 3", "3 - 7", "7 - 14", "14 -");
  if (frames.count == 0)
    print_nothing_found(pattern);
  for (size_t at = 0; at < frames.count; at++) {
    const struct frame *const whole = &frames.frame[at];
    const struct frame half = second_half(whole);
    if (group_replay_run(&replay, host, whole)) {
      count_ages(whole, &replay, 0, first);
      count_ages(whole, &replay, whole->test_from, known);
    }
    if (group_replay_run(&replay, host, &half))
      count_ages(&half, &replay, 0, cold);
  }
  print_ages("both halves from a cold start", first);
  print_ages("second half from a cold start", cold);
  print_ages("second half, the first half seen", known);
  group_replay_release(&replay);
  frames_release(&frames);
}

void quality_young(const struct watches *watches) {
  (void)watches;
  run_set("`host` on smd: found of labelled, false a week", "smd/*.csv.gz");
  run_set("`host` on services: found of labelled, false a week", "services/*.csv.gz");
}

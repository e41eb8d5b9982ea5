#include "anomaly/status.h"
#include "bench/quality.h"
#include "evaluate/events.h"
#include "history/generate.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
  double interval, days;
  uint64_t seeds;
} generated[] = {{1, 10, 2}, {10, 28, 4}, {60, 56, 8}, {300, 84, 16}};
#define GENERATED (sizeof(generated) / sizeof(generated[0]))

static bool judge_generated(const struct watch *watch, struct generator generator, size_t rows,
                            struct replay *replay, struct event_counts *counts) {
  double *time = malloc(rows * sizeof(*time));
  double *value = malloc(rows * sizeof(*value));
  bool *label = calloc(rows, sizeof(*label));
  struct event_truth truth;
  bool good = time != NULL && value != NULL && label != NULL;
  for (size_t row = 0; good && row < rows; row++) {
    time[row] = generator_time(&generator);
    value[row] = generator_next(&generator);
  }
  good = good && replay_run(replay, watch, time, value, 1, rows) &&
         event_truth_create(time, label, rows, &truth) == STATUS_OK;
  if (good) {
    event_counts_add(counts, &truth, replay->alarm, NULL);
    event_truth_release(&truth);
  }
  free(label);
  free(value);
  free(time);
  return good;
}

static void print_generated(const struct watch *watch, enum generated_kind kind,
                            struct event_counts *sums, struct replay *replay) {
  printf("%-28s%-14s", watch->title, generated_kind_name(kind));
  for (size_t at = 0; at < GENERATED; at++) {
    struct event_counts counts = {0};
    const size_t rows = (size_t)(generated[at].days * 86400 / generated[at].interval);
    for (uint64_t seed = 1; seed <= generated[at].seeds; seed++)
      if (!judge_generated(watch, generator_of(kind, generated[at].interval, seed), rows, replay,
                           &counts))
        printf("out of memory\n");
    printf("%9.3f", event_false_per_week(&counts));
    sums[at].false_episodes += counts.false_episodes;
    sums[at].weeks += counts.weeks;
  }
  printf("\n");
}

void quality_generated(const struct watches *watches) {
  printf("\ngenerated metrics without anomalies: false episodes per metric and week\n%-28s%-14s",
         "detector", "metric");
  for (size_t at = 0; at < GENERATED; at++)
    printf("%7.0f s", generated[at].interval);
  printf("\n");
  for (size_t at = 0; at < watches->count; at++) {
    struct event_counts sums[GENERATED] = {{0}};
    struct replay replay = {0};
    for (int kind = 0; kind < GENERATED_KINDS; kind++)
      print_generated(&watches->watch[at], (enum generated_kind)kind, sums, &replay);
    printf("%-28s%-14s", watches->watch[at].title, "all");
    for (size_t of = 0; of < GENERATED; of++)
      printf("%9.3f", event_false_per_week(&sums[of]));
    printf("%9.0f ns\n", replay_nanoseconds(&replay));
    replay_release(&replay);
  }
}

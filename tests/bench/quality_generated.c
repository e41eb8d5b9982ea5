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

/* What one watch makes of every metric. */
struct generated_result {
  struct event_counts counts[GENERATED_KINDS][GENERATED];
  struct replay replay;
};

struct generated_series {
  size_t rows;
  double *time;
  double *value;
  struct event_truth truth; /* without a segment */
};

static void series_release(struct generated_series *series) {
  event_truth_release(&series->truth);
  free(series->value);
  free(series->time);
}

static bool series_create(struct generator generator, size_t rows,
                          struct generated_series *ret_series) {
  struct generated_series series = {.rows = rows,
                                    .time = malloc(rows * sizeof(*series.time)),
                                    .value = malloc(rows * sizeof(*series.value))};
  bool *label = calloc(rows, sizeof(*label));
  bool good = series.time != NULL && series.value != NULL && label != NULL;
  for (size_t row = 0; good && row < rows; row++) {
    series.time[row] = generator_time(&generator);
    series.value[row] = generator_next(&generator);
  }
  good = good && event_truth_create(series.time, label, rows, &series.truth) == STATUS_OK;
  free(label);
  if (good)
    *ret_series = series;
  else
    series_release(&series);
  return good;
}

static void judge_series(const struct watches *watches, const struct generated_series *series,
                         enum generated_kind kind, size_t at, struct generated_result *results) {
  for (size_t of = 0; of < watches->count; of++) {
    struct replay *replay = &results[of].replay;
    if (replay_run(replay, &watches->watch[of], series->time, series->value, 1, series->rows))
      event_counts_add(&results[of].counts[kind][at], &series->truth, replay->alarm, NULL);
    else
      printf("out of memory\n");
  }
}

static void judge_all(const struct watches *watches, struct generated_result *results) {
  for (int kind = 0; kind < GENERATED_KINDS; kind++)
    for (size_t at = 0; at < GENERATED; at++) {
      const size_t rows = (size_t)(generated[at].days * 86400 / generated[at].interval);
      for (uint64_t seed = 1; seed <= generated[at].seeds; seed++) {
        struct generated_series series;
        if (!series_create(generator_of((enum generated_kind)kind, generated[at].interval, seed),
                           rows, &series)) {
          printf("out of memory\n");
          continue;
        }
        judge_series(watches, &series, (enum generated_kind)kind, at, results);
        series_release(&series);
      }
    }
}

static void print_result(const char *title, const struct generated_result *result) {
  struct event_counts sums[GENERATED] = {{0}};
  for (int kind = 0; kind < GENERATED_KINDS; kind++) {
    printf("%-28s%-14s", title, generated_kind_name((enum generated_kind)kind));
    for (size_t at = 0; at < GENERATED; at++) {
      const struct event_counts *counts = &result->counts[kind][at];
      printf("%9.3f", event_false_per_week(counts));
      sums[at].false_episodes += counts->false_episodes;
      sums[at].weeks += counts->weeks;
    }
    printf("\n");
  }
  printf("%-28s%-14s", title, "all");
  for (size_t at = 0; at < GENERATED; at++)
    printf("%9.3f", event_false_per_week(&sums[at]));
  printf("%9.0f ns\n", replay_nanoseconds(&result->replay));
}

void quality_generated(const struct watches *watches) {
  struct generated_result *results = calloc(watches->count + 1, sizeof(*results));
  if (results == NULL)
    return;
  judge_all(watches, results);
  printf("\ngenerated metrics without anomalies: false episodes per metric and week\n%-28s%-14s",
         "detector", "metric");
  for (size_t at = 0; at < GENERATED; at++)
    printf("%7.0f s", generated[at].interval);
  printf("\n");
  for (size_t of = 0; of < watches->count; of++) {
    print_result(watches->watch[of].title, &results[of]);
    replay_release(&results[of].replay);
  }
  free(results);
}

#include "bench/scored_set.h"

#include "anomaly/status.h"
#include "evaluate/ranking.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_ROWS = 20 };

static bool make_room(struct scored_set *set) {
  if (set->count < set->room)
    return true;
  const size_t room = 2 * set->room + 16;
  struct event_truth *truths = realloc(set->truths, room * sizeof(*truths));
  if (truths != NULL)
    set->truths = truths;
  double **scores = realloc(set->scores, room * sizeof(*scores));
  if (scores != NULL)
    set->scores = scores;
  if (truths == NULL || scores == NULL)
    return false;
  set->room = room;
  return true;
}

static void print_series(const struct judged_series *series, const struct event_counts *counts) {
  printf("  %-40s %-24s%5llu of%5llu found,%5llu false in %5.1f weeks\n", series->file,
         series->column, (unsigned long long)counts->found, (unsigned long long)counts->segments,
         (unsigned long long)counts->false_episodes, counts->weeks);
}

static bool add_counts(struct scored_set *set, const struct event_truth *truth,
                       const struct judged_series *series) {
  const size_t delays = set->delay_count + truth->segment_count;
  double *grown = realloc(set->delays, (delays + 1) * sizeof(*grown));
  if (grown == NULL)
    return false;
  set->delays = grown;
  struct event_counts counts = {0};
  set->delay_count += event_counts_add(&counts, truth, series->alarm, grown + set->delay_count);
  set->counts.segments += counts.segments;
  set->counts.found += counts.found;
  set->counts.false_episodes += counts.false_episodes;
  set->counts.weeks += counts.weeks;
  if (set->each)
    print_series(series, &counts);
  return true;
}

static void add_areas(struct scored_set *set, const struct event_truth *truth,
                      const struct judged_series *series) {
  const size_t from = truth->scored_from, rows = truth->rows - from;
  const double *score = series->score + from;
  const bool *label = series->label + from;
  double auc_pr, vus_pr;
  if (ranking_auc_pr(score, label, rows, &auc_pr) != STATUS_OK ||
      ranking_vus_pr(score, label, rows, BUFFER_ROWS, &vus_pr) != STATUS_OK)
    return;
  set->auc_pr += auc_pr;
  set->vus_pr += vus_pr;
  set->ranked++;
}

bool scored_set_add(struct scored_set *set, const struct judged_series *series) {
  struct event_truth truth;
  const int status = event_truth_create(series->time, series->label, series->rows, &truth);
  if (status != STATUS_OK) {
    fprintf(stderr, "%s %s: cannot be scored: %s\n", series->file, series->column,
            status_text(status));
    return false;
  }
  double *kept = malloc(series->rows * sizeof(*kept));
  if (kept == NULL || !make_room(set) || !add_counts(set, &truth, series)) {
    fprintf(stderr, "out of memory\n");
    event_truth_release(&truth);
    free(kept);
    return false;
  }
  memcpy(kept, series->score, series->rows * sizeof(*kept));
  add_areas(set, &truth, series);
  set->truths[set->count] = truth;
  set->scores[set->count++] = kept;
  return true;
}

void scored_set_release(struct scored_set *set) {
  for (size_t at = 0; at < set->count; at++) {
    event_truth_release(&set->truths[at]);
    free(set->scores[at]);
  }
  free(set->truths);
  free(set->scores);
  free(set->delays);
  *set = (struct scored_set){0};
}

static double best_f1(const struct scored_set *set) {
  struct event_scores *series = calloc(set->count + 1, sizeof(*series));
  if (series == NULL)
    return NAN;
  for (size_t at = 0; at < set->count; at++)
    series[at] = (struct event_scores){.truth = &set->truths[at], .score = set->scores[at]};
  struct event_best best = {.f1 = NAN};
  event_best_f1(series, set->count, &best);
  free(series);
  return best.f1;
}

void scored_set_print_head(const char *title) {
  printf("\n%s\n%-28s%7s%9s%8s%7s%7s%8s%7s%8s%8s%8s%8s%7s\n", title, "detector", "series",
         "segments", "recall", "prec.", "F1", "false/w", "delay", "best F1", "AUC-PR", "VUS-PR",
         "ns", "bytes");
}

static void print_cell(int width, int digits, double number) {
  if (isnan(number))
    printf("%*s", width, "-");
  else
    printf("%*.*f", width, digits, number);
}

void scored_set_print(const struct scored_set *set, const char *name, double nanoseconds,
                      double bytes) {
  const double ranked = set->ranked == 0 ? (double)NAN : (double)set->ranked;
  printf("%-28s%7zu%9llu", name, set->count, (unsigned long long)set->counts.segments);
  const bool labelled = set->counts.segments > 0;
  print_cell(8, 3, event_recall(&set->counts));
  print_cell(7, 3, labelled ? event_precision(&set->counts) : (double)NAN);
  print_cell(7, 3, labelled ? event_f1(&set->counts) : (double)NAN);
  print_cell(8, 3, event_false_per_week(&set->counts));
  print_cell(7, 1, event_median(set->delays, set->delay_count));
  print_cell(8, 3, labelled ? best_f1(set) : (double)NAN);
  print_cell(8, 3, set->auc_pr / ranked);
  print_cell(8, 3, set->vus_pr / ranked);
  print_cell(8, 0, nanoseconds);
  print_cell(7, 0, bytes);
  printf("\n");
}

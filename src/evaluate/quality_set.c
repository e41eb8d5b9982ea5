#include "evaluate/quality_set.h"

#include "anomaly/status.h"
#include "evaluate/ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_ROWS = 20 };

static bool make_room(struct quality_set *set, size_t segments) {
  double *const delays =
      realloc(set->delays, (set->delay_count + segments + 1) * sizeof(*set->delays));
  if (delays == NULL)
    return false;
  set->delays = delays;
  if (set->count < set->room)
    return true;
  const size_t room = 2 * set->room + 16;
  struct event_truth *const truths = realloc(set->truths, room * sizeof(*truths));
  if (truths != NULL)
    set->truths = truths;
  double **const scores = realloc(set->scores, room * sizeof(*scores));
  if (scores != NULL)
    set->scores = scores;
  if (truths == NULL || scores == NULL)
    return false;
  set->room = room;
  return true;
}

static void add_counts(struct quality_set *set, const struct event_truth *truth,
                       const struct judged_series *series, struct event_counts *ret_counts) {
  struct event_counts counts = {0};
  set->delay_count +=
      event_counts_add(&counts, truth, series->alarm, set->delays + set->delay_count);
  set->counts.segments += counts.segments;
  set->counts.found += counts.found;
  set->counts.false_episodes += counts.false_episodes;
  set->counts.weeks += counts.weeks;
  overlap_add(&set->overlap, truth, series->label, series->alarm);
  if (ret_counts != NULL)
    *ret_counts = counts;
}

static void add_areas(struct quality_set *set, const struct event_truth *truth,
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

int quality_set_add(struct quality_set *set, const struct judged_series *series,
                    struct event_counts *ret_counts) {
  struct event_truth truth;
  const int status = event_truth_create(series->time, series->label, series->rows, &truth);
  if (status != STATUS_OK)
    return status;
  double *const kept = malloc(series->rows * sizeof(*kept));
  if (kept == NULL || !make_room(set, truth.segment_count)) {
    event_truth_release(&truth);
    free(kept);
    return STATUS_NO_MEMORY;
  }
  memcpy(kept, series->score, series->rows * sizeof(*kept));
  add_counts(set, &truth, series, ret_counts);
  add_areas(set, &truth, series);
  set->truths[set->count] = truth;
  set->scores[set->count++] = kept;
  return STATUS_OK;
}

double quality_set_best_f1(const struct quality_set *set) {
  struct event_scores *const series = calloc(set->count + 1, sizeof(*series));
  if (series == NULL)
    return NAN;
  for (size_t at = 0; at < set->count; at++)
    series[at] = (struct event_scores){.truth = &set->truths[at], .score = set->scores[at]};
  struct event_best best = {.f1 = NAN};
  event_best_f1(series, set->count, &best);
  free(series);
  return best.f1;
}

static double mean_of(const struct quality_set *set, double sum) {
  return set->ranked > 0 ? sum / (double)set->ranked : (double)NAN;
}

double quality_set_auc_pr(const struct quality_set *set) { return mean_of(set, set->auc_pr); }

double quality_set_vus_pr(const struct quality_set *set) { return mean_of(set, set->vus_pr); }

double quality_set_delay(const struct quality_set *set) {
  return event_median(set->delays, set->delay_count);
}

void quality_set_release(struct quality_set *set) {
  for (size_t at = 0; at < set->count; at++) {
    event_truth_release(&set->truths[at]);
    free(set->scores[at]);
  }
  free(set->truths);
  free(set->scores);
  free(set->delays);
  *set = (struct quality_set){0};
}

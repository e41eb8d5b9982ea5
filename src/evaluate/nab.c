#include "evaluate/nab.h"

#include "anomaly/status.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

const struct nab_profile nab_profiles[NAB_PROFILES + 1] = {
    {.name = "standard", .false_alarm = 0.11, .missed = 1},
    {.name = "low_fp", .false_alarm = 0.22, .missed = 1},
    {.name = "low_fn", .false_alarm = 0.11, .missed = 2},
    {.name = NULL},
};

static const double UNSCORED_SHARE = 0.15;
static const size_t UNSCORED_ROWS_MAX = 750;
static const double FAR_LENGTHS = 3;

/* A scored row: what it would earn as a detection, and in which window. */
struct record {
  double score;
  double worth;
  ptrdiff_t window; /* index over the whole corpus; -1 outside */
};

struct corpus {
  struct record *records;
  size_t record_count;
  double *earned; /* best so far in each scored window; NaN while missed */
  size_t window_count;
};

static double sigmoid(double x) { return 2 / (1 + exp(5 * x)) - 1; }

size_t nab_scored_from(size_t rows) {
  const size_t share = (size_t)(UNSCORED_SHARE * (double)rows);
  return share < UNSCORED_ROWS_MAX ? share : UNSCORED_ROWS_MAX;
}

static double worth_inside(const struct nab_window *window, size_t row) {
  const double length = (double)(window->last - window->first + 1);
  return sigmoid(-(double)(window->last - row + 1) / length) / sigmoid(-1);
}

static double worth_outside(const struct nab_window *before, size_t row) {
  if (before == NULL || before->last == before->first)
    return -1;
  const double lengths = (double)(row - before->last) / (double)(before->last - before->first);
  return lengths >= FAR_LENGTHS ? -1 : sigmoid(lengths);
}

static bool series_is_sane(const struct nab_series *series) {
  for (size_t at = 0; at < series->window_count; at++) {
    const struct nab_window *window = &series->windows[at];
    if (window->last < window->first || window->last >= series->rows ||
        (at > 0 && window->first <= series->windows[at - 1].last))
      return false;
  }
  for (size_t row = 0; row < series->rows; row++)
    if (isnan(series->score[row]))
      return false;
  return true;
}

static void add_series(struct corpus *corpus, const struct nab_series *series) {
  size_t at = 0;
  const size_t scored_from = nab_scored_from(series->rows);
  while (at < series->window_count && series->windows[at].last < scored_from)
    at++;
  const struct nab_window *before = at > 0 ? &series->windows[at - 1] : NULL;
  for (size_t row = scored_from; row < series->rows; row++) {
    const struct nab_window *window = at < series->window_count ? &series->windows[at] : NULL;
    const bool inside = window != NULL && row >= window->first;
    corpus->records[corpus->record_count++] =
        (struct record){.score = series->score[row],
                        .worth = inside ? worth_inside(window, row) : worth_outside(before, row),
                        .window = inside ? (ptrdiff_t)corpus->window_count : -1};
    if (window == NULL || row < window->last)
      continue;
    corpus->earned[corpus->window_count++] = NAN;
    before = window;
    at++;
  }
}

static void corpus_release(struct corpus *corpus) {
  free(corpus->records);
  free(corpus->earned);
}

static int corpus_fill(struct corpus *corpus, const struct nab_series *series, size_t count) {
  size_t records = 0, windows = 0;
  for (size_t at = 0; at < count; at++) {
    if (!series_is_sane(&series[at]))
      return STATUS_INVALID;
    records += series[at].rows;
    windows += series[at].window_count;
  }
  corpus->records = calloc(records + 1, sizeof(*corpus->records));
  corpus->earned = calloc(windows + 1, sizeof(*corpus->earned));
  if (corpus->records == NULL || corpus->earned == NULL)
    return STATUS_NO_MEMORY;
  for (size_t at = 0; at < count; at++)
    add_series(corpus, &series[at]);
  return corpus->window_count == 0 ? STATUS_INVALID : STATUS_OK;
}

static int highest_first(const void *left, const void *right) {
  const double a = ((const struct record *)left)->score, b = ((const struct record *)right)->score;
  return (a < b) - (a > b);
}

/* Takes one more record as a detection. */
static void detect(struct corpus *corpus, const struct record *record,
                   const struct nab_profile *profile, struct nab_result *sum) {
  if (record->window < 0) {
    sum->false_alarms++;
    sum->raw += profile->false_alarm * record->worth;
    return;
  }
  double *earned = &corpus->earned[record->window];
  if (isnan(*earned)) {
    sum->found++;
    sum->raw += profile->missed + record->worth;
    *earned = record->worth;
  } else if (record->worth > *earned) {
    sum->raw += record->worth - *earned;
    *earned = record->worth;
  }
}

/* Lowers the threshold from record to record and keeps the best sum. */
static struct nab_result sweep(struct corpus *corpus, const struct nab_profile *profile) {
  const double missed = profile->missed * (double)corpus->window_count;
  struct nab_result sum = {.raw = -missed, .threshold = INFINITY, .windows = corpus->window_count};
  struct nab_result best = sum;
  qsort(corpus->records, corpus->record_count, sizeof(*corpus->records), highest_first);
  for (size_t at = 0; at < corpus->record_count; at++) {
    detect(corpus, &corpus->records[at], profile, &sum);
    sum.threshold = corpus->records[at].score;
    const bool tied =
        at + 1 < corpus->record_count && corpus->records[at + 1].score >= sum.threshold;
    if (!tied && sum.raw > best.raw)
      best = sum;
  }
  best.score = 100 * (best.raw + missed) / ((double)corpus->window_count + missed);
  return best;
}

int nab_score(const struct nab_series *series, size_t count, const struct nab_profile *profile,
              struct nab_result *ret_result) {
  struct corpus corpus = {0};
  const int status = corpus_fill(&corpus, series, count);
  if (status == STATUS_OK)
    *ret_result = sweep(&corpus, profile);
  corpus_release(&corpus);
  return status;
}

/* How well a trial of a backtest found what is labelled. */
#include "anomaly/status.h"
#include "cli/backtest.h"

#include <stdint.h>
#include <stdlib.h>

static size_t count_windows(const struct marked_rows *rows, struct nab_window *windows) {
  size_t count = 0;
  for (size_t row = 0; row < rows->count; row++) {
    if (!rows->label[row])
      continue;
    const size_t first = row;
    while (row + 1 < rows->count && rows->label[row + 1])
      row++;
    if (windows != NULL)
      windows[count] = (struct nab_window){.first = first, .last = row};
    count++;
  }
  return count;
}

static bool make_windows(const struct backtest *backtest, const struct trial *trial,
                         struct nab_series *series) {
  for (size_t i = 0; i < backtest->subject_count; i++) {
    const struct marked_rows *const rows = &backtest->subjects[i].rows;
    struct nab_window *const windows = calloc(count_windows(rows, NULL) + 1, sizeof *windows);
    if (windows == NULL)
      return false;
    series[i] = (struct nab_series){.rows = rows->count,
                                    .score = trial->tallies[i].onset,
                                    .windows = windows,
                                    .window_count = count_windows(rows, windows)};
  }
  return true;
}

/* By onset, the score that is made for it; of metrics. */
static int score_nab(const struct backtest *backtest, const struct trial *trial,
                     struct quality *quality) {
  struct nab_series *const series = calloc(backtest->subject_count + 1, sizeof *series);
  int status = STATUS_NO_MEMORY;
  if (series != NULL && make_windows(backtest, trial, series)) {
    status = STATUS_OK;
    for (size_t i = 0; i < NAB_PROFILES && status == STATUS_OK; i++)
      status = nab_score(series, backtest->subject_count, &nab_profiles[i], &quality->nab[i]);
    quality->nab_known = status == STATUS_OK;
  }
  for (size_t i = 0; series != NULL && i < backtest->subject_count; i++)
    free((void *)(uintptr_t)series[i].windows);
  free(series);
  return status == STATUS_INVALID ? STATUS_OK : status;
}

static int add_subject(const struct subject *subject, const struct tally *tally,
                       struct quality *quality) {
  const struct marked_rows *const rows = subject->group ? &tally->own : &subject->rows;
  const struct judged_series series = {.rows = rows->count,
                                       .time = rows->time,
                                       .label = rows->label,
                                       .score = tally->score,
                                       .alarm = tally->alarm};
  return rows->count > 1
             ? quality_set_add(subject->group ? &quality->groups : &quality->set, &series, NULL)
             : STATUS_OK;
}

int backtest_quality(const struct backtest *backtest, const struct trial *trial,
                     struct quality *ret_quality) {
  struct quality quality = {.nab_known = false};
  int status = STATUS_OK;
  for (size_t i = 0; i < backtest->subject_count && status == STATUS_OK; i++)
    status = add_subject(&backtest->subjects[i], &trial->tallies[i], &quality);
  if (status == STATUS_OK)
    status = score_nab(backtest, trial, &quality);
  if (status == STATUS_OK)
    *ret_quality = quality;
  else
    quality_release(&quality);
  return status;
}

void quality_release(struct quality *quality) {
  quality_set_release(&quality->set);
  quality_set_release(&quality->groups);
}

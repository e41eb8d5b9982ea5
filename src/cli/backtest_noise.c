/* What a backtest's report has the most of comes first. */
#include "anomaly/status.h"
#include "cli/backtest_report.h"

#include <math.h>
#include <stdlib.h>

static const double WEEK = 7 * 86400.0;

struct ranked {
  uint64_t noise;
  size_t at;
};

uint64_t report_most_episodes(const struct backtest *backtest, size_t subject) {
  uint64_t most = 0;
  for (size_t i = 0; i < backtest->trial_count; i++)
    if (backtest->trials[i].tallies[subject].episodes > most)
      most = backtest->trials[i].tallies[subject].episodes;
  return most;
}

uint64_t report_most_told(const struct backtest *backtest, size_t host) {
  uint64_t most = 0;
  for (size_t i = 0; i < backtest->trial_count; i++)
    if (backtest->trials[i].told_of_host[host] > most)
      most = backtest->trials[i].told_of_host[host];
  return most;
}

static double by_week(uint64_t count, double first_time, double last_time) {
  return last_time > first_time ? (double)count * WEEK / (last_time - first_time) : (double)NAN;
}

double report_episode_rate(const struct backtest_report *report, size_t trial, size_t subject) {
  const struct subject *const of = &report->backtest->subjects[subject];
  return by_week(report->backtest->trials[trial].tallies[subject].episodes, of->first_time,
                 of->last_time);
}

double report_told_rate(const struct backtest_report *report, size_t trial, size_t host) {
  const struct roster_host *const of = &report->backtest->roster.hosts[host];
  return by_week(report->backtest->trials[trial].told_of_host[host], of->first_time, of->last_time);
}

static int by_noise(const void *left, const void *right) {
  const struct ranked *const one = left;
  const struct ranked *const other = right;
  if (one->noise != other->noise)
    return one->noise < other->noise ? 1 : -1;
  return (one->at > other->at) - (one->at < other->at);
}

/* The numbers of what was ranked; NULL where memory runs out. */
static size_t *numbers_of(struct ranked *ranked, size_t count) {
  size_t *const numbers = calloc(count + 1, sizeof *numbers);
  qsort(ranked, count, sizeof *ranked, by_noise);
  for (size_t i = 0; numbers != NULL && i < count; i++)
    numbers[i] = ranked[i].at;
  return numbers;
}

static size_t *rank_subjects(const struct backtest *backtest, size_t *ret_count) {
  struct ranked *const ranked = calloc(backtest->subject_count + 1, sizeof *ranked);
  if (ranked == NULL)
    return NULL;
  size_t count = 0;
  for (size_t i = 0; i < backtest->subject_count; i++)
    if (backtest->subjects[i].values > 0)
      ranked[count++] = (struct ranked){.noise = report_most_episodes(backtest, i), .at = i};
  size_t *const numbers = numbers_of(ranked, count);
  free(ranked);
  *ret_count = count;
  return numbers;
}

static size_t *rank_hosts(const struct backtest *backtest) {
  const size_t count = backtest->roster.host_count;
  struct ranked *const ranked = calloc(count + 1, sizeof *ranked);
  if (ranked == NULL)
    return NULL;
  for (size_t i = 0; i < count; i++)
    ranked[i] = (struct ranked){.noise = report_most_told(backtest, i), .at = i};
  size_t *const numbers = numbers_of(ranked, count);
  free(ranked);
  return numbers;
}

int backtest_report_create(struct backtest_report *ret_report, const struct backtest *backtest,
                           const struct quality *quality) {
  *ret_report = (struct backtest_report){.backtest = backtest, .quality = quality};
  ret_report->noisiest = rank_subjects(backtest, &ret_report->subject_count);
  ret_report->noisiest_hosts = rank_hosts(backtest);
  for (size_t i = 0; i < backtest->subject_count; i++)
    ret_report->group_count += backtest->subjects[i].group;
  return ret_report->noisiest != NULL && ret_report->noisiest_hosts != NULL ? STATUS_OK
                                                                            : STATUS_NO_MEMORY;
}

void backtest_report_release(struct backtest_report *report) {
  free(report->noisiest);
  free(report->noisiest_hosts);
}

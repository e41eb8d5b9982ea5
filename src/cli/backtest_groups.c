/* Groups in a backtest: their rows are judged once the values of all members have been read. */
#include "cli/backtest.h"

#include "anomaly/status.h"

#include <math.h>
#include <string.h>

static bool has_name(const struct subject *subject, const struct metric_name *name) {
  return memcmp(&subject->metric.name, name, sizeof *name) == 0;
}

/* A group has no values of its own: it comes and counts as a metric nowhere. */
static bool begin_group(struct backtest *backtest, const struct episode_event *event) {
  if (!backtest_grow(backtest, backtest->subject_count + 1))
    return false;
  struct subject *const subject = &backtest->subjects[backtest->subject_count];
  subject->metric.name = event->metric;
  subject->metric.first_time = subject->last_time = (double)INFINITY;
  subject->silent_since = (double)NAN;
  if (!roster_hold(&backtest->roster, event->metric.part[METRIC_HOST], event->verdict.time,
                   &subject->metric.host))
    return false;
  subject->known = true;
  backtest->subject_count++;
  return true;
}

bool backtest_find_group(struct backtest *backtest, const struct episode_event *event) {
  for (backtest->now = backtest->base; backtest->now < backtest->subject_count; backtest->now++)
    if (has_name(&backtest->subjects[backtest->now], &event->metric))
      return true;
  return begin_group(backtest, event);
}

int backtest_judge_groups(struct backtest *backtest) {
  int status = STATUS_OK;
  backtest->base = backtest->subject_count;
  for (size_t i = 0; i < backtest->trial_count; i++) {
    const int judged = engine_judge_kept(backtest->trials[i].engine);
    status = judged != STATUS_OK ? judged : status;
  }
  return status;
}

/* What each rule contributed to a trial. */
#include "cli/backtest.h"

#include "anomaly/status.h"
#include "cli/room.h"

#include <stdlib.h>

static struct rule_share *share_of(struct trial *trial, const struct rule *rule) {
  size_t at = 0;
  while (at < trial->rule_count && trial->rules[at].rule != rule)
    at++;
  if (at < trial->rule_count)
    return &trial->rules[at];
  struct rule_share *const rules = room_for_one(trial->rules, at, &trial->rule_room, sizeof *rules);
  if (rules == NULL)
    return NULL;
  trial->rules = rules;
  rules[at] = (struct rule_share){.rule = rule};
  trial->rule_count++;
  return &rules[at];
}

static int by_contribution(const void *left, const void *right) {
  const struct rule_share *const one = left;
  const struct rule_share *const other = right;
  if (one->episodes != other->episodes)
    return one->episodes < other->episodes ? 1 : -1;
  return (one->metrics < other->metrics) - (one->metrics > other->metrics);
}

static int sum(struct trial *trial) {
  const struct backtest *const backtest = trial->backtest;
  for (size_t i = 0; i < backtest->subject_count; i++) {
    if (!backtest->subjects[i].known || trial->tallies[i].rule == NULL)
      continue;
    const struct tally *const tally = &trial->tallies[i];
    struct rule_share *const share = share_of(trial, tally->rule);
    if (share == NULL)
      return STATUS_NO_MEMORY;
    share->metrics++;
    share->anomalies += tally->anomalies;
    share->episodes += tally->episodes;
  }
  if (trial->rule_count > 0)
    qsort(trial->rules, trial->rule_count, sizeof *trial->rules, by_contribution);
  return STATUS_OK;
}

int backtest_sum_rules(struct backtest *backtest) {
  int status = STATUS_OK;
  for (size_t i = 0; i < backtest->trial_count && status == STATUS_OK; i++)
    status = sum(&backtest->trials[i]);
  return status;
}

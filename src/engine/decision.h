/*
 * The decision: from the findings of a metric's detectors to one verdict, and
 * from verdict to verdict to an episode.
 */
#ifndef ANOMALY_ENGINE_DECISION_H
#define ANOMALY_ENGINE_DECISION_H

#include "anomaly/episode.h"
#include "anomaly/rule.h"
#include "anomaly/verdict.h"
#include "engine/habit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ratios that follow from a rule's options. */
struct decision_lines {
  double alarm;   /* a verdict at or over it is an anomaly */
  double calm;    /* a verdict under it counts towards the end */
  double failure; /* an episode at or over it is a failure */
};

/* Sensitivity moves all of them, so that a warning stays apart from a failure. */
struct decision_lines decision_lines(const struct rule_options *options);

/* One metric's episode, all zero at first. */
struct decision {
  uint64_t episode; /* its id; 0 = none yet */
  double start;     /* time of the first verdict of the run that opened it */
  double since;     /* when what that verdict found began: start, where it is not known */
  double peak_time;
  double peak_value;
  double peak_ratio;
  uint32_t hits; /* anomalies in a row while none is open */
  uint32_t calm; /* calm verdicts in a row while one is open */
  uint8_t open;
  uint8_t severity; /* enum severity */
  uint8_t kind;     /* enum anomaly_kind of the verdict that opened it */
  uint8_t accepted; /* closed by timeout: opens again only after a calm verdict */
  struct habit habit;
};

/*
 * Combines 1 .. RULE_DETECTORS_MAX findings by the rule's consensus over those
 * that are ready, and applies the rule's direction and deviations. Consensus
 * `any` takes the largest ratio, `all` the smallest, `majority` the one in
 * between that more than half of the ready detectors reach; `strongest` takes
 * the largest too, but lets no other detector weaken the confidence. Detectors
 * that are not ready or abstain have no vote, unless none has. names[i] names finding i.
 * Fills every field of *ret_verdict but open, severity and change.
 */
void decision_combine(const struct rule_options *options, const struct decision_lines *lines,
                      const struct finding *findings, const char *const *names, size_t count,
                      double time, double value, struct verdict *ret_verdict);

/*
 * Advances the episode by one verdict and fills its open, severity and
 * change; a new one has no id yet, which is the caller's to give. An episode about missing
 * values ends with the first value that is calm; ret_end says why it ended.
 */
void decision_advance(struct decision *decision, const struct rule_options *options,
                      const struct decision_lines *lines, struct verdict *verdict,
                      enum episode_end *ret_end);

#endif

#include "cli/backtest_report.h"

#include <math.h>

static const struct trial *trial_of(const struct backtest_report *report, size_t trial) {
  return &report->backtest->trials[trial];
}

static double episodes(const struct backtest_report *report, size_t trial) {
  return (double)trial_of(report, trial)->episode_count;
}

static double per_week(const struct backtest_report *report, size_t trial) {
  const double weeks = backtest_weeks(report->backtest);
  return weeks > 0 ? episodes(report, trial) / weeks : (double)NAN;
}

static double told(const struct backtest_report *report, size_t trial) {
  const struct trial *const of = trial_of(report, trial);
  return of->overfull ? (double)NAN : (double)of->incidents_told;
}

static double told_per_week(const struct backtest_report *report, size_t trial) {
  const double weeks = roster_weeks(&report->backtest->roster);
  return weeks > 0 ? told(report, trial) / weeks : (double)NAN;
}

static double held_back(const struct backtest_report *report, size_t trial) {
  return (double)trial_of(report, trial)->incident_count - told(report, trial);
}

static double anomalies(const struct backtest_report *report, size_t trial) {
  return (double)trial_of(report, trial)->anomalies;
}

static const struct quality_set *set_of(const struct backtest_report *report, size_t trial) {
  return &report->quality[trial].set;
}

static double segments(const struct backtest_report *report, size_t trial) {
  return (double)set_of(report, trial)->counts.segments;
}

static double found(const struct backtest_report *report, size_t trial) {
  return (double)set_of(report, trial)->counts.found;
}

static double false_episodes(const struct backtest_report *report, size_t trial) {
  return (double)set_of(report, trial)->counts.false_episodes;
}

static double recall(const struct backtest_report *report, size_t trial) {
  return event_recall(&set_of(report, trial)->counts);
}

static double precision(const struct backtest_report *report, size_t trial) {
  return event_precision(&set_of(report, trial)->counts);
}

static double f1(const struct backtest_report *report, size_t trial) {
  return event_f1(&set_of(report, trial)->counts);
}

static double false_per_week(const struct backtest_report *report, size_t trial) {
  return event_false_per_week(&set_of(report, trial)->counts);
}

static double delay(const struct backtest_report *report, size_t trial) {
  return quality_set_delay(set_of(report, trial));
}

static double best_f1(const struct backtest_report *report, size_t trial) {
  return quality_set_best_f1(set_of(report, trial));
}

static double auc_pr(const struct backtest_report *report, size_t trial) {
  return quality_set_auc_pr(set_of(report, trial));
}

static double vus_pr(const struct backtest_report *report, size_t trial) {
  return quality_set_vus_pr(set_of(report, trial));
}

static double point_precision(const struct backtest_report *report, size_t trial) {
  return overlap_point_precision(&set_of(report, trial)->overlap);
}

static double point_recall(const struct backtest_report *report, size_t trial) {
  return overlap_point_recall(&set_of(report, trial)->overlap);
}

static double point_f1(const struct backtest_report *report, size_t trial) {
  return overlap_f1(point_precision(report, trial), point_recall(report, trial));
}

static double range_precision(const struct backtest_report *report, size_t trial) {
  return overlap_range_precision(&set_of(report, trial)->overlap);
}

static double range_recall(const struct backtest_report *report, size_t trial) {
  return overlap_range_recall(&set_of(report, trial)->overlap);
}

static double range_f1(const struct backtest_report *report, size_t trial) {
  return overlap_f1(range_precision(report, trial), range_recall(report, trial));
}

static double nab_of(const struct backtest_report *report, size_t trial, size_t profile) {
  const struct quality *const quality = &report->quality[trial];
  return quality->nab_known ? quality->nab[profile].score : (double)NAN;
}

static double nab_standard(const struct backtest_report *report, size_t trial) {
  return nab_of(report, trial, 0);
}

static double nab_low_fp(const struct backtest_report *report, size_t trial) {
  return nab_of(report, trial, 1);
}

static double nab_low_fn(const struct backtest_report *report, size_t trial) {
  return nab_of(report, trial, 2);
}

/* ---- Of groups ---- */

static double group_episodes(const struct backtest_report *report, size_t trial) {
  const struct backtest *const backtest = report->backtest;
  uint64_t count = 0;
  for (size_t i = 0; i < backtest->subject_count; i++)
    if (backtest->subjects[i].group)
      count += trial_of(report, trial)->tallies[i].episodes;
  return (double)count;
}

static double group_anomalies(const struct backtest_report *report, size_t trial) {
  const struct backtest *const backtest = report->backtest;
  uint64_t count = 0;
  for (size_t i = 0; i < backtest->subject_count; i++)
    if (backtest->subjects[i].group)
      count += trial_of(report, trial)->tallies[i].anomalies;
  return (double)count;
}

static const struct quality_set *groups_of(const struct backtest_report *report, size_t trial) {
  return &report->quality[trial].groups;
}

static double group_segments(const struct backtest_report *report, size_t trial) {
  return (double)groups_of(report, trial)->counts.segments;
}

static double group_found(const struct backtest_report *report, size_t trial) {
  return (double)groups_of(report, trial)->counts.found;
}

static double group_false(const struct backtest_report *report, size_t trial) {
  return (double)groups_of(report, trial)->counts.false_episodes;
}

static double group_recall(const struct backtest_report *report, size_t trial) {
  return event_recall(&groups_of(report, trial)->counts);
}

static double group_precision(const struct backtest_report *report, size_t trial) {
  return event_precision(&groups_of(report, trial)->counts);
}

static double group_f1(const struct backtest_report *report, size_t trial) {
  return event_f1(&groups_of(report, trial)->counts);
}

static double group_false_per_week(const struct backtest_report *report, size_t trial) {
  return event_false_per_week(&groups_of(report, trial)->counts);
}

static double group_delay(const struct backtest_report *report, size_t trial) {
  return quality_set_delay(groups_of(report, trial));
}

static double group_best_f1(const struct backtest_report *report, size_t trial) {
  return quality_set_best_f1(groups_of(report, trial));
}

static double group_auc_pr(const struct backtest_report *report, size_t trial) {
  return quality_set_auc_pr(groups_of(report, trial));
}

static double group_vus_pr(const struct backtest_report *report, size_t trial) {
  return quality_set_vus_pr(groups_of(report, trial));
}

const struct report_row report_rows[] = {
    {"incidents told", told, 0, false, false},
    {"incidents told per host and week", told_per_week, 3, false, false},
    {"incidents held back", held_back, 0, false, false},
    {"episodes", episodes, 0, false, false},
    {"episodes per metric and week", per_week, 3, false, false},
    {"values over the line", anomalies, 0, false, false},
    {"labelled segments", segments, 0, true, false},
    {"found", found, 0, true, false},
    {"false episodes", false_episodes, 0, true, false},
    {"event recall", recall, 3, true, false},
    {"event precision", precision, 3, true, false},
    {"event F1", f1, 3, true, false},
    {"false episodes per metric and week", false_per_week, 3, true, false},
    {"median delay in values", delay, 1, true, false},
    {"best event F1", best_f1, 3, true, false},
    {"point precision", point_precision, 3, true, false},
    {"point recall", point_recall, 3, true, false},
    {"point F1", point_f1, 3, true, false},
    {"range precision", range_precision, 3, true, false},
    {"range recall", range_recall, 3, true, false},
    {"range F1", range_f1, 3, true, false},
    {"AUC-PR", auc_pr, 3, true, false},
    {"VUS-PR", vus_pr, 3, true, false},
    {"NAB standard", nab_standard, 2, true, false},
    {"NAB low false alarms", nab_low_fp, 2, true, false},
    {"NAB low misses", nab_low_fn, 2, true, false},
    {"group episodes", group_episodes, 0, false, true},
    {"group rows over the line", group_anomalies, 0, false, true},
    {"group labelled segments", group_segments, 0, true, true},
    {"group found", group_found, 0, true, true},
    {"group false episodes", group_false, 0, true, true},
    {"group event recall", group_recall, 3, true, true},
    {"group event precision", group_precision, 3, true, true},
    {"group event F1", group_f1, 3, true, true},
    {"group false episodes per week", group_false_per_week, 3, true, true},
    {"group median delay in rows", group_delay, 1, true, true},
    {"group best event F1", group_best_f1, 3, true, true},
    {"group AUC-PR", group_auc_pr, 3, true, true},
    {"group VUS-PR", group_vus_pr, 3, true, true},
    {.name = NULL},
};

bool report_has(const struct backtest_report *report, const struct report_row *row) {
  return (!row->labelled || report->quality != NULL) && (!row->groups || report->group_count > 0);
}

const char report_overfull[] =
    "more episodes or silences than incidents can be made of; what is said of incidents is of the "
    "first million";

char report_letter(size_t trial) { return (char)('A' + (int)trial); }

const char *const report_definitions[] = {
    "Not scored are the first 15 % of a metric's time, at least 1 day, at most 7.",
    "Event: a segment (run of labelled values) is found by a value over the line between its start "
    "and its end, or until the larger of 10 minutes and 3 values after its start. Runs of values "
    "over the line with fewer than 10 quiet ones between them are one episode; one that touches no "
    "segment within 3 values is false, once and once more for every 60 values that it lasts (24 to "
    "60 where values are rarer than one in 6 minutes: those of 6 hours). Precision is found / "
    "(found + false). The delay is from a found segment's start to its first value over the line. "
    "Best F1 is that at the best single score threshold.",
    "Point: each value counts alike. Range: each run counts alike, by the share of it that is "
    "covered (Tatbul et al. 2018, flat). Both ask for alarms that last as long as the label.",
    "AUC-PR, VUS-PR: area under precision and recall over all thresholds, the latter with labels "
    "widened by 0 to 20 values (Paparrizos et al. 2022); means over the metrics with labels.",
    "Groups: each is a series of rows, counted by the same rules; a row is labelled where a value "
    "of one of its members is. What is said of values and metrics, and NAB, is without them.",
    "NAB: the Numenta benchmark's score (Lavin, Ahmad 2015) by onset at its best threshold; 0 is "
    "no alarm at all, 100 perfect.",
    NULL,
};

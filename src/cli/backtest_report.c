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

/* ---- By labels, of metrics or of groups ---- */

static double segments(const struct quality_set *set) { return (double)set->counts.segments; }

static double found(const struct quality_set *set) { return (double)set->counts.found; }

static double false_episodes(const struct quality_set *set) {
  return (double)set->counts.false_episodes;
}

static double recall(const struct quality_set *set) { return event_recall(&set->counts); }

static double precision(const struct quality_set *set) { return event_precision(&set->counts); }

static double f1(const struct quality_set *set) { return event_f1(&set->counts); }

static double false_per_week(const struct quality_set *set) {
  return event_false_per_week(&set->counts);
}

static double point_precision(const struct quality_set *set) {
  return overlap_point_precision(&set->overlap);
}

static double point_recall(const struct quality_set *set) {
  return overlap_point_recall(&set->overlap);
}

static double point_f1(const struct quality_set *set) {
  return overlap_f1(point_precision(set), point_recall(set));
}

static double range_precision(const struct quality_set *set) {
  return overlap_range_precision(&set->overlap);
}

static double range_recall(const struct quality_set *set) {
  return overlap_range_recall(&set->overlap);
}

static double range_f1(const struct quality_set *set) {
  return overlap_f1(range_precision(set), range_recall(set));
}

const struct report_row report_rows[] = {
    {"incidents told", 0, .trial = told},
    {"incidents told per host and week", 3, .trial = told_per_week},
    {"incidents held back", 0, .trial = held_back},
    {"episodes", 0, .trial = episodes},
    {"episodes per metric and week", 3, .trial = per_week},
    {"values over the line", 0, .trial = anomalies},
    {"labelled segments", 0, .set = segments},
    {"found", 0, .set = found},
    {"false episodes", 0, .set = false_episodes},
    {"event recall", 3, .set = recall},
    {"event precision", 3, .set = precision},
    {"event F1", 3, .set = f1},
    {"false episodes per metric and week", 3, .set = false_per_week},
    {"median delay in values", 1, .set = quality_set_delay},
    {"best event F1", 3, .set = quality_set_best_f1},
    {"point precision", 3, .set = point_precision},
    {"point recall", 3, .set = point_recall},
    {"point F1", 3, .set = point_f1},
    {"range precision", 3, .set = range_precision},
    {"range recall", 3, .set = range_recall},
    {"range F1", 3, .set = range_f1},
    {"AUC-PR", 3, .set = quality_set_auc_pr},
    {"VUS-PR", 3, .set = quality_set_vus_pr},
    {"NAB standard", 2, .trial = nab_standard, .labelled = true},
    {"NAB low false alarms", 2, .trial = nab_low_fp, .labelled = true},
    {"NAB low misses", 2, .trial = nab_low_fn, .labelled = true},
    {"group episodes", 0, .trial = group_episodes, .groups = true},
    {"group rows over the line", 0, .trial = group_anomalies, .groups = true},
    {"group labelled segments", 0, .set = segments, .groups = true},
    {"group found", 0, .set = found, .groups = true},
    {"group false episodes", 0, .set = false_episodes, .groups = true},
    {"group event recall", 3, .set = recall, .groups = true},
    {"group event precision", 3, .set = precision, .groups = true},
    {"group event F1", 3, .set = f1, .groups = true},
    {"group false episodes per week", 3, .set = false_per_week, .groups = true},
    {"group median delay in rows", 1, .set = quality_set_delay, .groups = true},
    {"group best event F1", 3, .set = quality_set_best_f1, .groups = true},
    {"group AUC-PR", 3, .set = quality_set_auc_pr, .groups = true},
    {"group VUS-PR", 3, .set = quality_set_vus_pr, .groups = true},
    {.name = NULL},
};

bool report_has(const struct backtest_report *report, const struct report_row *row) {
  const bool labelled = row->labelled || row->set != NULL;
  return (!labelled || report->quality != NULL) && (!row->groups || report->group_count > 0);
}

double report_number(const struct backtest_report *report, const struct report_row *row,
                     size_t trial) {
  if (row->set == NULL)
    return row->trial(report, trial);
  const struct quality *const quality = &report->quality[trial];
  return row->set(row->groups ? &quality->groups : &quality->set);
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

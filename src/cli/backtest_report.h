/*
 * What came of a backtest, for people, for programs, and as a page.
 */
#ifndef ANOMALY_CLI_BACKTEST_REPORT_H
#define ANOMALY_CLI_BACKTEST_REPORT_H

#include "cli/backtest.h"

#include <stdio.h>

struct backtest_report {
  const struct backtest *backtest;
  const struct quality *quality; /* of each trial; NULL without labels */
  size_t *noisiest; /* all subjects with values, most episodes of any trial first; owned */
  size_t subject_count, group_count; /* of them, with groups; the groups alone */
  size_t *noisiest_hosts;            /* all of the roster, most told of by any trial first; owned */
};

/* Makes a report of a backtest; release it in any case. Errors: STATUS_NO_MEMORY. */
int backtest_report_create(struct backtest_report *ret_report, const struct backtest *backtest,
                           const struct quality *quality);
void backtest_report_release(struct backtest_report *report);

/* The most that any trial has of a subject's episodes, of incidents told of a host. */
uint64_t report_most_episodes(const struct backtest *backtest, size_t subject);
uint64_t report_most_told(const struct backtest *backtest, size_t host);

/* A subject's episodes, a host's incidents told, by week; NaN where no time went by. */
double report_episode_rate(const struct backtest_report *report, size_t trial, size_t subject);
double report_told_rate(const struct backtest_report *report, size_t trial, size_t host);

/*
 * One row of the table that text and page have: a number of a trial, or of what is labelled of
 * metrics, or of groups.
 */
struct report_row {
  const char *name;
  unsigned decimals;
  double (*trial)(const struct backtest_report *report, size_t trial); /* either this */
  double (*set)(const struct quality_set *set);                        /* or this */
  bool labelled; /* of a trial, and only where there are labels; a set has them always */
  bool groups;   /* of groups, and only where there are some */
};

/* Ended by a row whose name is NULL. */
extern const struct report_row report_rows[];

/* Whether the report has a row. */
bool report_has(const struct backtest_report *report, const struct report_row *row);

/* Its number, of a row that the report has; NaN is printed as "-". */
double report_number(const struct backtest_report *report, const struct report_row *row,
                     size_t trial);

/* What to say of a trial that is overfull. */
extern const char report_overfull[];

/* "A", "B" …: how a table calls a trial. */
char report_letter(size_t trial);

/* How the rows with labels are counted, paragraph by paragraph; ended by NULL. */
extern const char *const report_definitions[];

/* For people. Whether it could be written is seen on the stream, here and below. */
void backtest_write_text(FILE *stream, const struct backtest_report *report);

/* As one object; only where JSON is there. */
void backtest_write_json(FILE *stream, const struct backtest_report *report);

/* A page that needs nothing but itself. */
void backtest_write_html(FILE *stream, const struct backtest_report *report);

#endif

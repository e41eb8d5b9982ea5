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
  const size_t *noisiest;        /* all subjects with values, most episodes of any trial first */
  size_t subject_count;
};

/* One row of the table that text and page have; NaN is printed as "-". */
struct report_row {
  const char *name;
  double (*number)(const struct backtest_report *report, size_t trial);
  unsigned decimals;
  bool labelled; /* only where there are labels */
};

/* Ended by a row whose name is NULL. */
extern const struct report_row report_rows[];

/* "A", "B" …: how a table calls a trial. */
char report_letter(size_t trial);

/* How the rows with labels are counted, paragraph by paragraph; ended by NULL. */
extern const char *const report_definitions[];

void backtest_write_text(FILE *stream, const struct backtest_report *report);

/* As one object; only where JSON is there. */
void backtest_write_json(FILE *stream, const struct backtest_report *report);

/* A page that needs nothing but itself. */
void backtest_write_html(FILE *stream, const struct backtest_report *report);

#endif

#include "base/text.h"
#include "base/timefmt.h"
#include "cli/backtest_report.h"
#include "cli/rule_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { NAME_WIDTH = 36, CELL_WIDTH = 10, NOISIEST = 10, RULES = 20, LINE_WIDTH = 90 };

static void print_span(FILE *stream, const struct backtest_report *report) {
  const struct backtest *const backtest = report->backtest;
  uint64_t values = 0;
  for (size_t i = 0; i < backtest->subject_count; i++)
    values += backtest->subjects[i].group ? 0 : backtest->subjects[i].values;
  fprintf(stream, "%zu metrics of %zu hosts, ", report->subject_count - report->group_count,
          backtest->roster.host_count);
  if (report->group_count > 0)
    fprintf(stream, "%zu groups, ", report->group_count);
  fprintf(stream, "%" PRIu64 " values", values);
  if (values > 0) {
    char span[128];
    struct text text = text_over(span, sizeof span);
    time_add_iso(&text, backtest->first_time);
    text_add(&text, " .. ");
    time_add_iso(&text, backtest->last_time);
    fprintf(stream, ", %s, %.1f metric weeks", span, backtest_weeks(backtest));
  }
  fputs("\n", stream);
}

static void print_overfull(FILE *stream, const struct backtest *backtest) {
  for (size_t i = 0; i < backtest->trial_count; i++)
    if (backtest->trials[i].overfull)
      fprintf(stream, "%c: %s\n", report_letter(i), report_overfull);
}

static void print_cell(FILE *stream, double number, unsigned decimals) {
  if (isnan(number))
    fprintf(stream, "%*s", CELL_WIDTH, "-");
  else
    fprintf(stream, "%*.*f", CELL_WIDTH, (int)decimals, number);
}

static void print_table(FILE *stream, const struct backtest_report *report) {
  const size_t trials = report->backtest->trial_count;
  fprintf(stream, "\n%*s", NAME_WIDTH, "");
  for (size_t i = 0; i < trials; i++)
    fprintf(stream, "%*c", CELL_WIDTH, report_letter(i));
  fputs("\n", stream);
  for (const struct report_row *row = report_rows; row->name != NULL; row++) {
    if (!report_has(report, row))
      continue;
    fprintf(stream, "%-*s", NAME_WIDTH, row->name);
    for (size_t i = 0; i < trials; i++)
      print_cell(stream, report_number(report, row, i), row->decimals);
    fputs("\n", stream);
  }
}

static void print_leaders(FILE *stream, const struct backtest *backtest) {
  fputs("\nWhat each detector led to\n", stream);
  for (size_t i = 0; i < backtest->trial_count; i++)
    for (size_t at = 0; at < backtest->trials[i].leader_count; at++) {
      const struct leader *const leader = &backtest->trials[i].leaders[at];
      fprintf(stream, "  %c  %-16s %8" PRIu64 " episodes, %10" PRIu64 " values over the line\n",
              report_letter(i), leader->name, leader->episodes, leader->anomalies);
    }
}

static void print_rules(FILE *stream, const struct backtest *backtest) {
  fputs("\nWhat became of each rule's metrics\n", stream);
  for (size_t i = 0; i < backtest->trial_count; i++)
    for (size_t at = 0; at < backtest->trials[i].rule_count && at < RULES; at++) {
      const struct rule_share *const share = &backtest->trials[i].rules[at];
      char title[RULE_TITLE_SIZE];
      struct text text = text_over(title, sizeof title);
      rule_add_title(share->rule, &text);
      fprintf(stream,
              "  %c  %8" PRIu64 " episodes, %10" PRIu64 " values over the line, %6zu metrics: %s\n",
              report_letter(i), share->episodes, share->anomalies, share->metrics, title);
    }
}

static void print_noisiest(FILE *stream, const struct backtest_report *report) {
  const struct backtest *const backtest = report->backtest;
  fputs("\nMost episodes per week\n", stream);
  for (size_t i = 0; i < report->subject_count && i < NOISIEST; i++) {
    const size_t subject = report->noisiest[i];
    if (report_most_episodes(backtest, subject) == 0)
      break;
    for (size_t trial = 0; trial < backtest->trial_count; trial++)
      print_cell(stream, report_episode_rate(report, trial, subject), 2);
    char name[METRIC_TEXT_SIZE];
    struct text text = text_over(name, sizeof name);
    subject_name(&backtest->subjects[subject], &text);
    fprintf(stream, "  %s\n", name);
  }
}

static void print_noisiest_hosts(FILE *stream, const struct backtest_report *report) {
  const struct backtest *const backtest = report->backtest;
  fputs("\nMost incidents told per week\n", stream);
  for (size_t i = 0; i < backtest->roster.host_count && i < NOISIEST; i++) {
    const size_t host = report->noisiest_hosts[i];
    if (report_most_told(backtest, host) == 0)
      break;
    for (size_t trial = 0; trial < backtest->trial_count; trial++)
      print_cell(stream, report_told_rate(report, trial, host), 2);
    fprintf(stream, "  %s\n", backtest->roster.hosts[host].name);
  }
}

/* Breaks a paragraph at blanks. */
static void print_paragraph(FILE *stream, const char *words) {
  while (strlen(words) > LINE_WIDTH) {
    int length = LINE_WIDTH;
    while (length > 1 && words[length] != ' ')
      length--;
    fprintf(stream, "  %.*s\n", length, words);
    words += length + 1;
  }
  fprintf(stream, "  %s\n", words);
}

void backtest_write_text(FILE *stream, const struct backtest_report *report) {
  print_span(stream, report);
  for (size_t i = 0; i < report->backtest->trial_count; i++)
    fprintf(stream, "%c: %s\n", report_letter(i), report->backtest->trials[i].title);
  print_overfull(stream, report->backtest);
  print_table(stream, report);
  print_leaders(stream, report->backtest);
  print_rules(stream, report->backtest);
  print_noisiest_hosts(stream, report);
  print_noisiest(stream, report);
  if (report->quality == NULL)
    return;
  fputs("\nHow it is counted\n", stream);
  for (const char *const *words = report_definitions; *words != NULL; words++)
    print_paragraph(stream, *words);
}

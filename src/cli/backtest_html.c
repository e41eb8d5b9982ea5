#include "base/text.h"
#include "base/timefmt.h"
#include "cli/backtest_report.h"
#include "cli/rule_text.h"
#include "cli/svg.h"

#include <inttypes.h>
#include <math.h>

enum { PLOTS_MAX = 100, ROWS_MAX = 200 };

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Backtest</title>\n<style>\n"
    "body{font:14px/1.45 system-ui,sans-serif;max-width:1020px;margin:2em auto;padding:0 1em;"
    "color:#222;background:#fff}\n"
    "h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}h3{font-size:1em;margin:1.6em 0 .2em;"
    "overflow-wrap:anywhere}\n"
    "table{border-collapse:collapse}td,th{padding:.15em .8em .15em 0;text-align:right}"
    "td:first-child,th:first-child,td.word{text-align:left;overflow-wrap:anywhere}"
    "tr{border-bottom:1px solid #e4e4e4}\n"
    "svg{width:100%;height:auto;display:block}svg text{font-size:10px;fill:#666}"
    ".name{text-anchor:end}.axis{stroke:#bbb;fill:none}.line{stroke:#b00020;stroke-dasharray:4 3;"
    "fill:none;opacity:.6}\n"
    ".label{fill:#f5c542;opacity:.35}.band{fill:#3f7fbf;opacity:.22}"
    ".values{fill:#222;stroke:#222;stroke-width:1;stroke-linejoin:round}"
    ".score{fill:none;stroke-width:1}\n"
    ".score.t0{stroke:#b00020}.score.t1{stroke:#00695c}.score.t2{stroke:#6a1b9a}"
    ".score.t3{stroke:#e65100}\n"
    ".episode.t0{fill:#b00020}.episode.t1{fill:#00695c}.episode.t2{fill:#6a1b9a}"
    ".episode.t3{fill:#e65100}\n"
    ".key span{display:inline-block;width:1em;height:.8em;margin:0 .3em 0 1em}\n"
    "@media(prefers-color-scheme:dark){body{background:#16181b;color:#ddd}tr{border-color:#333}"
    "svg text{fill:#999}.values{fill:#ddd;stroke:#ddd}.axis{stroke:#555}}\n"
    "</style>\n</head>\n<body>\n<h1>Backtest</h1>\n";

static const char key[] = "<p class=\"key\"><span style=\"background:currentColor\"></span>values"
                          "<span style=\"background:#3f7fbf;opacity:.4\"></span>expected (by A)"
                          "<span style=\"background:#f5c542;opacity:.6\"></span>labelled"
                          "<span style=\"background:#b00020\"></span>A: score and episodes"
                          "<span style=\"background:#00695c\"></span>B"
                          "<span style=\"background:#6a1b9a\"></span>C"
                          "<span style=\"background:#e65100\"></span>D, and so on; the dashed line "
                          "is the alarm line</p>\n";

static size_t least(size_t one, size_t other) { return one < other ? one : other; }

static void write_time(FILE *stream, double time) {
  char words[64];
  struct text text = text_over(words, sizeof words);
  if (isnan(time))
    text_add(&text, "open");
  else
    time_add_iso(&text, time);
  fprintf(stream, "<td>%s</td>", words);
}

static void write_cell(FILE *stream, double number, unsigned decimals) {
  if (isnan(number))
    fputs("<td>-</td>", stream);
  else
    fprintf(stream, "<td>%.*f</td>", (int)decimals, number);
}

static void write_name(FILE *stream, const struct backtest *backtest, size_t subject) {
  char name[METRIC_TEXT_SIZE];
  struct text text = text_over(name, sizeof name);
  subject_name(&backtest->subjects[subject], &text);
  html_write_text(stream, name);
}

static void write_trials(FILE *stream, const struct backtest_report *report) {
  const struct backtest *const backtest = report->backtest;
  fprintf(stream, "<p>%zu metrics of %zu hosts, %zu groups, %.1f metric weeks</p>\n<ul>\n",
          report->subject_count - report->group_count, backtest->roster.host_count,
          report->group_count, backtest_weeks(backtest));
  for (size_t i = 0; i < backtest->trial_count; i++) {
    fprintf(stream, "<li>%c: ", report_letter(i));
    html_write_text(stream, backtest->trials[i].title);
    if (backtest->trials[i].overfull)
      fprintf(stream, "; %s", report_overfull);
    fputs("</li>\n", stream);
  }
  fputs("</ul>\n", stream);
}

static void write_table(FILE *stream, const struct backtest_report *report) {
  fputs("<table>\n<tr><th></th>", stream);
  for (size_t i = 0; i < report->backtest->trial_count; i++)
    fprintf(stream, "<th>%c</th>", report_letter(i));
  fputs("</tr>\n", stream);
  for (const struct report_row *row = report_rows; row->name != NULL; row++) {
    if (!report_has(report, row))
      continue;
    fprintf(stream, "<tr><td>%s</td>", row->name);
    for (size_t i = 0; i < report->backtest->trial_count; i++)
      write_cell(stream, report_number(report, row, i), row->decimals);
    fputs("</tr>\n", stream);
  }
  fputs("</table>\n", stream);
}

static void write_leaders(FILE *stream, const struct backtest *backtest) {
  fputs("<h2>What each detector led to</h2>\n<table>\n"
        "<tr><th></th><th>episodes</th><th>values over the line</th></tr>\n",
        stream);
  for (size_t i = 0; i < backtest->trial_count; i++)
    for (size_t at = 0; at < backtest->trials[i].leader_count; at++)
      fprintf(stream, "<tr><td>%c: %s</td><td>%" PRIu64 "</td><td>%" PRIu64 "</td></tr>\n",
              report_letter(i), backtest->trials[i].leaders[at].name,
              backtest->trials[i].leaders[at].episodes, backtest->trials[i].leaders[at].anomalies);
  fputs("</table>\n", stream);
}

static void write_rules(FILE *stream, const struct backtest *backtest) {
  fputs("<h2>What became of each rule's metrics</h2>\n<table>\n"
        "<tr><th></th><th>metrics</th><th>episodes</th><th>values over the line</th></tr>\n",
        stream);
  for (size_t i = 0; i < backtest->trial_count; i++)
    for (size_t at = 0; at < least(backtest->trials[i].rule_count, ROWS_MAX); at++) {
      const struct rule_share *const share = &backtest->trials[i].rules[at];
      char title[RULE_TITLE_SIZE];
      struct text text = text_over(title, sizeof title);
      rule_add_title(share->rule, &text);
      fprintf(stream, "<tr><td>%c: ", report_letter(i));
      html_write_text(stream, title);
      fprintf(stream, "</td><td>%zu</td><td>%" PRIu64 "</td><td>%" PRIu64 "</td></tr>\n",
              share->metrics, share->episodes, share->anomalies);
    }
  fputs("</table>\n", stream);
}

static void write_plots(FILE *stream, const struct backtest_report *report) {
  const size_t shown = least(report->subject_count, PLOTS_MAX);
  fprintf(stream, "<h2>Metrics and groups, most episodes first</h2>\n%s", key);
  if (shown < report->subject_count)
    fprintf(stream, "<p>%zu of %zu are shown.</p>\n", shown, report->subject_count);
  for (size_t i = 0; i < shown; i++) {
    fputs("<h3>", stream);
    write_name(stream, report->backtest, report->noisiest[i]);
    fputs("</h3>\n", stream);
    svg_write_plot(stream, report->backtest, report->noisiest[i]);
  }
}

static void write_hosts(FILE *stream, const struct backtest_report *report) {
  const struct backtest *const backtest = report->backtest;
  fputs("<h2>Incidents told per week</h2>\n<table>\n<tr><th></th>", stream);
  for (size_t i = 0; i < backtest->trial_count; i++)
    fprintf(stream, "<th>%c</th>", report_letter(i));
  fputs("</tr>\n", stream);
  for (size_t i = 0; i < least(backtest->roster.host_count, ROWS_MAX); i++) {
    const size_t host = report->noisiest_hosts[i];
    fputs("<tr><td>", stream);
    html_write_text(stream, backtest->roster.hosts[host].name);
    fputs("</td>", stream);
    for (size_t trial = 0; trial < backtest->trial_count; trial++)
      write_cell(stream, report_told_rate(report, trial, host), 2);
    fputs("</tr>\n", stream);
  }
  fputs("</table>\n", stream);
}

static void write_incident(FILE *stream, const struct past_incident *incident) {
  fputs("<tr>", stream);
  write_time(stream, incident->start);
  write_time(stream, incident->end);
  fprintf(stream, "<td class=\"word\">%s</td><td class=\"word\">",
          severity_name(incident->severity));
  html_write_text(stream, incident->host);
  fputs("</td><td class=\"word\">", stream);
  html_write_text(stream, incident->text);
  fputs("</td></tr>\n", stream);
}

static void write_incidents(FILE *stream, const struct backtest *backtest, size_t index) {
  const struct trial *const trial = &backtest->trials[index];
  fprintf(stream,
          "<h2>What %c would have told</h2>\n<p>%zu of %" PRIu64 " incidents</p>\n<table>\n"
          "<tr><th>start</th><th>end</th><th>severity</th><th>host</th><th>text</th></tr>\n",
          report_letter(index), least(trial->incidents_told, ROWS_MAX), trial->incidents_told);
  size_t shown = 0;
  for (size_t i = 0; i < trial->incident_count && shown < ROWS_MAX; i++) {
    if (!trial->incidents[i].told)
      continue;
    write_incident(stream, &trial->incidents[i]);
    shown++;
  }
  fputs("</table>\n", stream);
}

static void write_episodes(FILE *stream, const struct backtest *backtest, size_t index) {
  const struct trial *const trial = &backtest->trials[index];
  const size_t shown = least(trial->episode_count, ROWS_MAX);
  fprintf(stream,
          "<h2>Episodes of %c</h2>\n<p>%zu of %zu</p>\n<table>\n"
          "<tr><th>start</th><th>end</th><th>kind</th><th>score</th><th>detector</th>"
          "<th>metric</th></tr>\n",
          report_letter(index), shown, trial->episode_count);
  for (size_t i = 0; i < shown; i++) {
    const struct seen_episode *const episode = &trial->episodes[i];
    fputs("<tr>", stream);
    write_time(stream, episode->start);
    write_time(stream, episode->end);
    fprintf(stream, "<td class=\"word\">%s</td>", anomaly_kind_name(episode->kind));
    write_cell(stream, episode->peak_score, 3);
    fprintf(stream, "<td class=\"word\">%s</td><td class=\"word\">", episode->leading);
    write_name(stream, backtest, episode->metric);
    fputs("</td></tr>\n", stream);
  }
  fputs("</table>\n", stream);
}

void backtest_write_html(FILE *stream, const struct backtest_report *report) {
  fputs(head, stream);
  write_trials(stream, report);
  write_table(stream, report);
  write_hosts(stream, report);
  write_leaders(stream, report->backtest);
  write_rules(stream, report->backtest);
  for (size_t i = 0; i < report->backtest->trial_count; i++)
    write_incidents(stream, report->backtest, i);
  write_plots(stream, report);
  for (size_t i = 0; i < report->backtest->trial_count; i++)
    write_episodes(stream, report->backtest, i);
  if (report->quality != NULL) {
    fputs("<h2>How it is counted</h2>\n", stream);
    for (const char *const *words = report_definitions; *words != NULL; words++) {
      fputs("<p>", stream);
      html_write_text(stream, *words);
      fputs("</p>\n", stream);
    }
  }
  fputs("</body>\n</html>\n", stream);
}

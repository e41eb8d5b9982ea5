#include "cli/incident_lines.h"

#include "cli/csv_text.h"
#include "cli/json.h"

#include <stdio.h>

enum { SCORE_DIGITS = 9, SECONDS_DIGITS = 15 };

void incident_lines_print_header(void) {
  fputs("start,end,duration,told,severity,trouble,hosts,metrics,peak_score,host,first,text\n",
        stdout);
}

static void write_time(double time) {
  csv_write_time(stdout, time);
  fputs(",", stdout);
}

static void write_number(double number, unsigned digits) {
  csv_write_number(stdout, number, digits);
  fputs(",", stdout);
}

void incident_lines_print_csv(void *context, const struct incident_line *line) {
  (void)context;
  const struct incident *const incident = line->incident;
  write_time(incident->start);
  if (line->open)
    fputs(",", stdout);
  else
    write_time(incident->last);
  write_number(line->duration, SECONDS_DIGITS);
  fprintf(stdout, "%d,%s,%s,%u,%u,", line->told, severity_name(incident->severity),
          trouble_name(incident->trouble), incident->hosts, incident->metrics);
  write_number(line->peak_score, SCORE_DIGITS);
  csv_write_field(stdout, incident->host[0]);
  fputs(",", stdout);
  csv_write_field(stdout, line->first);
  fputs(",", stdout);
  csv_write_field(stdout, line->text);
  fputs("\n", stdout);
}

void incident_lines_print_json(void *context, const struct incident_line *line) {
  (void)context;
  json_write_incident(stdout, line);
}

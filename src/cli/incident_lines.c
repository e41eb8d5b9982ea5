#include "cli/incident_lines.h"

#include "cli/csv_text.h"
#include "cli/json.h"

#include <math.h>
#include <stdio.h>

enum { SCORE_DIGITS = 9, SECONDS_DIGITS = 15 };

void incident_lines_print_header(void) {
  fputs("start,end,duration,told,severity,trouble,hosts,metrics,peak_score,host,first,text\n",
        stdout);
}

void incident_lines_print_csv(void *context, const struct incident_line *line) {
  (void)context;
  const struct incident *const incident = line->incident;
  csv_add_time(stdout, incident->start);
  csv_add_time(stdout, line->open ? (double)NAN : incident->last);
  csv_add_number(stdout, line->duration, SECONDS_DIGITS);
  fprintf(stdout, "%d,%s,%s,%u,%u,", line->told, severity_name(incident->severity),
          trouble_name(incident->trouble), incident->hosts, incident->metrics);
  csv_add_number(stdout, line->peak_score, SCORE_DIGITS);
  csv_add_field(stdout, incident->host[0]);
  csv_add_field(stdout, line->first);
  csv_write_field(stdout, line->text);
  fputs("\n", stdout);
}

void incident_lines_print_json(void *context, const struct incident_line *line) {
  (void)context;
  json_write_incident(stdout, line);
}

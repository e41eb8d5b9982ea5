/*
 * Incidents on stdout, as CSV or as one JSON object a line.
 */
#ifndef ANOMALY_CLI_INCIDENT_LINES_H
#define ANOMALY_CLI_INCIDENT_LINES_H

#include "cli/incident_list.h"

/* The header line of CSV. */
void incident_lines_print_header(void);

/* Both have the type of an incident_sink; the context is not looked at. */
void incident_lines_print_csv(void *context, const struct incident_line *line);
void incident_lines_print_json(void *context, const struct incident_line *line);

#endif

/*
 * JSON, where the program is built with jansson.
 */
#ifndef ANOMALY_CLI_JSON_H
#define ANOMALY_CLI_JSON_H

#include "anomaly/detector.h"
#include "cli/incidents.h"
#include "cli/verb.h"

#include <stdbool.h>
#include <stdio.h>

/* Whether JSON can be written; says on stderr if it cannot. */
bool json_is_there(const struct verb *verb);

/* One incident as an object in a line of its own; times are epoch seconds. */
void json_write_incident(FILE *stream, const struct incident_line *line);

/*
 * An array of objects: the detectors of a list ended by NULL, with their
 * options. Errors: STATUS_NO_MEMORY.
 */
int json_write_detectors(FILE *stream, const struct detector *const *detectors);

#endif

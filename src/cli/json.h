/*
 * JSON, where the program is built with jansson.
 */
#ifndef ANOMALY_CLI_JSON_H
#define ANOMALY_CLI_JSON_H

#include "anomaly/detector.h"
#include "anomaly/group.h"
#include "anomaly/model.h"
#include "cli/episodes.h"
#include "cli/incident_list.h"
#include "cli/row_score.h"
#include "cli/verb.h"
#include "stats/forecast.h"
#include "store/reader.h"

#include <stdbool.h>
#include <stdio.h>

/* Whether JSON can be written; says on stderr if it cannot. */
bool json_is_there(const struct verb *verb);

/* One episode as an object in a line of its own; times are epoch seconds. */
void json_write_episode(FILE *stream, const struct episode_line *line);

/* The same of an incident, with the names of those members that are kept. */
void json_write_incident(FILE *stream, const struct incident_line *line);

/* A judged row of a group. */
struct group_line {
  const char *time; /* as it stood in the file */
  double score;
  bool anomaly;
  char *const *names; /* of the group's columns */
  const struct group_blame *blames;
  size_t blame_count;
  const char *measure; /* what their numbers are called */
  uint32_t missing;    /* rows before a model is fitted; told where it is not 0 */
};

/* The same of a row of a group, with the columns to blame and their numbers. */
void json_write_group(FILE *stream, const struct group_line *line);

/* A step of a forecast; the time is epoch seconds. */
void json_write_forecast(FILE *stream, const char *metric, double time,
                         const struct forecast_step *step);

/* The row of a table as an object in a line of its own; bytes are hexadecimal digits. */
void json_write_row(FILE *stream, const struct store_reader *reader);

/*
 * An array of objects: the detectors and the group detectors of two lists ended by
 * NULL, with their options. Errors: STATUS_NO_MEMORY.
 */
int json_write_detectors(FILE *stream, const struct detector *const *detectors,
                         const struct group_detector *const *groups);

/* The same of models, with the options of all of them behind their own. */
int json_write_models(FILE *stream, const struct model *const *models);

/* The score of a row as an object in a line of its own. */
void json_write_row_score(FILE *stream, const struct row_score *score);

#endif

/*
 * Episodes of a replay, printed as CSV or as one JSON object a line, in the
 * order in which they end; those still open at the end of the data come last.
 */
#ifndef ANOMALY_CLI_EPISODES_H
#define ANOMALY_CLI_EPISODES_H

#include "anomaly/episode.h"
#include "history/columns.h"

#include <stdbool.h>
#include <stddef.h>

/* An episode as it is printed. */
struct episode_line {
  const char *metric; /* the column's label; a group's own metric */
  const char *ended;  /* "recovered", "accepted", "expired", or "open" */
  const char *severity;
  const char *kind;
  const char *text; /* what was told when it opened, or got worse */
  double start;
  double end; /* NaN while open */
  double duration;
  double peak_score, peak_time, peak_value;
};

struct open_episode; /* what is kept of a column's episode until it ends */

struct episodes {
  const struct columns *columns;
  struct open_episode **open;  /* by column; NULL: none */
  struct open_episode *groups; /* of groups, which have no column */
  bool json;
  bool no_memory; /* an episode was lost */
  size_t column;  /* the one being observed */
};

/* Prints the header line of CSV. Errors: STATUS_NO_MEMORY. */
int episodes_create(struct episodes *ret_episodes, const struct columns *columns, bool json);
void episodes_release(struct episodes *episodes);

/* Has the type of an engine_listener; the context is a struct episodes. */
void episodes_listen(void *context, const struct episode_event *event);

/* Prints what is still open at `time`, the end of the data. */
void episodes_finish(struct episodes *episodes, double time);

#endif

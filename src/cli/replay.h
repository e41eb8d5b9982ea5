/*
 * Replays a CSV file through the engine, as if its values arrived now.
 */
#ifndef ANOMALY_CLI_REPLAY_H
#define ANOMALY_CLI_REPLAY_H

#include "anomaly/engine.h"
#include "cli/feed.h"
#include "cli/incident_feed.h"
#include "cli/problems.h"
#include "cli/progress.h"
#include "history/columns.h"
#include "history/csv.h"

#include <stdbool.h>
#include <stdint.h>

struct replay {
  struct csv *csv;
  struct engine *engine;
  const struct columns *columns;
  struct cadence *cadences;        /* one for each column; all zero */
  double interval;                 /* seconds; 0 = unknown */
  bool print_rows;                 /* to stdout, one line for each value */
  bool print_raw;                  /* what models say of each row, too */
  bool flush_rows;                 /* each row at once */
  size_t *now_column;              /* set to the column that is being observed */
  struct incident_feed *incidents; /* that time passes for; may be NULL */
  struct progress progress;
  struct problems problems;
  uint64_t rows;
  double first_time, last_time; /* of the times that could be read; NaN before */
};

/* Prints the header line of the rows. */
void replay_print_header(const struct replay *replay);

/*
 * Goes through the file. One value that cannot be judged is a line with score
 * 0 all the same. Errors: STATUS_IO (errno says why) where reading fails; a
 * failure to write ends the replay and is seen on stdout.
 */
int replay_run(struct replay *replay);

#endif

/* The rows of a backtest that are kept to be held against labels. */
#include "cli/backtest.h"

#include <stdlib.h>

static bool grow_doubles(double **numbers, size_t room) {
  double *const grown = realloc(*numbers, room * sizeof *grown);
  if (grown != NULL)
    *numbers = grown;
  return grown != NULL;
}

static bool grow_flags(bool **flags, size_t room) {
  bool *const grown = realloc(*flags, room * sizeof *grown);
  if (grown != NULL)
    *flags = grown;
  return grown != NULL;
}

bool marked_rows_add(struct marked_rows *rows, double time, bool labelled) {
  if (rows->count == rows->room) {
    const size_t room = 2 * rows->room + 1024;
    if (!grow_doubles(&rows->time, room) || !grow_flags(&rows->label, room))
      return false;
    rows->room = room;
  }
  rows->time[rows->count] = time;
  rows->label[rows->count++] = labelled;
  return true;
}

bool tally_keep(struct tally *tally, size_t row, size_t room, const struct verdict *verdict) {
  if (tally->room < room) {
    if (!grow_doubles(&tally->score, room) || !grow_doubles(&tally->onset, room) ||
        !grow_flags(&tally->alarm, room))
      return false;
    tally->room = room;
  }
  tally->score[row] = verdict->score;
  tally->onset[row] = verdict->onset;
  tally->alarm[row] = verdict->anomaly;
  return true;
}

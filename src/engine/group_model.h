/*
 * A group judged by a model: each row is scored with the model as it is fitted
 * now ("tick"), and now and then the model is fitted anew to a window of rows
 * ("tock"). What a model sees is how far each column is from its level of the last
 * rows, as levels wander with the hour and the load; and a window that is thinned
 * until it reaches back for a week, as a model that has seen only half a day is
 * surprised by each evening. How unusual a raw score is, the group's own past
 * scores say.
 *
 * When it is fitted, and what became of that, is the part of its seat: see model_seat.h.
 * It belongs to one thread at a time.
 */
#ifndef ANOMALY_ENGINE_GROUP_MODEL_H
#define ANOMALY_ENGINE_GROUP_MODEL_H

#include "anomaly/group.h"
#include "anomaly/model.h"
#include "engine/fitted.h"
#include "engine/model_life.h"
#include "engine/model_seat.h"
#include "stats/group_alarm.h"
#include "stats/lasting.h"
#include "stats/score_history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the model sees of a value. */
enum model_feed {
  MODEL_FEED_AUTO,      /* the value for a model of a sequence, else the deviation */
  MODEL_FEED_DEVIATION, /* from the level of the last rows */
  MODEL_FEED_VALUE,
};

struct group_model_options {
  uint32_t min_samples; /* until the first fit */
  uint32_t window_size; /* rows kept */
  double window_span;   /* seconds that they are spread over; 0 = the newest ones */
  struct model_terms terms;
  int feed;         /* enum model_feed */
  double threshold; /* decades; 0 = what is rare for the rows' interval */
};

extern const struct option_row group_model_rows[];

/* What it is made of, borrowed. */
struct group_model_make {
  const struct model *model;
  const struct group_model_options *stream;
  const struct model_common
      *common;     /* STANDARDISE_AUTO: always, as columns have units of their own */
  const void *own; /* the model's options */
  struct fitted_totals *totals;
};

/* A static phrase that says what contradicts what; NULL if nothing does. */
const char *group_model_check(const struct model *model, const struct group_model_options *options);

struct group_model_column {
  uint32_t values;   /* that have come; stays at its largest */
  double known_from; /* time when there were enough to be fitted to; infinite before */
  double level; /* of the last values; within ±MODEL_CELL_MAX, of no meaning before the first */
};

struct group_model {
  struct group_model_make make;
  uint32_t columns;
  struct group_model_column *column;
  double *window;        /* window_size rows of what the model sees */
  double *time;          /* of each row in the window */
  double *learned;       /* of a model that learns: window_size rows that the block has learned */
  uint32_t held, newest; /* rows in the window; index of the last */
  uint32_t stride;       /* one of so many rows goes into the window; at least 1 */
  uint32_t passed;       /* rows since the last that did; less than stride */
  double *measured;      /* the last row, all of it */
  double *row;           /* as the block sees it */
  struct model_life life;
  struct fitted
      *fitted;     /* NULL before the first fit; a column not known by then is missing to it */
  uint32_t number; /* rows so far; stays at its largest */
  double first_time, last_time;
  struct score_history history;
  struct lasting lasting;
  double before; /* decades of the last row */
  struct group_alarm alarm;
};

/* A stream without columns; it needs no release before the first is added. */
struct group_model group_model_of(const struct group_model_make *make);

/*
 * Adds columns, which come after those that are there, up to `columns`; the
 * block, which has no place for them, is given up. Errors, with all as it was:
 * STATUS_NO_MEMORY, STATUS_LIMIT (GROUP_COLUMNS_MAX).
 */
int group_model_grow(struct group_model *stream, uint32_t columns);

/* Forgets a column's values: it is as one that comes later. */
void group_model_forget_column(struct group_model *stream, uint32_t column);

/*
 * Judges a row of as many columns as there are, then takes it as seen. A row
 * without any number is no news. The columns to blame have, as `decades`,
 * their shares of the score, at least 0.005; there are some where it is over the
 * line or alarms.
 */
void group_model_update(struct group_model *stream, const struct group_row *row,
                        struct group_finding *ret, struct group_blame ret_blames[GROUP_BLAMES],
                        size_t *ret_blame_count);

/* Rows that are still missing before the first fit. */
uint32_t group_model_missing(const struct group_model *stream);

/* Rows that the block has learned since it was taken, where all are kept; else 0. */
uint32_t group_model_learned(const struct group_model *stream);

/*
 * Its seat, but for the room. A block that goes on learning is replaced ten times as
 * seldom, and none is while people hear of an alarm: what is odd is not to become usual
 * by it.
 */
struct model_seat group_model_seat(struct group_model *stream);

/*
 * Does what is due at once, for an owner who has all the room there is. What came of it,
 * where that was a fit, is written to *ret_status: errors as model_fit.
 */
void group_model_work(struct group_model *stream, int *ret_status);

void group_model_release(struct group_model *stream);

#endif

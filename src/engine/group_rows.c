#include "engine/group_rows.h"

#include "anomaly/status.h"

#include <math.h>
#include <stdlib.h>

/* Seconds between two members' values, from which on the clock of one of them may be wrong. */
static const double FAR = 600;
/* Seconds of its own time for which one is far ahead alone; then it is believed. */
static const double LEAP_PATIENCE = 600;
/* Seconds of nothing but values of long ago: a clock that was set back, not stragglers. */
static const double LATE_PATIENCE = 600;

struct group_rows group_rows_of(const struct group_options *options) {
  return (struct group_rows){.options = options};
}

static bool grow_closed(struct closed_row *row, uint32_t columns) {
  if (columns <= row->capacity)
    return true;
  double *const value = realloc(row->value, columns * sizeof *value);
  if (value == NULL)
    return false;
  row->value = value;
  row->capacity = columns;
  return true;
}

static bool grow_tick(struct group_tick *tick, uint32_t columns) {
  return columns <= tick->columns || group_tick_grow(tick, columns) == STATUS_OK;
}

bool group_rows_reserve(struct group_rows *rows, uint32_t columns) {
  for (size_t i = 0; i < GROUP_CLOSED_ROWS; i++)
    if (!grow_closed(&rows->closed[i], columns))
      return false;
  return grow_tick(&rows->now, columns) && grow_tick(&rows->ahead, columns);
}

void group_rows_forget_column(struct group_rows *rows, uint32_t column) {
  rows->came -= group_tick_drop(&rows->now, column);
  rows->came_ahead -= group_tick_drop(&rows->ahead, column);
  if (rows->leaper == column)
    rows->leap_begin = 0;
  if (rows->first == column)
    rows->lone = false;
}

static double row_length(const struct group_rows *rows) {
  const double least = rows->options->interval;
  return rows->step > least ? rows->step : least;
}

/* Whether the row at hand waits for members that have not come. */
static bool is_held(const struct group_rows *rows, const struct group_members *members,
                    double time) {
  return rows->options->late == LATE_WAIT && rows->now.values > 0 && rows->came < members->held &&
         time < rows->begin + row_length(rows) + rows->options->wait;
}

/* False where those that are closed have not been judged yet. */
static bool close_row(struct group_rows *rows, const struct group_members *members) {
  if (rows->closed_count == GROUP_CLOSED_ROWS)
    return false;
  struct closed_row *const row =
      &rows->closed[(rows->first_closed + rows->closed_count++) % GROUP_CLOSED_ROWS];
  const double *const mean = group_tick_take(&rows->now);
  const bool last = rows->options->late == LATE_LAST;
  row->interval = row_length(rows);
  row->time = rows->begin + row->interval;
  row->columns = members->count;
  for (uint32_t i = 0; i < members->count; i++)
    row->value[i] = isnan(mean[i]) && last ? members->list[i]->last : mean[i];
  rows->came = 0;
  return true;
}

static void take_next_row(struct group_rows *rows) {
  const struct group_tick row = rows->now;
  rows->now = rows->ahead;
  rows->ahead = row;
  rows->came = rows->came_ahead;
  rows->came_ahead = 0;
}

/* Ends the rows that end before `time`. True where one is to be judged. */
static bool move_on(struct group_rows *rows, const struct group_members *members, double time) {
  const double length = row_length(rows);
  bool closed = false;
  while (time >= rows->begin + length && !is_held(rows, members, time)) {
    if (rows->now.values > 0) {
      if (!close_row(rows, members))
        break;
      closed = true;
    }
    take_next_row(rows);
    const double passed = fmax(floor((time - rows->begin) / length), 1);
    rows->begin += rows->now.values > 0 ? length : passed * length;
  }
  return closed;
}

/* Half an interval before its first value, so that the rest of that round is in it. */
static double begin_before(const struct group_rows *rows, double time) {
  const double length = row_length(rows);
  return time - fmin(rows->step > 0 ? rows->step : length, length) / 2;
}

static void restart(struct group_rows *rows) {
  (void)group_tick_take(&rows->now);
  (void)group_tick_take(&rows->ahead);
  rows->came = rows->came_ahead = 0;
  rows->closed_count = 0;
  rows->begin = 0;
  rows->late = false;
  rows->restarted = true;
}

/* A value of long ago counts in the row at hand; where there is nothing else, time went back. */
static void note_late(struct group_rows *rows, const struct group_value *value) {
  const bool late = value->time < rows->begin - row_length(rows);
  if (late && !rows->late)
    rows->late_since = value->clock;
  rows->late = late;
  if (late && value->clock - rows->late_since >= LATE_PATIENCE)
    restart(rows);
}

/*
 * Whether the value is far ahead of all others: its clock may be wrong, and the row at
 * hand is not to follow it. After a gap the next member's value is as far ahead.
 */
static bool leaps_alone(struct group_rows *rows, const struct group_members *members,
                        const struct group_member *member, const struct group_value *value) {
  const double end = rows->begin + row_length(rows) + rows->options->wait;
  if (rows->begin == 0 || value->time < end + FAR || members->held < 2) {
    rows->leap_begin = 0;
    return false;
  }
  if (rows->leap_begin == 0) {
    rows->leap_begin = value->time;
    rows->leaper = member->column;
  }
  const bool alone =
      member->column == rows->leaper && value->time < rows->leap_begin + LEAP_PATIENCE;
  rows->leap_begin = alone ? rows->leap_begin : 0;
  return alone;
}

/*
 * Of two members, the second has the say of when rows begin where the first is far ahead: if
 * that one is right, the second is far behind, and no row follows it for long.
 */
static void meet_second(struct group_rows *rows, const struct group_member *member,
                        const struct group_value *value) {
  if (!rows->lone || member->column == rows->first)
    return;
  rows->lone = false;
  if (value->time < rows->begin - FAR)
    restart(rows);
}

static void begin(struct group_rows *rows, const struct group_member *member, double time) {
  rows->begin = begin_before(rows, time);
  rows->lone = true;
  rows->first = member->column;
}

bool group_rows_add(struct group_rows *rows, const struct group_members *members,
                    struct group_member *member, const struct group_value *value) {
  if (value->interval > 0 && (rows->step == 0 || value->interval < rows->step))
    rows->step = value->interval;
  meet_second(rows, member, value);
  if (leaps_alone(rows, members, member, value))
    return false;
  note_late(rows, value);
  if (rows->begin == 0)
    begin(rows, member, value->time);
  const bool closed = move_on(rows, members, value->time);
  const bool ahead =
      value->time >= rows->begin + row_length(rows) && is_held(rows, members, value->time);
  struct group_tick *const row = ahead ? &rows->ahead : &rows->now;
  *(ahead ? &rows->came_ahead : &rows->came) += row->cell[member->column].count == 0;
  group_tick_add(row, member->column, value->value);
  member->last = value->value;
  rows->last_add = value->clock;
  return closed;
}

bool group_rows_pass(struct group_rows *rows, const struct group_members *members, double clock) {
  const double length = row_length(rows);
  if (rows->now.values == 0 || clock - rows->last_add < length || !close_row(rows, members))
    return false;
  take_next_row(rows);
  rows->begin += length;
  return true;
}

const struct closed_row *group_rows_take(struct group_rows *rows) {
  if (rows->closed_count == 0)
    return NULL;
  const struct closed_row *const row = &rows->closed[rows->first_closed];
  rows->first_closed = (rows->first_closed + 1) % GROUP_CLOSED_ROWS;
  rows->closed_count--;
  return row;
}

void group_rows_release(struct group_rows *rows) {
  group_tick_release(&rows->now);
  group_tick_release(&rows->ahead);
  for (size_t i = 0; i < GROUP_CLOSED_ROWS; i++)
    free(rows->closed[i].value);
  *rows = group_rows_of(rows->options);
}

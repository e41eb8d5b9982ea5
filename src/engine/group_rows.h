/*
 * How the values of a group's members become rows: each row is as long as the
 * group's interval, or its members' where that is longer; a column has the mean of
 * the values that came in it. A row is whole when a value after it comes, and then
 * waits, as one of GROUP_CLOSED_ROWS, to be judged. The time is that of the values:
 * the same values make the same rows. It belongs to one thread at a time.
 */
#ifndef ANOMALY_ENGINE_GROUP_ROWS_H
#define ANOMALY_ENGINE_GROUP_ROWS_H

#include "engine/group_members.h"
#include "engine/group_rule.h"
#include "engine/group_tick.h"

#include <stdbool.h>
#include <stdint.h>

/* Rows that are whole and wait to be judged: one, and the one that a gap closes with it. */
enum { GROUP_CLOSED_ROWS = 2 };

struct closed_row {
  double *value; /* of `columns` columns, room for `capacity` */
  uint32_t columns, capacity;
  double time, interval;
};

struct group_rows {
  const struct group_options *options; /* borrowed */
  struct group_tick now, ahead;        /* the row at hand, and the one after it while it is held */
  uint32_t came, came_ahead;           /* members with a value in them */
  double begin;                        /* of the row at hand; 0 = none yet */
  double step;                         /* smallest interval of the members; 0 = not known */
  double last_add;                     /* engine's clock, of the last value */
  double late_since;                   /* engine's clock; while `late` */
  bool late;                           /* nothing but values of long ago */
  double leap_begin; /* of values of one member alone, far ahead; 0 = there are none */
  uint32_t leaper;   /* its column */
  bool lone;         /* no member's values have come but those of `first`, a column */
  uint32_t first;
  bool restarted; /* time went back for good: forget all that was learned */
  struct closed_row closed[GROUP_CLOSED_ROWS];
  uint32_t first_closed, closed_count;
};

/* A value on its way. */
struct group_value {
  double time;
  double interval; /* 0 = not known */
  double value;    /* finite */
  double clock;    /* the engine's */
};

/* Without columns; it needs no release before the first is added. */
struct group_rows group_rows_of(const struct group_options *options);

/*
 * Makes room for so many columns everywhere, so that no value has to ask for memory.
 * False where there is none.
 */
bool group_rows_reserve(struct group_rows *rows, uint32_t columns);

/* Drops the values of a column that another member has now. */
void group_rows_forget_column(struct group_rows *rows, uint32_t column);

/*
 * Adds a value of one of `members`, for all of which there is room. True where a row has
 * become whole. Values of one member that are ten minutes and more ahead of all others
 * are left out, until another member's are as far, or there is no other's for ten minutes.
 * Where they were the first to come, rows begin anew with the second member.
 */
bool group_rows_add(struct group_rows *rows, const struct group_members *members,
                    struct group_member *member, const struct group_value *value);

/*
 * Closes a row that no value has come to for as long as a row is, by the engine's
 * clock. True where there is one to be judged.
 */
bool group_rows_pass(struct group_rows *rows, const struct group_members *members, double clock);

/* The oldest row that is whole, off the list, valid until the next call; NULL = there is none. */
const struct closed_row *group_rows_take(struct group_rows *rows);

void group_rows_release(struct group_rows *rows);

#endif

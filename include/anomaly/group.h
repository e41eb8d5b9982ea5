/*
 * The contract of a group detector: several columns, such as the metrics of one
 * host, or one metric of several hosts, judged row by row.
 *
 * A group detector is a const descriptor in a file of its own, as a detector is
 * (detector.h), and promises the same: it never allocates, logs, reads a clock,
 * takes a lock or keeps a pointer in its state. Its state is a head and a part
 * for each column, both described by rows, so that saving and restoring are
 * written once for all, and a column that comes later changes nothing for the
 * others.
 */
#ifndef ANOMALY_GROUP_H
#define ANOMALY_GROUP_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GROUP_COLUMNS_MAX 500

/* Rows that come faster than this are to be averaged into rows of so many seconds. */
#define GROUP_INTERVAL_LEAST 60

/* What a group detector is fed with. */
enum group_feed {
  GROUP_OF_VALUES,   /* the metrics' values; counters as rates */
  GROUP_OF_VERDICTS, /* 1 where a metric is over its alarm line, else 0 */
};

/* The state of one group, borrowed. All zero is the state before the first row. */
struct group_state {
  void *head;
  void *column; /* `columns` parts, one after the other */
  uint32_t columns;
};

/* One row. `time` never goes backwards between two calls on one state. */
struct group_row {
  double time;         /* seconds since the epoch, >= 0 */
  double interval;     /* seconds from row to row; 0 = unknown */
  const double *value; /* one for each column; what is not finite is missing */
};

struct group_finding {
  double ratio;           /* evidence over its alarm line; finite, >= 0, 1 = the line */
  double surprise;        /* the evidence in decades; finite, >= 0 */
  bool anomaly;           /* an alarm goes on; false again once what lasts is accepted */
  bool began;             /* with this row an alarm began, or a new one on top of a lasting one */
  enum anomaly_kind kind; /* KIND_NONE where ratio is 0 */
  const char *reason;     /* static phrase that says what is odd; NULL if nothing */
  bool ready;             /* false while the detector cannot know yet */
  uint32_t missing;       /* rows until it can, or until a model is fitted first; 0 = none */
};

/* A column that has part in the evidence. */
struct group_blame {
  uint32_t column;
  double decades; /* finite, > 0 */
};

#define GROUP_BLAMES 8

struct group_detector {
  const char *name;    /* as written in the configuration */
  const char *summary; /* one line: what it detects */
  const char *source;  /* author, year, title; or "this project" */

  enum group_feed feed;
  uint32_t columns_min; /* below, it has nothing to say; at least 1 */

  const struct option_row *options; /* may be an empty table, not NULL */
  size_t options_size;              /* of the struct behind the rows */

  const struct state_row *head_rows, *column_rows; /* every byte that matters */
  size_t head_size, column_size;
  uint32_t state_version; /* changed whenever rows or their meaning change */

  /* Judges one row, then learns it. Writes every field of *ret. */
  void (*update)(const struct group_state *state, const void *options, const struct group_row *row,
                 struct group_finding *ret);

  /*
   * The columns that the evidence of the last row comes from, most of it first;
   * returns how many, at most GROUP_BLAMES.
   */
  size_t (*blame)(const struct group_state *state, const void *options,
                  struct group_blame ret_blames[GROUP_BLAMES]);

  /* Whether restored fields make a state that `update` can go on from; see detector.h. */
  bool (*valid)(const struct group_state *state, const void *options);
};

/* Bytes of a state of so many columns, at most GROUP_COLUMNS_MAX, in one block. */
size_t group_state_size(const struct group_detector *detector, uint32_t columns);

/* The state in such a block, which is aligned as malloc aligns. */
struct group_state group_state_in(const struct group_detector *detector, void *block,
                                  uint32_t columns);

/* The list of all group detectors, ended by NULL, in the order of the build. */
extern const struct group_detector *const group_detector_list[];

/* The group detector of that name, or NULL. */
const struct group_detector *group_detector_find(const char *name);

#endif

/*
 * Evidence of several columns as one: the largest are added, and the sum is judged
 * by what such sums usually come to, and at this time of day, so that groups that
 * are noisy or move as one do not shout.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_GROUP_EVIDENCE_H
#define ANOMALY_STATS_GROUP_EVIDENCE_H

#include "anomaly/group.h"
#include "stats/column_evidence.h"
#include "stats/day_sums.h"
#include "stats/group_alarm.h"
#include "stats/usual_sum.h"

#define GROUP_EVIDENCE_TOP 5 /* columns that are added, at most */

/* The head of a group's state; its columns are struct column_evidence. Zeroed = no row came. */
struct group_evidence {
  struct usual_sum quick, lasting;
  struct day_sums day;
  struct group_alarm alarm;
  uint32_t rows;
};

extern const struct state_row group_evidence_rows[];

/* How a group is judged. */
struct group_judgement {
  uint32_t top; /* columns that are added, 1 .. GROUP_EVIDENCE_TOP */
  float limit;  /* moves the line: 1 is where it was found to be quiet */
  enum anomaly_kind kind;
  const char *reason; /* static phrase */
};

/* Judges a row, then learns it; see struct group_detector. */
void group_evidence_update(const struct group_state *state, const struct group_row *row,
                           const struct group_judgement *judgement, struct group_finding *ret);

/* Rows until it can know. */
uint32_t group_evidence_missing(const struct group_evidence *group);

/* The columns with a decade or more; see struct group_detector. */
size_t group_evidence_blame(const struct group_state *state,
                            struct group_blame ret_blames[GROUP_BLAMES]);

/* Whether restored fields can be gone on from. */
bool group_evidence_valid(const struct group_state *state);

#endif

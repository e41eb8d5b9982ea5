/*
 * How surprising is one column of a group? Four deviations, each in decades of
 * its own past: bursts and shifts (from a fast level), steps (from row to row),
 * wrong for the hour (from a daily profile), and a level outside of its slow
 * spread. Their sum, at most 16 decades a row, is smoothed over two rows
 * (`quick`) and over ten minutes, at least five rows (`lasting`).
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_COLUMN_EVIDENCE_H
#define ANOMALY_STATS_COLUMN_EVIDENCE_H

#include "anomaly/detector.h"
#include "stats/octave_tail.h"
#include "stats/origin.h"
#include "stats/row_pace.h"

#include <stdbool.h>
#include <stdint.h>

#define COLUMN_EVIDENCE_TAILS 4
#define COLUMN_EVIDENCE_HOURS 24
#define LASTING_WEIGHT 1.2F /* of lasting evidence beside the quick one */

/* Zeroed = no value came. */
struct column_evidence {
  struct origin origin; /* the levels are relative to it */
  float fast, slow, spread, previous;
  float quick, lasting; /* decades */
  uint32_t rows;        /* with a value */
  float profile[COLUMN_EVIDENCE_HOURS];
  uint8_t profile_rows[COLUMN_EVIDENCE_HOURS]; /* saturates */
  struct octave_tail tail[COLUMN_EVIDENCE_TAILS];
};

extern const struct state_row column_evidence_rows[];

/* What a row is for all of its columns. */
struct evidence_row {
  struct row_pace pace;
  uint32_t hour;  /* of the day, UTC */
  bool learn_odd; /* from values that are odd too */
};

/* Judges a value, then learns it. `column` is the number of the column. */
void column_evidence_judge(struct column_evidence *evidence, const struct evidence_row *row,
                           uint32_t column, double value);

/* What the column counts for, where columns are compared. */
static inline float column_evidence_weight(const struct column_evidence *evidence) {
  const float lasting = LASTING_WEIGHT * evidence->lasting;
  return lasting > evidence->quick ? lasting : evidence->quick;
}

/* Whether restored fields can be gone on from. */
bool column_evidence_valid(const struct column_evidence *evidence);

#endif

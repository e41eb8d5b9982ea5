/*
 * Novelty of a metric: how far is it from everything it did in the last weeks?
 *
 * Five things are watched: the value, minimum and maximum of a window of 41 to
 * 48 records, the residual to what is usual at this hour, and the mean of each
 * hour. The distance to what was visited is judged against the largest
 * distances of the past, plain and in logarithms; a novelty must be one in
 * both.
 *
 * In two parts, so that what is read at every record lies close together; the
 * other is only read for values not visited today.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_NOVELTY_H
#define ANOMALY_STATS_NOVELTY_H

#include "stats/gap_memory.h"
#include "stats/gap_tail.h"

#include <stdbool.h>
#include <stdint.h>

enum novelty_kind {
  NOVELTY_VALUE,
  NOVELTY_LOW,  /* of the window */
  NOVELTY_HIGH, /* of the window */
  NOVELTY_RESIDUAL,
  NOVELTY_HOUR,
  NOVELTY_KINDS,
};

/* Hours have one tail, of plain distances; the others two. */
#define NOVELTY_TAILS (2 * NOVELTY_KINDS - 1)
#define NOVELTY_BLOCKS 6
#define NOVELTY_BLOCK_RECORDS 8

struct novelty {
  float magnitude;                                    /* mean absolute value */
  float residual_magnitude;                           /* mean absolute residual */
  uint32_t value_looks, window_looks, residual_looks; /* evaluations so far */
  uint32_t halved;                                    /* seconds, as novelty_record.elapsed */
  float low[NOVELTY_BLOCKS], high[NOVELTY_BLOCKS];    /* extremes of blocks of records */
  float others_low, others_high;                      /* of all blocks but the running one */
  struct span visited[NOVELTY_HOUR];                  /* known today; empty where low > high */
};

struct novelty_past {
  struct gap_memory memory[NOVELTY_KINDS];
  struct gap_tail tail[NOVELTY_TAILS]; /* for each kind plain, logarithmic */
  uint32_t hour_looks;
  uint32_t halved_record;
};

extern const struct state_row novelty_rows[];
extern const struct state_row novelty_past_rows[];

/* One record. Numbers must be finite and small enough for their squares. */
struct novelty_record {
  uint32_t number;  /* records before it */
  uint32_t elapsed; /* seconds since the first */
  uint8_t day;      /* modulo 256 */
  float value;      /* relative to offset */
  float magnitude;  /* of the value itself */
  float residual;
  bool residual_known;
  double offset;
};

/* Makes zeroed structs ready. */
void novelty_init(struct novelty *novelty, struct novelty_past *past);

/* To be called when a day begins: forgets what was not visited for weeks. */
void novelty_change_day(struct novelty *novelty, struct novelty_past *past, uint8_t day);

/* Surprise of the mean of an hour over what is usual, in decades. */
float novelty_of_hour(struct novelty_past *past, float excess, uint8_t day);

/*
 * Surprise of one record in decades, one each of NOVELTY_VALUE .. NOVELTY_RESIDUAL
 * (0 where unknown); the record is then learned. After 28 days and 8000 records
 * the past begins to weigh half: returns whether that was now.
 */
bool novelty_of_record(struct novelty *novelty, struct novelty_past *past,
                       const struct novelty_record *record, float *ret_decades);

/* The decades of one record as one: its own value counts twice. */
float novelty_sum(const float *decades);

/*
 * Says in words which of the NOVELTY_KINDS decades is most: kind and reason of
 * *ret. `above` says that the value is above what is usual.
 */
void novelty_explain(const struct novelty_past *past, float value, const float *decades, bool above,
                     struct finding *ret);

/* Whether restored fields can be gone on from; values must lie within +-limit. */
bool novelty_valid(const struct novelty *novelty, const struct novelty_past *past, float limit);

#endif

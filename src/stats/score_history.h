/*
 * How unusual is a score among the past scores of the same stream, whatever its
 * scale, its largest possible value and the shape of its tail?
 *
 * Scores near to one another are alike, so what is counted are not scores but
 * the largest of each block of neighbours. The upper half of the last blocks has
 * a generalized Pareto tail fitted to it, exponential or heavier.
 * Blocks are short while little is known, so that judging can begin; when there is
 * no room for another, two neighbours become one, until they are as long as
 * incidents are taken to be.
 *
 * Source: E. J. Gumbel, 1958, Statistics of extremes (largest values of blocks);
 * the tail: see excess_tail.h; blocks that grow, and the bounds: this project.
 */
#ifndef ANOMALY_STATS_SCORE_HISTORY_H
#define ANOMALY_STATS_SCORE_HISTORY_H

#include "anomaly/detector.h"
#include "stats/excess_tail.h"

#include <stdbool.h>
#include <stdint.h>

#define SCORE_HISTORY_KNOWN 128 /* scores before anything is unusual */
#define SCORE_HISTORY_BLOCKS 128
#define SCORE_HISTORY_MOST 30.0 /* decades */

/* Zeroed = no score came. */
struct score_history {
  struct excess_tail tail; /* of blocks' largest over the threshold */
  double threshold;
  uint32_t scores; /* so far; stays at its largest */
  uint8_t blocks;  /* that are kept */
  uint8_t next;    /* place of the next one */
  uint8_t doubled; /* times that blocks became twice as long */
  uint8_t filled;  /* scores in the running block */
  uint8_t fresh;   /* blocks since the tail was fitted */
  bool fitted;
  float running; /* largest score of the running block */
  float largest[SCORE_HISTORY_BLOCKS];
};

extern const struct state_row score_history_rows[];

/*
 * Surprise of a finite `score` >= 0 in decades, 0 .. SCORE_HISTORY_MOST, which is
 * then counted: 3 is what comes once in a thousand scores. 0 before
 * SCORE_HISTORY_KNOWN scores.
 */
double score_history_judge(struct score_history *history, float score);

/*
 * Ends the running block: to be called now and then in a lasting incident, so that
 * it counts for more than its blocks, and what goes on becomes usual.
 */
void score_history_hasten(struct score_history *history);

/* Whether restored fields can be gone on from. */
bool score_history_valid(const struct score_history *history);

#endif

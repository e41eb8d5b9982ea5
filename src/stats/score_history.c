#include "stats/score_history.h"

#include "stats/clamp.h"
#include "stats/sorted.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum {
  SHORTEST = 8, /* scores in a block */
  DOUBLINGS = 3,
  REFIT = 8,    /* of the blocks, one in so many is new */
  FAMILIAR = 3, /* blocks that are no chance any more */
};

/*
 * An exponential tail, where the scores do not say, and none lighter: what came so
 * far does not prove that there is an end.
 */
static const double PRIOR_SHAPE = 0;
/*
 * What an exponential tail, its scale known from n excesses only, lets one expect of
 * the next is a Pareto tail of shape 1 / n. The shape is known from them only, too.
 */
static const double CAUTION = 2;

const struct state_row score_history_rows[] = {
    STATE_STRUCTS(struct score_history, tail, 1, struct excess_tail, excess_tail_rows),
    STATE_FIELD(struct score_history, threshold, STATE_F64),
    STATE_FIELD(struct score_history, scores, STATE_U32),
    STATE_FIELD(struct score_history, blocks, STATE_U8),
    STATE_FIELD(struct score_history, next, STATE_U8),
    STATE_FIELD(struct score_history, doubled, STATE_U8),
    STATE_FIELD(struct score_history, filled, STATE_U8),
    STATE_FIELD(struct score_history, fresh, STATE_U8),
    STATE_FIELD(struct score_history, fitted, STATE_U8),
    STATE_FIELD(struct score_history, running, STATE_F32),
    STATE_ARRAY(struct score_history, largest, STATE_F32, SCORE_HISTORY_BLOCKS),
    STATE_ROWS_END,
};

static unsigned block_size(const struct score_history *history) {
  return SHORTEST << history->doubled;
}

/* ---- Judging -------------------------------------------------------------- */

static unsigned count_reaching(const struct score_history *history, float score) {
  unsigned reaching = 0;
  for (unsigned i = 0; i < history->blocks; i++)
    reaching += history->largest[i] >= score;
  return reaching;
}

/* What the blocks themselves say, of which so many have reached a score. */
static double counted_decades(const struct score_history *history, unsigned reaching) {
  return log10((history->blocks + 1.) / (reaching + 1.));
}

/* The blocks that the tail is made of. */
static unsigned tail_size(const struct score_history *history) {
  const unsigned half = history->blocks / 2;
  return half > EXCESS_TAIL_LEAST ? half : EXCESS_TAIL_LEAST;
}

/* That a block has such a score. */
static double block_decades(const struct score_history *history, float score) {
  const unsigned reaching = count_reaching(history, score);
  const double counted = counted_decades(history, reaching);
  if (!history->fitted)
    return counted;
  const double excess = (double)score - history->threshold;
  if (excess <= 0)
    return 0;
  const double fitted =
      counted_decades(history, tail_size(history)) + excess_tail_decades(&history->tail, excess);
  return reaching >= FAMILIAR ? fmin(fitted, counted) : fitted;
}

static double decades_of(const struct score_history *history, float score) {
  if (history->scores < SCORE_HISTORY_KNOWN || score <= 0)
    return 0;
  const double decades = block_decades(history, score);
  if (decades <= 0)
    return 0;
  return fmin(decades + log10(block_size(history)), SCORE_HISTORY_MOST);
}

/* ---- Learning ------------------------------------------------------------- */

static void fit(struct score_history *history) {
  double sorted[SCORE_HISTORY_BLOCKS], excess[SCORE_HISTORY_BLOCKS];
  const unsigned blocks = history->blocks, wanted = tail_size(history);
  history->fresh = 0;
  history->fitted = false;
  if (wanted >= blocks)
    return;
  for (unsigned i = 0; i < blocks; i++)
    sorted[i] = (double)history->largest[i];
  sort_numbers(sorted, blocks);
  history->threshold = sorted[blocks - 1 - wanted];
  size_t count = 0;
  for (unsigned i = blocks - wanted; i < blocks; i++)
    if (sorted[i] > history->threshold)
      excess[count++] = sorted[i] - history->threshold;
  if (count < EXCESS_TAIL_LEAST)
    return;
  history->tail = excess_tail_fit(excess, count, PRIOR_SHAPE);
  history->tail.shape = fmax(history->tail.shape, 0) + CAUTION / (double)count;
  history->fitted = excess_tail_valid(&history->tail);
}

/* Two neighbours become one; the block that has just ended is the first half of the next. */
static void grow_blocks(struct score_history *history) {
  history->filled = (uint8_t)block_size(history);
  history->doubled++;
  for (unsigned i = 0; i < SCORE_HISTORY_BLOCKS / 2; i++)
    history->largest[i] = float_max(history->largest[2 * i], history->largest[2 * i + 1]);
  history->blocks = history->next = SCORE_HISTORY_BLOCKS / 2;
  fit(history);
}

static void add_block(struct score_history *history) {
  if (history->blocks == SCORE_HISTORY_BLOCKS && history->doubled < DOUBLINGS) {
    grow_blocks(history);
    return;
  }
  history->largest[history->next] = history->running;
  history->next = (uint8_t)((history->next + 1) % SCORE_HISTORY_BLOCKS);
  history->blocks = (uint8_t)(history->blocks + (history->blocks < SCORE_HISTORY_BLOCKS));
  history->filled = 0;
  history->running = 0;
  history->fresh++;
  if (history->fresh * REFIT >= history->blocks)
    fit(history);
}

double score_history_judge(struct score_history *history, float score) {
  const double decades = decades_of(history, score);
  history->scores += history->scores < UINT32_MAX;
  history->running = float_max(history->running, score);
  if (++history->filled >= block_size(history))
    add_block(history);
  return decades;
}

void score_history_hasten(struct score_history *history) {
  if (history->filled > 0)
    add_block(history);
}

bool score_history_valid(const struct score_history *history) {
  uint8_t fitted;
  memcpy(&fitted, &history->fitted, sizeof fitted);
  bool valid = fitted <= 1 && (fitted == 0 || excess_tail_valid(&history->tail)) &&
               history->threshold >= 0 && history->threshold <= (double)FLT_MAX &&
               history->doubled <= DOUBLINGS && history->blocks <= SCORE_HISTORY_BLOCKS &&
               history->next < SCORE_HISTORY_BLOCKS && history->fresh <= SCORE_HISTORY_BLOCKS &&
               float_within(history->running, 0.0F, FLT_MAX);
  valid = valid && history->filled < block_size(history) &&
          (history->blocks == SCORE_HISTORY_BLOCKS || history->next == history->blocks);
  for (unsigned i = 0; i < history->blocks; i++)
    valid = valid && float_within(history->largest[i], 0.0F, FLT_MAX);
  return valid;
}

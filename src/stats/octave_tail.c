#include "stats/octave_tail.h"

#include "stats/clamp.h"

#include <math.h>
#include <string.h>

static const double TAIL_SHARE = 0.03, TAIL_LEAST = 8.0;
static const double PRIOR_WEIGHT = 10.0, PRIOR_INDEX = 1.0 / 3.0, INDEX_LEAST = 0.05;
static const float SEEN_BEFORE = 0.7F; /* of the surprise, where a rare mover moves so far again */
static const float SMALL_MOVE = 0x1p-15F; /* of the largest; what is less is no move at all */
static const double LN2 = 0.69314718055994531, LOG10_2 = 0.30102999566398120;

/* A float with exponent bits e is less than 2^(e - 126). */
enum { EXPONENT_BIAS = 126 };

const struct state_row octave_tail_rows[] = {
    STATE_ARRAY(struct octave_tail, count, STATE_U16, OCTAVE_TAIL_BINS),
    STATE_FIELD(struct octave_tail, rows, STATE_U16),
    STATE_FIELD(struct octave_tail, top, STATE_U8),
    STATE_FIELD(struct octave_tail, threshold, STATE_F32),
    STATE_FIELD(struct octave_tail, decades, STATE_F32),
    STATE_FIELD(struct octave_tail, steepness, STATE_F32),
    STATE_ROWS_END,
};

float octave_tail_beyond(const struct octave_tail *tail, float distance) {
  if (tail->threshold > 0.0F)
    return float_max(tail->decades + tail->steepness * log2f(distance), 0.0F);
  const float large = -tail->threshold;
  if (distance >= large)
    return tail->decades;
  return distance >= large * SMALL_MOVE ? SEEN_BEFORE * tail->decades : 0.0F;
}

void octave_tail_halve(struct octave_tail *tail) {
  tail->rows >>= 1;
  for (int i = 0; i < OCTAVE_TAIL_BINS; i++)
    tail->count[i] >>= 1;
}

void octave_tail_raise(struct octave_tail *tail) {
  memmove(tail->count + 1, tail->count, (OCTAVE_TAIL_BINS - 1) * sizeof tail->count[0]);
  tail->count[0] = 0;
  tail->top++;
}

static void drop_empty_bins(struct octave_tail *tail) {
  int empty = 0;
  while (empty < OCTAVE_TAIL_BINS && tail->count[empty] == 0)
    empty++;
  if (empty == 0 || tail->top == 0)
    return;
  const size_t left = (size_t)(OCTAVE_TAIL_BINS - empty);
  memmove(tail->count, tail->count + empty, left * sizeof tail->count[0]);
  memset(tail->count + left, 0, (size_t)empty * sizeof tail->count[0]);
  tail->top = left == 0 ? 0 : (uint8_t)(tail->top - empty);
}

/* The largest distances: as many as are wanted, or all there are. */
struct largest {
  double count, depth; /* depth: sum of the octaves under the largest */
  int last;            /* the lowest bin that has one */
};

static struct largest take_largest(const struct octave_tail *tail, double wanted) {
  struct largest largest = {0};
  for (int i = 0; i < OCTAVE_TAIL_BINS && largest.count < wanted; i++) {
    if (tail->count[i] == 0)
      continue;
    largest.count += tail->count[i];
    largest.depth += (double)i * tail->count[i];
    largest.last = i;
  }
  return largest;
}

static void fit_pareto(struct octave_tail *tail, const struct largest *largest, bool all) {
  const int last = all ? OCTAVE_TAIL_BINS - 1 : largest->last;
  const double beyond = last * largest->count - largest->depth + largest->count / 2;
  const double index =
      (LN2 * beyond + PRIOR_WEIGHT * PRIOR_INDEX) / (largest->count + PRIOR_WEIGHT);
  const int threshold = tail->top - EXPONENT_BIAS - last - 1;
  const double steepness = LOG10_2 / fmax(index, INDEX_LEAST);
  tail->threshold = (float)ldexp(1.0, threshold);
  tail->steepness = (float)steepness;
  tail->decades = (float)(fmax(log10(tail->rows / largest->count), 0.0) - steepness * threshold);
}

void octave_tail_refresh(struct octave_tail *tail) {
  drop_empty_bins(tail);
  tail->threshold = tail->steepness = 0.0F;
  if (tail->top == 0) {
    tail->decades = log10f((float)tail->rows + 1.0F);
    return;
  }
  const double wanted = fmax(TAIL_SHARE * tail->rows, TAIL_LEAST);
  const struct largest largest = take_largest(tail, wanted);
  if (largest.count >= TAIL_LEAST) {
    fit_pareto(tail, &largest, largest.count < wanted);
    return;
  }
  tail->threshold = -octave_tail_edge(tail->top);
  tail->decades = (float)fmax(log10(tail->rows / (largest.count + 1)), 0.0);
}

bool octave_tail_valid(const struct octave_tail *tail) {
  uint32_t sum = 0;
  for (int i = 0; i < OCTAVE_TAIL_BINS; i++) {
    if (tail->count[i] > 0 && tail->top <= i)
      return false;
    sum += tail->count[i];
  }
  return sum <= tail->rows && tail->rows <= OCTAVE_TAIL_HORIZON &&
         tail->top <= octave_tail_exponent(OCTAVE_TAIL_REACH) &&
         float_within(tail->threshold, -OCTAVE_TAIL_REACH, OCTAVE_TAIL_REACH) &&
         float_within(tail->decades, -1e4F, 1e4F) && float_within(tail->steepness, 0.0F, 10.0F);
}

#include "stats/pareto_tail.h"

#include "stats/clamp.h"

#include <math.h>

enum {
  TOP = HALF_OCTAVES_BINS - 1,
  HOME = 7,          /* where a refresh puts the threshold's bin */
  LEAST_BEYOND = 10, /* distances that make a tail */
  PRIOR_WEIGHT = 10, /* distances that the prior shape counts for */
};

static const float SHARE = 0.02F;
static const float PRIOR_SHAPE = 1.0F / 3.0F;
static const float MOST_STEEPNESS = 10.0F; /* more than a tail of WITHIN_ODD only would have */
static const float DOUBT = 2.0F; /* standard deviations by which chance may have raised a count */
static const float MOST_DECADES = 10.0F; /* log10 of more than a uint32_t counts */
/* Where all features see the same rare event their surprises add up: each says less. */
static const float SPARSE = 0.6F;
/* Mean logarithm of a distance over its bin's lower edge. */
static const float WITHIN_EVEN = 0.2027F, WITHIN_ODD = 0.1438F;

/* The bin that the tail begins with. */
struct cut {
  int bin;
  uint32_t beyond; /* distances in the tail */
  uint32_t refill; /* distances of bin 0 that stay at the threshold when the window moves */
  bool sparse;     /* too few distances, or most of them the same */
};

const struct state_row pareto_tail_rows[] = {
    STATE_FIELD(struct pareto_tail, threshold, STATE_F32),
    STATE_FIELD(struct pareto_tail, steepness, STATE_F32),
    STATE_FIELD(struct pareto_tail, decades, STATE_F32),
    STATE_STRUCTS(struct pareto_tail, window, 1, struct half_octaves, half_octaves_rows),
    STATE_ROWS_END,
};

void pareto_tail_init(struct pareto_tail *tail) {
  tail->threshold = PARETO_TAIL_UNKNOWN;
  tail->window.first = HALF_OCTAVES_UNSET;
}

float pareto_tail_beyond(const struct pareto_tail *tail, float distance) {
  return tail->decades + log10f(distance / tail->threshold) * tail->steepness;
}

/* Distances from the bin of this one on. */
static uint32_t count_from(const struct half_octaves *window, float distance) {
  const int above = half_octave(distance) - window->first;
  uint32_t count = 0;
  for (int i = above < TOP ? above : TOP; i < HALF_OCTAVES_BINS; i++)
    count += i >= 0 ? window->count[i] : 0;
  return count;
}

float pareto_tail_judge(const struct pareto_tail *tail, float distance, uint32_t records) {
  const float decades = float_min(pareto_tail_beyond(tail, distance), PARETO_TAIL_MOST);
  const float count = (float)count_from(&tail->window, distance);
  const float surely = count - DOUBT * sqrtf(count);
  if (surely <= 0.0F)
    return decades;
  return float_min(decades, float_max(log10f(((float)records + 1.0F) / surely), 0.0F));
}

static uint16_t saturated(uint32_t count) {
  return (uint16_t)(count < UINT16_MAX ? count : UINT16_MAX);
}

/* Returns a cut with bin past TOP where nothing is counted. */
static struct cut find_cut(const uint16_t *count, float need) {
  struct cut cut = {.bin = TOP, .beyond = count[TOP]};
  while (cut.bin > 1 && (float)cut.beyond < need)
    cut.beyond += count[--cut.bin];

  if ((float)cut.beyond >= need) {
    const uint32_t here = count[cut.bin];
    if ((float)cut.beyond > 8.0F * need && (float)here > 0.75F * (float)cut.beyond &&
        cut.bin < TOP) {
      cut.beyond -= here;
      cut.bin++;
      cut.sparse = true;
    }
  } else if ((float)(cut.beyond + count[0]) >= need) {
    const uint32_t missing = (uint32_t)ceilf(need - (float)cut.beyond);
    cut.refill = missing < count[0] ? missing : count[0];
  } else {
    cut.beyond += count[0];
    cut.bin = 0;
    while (cut.bin <= TOP && count[cut.bin] == 0)
      cut.bin++;
    cut.sparse = true;
    /* The threshold would else run away from what it was put under. */
    cut.refill = cut.bin == 0 ? count[0] : 0;
  }
  return cut;
}

static void fit(struct pareto_tail *tail, const struct cut *cut, uint32_t records) {
  const struct half_octaves *const window = &tail->window;
  const int origin = window->first + cut->bin;
  float sum = 0.0F;
  for (int i = cut->bin; i < HALF_OCTAVES_BINS; i++) {
    const int number = window->first + i;
    sum += (float)window->count[i] * (half_octave_log(number) - half_octave_log(origin) +
                                      (half_octave_is_odd(number) ? WITHIN_ODD : WITHIN_EVEN));
  }
  const float beyond = (float)cut->beyond;
  const float shape = (sum + PRIOR_WEIGHT * PRIOR_SHAPE) / (beyond + PRIOR_WEIGHT);
  const float caution = cut->sparse ? SPARSE : 1.0F;
  tail->threshold = half_octave_edge(origin);
  tail->steepness = caution / shape;
  tail->decades =
      caution * float_max(log10f(((float)records + 1.0F) / float_max(beyond, 1.0F)), 0.0F);
}

static void window_up(uint16_t *count, int shift) {
  uint32_t below = 0;
  for (int i = 0; i <= shift; i++)
    below += count[i];
  count[0] = saturated(below);
  for (int i = 1; i < HALF_OCTAVES_BINS; i++)
    count[i] = i + shift < HALF_OCTAVES_BINS ? count[i + shift] : 0;
}

static void window_down(uint16_t *count, int shift, uint32_t refill) {
  uint32_t above = 0;
  for (int i = TOP - shift; i < HALF_OCTAVES_BINS; i++)
    above += count[i];
  for (int i = TOP - 1; i > 0; i--)
    count[i] = i > shift ? count[i - shift] : 0;
  count[TOP] = saturated(above);
  count[shift] = (uint16_t)(count[shift] + refill);
  count[0] = (uint16_t)(count[0] - refill);
}

/* Moves the window so that the cut's bin gets to HOME, or as near as numbers go. */
static void move_window(struct half_octaves *window, const struct cut *cut) {
  int shift = cut->bin - HOME;
  if (window->first + shift < HALF_OCTAVE_MIN)
    shift = HALF_OCTAVE_MIN - window->first;
  if (shift > 0)
    window_up(window->count, shift);
  else if (shift < 0)
    window_down(window->count, -shift, cut->refill);
  window->first = (int16_t)(window->first + shift);
}

void pareto_tail_refresh(struct pareto_tail *tail, uint32_t records) {
  if (tail->window.first == HALF_OCTAVES_UNSET)
    return;
  const float need = float_max(SHARE * (float)records, LEAST_BEYOND);
  const struct cut cut = find_cut(tail->window.count, need);
  if (cut.bin > TOP)
    return;
  fit(tail, &cut, records);
  move_window(&tail->window, &cut);
}

bool pareto_tail_valid(const struct pareto_tail *tail) {
  return float_within(tail->threshold, 0.0F, PARETO_TAIL_UNKNOWN) &&
         float_within(tail->steepness, 0.0F, MOST_STEEPNESS) &&
         float_within(tail->decades, 0.0F, MOST_DECADES) &&
         half_octaves_valid(&tail->window, HALF_OCTAVE_MIN);
}

#include "stats/gap_tail.h"

#include "stats/clamp.h"

#include <math.h>

enum {
  TOP = HALF_OCTAVES_BINS - 1,
  TAIL_COUNT = 128, /* distances that make the tail */
  LEAST_COUNT = 32, /* what fewer are taken for */
};

/* Mean distance in a bin over its lower edge. */
static const float MEAN_EVEN = 1.25F, MEAN_ODD = 1.1667F;
static const float RARITY = 0.3F;    /* weight of how seldom there is any distance */
static const float DECADE = 0.4343F; /* decades per natural logarithm */

const struct state_row gap_tail_rows[] = {
    STATE_STRUCTS(struct gap_tail, window, 1, struct half_octaves, half_octaves_rows),
    STATE_ROWS_END,
};

void gap_tail_init(struct gap_tail *tail) { tail->window.first = HALF_OCTAVES_UNSET; }

static float surprise(const struct half_octaves *window, float distance, uint32_t evaluations) {
  uint32_t count = 0;
  float sum = 0.0F;
  float threshold = 0.0F;
  for (int i = TOP; i >= 0 && count < TAIL_COUNT; i--) {
    const int number = window->first + i;
    const float edge = half_octave_edge(number);
    count += window->count[i];
    sum += (float)window->count[i] * edge * (half_octave_is_odd(number) ? MEAN_ODD : MEAN_EVEN);
    if (count >= TAIL_COUNT)
      threshold = edge;
  }
  if (distance <= threshold)
    return 0.0F;

  const float weight = (float)(count > LEAST_COUNT ? count : LEAST_COUNT);
  const float excess = float_max(sum / weight - threshold, 1e-6F * distance);
  const float rarity = float_clamp(((float)evaluations + 1.0F) / weight, 1.0F, 32.0F);
  const float decades = ((distance - threshold) / excess + RARITY * logf(rarity)) * DECADE;
  return float_min(decades, GAP_TAIL_MOST);
}

static void count_distance(struct half_octaves *window, int number) {
  if (window->first == HALF_OCTAVES_UNSET)
    window->first = (int16_t)(number - TOP);
  const int above = number - (window->first + TOP);
  if (above > 0) {
    for (int i = 0; i < HALF_OCTAVES_BINS; i++)
      window->count[i] = i + above < HALF_OCTAVES_BINS ? window->count[i + above] : 0;
    window->first = (int16_t)(window->first + above);
  }
  const int at = number - window->first;
  if (at >= 0)
    half_octaves_count(window, at);
}

float gap_tail_surprise(struct gap_tail *tail, float distance, uint32_t evaluations) {
  if (distance <= 0.0F)
    return 0.0F;
  struct half_octaves *const window = &tail->window;
  const bool known = evaluations >= GAP_TAIL_LEAST && window->first != HALF_OCTAVES_UNSET;
  const float decades = known ? surprise(window, distance, evaluations) : 0.0F;
  count_distance(window, half_octave(distance));
  return decades;
}

void gap_tail_halve(struct gap_tail *tail) {
  uint32_t counted = 0;
  for (int i = 0; i < HALF_OCTAVES_BINS; i++)
    counted += tail->window.count[i];
  if (counted >= 2 * TAIL_COUNT)
    half_octaves_halve(&tail->window);
}

bool gap_tail_valid(const struct gap_tail *tail) {
  return half_octaves_valid(&tail->window, HALF_OCTAVE_MIN - TOP);
}

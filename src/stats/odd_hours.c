#include "stats/odd_hours.h"

#include "stats/clamp.h"

#include <math.h>

enum {
  REFRESH = 8,       /* hours between two fits of the tails */
  HOURS_MOST = 1008, /* six weeks: then the past weighs half */
};

static const float KEEP = 0.5F; /* weight of the excursion before this hour */

const struct state_row odd_hours_rows[] = {
    STATE_STRUCTS(struct odd_hours, tail, 2, struct pareto_tail, pareto_tail_rows),
    STATE_FIELD(struct odd_hours, hours, STATE_U32),
    STATE_FIELD(struct odd_hours, sum, STATE_F32),
    STATE_FIELD(struct odd_hours, above, STATE_U8),
    STATE_FIELD(struct odd_hours, told, STATE_U8),
    STATE_ROWS_END,
};

void odd_hours_init(struct odd_hours *odd) {
  pareto_tail_init(&odd->tail[0]);
  pareto_tail_init(&odd->tail[1]);
}

static void age(struct odd_hours *odd) {
  odd->hours++;
  if (odd->hours % REFRESH == 0) {
    pareto_tail_refresh(&odd->tail[0], odd->hours);
    pareto_tail_refresh(&odd->tail[1], odd->hours);
  }
  if (odd->hours >= HOURS_MOST) {
    odd->hours /= 2;
    half_octaves_halve(&odd->tail[0].window);
    half_octaves_halve(&odd->tail[1].window);
  }
}

static void add(struct odd_hours *odd, bool above, float decades) {
  const bool turned = odd->above != above;
  odd->above = above;
  odd->sum = (turned ? 0.0F : KEEP * odd->sum) + decades;
  if (odd->told == 0)
    return;
  odd->sum = 0.0F;
  odd->told = decades > 0.0F;
}

float odd_hours_judge(struct odd_hours *odd, float excess, float weight) {
  const bool above = excess > 0.0F;
  const uint32_t known = odd->hours >= ODD_HOURS_KNOWN ? odd->hours : 0;
  const float decades = pareto_tail_surprise(&odd->tail[above], fabsf(excess), known);
  age(odd);
  add(odd, above, decades);
  const float said = weight * odd->sum;
  if (said >= ODD_HOURS_LINE)
    odd->told = 1;
  return said;
}

void odd_hours_skip(struct odd_hours *odd) { odd->told = 1; }

bool odd_hours_valid(const struct odd_hours *odd) {
  return pareto_tail_valid(&odd->tail[0]) && pareto_tail_valid(&odd->tail[1]) &&
         odd->hours <= HOURS_MOST && float_within(odd->sum, 0.0F, ODD_HOURS_MOST);
}

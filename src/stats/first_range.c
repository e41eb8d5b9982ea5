#include "stats/first_range.h"

#include "stats/clamp.h"

enum {
  LEAST_OUTSIDE = 5, /* records that one spike does not make */
  MOST_OUTSIDE = 20, /* what lasts is usual */
};

static const float FAR = 1.5F; /* lengths of the range */

const struct state_row first_range_rows[] = {
    STATE_FIELD(struct first_range, low, STATE_F32),
    STATE_FIELD(struct first_range, high, STATE_F32),
    STATE_FIELD(struct first_range, outside, STATE_U8),
    STATE_FIELD(struct first_range, told, STATE_U8),
    STATE_ROWS_END,
};

static void include(struct first_range *range, float value) {
  range->told = range->told != 0 || range->outside >= LEAST_OUTSIDE;
  range->outside = 0;
  range->low = float_min(range->low, value);
  range->high = float_max(range->high, value);
}

float first_range_judge(struct first_range *range, float value, bool known) {
  const float length = range->high - range->low;
  const float distance = float_max(value - range->high, range->low - value);
  if (!known || length <= 0.0F || distance <= FAR * length || range->outside >= MOST_OUTSIDE) {
    include(range, value);
    return 0.0F;
  }
  range->outside++;
  if (range->told != 0 || range->outside < LEAST_OUTSIDE)
    return 0.0F;
  return float_min(distance / (FAR * length), FIRST_RANGE_MOST);
}

bool first_range_valid(const struct first_range *range, float limit) {
  return float_within(range->low, -limit, limit) && float_within(range->high, range->low, limit);
}

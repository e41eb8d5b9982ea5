#include "stats/beyond.h"

#include <math.h>

enum { RECORDS = 12 };

const struct state_row beyond_rows[] = {
    STATE_FIELD(struct beyond, sum, STATE_F64),
    STATE_FIELD(struct beyond, since, STATE_U32),
    STATE_FIELD(struct beyond, records, STATE_U32),
    STATE_FIELD(struct beyond, above, STATE_U8),
    STATE_ROWS_END,
};

double beyond_shift(struct beyond *beyond, float residual, float most, uint32_t elapsed,
                    uint32_t seconds) {
  const uint8_t above = residual > 0.0F;
  if (fabsf(residual) <= most) {
    beyond->records = 0;
    return 0;
  }
  if (beyond->records == 0 || beyond->above != above)
    *beyond = (struct beyond){.since = elapsed, .above = above};
  beyond->records += beyond->records < UINT32_MAX;
  beyond->sum += (double)residual;
  if (beyond->records < RECORDS || elapsed - beyond->since < seconds)
    return 0;
  const double shift = beyond->sum / beyond->records;
  beyond->records = 0;
  return shift;
}

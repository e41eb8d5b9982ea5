#include "stats/origin.h"

#include <math.h>

enum {
  MISFITS = 64,
  YOUNG_RECORDS = 4096, /* until then there is little to lose */
};

const struct state_row origin_rows[] = {
    STATE_FIELD(struct origin, first, STATE_F64),
    STATE_FIELD(struct origin, misfits, STATE_U32),
    STATE_ROWS_END,
};

bool origin_reaches(const struct origin *origin, double value) {
  return fabs(value - origin->first) <= (double)ORIGIN_REACH;
}

static bool vanishes(const struct origin *origin, double value, uint32_t records, double size) {
  const double first = records < YOUNG_RECORDS ? fabs(origin->first) : 0.0;
  const double magnitude = fabs(value);
  return magnitude > 0.0 && (magnitude < first * 0x1p-22 || magnitude < size * 0x1p-40);
}

bool origin_outlived(struct origin *origin, double value, uint32_t records, double size) {
  if (records == 0)
    return false;
  const bool fits = origin_reaches(origin, value) && !vanishes(origin, value, records, size);
  origin->misfits = fits ? 0 : origin->misfits + 1;
  return origin->misfits >= MISFITS;
}

bool origin_valid(const struct origin *origin) { return isfinite(origin->first); }

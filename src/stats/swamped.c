#include "stats/swamped.h"

#include "stats/moments.h"

#include <math.h>

enum { RUN = 64 };

static const double SHARE = 1e-9; /* far below what a float can tell */

const struct state_row swamped_rows[] = {
    STATE_FIELD(struct swamped, last, STATE_F64),
    STATE_FIELD(struct swamped, run, STATE_U8),
    STATE_ROWS_END,
};

bool swamped_by(struct swamped *swamped, double value, double spread) {
  const double step = fabs(value - swamped->last);
  const bool vanishes = step > 0 && step < SHARE * spread;
  swamped->last = value;
  swamped->run = vanishes ? (uint8_t)(swamped->run + 1) : 0;
  return swamped->run >= RUN;
}

bool swamped_valid(const struct swamped *swamped) {
  return fabs(swamped->last) <= MOMENTS_LARGEST && swamped->run < RUN;
}

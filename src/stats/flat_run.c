#include "stats/flat_run.h"

#include "stats/clamp.h"

#include <math.h>

enum { LEAST_LENGTH = 16, LEAST_CHANGES = 64 };
static const float LEAST_SECONDS = 600.0F;

const struct state_row flat_run_rows[] = {
    STATE_FIELD(struct flat_run, length, STATE_U32),
    STATE_FIELD(struct flat_run, longest, STATE_U32),
    STATE_FIELD(struct flat_run, changes, STATE_U32),
    STATE_ROWS_END,
};

float flat_run_judge(struct flat_run *run, bool same, float interval) {
  if (!same) {
    if (run->length > run->longest)
      run->longest = run->length;
    run->changes++;
    run->length = 0;
    return 0.0F;
  }
  run->length++;
  const float length = (float)run->length;
  if (run->length < LEAST_LENGTH || length * interval < LEAST_SECONDS ||
      run->changes < LEAST_CHANGES)
    return 0.0F;
  const float usual = 4.0F * ((float)run->longest + 1.0F);
  return float_clamp(4.0F * log2f(length / usual), 0.0F, FLAT_RUN_MOST);
}

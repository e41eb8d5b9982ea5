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
  if (run->length < LEAST_LENGTH || (float)run->length * interval < LEAST_SECONDS ||
      run->changes < LEAST_CHANGES)
    return 0.0F;
  const double usual = 4.0 * (run->longest + 1.0);
  return (float)double_clamp(4.0 * log2(run->length / usual), 0.0, (double)FLAT_RUN_MOST);
}

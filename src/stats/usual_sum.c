#include "stats/usual_sum.h"

#include "stats/clamp.h"

static const float BIN = 0.25F;
static const float UNUSUAL_SHARE = 0.005F;
static const float ROWS_MOST = 1e6F;

const struct state_row usual_sum_rows[] = {
    STATE_ARRAY(struct usual_sum, count, STATE_F32, USUAL_SUM_BINS),
    STATE_FIELD(struct usual_sum, rows, STATE_F32),
    STATE_FIELD(struct usual_sum, usual, STATE_F32),
    STATE_ROWS_END,
};

void usual_sum_count(struct usual_sum *usual, float sum, float horizon) {
  const float bin = float_min(sum / BIN, (float)(USUAL_SUM_BINS - 1));
  usual->count[(int)bin] += 1.0F;
  usual->rows += 1.0F;
  if (usual->rows <= horizon)
    return;
  usual->rows /= 2.0F;
  for (int i = 0; i < USUAL_SUM_BINS; i++)
    usual->count[i] /= 2.0F;
}

void usual_sum_refresh(struct usual_sum *usual) {
  const float unusual = UNUSUAL_SHARE * usual->rows;
  float beyond = 0.0F;
  int bin = USUAL_SUM_BINS;
  while (bin > 0 && (beyond += usual->count[bin - 1]) < unusual)
    bin--;
  usual->usual = bin <= 1 ? 0.0F : BIN * (float)bin;
}

bool usual_sum_valid(const struct usual_sum *usual) {
  bool valid = float_within(usual->rows, 0.0F, ROWS_MOST) &&
               float_within(usual->usual, 0.0F, BIN * USUAL_SUM_BINS);
  for (int i = 0; i < USUAL_SUM_BINS; i++)
    valid = valid && float_within(usual->count[i], 0.0F, ROWS_MOST);
  return valid;
}

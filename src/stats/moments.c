#include "stats/moments.h"

#include "stats/clamp.h"

#include <math.h>

const struct state_row moments_rows[] = {
    STATE_FIELD(struct moments, count, STATE_U64),
    STATE_FIELD(struct moments, mean, STATE_F64),
    STATE_FIELD(struct moments, squares, STATE_F64),
    STATE_ROWS_END,
};

double moments_clamp(double value) {
  if (fabs(value) < MOMENTS_SMALLEST)
    return 0;
  return double_clamp(value, -MOMENTS_LARGEST, MOMENTS_LARGEST);
}

void moments_add(struct moments *moments, double value) {
  const double deviation = value - moments->mean;
  moments->count++;
  moments->mean += deviation / (double)moments->count;
  moments->squares += deviation * (value - moments->mean);
}

double moments_deviation(const struct moments *moments) {
  return moments->count < 2 ? 0 : sqrt(moments->squares / (double)(moments->count - 1));
}

bool moments_valid(const struct moments *moments) {
  const double largest_square = 4 * MOMENTS_LARGEST * MOMENTS_LARGEST;
  return moments->count < UINT64_C(1) << 53 && fabs(moments->mean) <= MOMENTS_LARGEST &&
         moments->squares >= 0 && moments->squares <= largest_square * (double)moments->count;
}

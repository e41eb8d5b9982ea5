#include "stats/quantile.h"

#include "stats/moments.h"

#include <math.h>

const struct state_row quantile_rows[] = {
    STATE_FIELD(struct quantiles, count, STATE_U64),
    STATE_ARRAY(struct quantiles, height, STATE_F64, QUANTILE_MARKERS),
    STATE_ARRAY(struct quantiles, position, STATE_F64, QUANTILE_MARKERS),
    STATE_ROWS_END,
};

/* Share of the values below each marker: the percentiles and the middles between them. */
static const double share[QUANTILE_MARKERS] = {0,   .005, .01, .255, .5, .725,
                                               .95, .97,  .99, .995, 1};

static const int marker_of[] = {
    [QUANTILE_MINIMUM] = 0, [QUANTILE_1] = 2,  [QUANTILE_50] = 4,
    [QUANTILE_95] = 6,      [QUANTILE_99] = 8, [QUANTILE_MAXIMUM] = QUANTILE_MARKERS - 1};

static void insert_sorted(struct quantiles *quantiles, double value) {
  uint64_t at = quantiles->count++;
  for (; at > 0 && quantiles->height[at - 1] > value; at--)
    quantiles->height[at] = quantiles->height[at - 1];
  quantiles->height[at] = value;
  quantiles->position[quantiles->count - 1] = (double)(quantiles->count - 1);
}

/* Counts the value into the markers above it. */
static void count_value(struct quantiles *quantiles, double value) {
  const int last = QUANTILE_MARKERS - 1;
  quantiles->height[0] = fmin(quantiles->height[0], value);
  quantiles->height[last] = fmax(quantiles->height[last], value);
  for (int i = last; i > 0 && (i == last || value < quantiles->height[i]); i--)
    quantiles->position[i]++;
  quantiles->count++;
}

/* Height of marker i after a step of +1 or -1: on the parabola through its neighbours. */
static double parabola(const double *height, const double *position, int i, int step) {
  const double before = position[i] - position[i - 1];
  const double after = position[i + 1] - position[i];
  const double slope_before = (height[i] - height[i - 1]) / before;
  const double slope_after = (height[i + 1] - height[i]) / after;
  return height[i] +
         step / (before + after) * ((before + step) * slope_after + (after - step) * slope_before);
}

static double line(const double *height, const double *position, int i, int step) {
  return height[i] + step * (height[i + step] - height[i]) / (position[i + step] - position[i]);
}

static void move_marker(double *height, double *position, int i, int step) {
  const double curved = parabola(height, position, i, step);
  const bool ordered = height[i - 1] < curved && curved < height[i + 1];
  height[i] = ordered ? curved : line(height, position, i, step);
  position[i] += step;
}

void quantile_add(struct quantiles *quantiles, double value) {
  if (quantiles->count < QUANTILE_MARKERS) {
    insert_sorted(quantiles, value);
    return;
  }
  count_value(quantiles, value);
  double *const position = quantiles->position;
  for (int i = 1; i < QUANTILE_MARKERS - 1; i++) {
    const double wanted = share[i] * (double)(quantiles->count - 1);
    if (wanted - position[i] >= 1 && position[i + 1] - position[i] > 1)
      move_marker(quantiles->height, position, i, 1);
    else if (wanted - position[i] <= -1 && position[i] - position[i - 1] > 1)
      move_marker(quantiles->height, position, i, -1);
  }
}

double quantile_get(const struct quantiles *quantiles, enum quantile which) {
  const int marker = marker_of[which];
  if (quantiles->count >= QUANTILE_MARKERS)
    return quantiles->height[marker];
  if (quantiles->count == 0)
    return 0;
  return quantiles->height[lround(share[marker] * (double)(quantiles->count - 1))];
}

static bool is_valid_marker(const struct quantiles *quantiles, uint64_t i) {
  const double *const height = &quantiles->height[i];
  const double *const position = &quantiles->position[i];
  if (!(fabs(*height) <= MOMENTS_LARGEST) || *position != floor(*position))
    return false;
  return i == 0 ? *position == 0 : height[0] >= height[-1] && position[0] > position[-1];
}

bool quantile_valid(const struct quantiles *quantiles) {
  const uint64_t used = quantiles->count < QUANTILE_MARKERS ? quantiles->count : QUANTILE_MARKERS;
  if (quantiles->count >= UINT64_C(1) << 53)
    return false;
  for (uint64_t i = 0; i < used; i++)
    if (!is_valid_marker(quantiles, i))
      return false;
  return used == 0 || quantiles->position[used - 1] == (double)(quantiles->count - 1);
}

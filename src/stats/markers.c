#include "stats/markers.h"

#include "stats/moments.h"

#include <math.h>

static void insert_sorted(double *height, double *position, uint64_t count, double value) {
  uint64_t at = count;
  for (; at > 0 && height[at - 1] > value; at--)
    height[at] = height[at - 1];
  height[at] = value;
  position[count] = (double)count;
}

/* Counts the value into the markers above it. */
static void count_value(double *height, double *position, int last, double value) {
  height[0] = value < height[0] ? value : height[0];
  height[last] = value > height[last] ? value : height[last];
  for (int i = 1; i < last; i++)
    position[i] += value < height[i] ? 1 : 0;
  position[last]++;
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

void markers_add(const struct marker_shares *shares, uint64_t count, double value, double *height,
                 double *position) {
  const int last = shares->size - 1;
  if (count <= (uint64_t)last) {
    insert_sorted(height, position, count, value);
    return;
  }
  count_value(height, position, last, value);
  for (int i = 1; i < last; i++) {
    const double behind = shares->share[i] * (double)count - position[i];
    if (behind >= 1 && position[i + 1] - position[i] > 1)
      move_marker(height, position, i, 1);
    else if (behind <= -1 && position[i] - position[i - 1] > 1)
      move_marker(height, position, i, -1);
  }
}

double markers_get(const struct marker_shares *shares, uint64_t count, const double *height,
                   int which) {
  if (count >= (uint64_t)shares->size)
    return height[which];
  if (count == 0)
    return 0;
  return height[lround(shares->share[which] * (double)(count - 1))];
}

static bool is_valid_marker(const double *height, const double *position, uint64_t i) {
  if (!(fabs(height[i]) <= MOMENTS_LARGEST) || position[i] != floor(position[i]))
    return false;
  return i == 0 ? position[i] == 0 : height[i] >= height[i - 1] && position[i] > position[i - 1];
}

bool markers_valid(const struct marker_shares *shares, uint64_t count, const double *height,
                   const double *position) {
  const uint64_t size = (uint64_t)shares->size;
  const uint64_t used = count < size ? count : size;
  if (count >= UINT64_C(1) << 53)
    return false;
  for (uint64_t i = 0; i < used; i++)
    if (!is_valid_marker(height, position, i))
      return false;
  return used == 0 || position[used - 1] == (double)(count - 1);
}

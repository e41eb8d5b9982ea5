#include "stats/markers.h"

#include "stats/moments.h"

#include <math.h>

static void insert_sorted(const struct markers *markers, uint64_t count, double value) {
  uint64_t at = count;
  for (; at > 0 && markers->height[at - 1] > value; at--)
    markers->height[at] = markers->height[at - 1];
  markers->height[at] = value;
  markers->position[count] = (double)count;
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

void markers_add(const struct markers *markers, uint64_t count, double value) {
  const int last = markers->size - 1;
  double *const height = markers->height, *const position = markers->position;
  if (count <= (uint64_t)last) {
    insert_sorted(markers, count, value);
    return;
  }
  count_value(height, position, last, value);
  for (int i = 1; i < last; i++) {
    const double behind = markers->share[i] * (double)count - position[i];
    if (behind >= 1 && position[i + 1] - position[i] > 1)
      move_marker(height, position, i, 1);
    else if (behind <= -1 && position[i] - position[i - 1] > 1)
      move_marker(height, position, i, -1);
  }
}

double markers_get(const struct markers *markers, uint64_t count, int which) {
  if (count >= (uint64_t)markers->size)
    return markers->height[which];
  if (count == 0)
    return 0;
  return markers->height[lround(markers->share[which] * (double)(count - 1))];
}

static bool is_valid_marker(const struct markers *markers, uint64_t i) {
  const double *const height = &markers->height[i];
  const double *const position = &markers->position[i];
  if (!(fabs(*height) <= MOMENTS_LARGEST) || *position != floor(*position))
    return false;
  return i == 0 ? *position == 0 : height[0] >= height[-1] && position[0] > position[-1];
}

bool markers_valid(const struct markers *markers, uint64_t count) {
  const uint64_t size = (uint64_t)markers->size;
  const uint64_t used = count < size ? count : size;
  if (count >= UINT64_C(1) << 53)
    return false;
  for (uint64_t i = 0; i < used; i++)
    if (!is_valid_marker(markers, i))
      return false;
  return used == 0 || markers->position[used - 1] == (double)(count - 1);
}

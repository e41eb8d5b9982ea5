#include "stats/moving.h"

#include "stats/moments.h"

#include <math.h>

/* Sums that shrank to this share of their peak have lost too many digits. */
static const double COLLAPSED = 1e-6;

const struct state_row moving_rows[] = {
    STATE_FIELD(struct moving, origin, STATE_F64),
    STATE_FIELD(struct moving, shift, STATE_F64),
    STATE_FIELD(struct moving, squares, STATE_F64),
    STATE_FIELD(struct moving, peak, STATE_F64),
    STATE_FIELD(struct moving, count, STATE_U32),
    STATE_FIELD(struct moving, next, STATE_U32),
    STATE_ROWS_END,
};

static double mean_distance(const double *values, uint32_t count, double from) {
  double sum = 0;
  for (uint32_t i = 0; i < count; i++)
    sum += values[i] - from;
  return sum / count;
}

static void compute_afresh(struct moving *moving, const double *ring) {
  const double mean = ring[0] + mean_distance(ring, moving->count, ring[0]);
  double squares = 0;
  for (uint32_t i = 0; i < moving->count; i++)
    squares += (ring[i] - mean) * (ring[i] - mean);
  const double shift = mean_distance(ring, moving->count, mean);
  moving->origin = mean;
  moving->shift = shift;
  moving->squares = fmax(squares - moving->count * shift * shift, 0);
  moving->peak = moving->squares;
}

static void grow(struct moving *moving, double value) {
  if (moving->count == 0)
    moving->origin = value;
  const double distance = value - moving->origin;
  const double deviation = distance - moving->shift;
  moving->count++;
  moving->shift += deviation / moving->count;
  moving->squares += deviation * (distance - moving->shift);
}

static void slide(struct moving *moving, double oldest, double value) {
  const double leaving = oldest - moving->origin;
  const double coming = value - moving->origin;
  const double old_shift = moving->shift;
  moving->shift += (coming - leaving) / moving->count;
  moving->squares += (coming - leaving) * ((coming - moving->shift) + (leaving - old_shift));
}

void moving_add(struct moving *moving, double *ring, uint32_t size, double value) {
  if (moving->count < size)
    grow(moving, value);
  else
    slide(moving, ring[moving->next], value);
  ring[moving->next] = value;
  moving->next = (moving->next + 1) % size;
  moving->peak = fmax(moving->peak, moving->squares);
  if (moving->next == 0 || moving->squares < COLLAPSED * moving->peak)
    compute_afresh(moving, ring);
}

double moving_mean(const struct moving *moving) { return moving->origin + moving->shift; }

double moving_deviation(const struct moving *moving) {
  return moving->count < 2 ? 0 : sqrt(moving->squares / (moving->count - 1));
}

static bool is_clamped(double value) { return fabs(value) <= MOMENTS_LARGEST; }

bool moving_valid(const struct moving *moving, const double *ring, uint32_t size) {
  const double most = 4 * MOMENTS_LARGEST * MOMENTS_LARGEST * size;
  if (moving->count > size || moving->next >= size ||
      (moving->count < size && moving->next != moving->count))
    return false;
  for (uint32_t i = 0; i < moving->count; i++)
    if (!is_clamped(ring[i]))
      return false;
  return is_clamped(moving->origin) && fabs(moving->shift) <= 2 * MOMENTS_LARGEST &&
         is_clamped(moving_mean(moving)) && moving->squares >= 0 && moving->squares <= most &&
         moving->peak >= moving->squares && moving->peak <= most;
}

#include "engine/telling.h"

#include <math.h>

static const double DAY = 86400, WEEK = 604800;
static const double STEP = .5;
static const double HOLD = 900, HOLD_GROWTH = 4, HOLD_MOST = 57600;

static double age_of(const struct telling *telling, double time) {
  return fmax(time - telling->time, 0);
}

double telling_bar(const struct telling *telling, double time, uint32_t per_week) {
  if (per_week == 0)
    return 0;
  const double sunk = STEP * per_week * age_of(telling, time) / WEEK;
  return TELLING_BAR_LEAST + fmax((double)telling->bar - sunk, 0);
}

static double recent_of(const struct telling *telling, double time) {
  return (double)telling->recent * exp(-age_of(telling, time) / DAY);
}

uint32_t telling_recent(const struct telling *telling, double time) {
  return (uint32_t)lround(recent_of(telling, time));
}

double telling_hold(const struct telling *telling, double time, uint32_t per_week) {
  const uint32_t recent = telling_recent(telling, time);
  return per_week == 0 || recent == 0 ? 0 : fmin(HOLD * pow(HOLD_GROWTH, recent - 1.), HOLD_MOST);
}

double telling_pause(double hold, double lasted, uint32_t per_week) {
  return per_week == 0 ? 0 : fmax(hold, fmin(lasted, TELLING_PAUSE_MOST));
}

void telling_note_told(struct telling *telling, double time, uint32_t per_week) {
  const double over = telling_bar(telling, time, per_week) - TELLING_BAR_LEAST;
  const double bar = fmin(fmax(over, 0) + STEP, TELLING_BAR_MOST - TELLING_BAR_LEAST);
  *telling = (struct telling){
      .time = time, .bar = (float)bar, .recent = (float)(recent_of(telling, time) + 1)};
}

void telling_note_held(struct telling *telling, double time) {
  if (telling->held++ == 0)
    telling->held_since = time;
}

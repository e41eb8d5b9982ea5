#include "engine/habit.h"

#include <math.h>
#include <string.h>

static const double DAY = 86400, WEEK = 604800, SAME_TIME = 600;

double habit_count(const struct habit *habit, double time) {
  const double age = fmax(time - (double)habit->start[0], 0);
  return habit->count > 0 ? (double)habit->count * exp(-age / WEEK) : 0;
}

void habit_note(struct habit *habit, double time) {
  const double latest = fmin(fmax(time, 0), UINT32_MAX);
  habit->count = (float)(habit_count(habit, time) + 1);
  memmove(habit->start + 1, habit->start, (HABIT_STARTS - 1) * sizeof habit->start[0]);
  habit->start[0] = (uint32_t)latest;
}

static int began_near(const struct habit *habit, double time) {
  for (int i = 0; i < HABIT_STARTS; i++)
    if (habit->start[i] > 0 && fabs((double)habit->start[i] - time) <= SAME_TIME)
      return 1;
  return 0;
}

unsigned habit_days(const struct habit *habit, double time) {
  unsigned days = 0;
  while (days < 2 && began_near(habit, time - (days + 1) * DAY))
    days++;
  return days;
}

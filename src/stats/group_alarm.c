#include "stats/group_alarm.h"

#include "stats/clamp.h"

#include <float.h>

static const float LINE = 1.0F, END = 0.7F;
static const float WORSE = 1.25F; /* times the peak */

enum { END_ROWS = 5, LASTING_ROWS = 60 };

const struct state_row group_alarm_rows[] = {
    STATE_FIELD(struct group_alarm, peak, STATE_F32),
    STATE_FIELD(struct group_alarm, age, STATE_U32),
    STATE_FIELD(struct group_alarm, on, STATE_U8),
    STATE_FIELD(struct group_alarm, quiet, STATE_U8),
    STATE_ROWS_END,
};

bool group_alarm_is_fresh(const struct group_alarm *alarm) {
  return alarm->on != 0 && alarm->age < LASTING_ROWS;
}

static bool begins(const struct group_alarm *alarm, float ratio) {
  if (ratio < LINE)
    return false;
  return alarm->on == 0 || (alarm->age >= LASTING_ROWS && ratio > WORSE * alarm->peak);
}

bool group_alarm_take(struct group_alarm *alarm, float ratio, bool *ret_anomaly) {
  const bool began = begins(alarm, ratio);
  if (began)
    *alarm = (struct group_alarm){.peak = ratio, .on = 1};
  *ret_anomaly = group_alarm_is_fresh(alarm);
  if (alarm->on == 0)
    return false;
  alarm->age += alarm->age < UINT32_MAX;
  alarm->peak = float_max(alarm->peak, ratio);
  alarm->quiet = ratio >= END ? 0 : (uint8_t)(alarm->quiet + 1);
  if (alarm->quiet >= END_ROWS)
    *alarm = (struct group_alarm){0};
  return began;
}

bool group_alarm_valid(const struct group_alarm *alarm) {
  return float_within(alarm->peak, 0.0F, FLT_MAX) && alarm->on <= 1 && alarm->quiet < END_ROWS;
}

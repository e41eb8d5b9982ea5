#include "stats/pace.h"

#include "stats/clamp.h"

#include <math.h>

static const float INTERVAL_MOST = 1e12F;
static const float LINE = 18.0F;  /* at 60 s */
static const float SLOPE = 4.5F;  /* for each decade of rate */
static const uint32_t YOUNG = 16; /* records that may lie arbitrarily far apart */
static const float GAIN_LEAST = 0.01F;

const struct state_row pace_rows[] = {
    STATE_FIELD(struct pace, interval, STATE_F32),
    STATE_FIELD(struct pace, hour_records, STATE_F32),
    STATE_FIELD(struct pace, line, STATE_F32),
    STATE_ROWS_END,
};

static void set_interval(struct pace *pace, float interval) {
  const float seconds = float_max(interval, 1.0F);
  pace->interval = interval;
  pace->hour_records = float_max(3600.0F / seconds, 1.0F);
  pace->line = float_max(LINE + SLOPE * log10f(60.0F / seconds), PACE_LINE_LEAST);
}

void pace_init(struct pace *pace) { set_interval(pace, 0.0F); }

void pace_learn(struct pace *pace, uint32_t number, uint32_t gap, double configured) {
  float interval = pace->interval;
  if (configured > 0.0) {
    interval = (float)double_clamp(configured, 0.0, (double)INTERVAL_MOST);
  } else if (number > 0) {
    const float seconds = (float)gap;
    const float seen = number > YOUNG ? float_min(seconds, 2.0F * interval) : seconds;
    interval += float_max(1.0F / (float)number, GAIN_LEAST) * (seen - interval);
  }
  if (interval != pace->interval)
    set_interval(pace, interval);
}

bool pace_valid(const struct pace *pace) {
  return float_within(pace->interval, 0.0F, INTERVAL_MOST) &&
         float_within(pace->hour_records, 1.0F, 3600.0F) &&
         float_within(pace->line, PACE_LINE_LEAST, 100.0F);
}

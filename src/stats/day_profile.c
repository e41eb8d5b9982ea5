#include "stats/day_profile.h"

#include "stats/clamp.h"

#include <math.h>

static const float DAILY_GAIN = 0.15F;
static const float CLIP = 4.0F;            /* usual errors that one value may teach */
static const float ERROR_MEMORY = 2000.0F; /* records */

const struct state_row day_hour_rows[] = {
    STATE_FIELD(struct day_hour, number, STATE_I32),
    STATE_FIELD(struct day_hour, mean, STATE_F32),
    STATE_FIELD(struct day_hour, deviation, STATE_F32),
    STATE_FIELD(struct day_hour, usual_error, STATE_F32),
    STATE_FIELD(struct day_hour, sum, STATE_F32),
    STATE_FIELD(struct day_hour, count, STATE_U32),
    STATE_FIELD(struct day_hour, seen, STATE_U16),
    STATE_FIELD(struct day_hour, baseline_known, STATE_U8),
    STATE_FIELD(struct day_hour, spoilt, STATE_U8),
    STATE_ROWS_END,
};

const struct state_row day_profile_rows[] = {
    STATE_ARRAY(struct day_profile, mean, STATE_F32, DAY_HOURS),
    STATE_ARRAY(struct day_profile, deviation, STATE_F32, DAY_HOURS),
    STATE_ARRAY(struct day_profile, seen, STATE_U16, DAY_HOURS),
    STATE_FIELD(struct day_profile, baseline, STATE_F32),
    STATE_ROWS_END,
};

void day_hour_init(struct day_hour *hour) { hour->number = DAY_HOUR_NONE; }

bool day_hour_excess(const struct day_hour *hour, const struct day_profile *profile,
                     float *ret_excess) {
  if (hour->spoilt != 0 || hour->count == 0 || hour->baseline_known == 0)
    return false;
  *ret_excess = hour->sum / (float)hour->count - profile->baseline;
  return true;
}

void day_hour_change(struct day_hour *hour, struct day_profile *profile, int32_t number) {
  if (hour->number != DAY_HOUR_NONE) {
    const int32_t old = hour->number % DAY_HOURS;
    profile->mean[old] = hour->mean;
    profile->deviation[old] = hour->deviation;
    profile->seen[old] = hour->seen;
  }
  const int32_t slot = number % DAY_HOURS;
  profile->baseline = profile->mean[slot];
  *hour = (struct day_hour){
      .number = number,
      .mean = profile->mean[slot],
      .deviation = profile->deviation[slot],
      .usual_error = hour->usual_error,
      .seen = profile->seen[slot],
      .baseline_known = profile->seen[slot] > 0,
  };
}

void day_hour_learn(struct day_hour *hour, float value, float per_hour, uint32_t number) {
  hour->sum += value;
  hour->count++;

  const float seen = (float)hour->seen;
  float residual = value - hour->mean;
  if (seen > per_hour) {
    const float most = CLIP * (hour->deviation + hour->usual_error);
    residual = float_clamp(residual, -most, most);
  }
  const float error = fabsf(residual);
  const float gain = float_max(DAILY_GAIN / per_hour, 1.0F / (seen + 1.0F));
  hour->mean += gain * residual;
  hour->deviation += gain * (error - hour->deviation);
  hour->usual_error += (error - hour->usual_error) / float_min((float)number + 1.0F, ERROR_MEMORY);
  hour->seen = (uint16_t)(hour->seen + (hour->seen < UINT16_MAX));
}

bool day_hour_valid(const struct day_hour *hour, const struct day_profile *profile, float limit) {
  const float most_sum = limit * float_max((float)hour->count, 1.0F);
  bool valid = hour->number >= DAY_HOUR_NONE && float_within(hour->mean, -limit, limit) &&
               float_within(hour->deviation, 0.0F, limit) &&
               float_within(hour->usual_error, 0.0F, limit) &&
               float_within(hour->sum, -most_sum, most_sum) &&
               float_within(profile->baseline, -limit, limit);
  for (int i = 0; i < DAY_HOURS; i++)
    valid = valid && float_within(profile->mean[i], -limit, limit) &&
            float_within(profile->deviation[i], 0.0F, limit);
  return valid;
}

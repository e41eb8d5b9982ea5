#include "stats/row_pace.h"

#include "stats/clamp.h"

#include <math.h>

static const double INTERVAL_MOST = 1e9;
static const double DAY = 86400.0, HOUR = 3600.0;
/* What comes once in two weeks is no alarm (rarity.h); it takes as long to have seen it. */
static const double ADULT_SECONDS = 14 * 86400.0;
static const double HORIZON_SECONDS = 35 * 86400.0;
static const double LASTING_LEFT = 0.9, LASTING_GAIN_MOST = 0.2; /* left: of it, each minute */
static const double PROFILE_SECONDS = 12000.0; /* over this the interval is the profile's gain */

struct row_pace row_pace_of(double interval) {
  const double seconds = interval > 0.0 ? double_clamp(interval, 1e-3, INTERVAL_MOST) : 60.0;
  const double minutes = fmax(seconds / 60.0, 1.0);
  const double horizon = double_clamp(HORIZON_SECONDS / seconds, 2016.0, 10080.0);
  return (struct row_pace){
      .hour_rows = (float)(HOUR / seconds),
      .horizon = (float)horizon,
      .slow_gain = (float)(2.016 / horizon),
      .profile_gain = (float)double_clamp(seconds / PROFILE_SECONDS, 0.0, 0.2),
      .lasting_gain = (float)fmin(1.0 - pow(LASTING_LEFT, minutes), LASTING_GAIN_MOST),
      .mature_rows = (float)fmax(DAY / seconds, 240.0),
      .adult_rows = (float)fmax(ADULT_SECONDS / seconds, 720.0),
  };
}

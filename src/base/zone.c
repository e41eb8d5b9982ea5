#include "base/zone.h"

#include <time.h>

static const int64_t QUARTER = 900;
static const int64_t NOWHERE = INT64_MIN;

static int32_t look_up(int64_t time) {
  const time_t seconds = (time_t)time;
  struct tm local;
  return localtime_r(&seconds, &local) == NULL ? 0 : (int32_t)local.tm_gmtoff;
}

int32_t zone_offset(int64_t time) {
  static _Thread_local int64_t known_quarter = NOWHERE;
  static _Thread_local int32_t known_offset;
  const int64_t quarter = time / QUARTER;
  if (quarter != known_quarter) {
    known_offset = look_up(time);
    known_quarter = quarter;
  }
  return known_offset;
}

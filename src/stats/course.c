#include "stats/course.h"

#include "stats/clamp.h"

#define TIME_LIMIT 1e12 /* seconds */
#define AGE_LIMIT 1e9   /* warm-ups */
#define RECORDS_MAX (UINT32_MAX - 1)

const struct state_row course_rows[] = {
    STATE_FIELD(struct course, first_time, STATE_I64),
    STATE_FIELD(struct course, elapsed, STATE_U32),
    STATE_FIELD(struct course, records, STATE_U32),
    STATE_ROWS_END,
};

struct course_record course_take(struct course *course, const struct observation *now) {
  const int64_t time = (int64_t)double_clamp(now->time, 0.0, TIME_LIMIT);
  if (course->records == 0)
    course->first_time = time;
  const double elapsed = double_clamp((double)(time - course->first_time), 0.0, UINT32_MAX);
  struct course_record record = {
      .time = time,
      .number = course->records,
      .elapsed = (uint32_t)elapsed,
      .age = (float)double_clamp(elapsed / now->warmup, 0.0, AGE_LIMIT),
  };
  record.gap = record.elapsed > course->elapsed ? record.elapsed - course->elapsed : 0;
  record.ready = record.number >= COURSE_READY_RECORDS && record.age >= 1.0F;
  record.maturity = record.ready ? record.age / (record.age + 2.0F) : 0.0F;
  course->elapsed = record.elapsed;
  course->records += course->records < RECORDS_MAX;
  return record;
}

bool course_valid(const struct course *course) {
  return course->first_time >= 0 && (double)course->first_time <= TIME_LIMIT &&
         course->records <= RECORDS_MAX;
}

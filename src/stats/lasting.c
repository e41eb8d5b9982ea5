#include "stats/lasting.h"

enum { CALM_RECORDS = 10 };

const struct state_row lasting_rows[] = {
    STATE_FIELD(struct lasting, record, STATE_U32),
    STATE_FIELD(struct lasting, elapsed, STATE_U32),
    STATE_FIELD(struct lasting, open, STATE_U8),
    STATE_FIELD(struct lasting, calm, STATE_U8),
    STATE_ROWS_END,
};

static void count_from(struct lasting *lasting, const struct course_record *record) {
  lasting->record = record->number;
  lasting->elapsed = record->elapsed;
}

enum lasting_change lasting_judge(struct lasting *lasting, const struct course_record *record,
                                  float ratio, float line) {
  if (lasting->open == 0) {
    if (ratio < line)
      return LASTING_NONE;
    *lasting = (struct lasting){.open = 1};
    count_from(lasting, record);
    return LASTING_BEGINS;
  }
  lasting->calm = ratio >= 0.5F * line ? 0 : (uint8_t)(lasting->calm + 1);
  if (lasting->calm >= CALM_RECORDS)
    lasting->open = 0;
  if (record->number - lasting->record < LASTING_RECORDS ||
      record->elapsed - lasting->elapsed < LASTING_SECONDS)
    return LASTING_GOES_ON;
  count_from(lasting, record);
  return LASTING_LASTS;
}

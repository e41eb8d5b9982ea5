#include "stats/day_sums.h"

#include "stats/clamp.h"

#include <math.h>

enum { SLOT_SECONDS = 600, DAY_SECONDS = 86400 };

const struct state_row day_sums_rows[] = {
    STATE_ARRAY(struct day_sums, last, STATE_F32, DAY_SUMS_SLOTS),
    STATE_ARRAY(struct day_sums, before, STATE_F32, DAY_SUMS_SLOTS),
    STATE_FIELD(struct day_sums, current, STATE_F32),
    STATE_FIELD(struct day_sums, pending, STATE_F32),
    STATE_FIELD(struct day_sums, slot, STATE_U8),
    STATE_ROWS_END,
};

static int before_slot(int slot) { return (slot + DAY_SUMS_SLOTS - 1) % DAY_SUMS_SLOTS; }
static int after_slot(int slot) { return (slot + 1) % DAY_SUMS_SLOTS; }

static void commit(struct day_sums *sums, int slot, float sum) {
  sums->before[slot] = sums->last[slot];
  sums->last[slot] = sum;
}

/* A slot is committed one slot late, so that it is not compared with itself. */
static void change_slot(struct day_sums *sums, int slot) {
  const int old = sums->slot - 1;
  commit(sums, before_slot(old), sums->pending);
  sums->pending = sums->current;
  if (slot != after_slot(old)) {
    commit(sums, old, sums->current);
    sums->pending = sums->last[before_slot(slot)];
  }
  sums->current = 0.0F;
}

static float around(const float *sums, int slot) {
  return float_max(sums[slot], float_max(sums[before_slot(slot)], sums[after_slot(slot)]));
}

float day_sums_take(struct day_sums *sums, double time, float sum) {
  const int slot = (int)(fmod(time, DAY_SECONDS) / SLOT_SECONDS);
  if (sums->slot != 0 && sums->slot != slot + 1)
    change_slot(sums, slot);
  sums->slot = (uint8_t)(slot + 1);
  sums->current = float_max(sums->current, sum);
  return float_min(around(sums->last, slot), around(sums->before, slot));
}

bool day_sums_valid(const struct day_sums *sums, float most) {
  bool valid = sums->slot <= DAY_SUMS_SLOTS && float_within(sums->current, 0.0F, most) &&
               float_within(sums->pending, 0.0F, most);
  for (int i = 0; i < DAY_SUMS_SLOTS; i++)
    valid = valid && float_within(sums->last[i], 0.0F, most) &&
            float_within(sums->before[i], 0.0F, most);
  return valid;
}

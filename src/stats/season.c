#include "stats/season.h"

#include "stats/clamp.h"

#include <float.h>
#include <math.h>

const struct state_row season_slot_rows[] = {
    STATE_FIELD(struct season_slot, mean, STATE_F32),
    STATE_FIELD(struct season_slot, spread, STATE_F32),
    STATE_FIELD(struct season_slot, seen, STATE_F32),
    STATE_ROWS_END,
};

static uint32_t modulo(int64_t number, uint32_t divisor) {
  const int64_t rest = number % divisor;
  return (uint32_t)(rest < 0 ? rest + divisor : rest);
}

struct season_place season_place(int64_t local, uint32_t hours) {
  const uint32_t second = modulo(local - SEASON_HOUR / 2, hours * SEASON_HOUR);
  const uint32_t before = second / SEASON_HOUR;
  return (struct season_place){
      .before = before,
      .after = before + 1 < hours ? before + 1 : 0,
      .share = (float)(second % SEASON_HOUR) / SEASON_HOUR,
  };
}

/* Share of the slot after; a slot never seen has none. */
static float share_of_after(const struct season_slot *before, const struct season_slot *after,
                            float share) {
  return after->seen <= 0.0F ? 0.0F : before->seen <= 0.0F ? 1.0F : share;
}

struct season_usual season_usual(const struct season_slot *slots,
                                 const struct season_place *place) {
  const struct season_slot *const before = &slots[place->before];
  const struct season_slot *const after = &slots[place->after];
  const float share = share_of_after(before, after, place->share);
  return (struct season_usual){
      .mean = before->mean + share * (after->mean - before->mean),
      .spread = before->spread + share * (after->spread - before->spread),
      .seen = float_min(before->seen, after->seen),
  };
}

/*
 * Each slot averages the values about it by itself: two that learned to make
 * up for each other's error would swing ever farther.
 */
static void learn(struct season_slot *slot, float usual, float share,
                  const struct season_lesson *lesson) {
  const float visit = lesson->visit * share;
  if (visit <= 0.0F)
    return;
  float residual = lesson->deviation - usual;
  if (slot->seen >= 1.0F)
    residual = float_clamp(residual, -lesson->most, lesson->most);
  slot->seen = float_min(slot->seen + visit, lesson->memory);
  const float gain = float_min(visit / slot->seen, 1.0F);
  slot->mean += gain * (usual + residual - slot->mean);
  slot->spread += gain * (fabsf(residual) - slot->spread);
}

void season_learn(struct season_slot *slots, const struct season_place *place,
                  const struct season_lesson *lesson) {
  const float usual = season_usual(slots, place).mean;
  learn(&slots[place->before], usual, 1.0F - place->share, lesson);
  learn(&slots[place->after], usual, place->share, lesson);
}

bool season_valid(const struct season_slot *slots, uint32_t hours, float limit) {
  bool valid = true;
  for (uint32_t i = 0; i < hours; i++)
    valid = valid && float_within(slots[i].mean, -limit, limit) &&
            float_within(slots[i].spread, 0.0F, limit) &&
            float_within(slots[i].seen, 0.0F, FLT_MAX);
  return valid;
}

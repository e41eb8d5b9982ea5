#include "stats/onset.h"

#include <float.h>

static const uint32_t SHADOW = 70; /* records in which only a stronger one is an onset */
static const float STRONGER = 1.1F;
static const float STRONG = 2.5F; /* onsets that make a habit */
static const float HABIT_WEIGHT = 0.2F, HABIT_FADES = 0.0005F;

const struct state_row onset_rows[] = {
    STATE_FIELD(struct onset, habit, STATE_F32),
    STATE_FIELD(struct onset, peak, STATE_F32),
    STATE_FIELD(struct onset, record, STATE_U32),
    STATE_ROWS_END,
};

float onset_judge(struct onset *onset, float novel, float sudden, uint32_t number, uint32_t gap) {
  const float strength = novel / (1.0F + HABIT_WEIGHT * onset->habit) + sudden;
  onset->habit = habit_faded(onset->habit, gap, HABIT_FADES);
  if (strength <= 0.0F)
    return 0.0F;

  const float peak = number - onset->record > SHADOW ? 0.0F : onset->peak;
  const bool begins = strength > STRONGER * peak;
  if (begins && strength >= STRONG && peak < STRONG)
    onset->habit += 1.0F;
  onset->peak = float_max(strength, peak);
  if (strength > peak)
    onset->record = number;
  return begins ? strength : 0.0F;
}

bool onset_valid(const struct onset *onset) {
  return float_within(onset->habit, 0.0F, FLT_MAX) && float_within(onset->peak, 0.0F, FLT_MAX);
}

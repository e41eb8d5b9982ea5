#include "stats/column_evidence.h"

#include "stats/clamp.h"

#include <math.h>
#include <string.h>

static const float FAST_GAIN = 0.125F; /* of the fast level */
static const float QUICK_GAIN = 0.7F;
static const float DECADES_MOST = 16.0F;
static const float ODD = 2.0F; /* decades */
static const float LEVEL_MOST = 4e18F;

enum {
  PROFILE_KNOWN = 200, /* rows of an hour; or more than an hour has, so that a day lies between */
  REFRESH_ROWS = 64,
  REFRESH_ROWS_YOUNG = 8,
  YOUNG_ROWS = 512,
  STAGGER = 7, /* columns do not refresh at once */
};

enum tail { TAIL_FAST, TAIL_STEP, TAIL_HOUR, TAIL_LEVEL };

const struct state_row column_evidence_rows[] = {
    STATE_STRUCTS(struct column_evidence, origin, 1, struct origin, origin_rows),
    STATE_FIELD(struct column_evidence, fast, STATE_F32),
    STATE_FIELD(struct column_evidence, slow, STATE_F32),
    STATE_FIELD(struct column_evidence, spread, STATE_F32),
    STATE_FIELD(struct column_evidence, previous, STATE_F32),
    STATE_FIELD(struct column_evidence, quick, STATE_F32),
    STATE_FIELD(struct column_evidence, lasting, STATE_F32),
    STATE_FIELD(struct column_evidence, rows, STATE_U32),
    STATE_ARRAY(struct column_evidence, profile, STATE_F32, COLUMN_EVIDENCE_HOURS),
    STATE_ARRAY(struct column_evidence, profile_rows, STATE_U8, COLUMN_EVIDENCE_HOURS),
    STATE_STRUCTS(struct column_evidence, tail, COLUMN_EVIDENCE_TAILS, struct octave_tail,
                  octave_tail_rows),
    STATE_ROWS_END,
};

/* A value on its way. */
struct measured {
  float value; /* relative to the origin */
  float from_slow, from_hour;
  float fast; /* the fast level after it */
  float deviation[COLUMN_EVIDENCE_TAILS];
  bool hour_known;
};

/* A mean of all rows at first, so that the first one has no more weight than others. */
static float gain_of(uint32_t rows, float least) {
  return (float)rows * least < 1.0F ? 1.0F / (float)rows : least;
}

static void smooth(struct column_evidence *evidence, const struct row_pace *pace, float decades) {
  evidence->quick += QUICK_GAIN * (decades - evidence->quick);
  evidence->lasting += pace->lasting_gain * (decades - evidence->lasting);
}

static bool hour_is_known(const struct column_evidence *evidence, const struct evidence_row *row) {
  const uint8_t rows = evidence->profile_rows[row->hour];
  return rows >= PROFILE_KNOWN || (float)rows > row->pace.hour_rows;
}

static struct measured measure(const struct column_evidence *evidence,
                               const struct evidence_row *row, double value) {
  struct measured now = {.value = origin_place(&evidence->origin, value),
                         .hour_known = hour_is_known(evidence, row)};
  const float from_fast = now.value - evidence->fast;
  const float gain = gain_of(evidence->rows, FAST_GAIN);
  now.from_slow = now.value - evidence->slow;
  now.from_hour = now.value - evidence->profile[row->hour];
  now.fast = evidence->fast + gain * octave_tail_limit(&evidence->tail[TAIL_FAST], from_fast);
  now.deviation[TAIL_FAST] = fabsf(from_fast);
  now.deviation[TAIL_STEP] = evidence->rows > 1 ? fabsf(now.value - evidence->previous) : 0.0F;
  now.deviation[TAIL_HOUR] = fabsf(now.from_hour);
  if (evidence->spread > 0.0F)
    now.deviation[TAIL_LEVEL] =
        float_min(fabsf(now.fast - evidence->slow) / evidence->spread, OCTAVE_TAIL_REACH);
  return now;
}

/* Unrolled here and below: a tenth of what a column costs. */
static float sum_decades(const struct column_evidence *evidence, const struct evidence_row *row,
                         const struct measured *now) {
  float sum = 0.0F;
#pragma GCC unroll 4
  for (int i = 0; i < COLUMN_EVIDENCE_TAILS; i++)
    if (i != TAIL_HOUR || now->hour_known)
      sum += octave_tail_surprise(&evidence->tail[i], now->deviation[i]);
  const float rows = (float)evidence->rows;
  const float decades = float_min(sum, DECADES_MOST);
  return rows < row->pace.mature_rows ? decades * (rows / row->pace.mature_rows) : decades;
}

static void learn_deviations(struct column_evidence *evidence, const struct evidence_row *row,
                             const struct measured *now) {
  const uint32_t horizon = (uint32_t)row->pace.horizon;
#pragma GCC unroll 4
  for (int i = 0; i < COLUMN_EVIDENCE_TAILS; i++)
    if (i != TAIL_HOUR || now->hour_known)
      octave_tail_insert(&evidence->tail[i], now->deviation[i], horizon);
}

static void refresh(struct column_evidence *evidence, uint32_t column) {
  const uint32_t every = evidence->rows < YOUNG_ROWS ? REFRESH_ROWS_YOUNG : REFRESH_ROWS;
  if ((evidence->rows + STAGGER * column) % every != 0)
    return;
  for (int i = 0; i < COLUMN_EVIDENCE_TAILS; i++)
    octave_tail_refresh(&evidence->tail[i]);
}

static void learn_levels(struct column_evidence *evidence, const struct evidence_row *row,
                         const struct measured *now) {
  const struct octave_tail *const reach = &evidence->tail[TAIL_HOUR];
  const float gain = gain_of(evidence->rows, row->pace.slow_gain);
  const float step = octave_tail_limit(reach, now->from_slow);
  evidence->slow += gain * step;
  evidence->spread += gain * (fabsf(step) - evidence->spread);

  uint8_t *const rows = &evidence->profile_rows[row->hour];
  const float hour_gain = gain_of(*rows + 1U, row->pace.profile_gain);
  evidence->profile[row->hour] += hour_gain * octave_tail_limit(reach, now->from_hour);
  *rows = (uint8_t)(*rows + (*rows < UINT8_MAX));
  evidence->fast = now->fast;
  evidence->previous = now->value;
}

static void begin_anew(struct column_evidence *evidence, double value) {
  const double size = (double)(fabsf(evidence->slow) + evidence->spread);
  if (origin_outlived(&evidence->origin, value, evidence->rows, size))
    memset(evidence, 0, sizeof *evidence);
  if (evidence->rows == 0)
    evidence->origin.first = value;
}

void column_evidence_judge(struct column_evidence *evidence, const struct evidence_row *row,
                           uint32_t column, double value) {
  if (!isfinite(value)) {
    smooth(evidence, &row->pace, 0.0F);
    return;
  }
  begin_anew(evidence, value);
  evidence->rows += evidence->rows < UINT32_MAX;
  const struct measured now = measure(evidence, row, value);
  const float decades = sum_decades(evidence, row, &now);
  smooth(evidence, &row->pace, decades);
  if (row->learn_odd || decades < ODD)
    learn_deviations(evidence, row, &now);
  refresh(evidence, column);
  learn_levels(evidence, row, &now);
}

static bool is_level(float level) { return float_within(level, -LEVEL_MOST, LEVEL_MOST); }

bool column_evidence_valid(const struct column_evidence *evidence) {
  bool valid = origin_valid(&evidence->origin) && is_level(evidence->fast) &&
               is_level(evidence->slow) && is_level(evidence->previous) &&
               float_within(evidence->spread, 0.0F, LEVEL_MOST) &&
               float_within(evidence->quick, 0.0F, DECADES_MOST) &&
               float_within(evidence->lasting, 0.0F, DECADES_MOST);
  for (int i = 0; i < COLUMN_EVIDENCE_HOURS; i++)
    valid = valid && is_level(evidence->profile[i]);
  for (int i = 0; i < COLUMN_EVIDENCE_TAILS; i++)
    valid = valid && octave_tail_valid(&evidence->tail[i]);
  return valid;
}

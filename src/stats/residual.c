#include "stats/residual.h"

#include "stats/clamp.h"

#include <float.h>
#include <math.h>

enum { LONG_RECORDS = 10 }; /* make an episode more than a spike */

static const float SMOOTHING = 0.2F;  /* weight of the newest */
static const float SIZE_MOST = 30.0F; /* a wild value would else be seen for an hour */
/* Records that smooth residuals must lie apart to have little to do with one another. */
static const float APART = 3.0F;
/* Deviation of single values over that of smooth ones: sqrt((2 - SMOOTHING) / SMOOTHING). */
static const float SMOOTHED = 3.0F;
static const float SIZE_MEMORY = 2000.0F;            /* records */
static const float CLIP = 4.0F, RARE_CLIP = 1000.0F; /* usual sizes */
static const float UNKNOWN_REACH = 4.0F;             /* units, before a tail is known */

const struct state_row residual_rows[] = {
    STATE_STRUCTS(struct residual, below, 1, struct rarity, rarity_rows),
    STATE_STRUCTS(struct residual, above, 1, struct rarity, rarity_rows),
    STATE_FIELD(struct residual, smooth, STATE_F32),
    STATE_FIELD(struct residual, since, STATE_U32),
    STATE_FIELD(struct residual, lasting.record, STATE_U32),
    STATE_FIELD(struct residual, lasting.elapsed, STATE_U32),
    STATE_FIELD(struct residual, episode_records, STATE_U32),
    STATE_FIELD(struct residual, lasting.open, STATE_U8),
    STATE_FIELD(struct residual, lasting.calm, STATE_U8),
    STATE_ROWS_END,
};

void residual_init(struct residual *residual) {
  rarity_init(&residual->below);
  rarity_init(&residual->above);
}

/* Makes usual what goes on for long. Returns whether an episode begins. */
static bool track_episode(struct residual *residual, const struct residual_record *record,
                          float ratio) {
  const enum lasting_change change =
      lasting_judge(&residual->lasting, record->at, ratio, record->line);
  if (change == LASTING_NONE)
    return false;
  if (change == LASTING_BEGINS) {
    residual->since = record->at->elapsed;
    residual->episode_records = 0;
  }
  residual->episode_records += residual->episode_records < UINT32_MAX;
  if (change == LASTING_LASTS) {
    rarity_halve(&residual->below, record->at->elapsed);
    rarity_halve(&residual->above, record->at->elapsed);
  }
  return change == LASTING_BEGINS;
}

/* Of a metric that never had a residual. */
static bool is_first(const struct residual *residual, float size) {
  return size != 0.0F && rarity_is_blank(&residual->above) && rarity_is_blank(&residual->below);
}

static enum anomaly_kind kind_of(const struct residual *residual, float ratio) {
  if (ratio <= 0.0F)
    return KIND_NONE;
  if (residual->lasting.open != 0 && residual->episode_records > LONG_RECORDS)
    return KIND_PATTERN;
  return residual->smooth > 0.0F ? KIND_SPIKE : KIND_DIP;
}

void residual_judge(struct residual *residual, const struct residual_record *record, float size,
                    struct finding *ret) {
  const bool first = is_first(residual, size);
  const float bounded = float_clamp(size, -SIZE_MOST, SIZE_MOST);
  residual->smooth += SMOOTHING * (bounded - residual->smooth);
  const float smooth = residual->smooth;
  float decades = rarity_judge(&residual->above, float_max(smooth, 0.0F), record->at->elapsed) +
                  rarity_judge(&residual->below, float_max(-smooth, 0.0F), record->at->elapsed);
  float ratio = decades > 0.0F ? decades / rarity_line(APART * record->interval) : 0.0F;
  if (first) {
    decades = log10f((float)record->at->number + 1.0F);
    ratio = record->line;
  }
  const bool begins = track_episode(residual, record, ratio);
  ret->ratio = (double)ratio;
  ret->surprise = (double)decades;
  ret->onset = begins ? ret->ratio : 0.0;
  ret->kind = kind_of(residual, ratio);
}

static double reach(const struct rarity *side) {
  const float threshold = side->tail.threshold;
  return (double)(threshold < PARETO_TAIL_UNKNOWN ? SMOOTHED * threshold : UNKNOWN_REACH);
}

struct band residual_band(const struct residual *residual, double expected, double width) {
  return (struct band){.expected = expected,
                       .lower = expected - reach(&residual->below) * width,
                       .upper = expected + reach(&residual->above) * width};
}

void residual_learn_size(const struct residual *residual, float error, uint32_t number,
                         float *size) {
  const float gain = 1.0F / float_min((float)number + 1.0F, SIZE_MEMORY);
  const float most =
      *size > 0.0F ? *size * (residual->lasting.open != 0 ? CLIP : RARE_CLIP) : FLT_MAX;
  *size += gain * (float_min(fabsf(error), most) - *size);
}

bool residual_valid(const struct residual *residual) {
  return rarity_valid(&residual->below) && rarity_valid(&residual->above) &&
         float_within(residual->smooth, -SIZE_MOST, SIZE_MOST);
}

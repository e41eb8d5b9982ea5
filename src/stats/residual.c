#include "stats/residual.h"

#include "stats/clamp.h"

#include <float.h>
#include <math.h>

enum {
  CALM_RECORDS = 10, /* end an episode */
  LONG_RECORDS = 10, /* make it more than a spike */
  /* An episode that lasts both of these lets the past weigh half, again and again. */
  STUCK_RECORDS = 20,
  STUCK_SECONDS = 1200,
};

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
    STATE_FIELD(struct residual, halved_record, STATE_U32),
    STATE_FIELD(struct residual, halved, STATE_U32),
    STATE_FIELD(struct residual, episode_records, STATE_U32),
    STATE_FIELD(struct residual, open, STATE_U8),
    STATE_FIELD(struct residual, calm, STATE_U8),
    STATE_ROWS_END,
};

void residual_init(struct residual *residual) {
  rarity_init(&residual->below);
  rarity_init(&residual->above);
}

static void open_episode(struct residual *residual, const struct residual_record *record) {
  residual->open = 1;
  residual->calm = 0;
  residual->episode_records = 0;
  residual->since = record->elapsed;
  residual->halved_record = record->number;
  residual->halved = record->elapsed;
}

/* Makes usual what goes on for long. */
static void halve_when_stuck(struct residual *residual, const struct residual_record *record) {
  if (record->number - residual->halved_record < STUCK_RECORDS ||
      record->elapsed - residual->halved < STUCK_SECONDS)
    return;
  residual->halved_record = record->number;
  residual->halved = record->elapsed;
  rarity_halve(&residual->below, record->elapsed);
  rarity_halve(&residual->above, record->elapsed);
}

static void track_episode(struct residual *residual, const struct residual_record *record,
                          float ratio) {
  if (residual->open == 0 && ratio >= record->line)
    open_episode(residual, record);
  if (residual->open == 0)
    return;
  residual->episode_records += residual->episode_records < UINT32_MAX;
  residual->calm = ratio >= 0.5F * record->line ? 0 : (uint8_t)(residual->calm + 1);
  if (residual->calm >= CALM_RECORDS)
    residual->open = 0;
  halve_when_stuck(residual, record);
}

/* Of a metric that never had a residual. */
static bool is_first(const struct residual *residual, float size) {
  return size != 0.0F && rarity_is_blank(&residual->above) && rarity_is_blank(&residual->below);
}

static enum anomaly_kind kind_of(const struct residual *residual, float ratio) {
  if (ratio <= 0.0F)
    return KIND_NONE;
  if (residual->open != 0 && residual->episode_records > LONG_RECORDS)
    return KIND_PATTERN;
  return residual->smooth > 0.0F ? KIND_SPIKE : KIND_DIP;
}

void residual_judge(struct residual *residual, const struct residual_record *record, float size,
                    struct finding *ret) {
  const bool first = is_first(residual, size);
  const float bounded = float_clamp(size, -SIZE_MOST, SIZE_MOST);
  residual->smooth += SMOOTHING * (bounded - residual->smooth);
  const float smooth = residual->smooth;
  float decades = rarity_judge(&residual->above, float_max(smooth, 0.0F), record->elapsed) +
                  rarity_judge(&residual->below, float_max(-smooth, 0.0F), record->elapsed);
  float ratio = decades > 0.0F ? decades / rarity_line(APART * record->interval) : 0.0F;
  if (first) {
    decades = log10f((float)record->number + 1.0F);
    ratio = record->line;
  }
  const bool was_open = residual->open != 0;
  track_episode(residual, record, ratio);
  ret->ratio = (double)ratio;
  ret->surprise = (double)decades;
  ret->onset = residual->open != 0 && !was_open ? ret->ratio : 0.0;
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
  const float most = *size > 0.0F ? *size * (residual->open != 0 ? CLIP : RARE_CLIP) : FLT_MAX;
  *size += gain * (float_min(fabsf(error), most) - *size);
}

bool residual_valid(const struct residual *residual) {
  return rarity_valid(&residual->below) && rarity_valid(&residual->above) &&
         float_within(residual->smooth, -SIZE_MOST, SIZE_MOST);
}

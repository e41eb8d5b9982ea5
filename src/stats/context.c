#include "stats/context.h"

#include "stats/clamp.h"

#include <math.h>
#include <string.h>

enum {
  LAST = CONTEXT_RECENT_VALUES - 1,
  CENTER_LEAST = 50,    /* records before the center is one */
  CENTER_MEMORY = 5000, /* records */
  REFRESH_YOUNG = 32,   /* records between two refreshes of the tails */
  REFRESH = 128,
  YOUNG = 1024,
  HALVED_LEAST = 200,
};

static const float MOST_WIDTHS = 1000.0F;
static const float LEAST_WIDTH = 1e-30F;
static const double UNKNOWN_REACH = 4.0; /* widths that the band reaches before a tail is known */

const struct state_row context_rows[] = {
    STATE_FIELD(struct context, records, STATE_U32),
    STATE_FIELD(struct context, center, STATE_F32),
    STATE_FIELD(struct context, spread, STATE_F32),
    STATE_ARRAY(struct context, recent, STATE_F32, CONTEXT_RECENT_VALUES),
    STATE_ROWS_END,
};

void context_init(struct pareto_tail *tails) {
  for (int i = 0; i < CONTEXT_TAILS; i++)
    pareto_tail_init(&tails[i]);
}

static float roughness(const float *recent, float value) {
  float sum = 0.0F;
  for (int i = 5; i <= LAST; i++) {
    const float difference = recent[i] - recent[i - 3];
    sum += difference * difference;
  }
  const float difference = value - recent[LAST - 2];
  return sqrtf(sum + difference * difference);
}

static float mean_of_recent(const float *recent) {
  const float older = (recent[0] + recent[1]) + (recent[2] + recent[3]);
  const float newer = (recent[4] + recent[5]) + (recent[6] + recent[7]);
  return (older + newer + (recent[8] + recent[9])) / CONTEXT_RECENT_VALUES;
}

/* Bounded: a width of 0 would put a tail's window out of reach of all that follows. */
static float in_widths(float residual, float width) {
  return float_clamp(residual / (width + LEAST_WIDTH), -MOST_WIDTHS, MOST_WIDTHS);
}

void context_measure(const struct context *context, const struct day_hour *hour, bool hour_usual,
                     uint32_t number, float value, float *ret_deviation) {
  for (int i = 0; i < CONTEXT_FEATURES; i++)
    ret_deviation[i] = 0.0F;
  if (number >= CONTEXT_RECENT_VALUES) {
    ret_deviation[CONTEXT_ROUGHNESS] = roughness(context->recent, value);
    ret_deviation[CONTEXT_RECENT] = value - mean_of_recent(context->recent);
    ret_deviation[CONTEXT_STEP] = value - context->recent[LAST];
  }
  if (hour_usual)
    ret_deviation[CONTEXT_HOUR] = in_widths(value - hour->mean, day_hour_width(hour));
  if (number > CENTER_LEAST)
    ret_deviation[CONTEXT_CENTER] = in_widths(value - context->center, context->spread);
}

static double reach(const struct pareto_tail *tail) {
  return tail->threshold < PARETO_TAIL_UNKNOWN ? (double)tail->threshold : UNKNOWN_REACH;
}

struct band context_band(const struct context *context, const struct pareto_tail *tails,
                         const struct day_hour *hour, bool hour_usual) {
  const int feature = hour_usual ? CONTEXT_HOUR : CONTEXT_CENTER;
  const double center = (double)(hour_usual ? hour->mean : context->center);
  const double width = (double)(hour_usual ? day_hour_width(hour) : context->spread);
  return (struct band){
      .expected = center,
      .lower = center - reach(&tails[CONTEXT_TAIL_DOWN(feature)]) * width,
      .upper = center + reach(&tails[CONTEXT_TAIL_UP(feature)]) * width,
  };
}

static void learn_value(struct context *context, float value) {
  const float gain = 1.0F / float_min((float)context->records + 1.0F, CENTER_MEMORY);
  float residual = value - context->center;
  if (context->spread > 0.0F)
    residual = float_clamp(residual, -MOST_WIDTHS * context->spread, MOST_WIDTHS * context->spread);
  context->center += gain * residual;
  context->spread += gain * (fabsf(residual) - context->spread);
  memmove(context->recent, context->recent + 1, LAST * sizeof context->recent[0]);
  context->recent[LAST] = value;
}

void context_judge(struct context *context, struct pareto_tail *tails, float value,
                   const float *deviation, float *ret_decades) {
  const uint32_t before = context->records;
  ret_decades[CONTEXT_ROUGHNESS] =
      pareto_tail_surprise(&tails[CONTEXT_ROUGHNESS], deviation[CONTEXT_ROUGHNESS], before);
  for (int i = CONTEXT_RECENT; i < CONTEXT_FEATURES; i++) {
    const int tail = deviation[i] < 0.0F ? CONTEXT_TAIL_DOWN(i) : CONTEXT_TAIL_UP(i);
    ret_decades[i] = pareto_tail_surprise(&tails[tail], fabsf(deviation[i]), before);
  }
  learn_value(context, value);

  const uint32_t records = ++context->records;
  if (records % REFRESH == 0 || (records < YOUNG && records % REFRESH_YOUNG == 0))
    for (int i = 0; i < CONTEXT_TAILS; i++)
      pareto_tail_refresh(&tails[i], records);
}

static int strongest(const float *decades) {
  static const int order[] = {CONTEXT_STEP, CONTEXT_RECENT, CONTEXT_CENTER, CONTEXT_HOUR,
                              CONTEXT_ROUGHNESS};
  int most = order[0];
  for (int i = 1; i < CONTEXT_FEATURES; i++)
    if (decades[order[i]] > decades[most])
      most = order[i];
  return most;
}

void context_explain(const float *decades, const float *deviation, struct finding *ret) {
  static const char *const reasons[CONTEXT_FEATURES][2] = {
      [CONTEXT_ROUGHNESS] = {"rougher than usual", "rougher than usual"},
      [CONTEXT_RECENT] = {"far below its last values", "far above its last values"},
      [CONTEXT_HOUR] = {"unusually low for this hour", "unusually high for this hour"},
      [CONTEXT_CENTER] = {"unusually low", "unusually high"},
      [CONTEXT_STEP] = {"fell suddenly", "rose suddenly"},
  };
  const int most = strongest(decades);
  if (decades[most] <= 0.0F)
    return;
  const bool up = deviation[most] > 0.0F;
  const bool sudden = decades[CONTEXT_STEP] > 0.0F || decades[CONTEXT_RECENT] > 0.0F;
  ret->reason = reasons[most][up];
  ret->kind = most == CONTEXT_ROUGHNESS           ? KIND_VARIANCE
              : most == CONTEXT_HOUR              ? KIND_PATTERN
              : most == CONTEXT_CENTER && !sudden ? KIND_LEVEL_SHIFT
              : up                                ? KIND_SPIKE
                                                  : KIND_DIP;
}

bool context_halve(struct context *context, struct pareto_tail *tails) {
  if (context->records <= HALVED_LEAST)
    return false;
  context->records /= 2;
  for (int i = 0; i < CONTEXT_TAILS; i++)
    half_octaves_halve(&tails[i].window);
  return true;
}

bool context_valid(const struct context *context, const struct pareto_tail *tails, float limit) {
  bool valid = context->records <= CONTEXT_RECORDS_MAX &&
               float_within(context->center, -limit, limit) &&
               float_within(context->spread, 0.0F, limit);
  for (int i = 0; i < CONTEXT_RECENT_VALUES; i++)
    valid = valid && float_within(context->recent[i], -limit, limit);
  for (int i = 0; i < CONTEXT_TAILS; i++)
    valid = valid && pareto_tail_valid(&tails[i]);
  return valid;
}

#include "stats/novelty.h"

#include "stats/clamp.h"

#include <math.h>

static const float GAIN_LEAST = 0.001F;
static const float SCALE = 0.01F; /* share of the magnitude where the logarithm begins */
static const float SCALE_LEAST = 1e-20F;
static const float LOG_LIMIT = 1e18F; /* over SCALE_LEAST still a finite float */
static const uint32_t HALVING_SECONDS = 28 * 86400;
static const uint32_t HALVING_RECORDS = 8000;

const struct state_row novelty_rows[] = {
    STATE_FIELD(struct novelty, magnitude, STATE_F32),
    STATE_FIELD(struct novelty, residual_magnitude, STATE_F32),
    STATE_FIELD(struct novelty, value_looks, STATE_U32),
    STATE_FIELD(struct novelty, window_looks, STATE_U32),
    STATE_FIELD(struct novelty, residual_looks, STATE_U32),
    STATE_FIELD(struct novelty, halved, STATE_U32),
    STATE_ARRAY(struct novelty, low, STATE_F32, NOVELTY_BLOCKS),
    STATE_ARRAY(struct novelty, high, STATE_F32, NOVELTY_BLOCKS),
    STATE_FIELD(struct novelty, others_low, STATE_F32),
    STATE_FIELD(struct novelty, others_high, STATE_F32),
    STATE_STRUCTS(struct novelty, visited, NOVELTY_HOUR, struct span, span_rows),
    STATE_ROWS_END,
};

const struct state_row novelty_past_rows[] = {
    STATE_STRUCTS(struct novelty_past, memory, NOVELTY_KINDS, struct gap_memory, gap_memory_rows),
    STATE_STRUCTS(struct novelty_past, tail, NOVELTY_TAILS, struct gap_tail, gap_tail_rows),
    STATE_FIELD(struct novelty_past, hour_looks, STATE_U32),
    STATE_FIELD(struct novelty_past, halved_record, STATE_U32),
    STATE_ROWS_END,
};

static void forget_visited(struct novelty *novelty) {
  for (int i = 0; i < NOVELTY_HOUR; i++)
    novelty->visited[i] = (struct span){.low = 1.0F, .high = -1.0F};
}

void novelty_init(struct novelty *novelty, struct novelty_past *past) {
  forget_visited(novelty);
  for (int i = 0; i < NOVELTY_TAILS; i++)
    gap_tail_init(&past->tail[i]);
}

void novelty_change_day(struct novelty *novelty, struct novelty_past *past, uint8_t day) {
  forget_visited(novelty);
  for (int i = 0; i < NOVELTY_KINDS; i++)
    gap_memory_forget(&past->memory[i], day);
}

static float nearest(const struct neighbours *neighbours, float value) {
  float distance = neighbours->count > 0 ? fabsf(value - neighbours->value[0]) : 0.0F;
  if (neighbours->count > 1)
    distance = float_min(distance, fabsf(value - neighbours->value[1]));
  return distance;
}

static float signed_log(float value, double offset, float scale) {
  const float limit = LOG_LIMIT;
  const float z = (float)double_clamp((double)value + offset, (double)-limit, (double)limit);
  return copysignf(logf(1.0F + fabsf(z) / scale), z);
}

static float nearest_in_logarithms(struct neighbours neighbours, float value, double offset,
                                   float scale) {
  for (unsigned i = 0; i < neighbours.count; i++)
    neighbours.value[i] = signed_log(neighbours.value[i], offset, scale);
  return nearest(&neighbours, signed_log(value, offset, scale));
}

float novelty_of_hour(struct novelty_past *past, float excess, uint8_t day) {
  struct span visited;
  const struct neighbours neighbours =
      gap_memory_visit(&past->memory[NOVELTY_HOUR], excess, day, &visited);
  return gap_tail_surprise(&past->tail[2 * NOVELTY_HOUR], nearest(&neighbours, excess),
                           past->hour_looks++);
}

/* How values are compared. */
struct frame {
  double offset; /* makes them absolute */
  float scale;   /* where their logarithm begins */
  uint8_t day;
};

static float judge_new(struct novelty *novelty, struct novelty_past *past, enum novelty_kind kind,
                       float value, uint32_t looks, const struct frame *frame) {
  const struct neighbours neighbours =
      gap_memory_visit(&past->memory[kind], value, frame->day, &novelty->visited[kind]);
  const float distance = nearest(&neighbours, value);
  if (distance <= 0.0F)
    return 0.0F;
  struct gap_tail *const tail = &past->tail[2 * kind];
  const float ratio = nearest_in_logarithms(neighbours, value, frame->offset, frame->scale);
  return sqrtf(gap_tail_surprise(&tail[0], distance, looks) *
               gap_tail_surprise(&tail[1], ratio, looks));
}

static inline float judge(struct novelty *novelty, struct novelty_past *past,
                          enum novelty_kind kind, float value, uint32_t looks,
                          const struct frame *frame) {
  const struct span *const visited = &novelty->visited[kind];
  if (value >= visited->low && value <= visited->high)
    return 0.0F;
  return judge_new(novelty, past, kind, value, looks, frame);
}

static void begin_block(struct novelty *novelty, uint32_t block, float value) {
  novelty->low[block] = novelty->high[block] = value;
  float low = value, high = value;
  for (uint32_t i = 0; i < NOVELTY_BLOCKS; i++) {
    low = float_min(low, novelty->low[i]);
    high = float_max(high, novelty->high[i]);
  }
  novelty->others_low = low;
  novelty->others_high = high;
}

static void judge_window(struct novelty *novelty, struct novelty_past *past, uint32_t number,
                         float value, const struct frame *frame, float *ret_decades) {
  const uint32_t block = number / NOVELTY_BLOCK_RECORDS % NOVELTY_BLOCKS;
  if (number % NOVELTY_BLOCK_RECORDS == 0)
    begin_block(novelty, block, value);
  const float low = novelty->low[block] = float_min(novelty->low[block], value);
  const float high = novelty->high[block] = float_max(novelty->high[block], value);
  if (number + 1 < NOVELTY_BLOCKS * NOVELTY_BLOCK_RECORDS)
    return;
  const uint32_t looks = novelty->window_looks++;
  ret_decades[NOVELTY_LOW] =
      judge(novelty, past, NOVELTY_LOW, float_min(low, novelty->others_low), looks, frame);
  ret_decades[NOVELTY_HIGH] =
      judge(novelty, past, NOVELTY_HIGH, float_max(high, novelty->others_high), looks, frame);
}

static float judge_residual(struct novelty *novelty, struct novelty_past *past, float residual,
                            float gain, uint8_t day) {
  novelty->residual_magnitude += gain * (fabsf(residual) - novelty->residual_magnitude);
  const struct frame frame = {.scale = novelty->residual_magnitude + SCALE_LEAST, .day = day};
  return judge(novelty, past, NOVELTY_RESIDUAL, residual, novelty->residual_looks++, &frame);
}

static uint32_t halved_looks(uint32_t looks) {
  return looks / 2 > GAP_TAIL_LEAST ? looks / 2 : GAP_TAIL_LEAST;
}

static bool halve(struct novelty *novelty, struct novelty_past *past, uint32_t records,
                  uint32_t elapsed) {
  if (records - past->halved_record < HALVING_RECORDS)
    return false;
  novelty->value_looks = halved_looks(novelty->value_looks);
  novelty->window_looks = halved_looks(novelty->window_looks);
  novelty->residual_looks = halved_looks(novelty->residual_looks);
  past->hour_looks = halved_looks(past->hour_looks);
  for (int i = 0; i < NOVELTY_TAILS; i++)
    gap_tail_halve(&past->tail[i]);
  novelty->halved = elapsed;
  past->halved_record = records;
  return true;
}

bool novelty_of_record(struct novelty *novelty, struct novelty_past *past,
                       const struct novelty_record *record, float *ret_decades) {
  const uint32_t records = record->number + 1;
  const float gain = float_max(1.0F / (float)records, GAIN_LEAST);
  novelty->magnitude += gain * (record->magnitude - novelty->magnitude);

  const struct frame frame = {.offset = record->offset,
                              .scale = SCALE * novelty->magnitude + SCALE_LEAST,
                              .day = record->day};
  ret_decades[NOVELTY_LOW] = ret_decades[NOVELTY_HIGH] = ret_decades[NOVELTY_RESIDUAL] = 0.0F;
  ret_decades[NOVELTY_VALUE] =
      judge(novelty, past, NOVELTY_VALUE, record->value, novelty->value_looks++, &frame);
  judge_window(novelty, past, record->number, record->value, &frame, ret_decades);
  if (record->residual_known)
    ret_decades[NOVELTY_RESIDUAL] =
        judge_residual(novelty, past, record->residual, gain, record->day);
  return record->elapsed - novelty->halved >= HALVING_SECONDS &&
         halve(novelty, past, records, record->elapsed);
}

float novelty_sum(const float *decades) {
  return decades[NOVELTY_HOUR] + 2.0F * decades[NOVELTY_VALUE] +
         (decades[NOVELTY_LOW] + decades[NOVELTY_HIGH]) + decades[NOVELTY_RESIDUAL];
}

/* Whether a value just visited is the lowest or highest of all. */
static bool is_extreme(const struct gap_memory *memory, float value) {
  return memory->spans == 0 || value <= memory->span[0].low ||
         value >= memory->span[memory->spans - 1].high;
}

void novelty_explain(const struct novelty_past *past, float value, const float *decades, bool above,
                     struct finding *ret) {
  static const char *const reasons[NOVELTY_KINDS][2] = {
      [NOVELTY_VALUE] = {"lower than ever seen", "higher than ever seen"},
      [NOVELTY_LOW] = {"lower than ever seen", "stays higher than ever seen"},
      [NOVELTY_HIGH] = {"stays lower than ever seen", "higher than ever seen"},
      [NOVELTY_RESIDUAL] = {"lower for this hour than ever", "higher for this hour than ever"},
      [NOVELTY_HOUR] = {"an hour unlike those before", "an hour unlike those before"},
  };
  int most = NOVELTY_VALUE;
  for (int i = NOVELTY_LOW; i < NOVELTY_KINDS; i++)
    if (decades[i] > decades[most])
      most = i;
  const bool stays = above ? most == NOVELTY_LOW : most == NOVELTY_HIGH;
  ret->reason = reasons[most][above];
  if (most == NOVELTY_VALUE && !is_extreme(&past->memory[NOVELTY_VALUE], value))
    ret->reason = "a value never seen before";
  ret->kind = most == NOVELTY_RESIDUAL || most == NOVELTY_HOUR ? KIND_PATTERN
              : stays                                          ? KIND_LEVEL_SHIFT
              : above                                          ? KIND_SPIKE
                                                               : KIND_DIP;
}

bool novelty_valid(const struct novelty *novelty, const struct novelty_past *past, float limit) {
  bool valid = float_within(novelty->magnitude, 0.0F, limit) &&
               float_within(novelty->residual_magnitude, 0.0F, limit) &&
               float_within(novelty->others_low, -limit, limit) &&
               float_within(novelty->others_high, -limit, limit);
  for (int i = 0; i < NOVELTY_BLOCKS; i++)
    valid = valid && float_within(novelty->low[i], -limit, limit) &&
            float_within(novelty->high[i], -limit, limit);
  for (int i = 0; i < NOVELTY_HOUR; i++)
    valid = valid && float_within(novelty->visited[i].low, -limit, limit) &&
            float_within(novelty->visited[i].high, -limit, limit);
  for (int i = 0; i < NOVELTY_KINDS; i++)
    valid = valid && gap_memory_valid(&past->memory[i], limit);
  for (int i = 0; i < NOVELTY_TAILS; i++)
    valid = valid && gap_tail_valid(&past->tail[i]);
  return valid;
}

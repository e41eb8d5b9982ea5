#include "stats/rarity.h"

#include "stats/clamp.h"

#include <math.h>

enum {
  REFRESH_YOUNG = 32, /* records between two fits of the tail */
  REFRESH = 128,
  YOUNG = 1024,
  AGING_RECORDS = 8000, /* both make the past weigh half */
  AGING_SECONDS = 302400,
  RECORDS_MAX = 120000,
};

static const float FORTNIGHT = 1209600.0F;
static const float LINE_LEAST = 2.0F, LINE_MOST = 5.5F;

const struct state_row rarity_rows[] = {
    STATE_STRUCTS(struct rarity, tail, 1, struct pareto_tail, pareto_tail_rows),
    STATE_FIELD(struct rarity, records, STATE_U32),
    STATE_FIELD(struct rarity, halved, STATE_U32),
    STATE_ROWS_END,
};

void rarity_init(struct rarity *rarity) { pareto_tail_init(&rarity->tail); }

static void age(struct rarity *rarity, uint32_t elapsed) {
  const bool due = rarity->records >= AGING_RECORDS && elapsed - rarity->halved >= AGING_SECONDS;
  if (due || rarity->records >= RECORDS_MAX)
    rarity_halve(rarity, elapsed);
}

static float surprise_of(const struct rarity *rarity, float distance) {
  if (rarity->records < RARITY_KNOWN || distance <= rarity->tail.threshold)
    return 0.0F;
  return float_min(pareto_tail_beyond(&rarity->tail, distance), RARITY_MOST);
}

float rarity_judge(struct rarity *rarity, float distance, uint32_t elapsed) {
  const float decades = surprise_of(rarity, distance);
  if (distance > 0.0F)
    pareto_tail_count(&rarity->tail, distance);
  const uint32_t records = ++rarity->records;
  if (records % REFRESH == 0 || (records < YOUNG && records % REFRESH_YOUNG == 0))
    pareto_tail_refresh(&rarity->tail, records);
  age(rarity, elapsed);
  return decades;
}

bool rarity_is_blank(const struct rarity *rarity) {
  return rarity->records >= RARITY_KNOWN && rarity->tail.threshold == PARETO_TAIL_UNKNOWN;
}

void rarity_halve(struct rarity *rarity, uint32_t elapsed) {
  rarity->halved = elapsed;
  if (rarity->records < 2 * RARITY_KNOWN)
    return;
  rarity->records /= 2;
  half_octaves_halve(&rarity->tail.window);
}

float rarity_line(float interval) {
  return float_clamp(log10f(FORTNIGHT / float_max(interval, 1.0F)), LINE_LEAST, LINE_MOST);
}

bool rarity_valid(const struct rarity *rarity) {
  return rarity->records <= RECORDS_MAX && pareto_tail_valid(&rarity->tail);
}

#include "stats/chart.h"

#include "stats/clamp.h"
#include "stats/lasting.h"
#include "stats/moments.h"

#include <math.h>

enum {
  KNOWN_AFTER = 30,   /* records that make a level */
  VANISHING = 64,     /* records in a row: the spread is learned anew */
  MEMORY_LEAST = 100, /* records */
  MEMORY_MOST = 10000,
};

static const double DEVIATION_OF_MEAN = 1.2533; /* standard over mean deviation, Gaussian */
static const double LEAST_SPREAD = 1e-9;        /* of the level: what rounding leaves */
static const double VANISHED = 1e-6;            /* of level and spread */
static const double BAND = 3;                   /* standard deviations */
static const double RATIO_MOST = 1e6;
/* Of a metric that was constant: the textbook's interval, but a first change is no failure. */
static const double BLANK_LIMIT = 5, BLANK_RATIO_MOST = 2;
static const double LATEST = 1e12;

const struct state_row chart_rows[] = {
    STATE_STRUCTS(struct chart, rarity, 1, struct rarity, rarity_rows),
    STATE_FIELD(struct chart, first_time, STATE_F64),
    STATE_FIELD(struct chart, level, STATE_F64),
    STATE_FIELD(struct chart, spread, STATE_F64),
    STATE_FIELD(struct chart, elapsed, STATE_U32),
    STATE_FIELD(struct chart, number, STATE_U32),
    STATE_FIELD(struct chart, learned, STATE_U32),
    STATE_FIELD(struct chart, over_since, STATE_U32),
    STATE_FIELD(struct chart, over, STATE_U32),
    STATE_FIELD(struct chart, far_since, STATE_U32),
    STATE_FIELD(struct chart, far, STATE_U32),
    STATE_STRUCTS(struct chart, pace, 1, struct pace, pace_rows),
    STATE_FIELD(struct chart, vanishing, STATE_U8),
    STATE_ROWS_END,
};

void chart_init(struct chart *chart) {
  rarity_init(&chart->rarity);
  pace_init(&chart->pace);
}

double chart_deviation(const struct chart *chart) {
  return fmax(DEVIATION_OF_MEAN * chart->spread,
              fmax(LEAST_SPREAD * fabs(chart->level), MOMENTS_SMALLEST));
}

static void take_time(struct chart *chart, const struct observation *now) {
  const double time = double_clamp(now->time, 0, LATEST);
  if (chart->number == 0)
    chart->first_time = time;
  const uint32_t elapsed = (uint32_t)double_clamp(time - chart->first_time, 0, UINT32_MAX);
  const uint32_t gap = elapsed > chart->elapsed ? elapsed - chart->elapsed : 0;
  pace_learn(&chart->pace, chart->number, gap, now->interval);
  chart->elapsed += gap;
  chart->number += chart->number < UINT32_MAX;
}

bool chart_is_ready(const struct chart *chart, const struct observation *now) {
  return chart->number > RARITY_KNOWN && chart->elapsed >= now->warmup;
}

struct chart_record chart_take(struct chart *chart, const struct observation *now) {
  take_time(chart, now);
  const double value = moments_clamp(now->value);
  const double deviation =
      chart->learned < KNOWN_AFTER ? 0 : (value - chart->level) / chart_deviation(chart);
  return (struct chart_record){
      .value = value,
      .deviation = double_clamp(deviation, -CHART_FARTHEST, CHART_FARTHEST),
      .ready = chart_is_ready(chart, now),
  };
}

static void set_band(const struct chart *chart, struct finding *ret) {
  if (chart->learned == 0)
    return;
  const double width = BAND * chart_deviation(chart);
  ret->expected = chart->level;
  ret->lower = chart->level - width;
  ret->upper = chart->level + width;
}

/* By the limit that is given; or of one that was always 0; or by its rarity. */
static void measure(const struct chart *chart, const struct chart_statistic *statistic,
                    float decades, struct finding *ret) {
  ret->surprise = (double)decades;
  if (statistic->limit > 0) {
    ret->ratio = fmin(statistic->size / statistic->limit, RATIO_MOST);
  } else if (rarity_is_blank(&chart->rarity)) {
    ret->ratio = fmin(statistic->size / BLANK_LIMIT, BLANK_RATIO_MOST);
    ret->surprise = statistic->size > 0 ? log10(chart->rarity.records) : 0;
  } else if (decades > 0) {
    ret->ratio = (double)(decades / rarity_line(chart->pace.interval * (float)statistic->lasting));
  }
  ret->kind = ret->ratio > 0 ? KIND_LEVEL_SHIFT : KIND_NONE;
}

/* Counts a run of records and keeps when it began. */
static void count_run(bool goes_on, uint32_t elapsed, uint32_t *records, uint32_t *since) {
  if (!goes_on)
    *records = 0;
  else if ((*records)++ == 0)
    *since = elapsed;
}

static bool is_lasting(const struct chart *chart, uint32_t records, uint32_t since) {
  return records >= LASTING_RECORDS && chart->elapsed - since >= LASTING_SECONDS;
}

bool chart_judge(struct chart *chart, const struct chart_record *record,
                 const struct chart_statistic *statistic, const struct observation *now,
                 struct finding *ret) {
  const float decades = rarity_judge(&chart->rarity, (float)statistic->size, chart->elapsed);
  *ret = finding_none();
  set_band(chart, ret);
  ret->ready = record->ready;
  if (record->ready)
    measure(chart, statistic, decades, ret);
  const bool over = ret->ratio >= now->line;
  count_run(over, chart->elapsed, &chart->over, &chart->over_since);
  if (chart->over == 1)
    ret->onset = ret->ratio;
  return over;
}

static void learn_value(struct chart *chart, double value, double seconds) {
  const double memory =
      double_clamp(seconds / fmax((double)chart->pace.interval, 1), MEMORY_LEAST, MEMORY_MOST);
  const double gain = fmax(1 / (chart->learned + 1.), 1 / memory);
  if (chart->learned == 0)
    chart->level = value;
  double residual = value - chart->level;
  if (chart->learned >= KNOWN_AFTER)
    residual = double_clamp(residual, -CHART_CLIP * chart_deviation(chart),
                            CHART_CLIP * chart_deviation(chart));
  chart->level += gain * residual;
  chart->spread += gain * (fabs(residual) - chart->spread);
  chart->learned += chart->learned < UINT32_MAX;
}

static bool has_vanished(struct chart *chart, double value) {
  const double size = fabs(value);
  const bool vanishes = size > 0 && size < VANISHED * (fabs(chart->level) + chart->spread);
  chart->vanishing = vanishes ? (uint8_t)(chart->vanishing + 1) : 0;
  return chart->vanishing >= VANISHING;
}

bool chart_learn(struct chart *chart, const struct chart_record *record, double memory) {
  const bool far = fabs(record->deviation) > CHART_CLIP;
  count_run(far, chart->elapsed, &chart->far, &chart->far_since);
  const bool anew = is_lasting(chart, chart->over, chart->over_since) ||
                    is_lasting(chart, chart->far, chart->far_since) ||
                    has_vanished(chart, record->value);
  if (anew) {
    chart->learned = 0;
    chart->level = chart->spread = 0;
    chart->over = chart->far = 0;
    chart->vanishing = 0;
    rarity_halve(&chart->rarity, chart->elapsed);
  }
  learn_value(chart, record->value, memory);
  return anew;
}

double chart_since(const struct chart *chart, uint32_t elapsed, const struct observation *now) {
  return fmin(chart->first_time + elapsed, now->time);
}

bool chart_valid(const struct chart *chart) {
  return rarity_valid(&chart->rarity) && pace_valid(&chart->pace) && chart->first_time >= 0 &&
         chart->first_time <= LATEST && fabs(chart->level) <= 2 * MOMENTS_LARGEST &&
         chart->spread >= 0 && chart->spread <= 4 * MOMENTS_LARGEST;
}

/*
 * EWMA control chart (Roberts, 1959, "Control chart tests based on geometric
 * moving averages"): an exponentially weighted mean of the last values, and how
 * far it is from the metric's level. Detects spikes, dips, shifts and drifts: the
 * smaller `lambda`, the smaller the shifts, and the later.
 *
 * The mean remembers a value clipped to twenty standard deviations, so that a
 * wild one is gone after a few ordinary ones. Values of real metrics depend on
 * one another and have heavy tails, so the mean goes further by chance than the
 * textbook's limits allow for: its line is where it is rare for this metric, or,
 * where `sigma` is given, the textbook's.
 */
#include "anomaly/detector.h"
#include "stats/chart.h"
#include "stats/clamp.h"

#include <math.h>

static const double MEMORY = 43200;  /* seconds */
static const double REMEMBERED = 20; /* standard deviations */

struct ewma_options {
  double lambda;
  double sigma;
};

struct ewma_state {
  struct chart chart;
  double mean; /* of the deviations */
};

#define FIELD(name_) .name = #name_, .offset = offsetof(struct ewma_options, name_)

static const struct option_row ewma_options[] = {
    {FIELD(lambda), .kind = OPTION_REAL, .preset = .2, .min = .001, .max = 1,
     .help = "Weight of the newest value in the moving mean; 0.05 to 0.3 are usual"},
    {FIELD(sigma), .kind = OPTION_REAL, .unit = "standard deviations of the mean", .preset = 0,
     .min = 0, .max = 1000,
     .help = "Distance of the mean from the level that is over the line, usually 3; 0 takes what "
             "is rare for the metric"},
    OPTION_ROWS_END,
};

static const struct state_row ewma_rows[] = {
    STATE_STRUCTS(struct ewma_state, chart, 1, struct chart, chart_rows),
    STATE_FIELD(struct ewma_state, mean, STATE_F64),
    STATE_ROWS_END,
};

static size_t ewma_state_size(const void *options) {
  (void)options;
  return sizeof(struct ewma_state);
}

static void ewma_init(void *state, const void *options) {
  (void)options;
  chart_init(&((struct ewma_state *)state)->chart);
}

/* The textbook's limit once the chart has run for a while; 0 = what is rare. */
static double limit_of(const struct ewma_options *options) {
  return options->sigma * sqrt(options->lambda / (2 - options->lambda));
}

static double weighted(double mean, double deviation, const struct ewma_options *options) {
  return mean + options->lambda * (deviation - mean);
}

static void ewma_update(void *state_, const void *options_, const struct observation *now,
                        struct finding *ret) {
  struct ewma_state *const state = state_;
  const struct ewma_options *const options = options_;
  const struct chart_record record = chart_take(&state->chart, now);
  const double mean = weighted(state->mean, record.deviation, options);
  const bool above = mean >= 0;
  const struct chart_statistic statistic = {
      .size = fabs(mean), .lasting = 1 / options->lambda, .limit = limit_of(options)};
  if (chart_judge(&state->chart, &record, &statistic, now, ret))
    ret->reason =
        above ? "its moving mean is above its level" : "its moving mean is below its level";
  if (ret->ratio > 0)
    ret->kind = above ? KIND_SPIKE : KIND_DIP;
  state->mean =
      weighted(state->mean, double_clamp(record.deviation, -REMEMBERED, REMEMBERED), options);
  if (chart_learn(&state->chart, &record, MEMORY))
    state->mean = 0;
}

static bool ewma_valid(const void *state, const void *options) {
  (void)options;
  const struct ewma_state *const ewma = state;
  return chart_valid(&ewma->chart) && fabs(ewma->mean) <= REMEMBERED;
}

const struct detector ewma_detector = {
    .name = "ewma",
    .summary = "spikes, dips and shifts of a moving mean against the metric's level",
    .source = "Roberts, 1959, Control chart tests based on geometric moving averages",
    .options = ewma_options,
    .options_size = sizeof(struct ewma_options),
    .state = ewma_rows,
    .state_version = 2,
    .state_size = ewma_state_size,
    .init = ewma_init,
    .update = ewma_update,
    .valid = ewma_valid,
};
